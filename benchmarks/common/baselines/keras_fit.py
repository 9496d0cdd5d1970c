"""Estimators written for the benchmarks: Keras by hand, and the matrix products alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin


def keras_model(n_features, n_labels, hidden=(100,), sparse=False):
    """Build the network as Keras users do, ending in a sigmoid."""
    import keras

    inputs = keras.Input((n_features,), sparse=sparse)
    x = inputs
    for units in hidden:
        x = keras.layers.Dense(units, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(n_labels, activation="sigmoid")(x))


@dataclass(eq=False, repr=False)
class KerasFit(ClassifierMixin, BaseEstimator):
    """`keras.Model.fit` and `predict` on arrays in memory, with as little code as a search allows.

    Parameters
    ----------
    build : callable or None
        ``build(input_shape, n_labels)`` returns a model that ends in a sigmoid. None for
        `keras_model`.
    hidden, learning_rate, batch_size, epochs
        As in `Problem`; `hidden` is for `keras_model` only.
    jit_compile, steps_per_execution
        As in `keras.Model.compile`.
    predict_batch_size : int or None
        As in `keras.Model.predict`.
    predict_by : {"predict", "predict_on_batch", "call"}
        The method of the model that predicts.
    seed : int or None
        Argument of `keras.utils.set_random_seed`; None leaves it out.
    """

    build: Callable | None = None
    hidden: tuple = (100,)
    learning_rate: float = 1e-3
    batch_size: int = 32
    epochs: int = 50
    jit_compile: bool | str = "auto"
    steps_per_execution: int = 1
    predict_batch_size: int | None = None
    predict_by: str = "predict"
    seed: int | None = None

    def fit(self, X, y):
        """Build, compile and train a model."""
        import keras

        if self.seed is not None:
            keras.utils.set_random_seed(self.seed)
        self.classes_ = np.tile([0, 1], (y.shape[1], 1))
        if self.build is None:
            self.model_ = keras_model(X.shape[1], y.shape[1], self.hidden, sp.issparse(X))
        else:
            self.model_ = self.build(X.shape[1:], y.shape[1])
        self.model_.compile(
            optimizer=keras.optimizers.Adam(self.learning_rate),
            loss="binary_crossentropy",
            jit_compile=self.jit_compile,
            steps_per_execution=self.steps_per_execution,
        )
        self.model_.fit(X, y, batch_size=self.batch_size, epochs=self.epochs, verbose=0)
        return self

    def predict_proba(self, X):
        """Return probabilities, (n_samples, n_labels)."""
        if self.predict_by == "call":
            return self.model_(X, training=False).numpy()
        if self.predict_by == "predict_on_batch":
            return self.model_.predict_on_batch(X)
        return self.model_.predict(X, batch_size=self.predict_batch_size, verbose=0)

    def predict(self, X):
        """Return the indicator."""
        return (self.predict_proba(X) >= 0.5).astype(int)


class MatrixProducts(BaseEstimator):
    """The matrix products of training and prediction alone: a lower bound of the time.

    Per batch and layer, one forward product, one for the gradient of the weights and, except in
    the first layer, one for the gradient of the input. No activation, loss or optimizer, and no
    shuffling of rows.

    Parameters
    ----------
    hidden, batch_size, epochs
        As in `Problem`.
    block : int or None
        Rows that prediction multiplies at once; None for all.
    """

    def __init__(self, hidden=(100,), batch_size=32, epochs=50, block=8192):
        self.hidden = hidden
        self.batch_size = batch_size
        self.epochs = epochs
        self.block = block

    def fit(self, X, y):
        """Run the products of all batches of all epochs."""
        sizes = (X.shape[1], *self.hidden, y.shape[1])
        rng = np.random.default_rng(0)
        self.weights_ = [
            rng.normal(scale=a**-0.5, size=(a, b)).astype(np.float32)
            for a, b in zip(sizes[:-1], sizes[1:], strict=True)
        ]
        starts = range(0, X.shape[0], self.batch_size)
        batches = [X[start : start + self.batch_size] for start in starts]
        for _ in range(self.epochs):
            for batch in batches:
                self._products(batch)
        return self

    def _products(self, batch):
        inputs = [batch]
        for weights in self.weights_:
            inputs.append(inputs[-1] @ weights)
        gradient = inputs.pop()
        for i in range(len(inputs) - 1, -1, -1):
            inputs[i].T @ gradient
            if i:
                gradient = gradient @ self.weights_[i].T

    def predict_proba(self, X):
        """Return the result of the forward products."""
        n_rows = X.shape[0]
        out = np.empty((n_rows, self.weights_[-1].shape[1]), np.float32)
        block = self.block or n_rows
        for start in range(0, n_rows, block):
            x = X[start : start + block]
            for weights in self.weights_[:-1]:
                x = x @ weights
            np.matmul(x, self.weights_[-1], out=out[start : start + block])
        return out
