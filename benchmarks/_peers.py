"""The contenders: each makes an estimator with `fit` and `predict_proba` for the same network.

All train a multi-layer perceptron with ReLU units on binary cross-entropy by Adam, for the same
number of epochs of shuffled batches of the same size, in float32, without penalty, dropout, early
stopping or validation. Nothing heavy is imported at module level: imports are timed too.
"""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


class Problem(NamedTuple):
    """Network and training that every contender is given."""

    n_features: int
    n_labels: int
    hidden: tuple = (100,)
    batch_size: int = 32
    epochs: int = 50
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class Peer:
    """A contender.

    Attributes
    ----------
    packages : tuple of str
        Without which it is skipped.
    imports : tuple of str
        Modules that its user imports, TensorFlow or PyTorch included.
    make : callable
        ``make(problem) -> estimator``.
    grid : dict
        Its names for the parameters "hidden", "learning_rate" and "batch_size".
    big_batches : callable or None
        Makes an estimator set to predict 10,000 rows at once, where that is a setting.
    y_dtype : str
        Dtype in which it wants the indicator.
    sparse : bool
        Whether it takes a scipy sparse X.
    reuses_programs : bool
        Whether a fit leaves something to the next one, so that steady state needs a fit before.
    """

    packages: tuple
    imports: tuple
    make: Callable
    grid: dict = field(default_factory=dict)
    big_batches: Callable | None = None
    y_dtype: str = "int64"
    sparse: bool = False
    reuses_programs: bool = False

    def is_installed(self):
        """Whether all of its packages are there."""
        return all(importlib.util.find_spec(name) for name in self.packages)

    def load(self):
        """Import what its user imports."""
        for name in self.imports:
            importlib.import_module(name)


# This package set to the network and the training that all others do.
_PLAIN = {
    "n_members": 1,
    "n_bins": 0,
    "dropout": 0,
    "input_dropout": 0,
    "standardize": False,
    "optimizer": "adam",
}
# Its own network of the same layers: what its defaults cost.
_AS_IT_COMES = {
    "n_members": 8,
    "n_bins": "auto",
    "dropout": "auto",
    "input_dropout": "auto",
    "standardize": True,
    "optimizer": "auto",
}


def _ours(**options):
    def make(problem):
        from skmultilabel_nn import KerasMultiLabelClassifier

        return KerasMultiLabelClassifier(
            hidden_layer_sizes=problem.hidden,
            learning_rate=problem.learning_rate,
            batch_size=problem.batch_size,
            epochs=problem.epochs,
            random_state=0,
            **_PLAIN | options,
        )

    return make


def _mlp(problem):
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=problem.hidden,
        solver="adam",
        learning_rate_init=problem.learning_rate,
        batch_size=problem.batch_size,
        max_iter=problem.epochs,
        n_iter_no_change=problem.epochs + 1,  # it would stop early otherwise
        tol=0.0,
        alpha=0.0,
        random_state=0,
    )


def _keras(**options):
    def make(problem):
        from _peers_estimators import KerasFit

        return KerasFit(
            hidden=problem.hidden,
            learning_rate=problem.learning_rate,
            batch_size=problem.batch_size,
            epochs=problem.epochs,
            **options,
        )

    return make


def _scikeras(**options):
    def make(problem):
        from _peers_estimators import keras_model
        from scikeras.wrappers import KerasClassifier

        return KerasClassifier(
            keras_model,
            model__n_features=problem.n_features,
            model__n_labels=problem.n_labels,
            model__hidden=problem.hidden,
            optimizer="adam",
            optimizer__learning_rate=problem.learning_rate,
            loss="binary_crossentropy",
            batch_size=problem.batch_size,
            epochs=problem.epochs,
            verbose=0,
            **options,
        )

    return make


def _skorch(**options):
    def make(problem):
        import torch
        from _peers_torch import Perceptron, SkorchClassifier

        return SkorchClassifier(
            Perceptron,
            module__n_features=problem.n_features,
            module__n_labels=problem.n_labels,
            module__hidden=problem.hidden,
            criterion=torch.nn.BCEWithLogitsLoss,
            optimizer=torch.optim.Adam,
            lr=problem.learning_rate,
            batch_size=problem.batch_size,
            max_epochs=problem.epochs,
            iterator_train__shuffle=True,
            train_split=None,
            predict_nonlinearity=torch.sigmoid,
            verbose=0,
            **options,
        )

    return make


def _products(**options):
    def make(problem):
        from _peers_estimators import MatrixProducts

        return MatrixProducts(
            hidden=problem.hidden, batch_size=problem.batch_size, epochs=problem.epochs, **options
        )

    return make


def _our_peer(**options):
    names = {
        "hidden": "hidden_layer_sizes",
        "learning_rate": "learning_rate",
        "batch_size": "batch_size",
    }
    return Peer(
        ("skmultilabel_nn", "tensorflow"),
        ("skmultilabel_nn", "keras"),
        _ours(**options),
        names,
        sparse=True,
        reuses_programs=True,
    )


def _keras_peer(**options):
    names = {name: name for name in ("hidden", "learning_rate", "batch_size")}
    return Peer(
        ("tensorflow", "keras"),
        ("keras",),
        _keras(**options),
        names,
        big_batches=_keras(predict_batch_size=10_000, **options),
        y_dtype="float32",
        sparse=True,
    )


def _products_peer(**options):
    return Peer(("numpy",), ("numpy",), _products(**options), sparse=True)


PEERS = {
    "this package": _our_peer(),
    "this package, jit_compile=True": _our_peer(jit_compile=True),
    "this package, jit_compile=False": _our_peer(jit_compile=False),
    "this package, its own network": _our_peer(**_AS_IT_COMES),
    "Keras": _keras_peer(),
    "Keras, jit_compile=False": _keras_peer(jit_compile=False),
    "Keras, steps_per_execution=20": _keras_peer(steps_per_execution=20),
    "Keras, steps_per_execution=20, jit_compile=False": _keras_peer(
        steps_per_execution=20, jit_compile=False
    ),
    "Keras, model(x)": _keras_peer(predict_by="call"),
    "Keras, predict_on_batch": _keras_peer(predict_by="predict_on_batch"),
    "MLPClassifier": Peer(
        ("sklearn",),
        ("sklearn.neural_network",),
        _mlp,
        {
            "hidden": "hidden_layer_sizes",
            "learning_rate": "learning_rate_init",
            "batch_size": "batch_size",
        },
        sparse=True,
    ),
    "SciKeras": Peer(
        ("scikeras", "tensorflow"),
        ("scikeras.wrappers", "keras"),
        _scikeras(),
        {
            "hidden": "model__hidden",
            "learning_rate": "optimizer__learning_rate",
            "batch_size": "batch_size",
        },
        big_batches=_scikeras(predict__batch_size=10_000),
    ),
    "skorch": Peer(
        ("skorch", "torch"),
        ("skorch", "torch"),
        _skorch(),
        {"hidden": "module__hidden", "learning_rate": "lr", "batch_size": "batch_size"},
        big_batches=_skorch(iterator_valid__batch_size=10_000),
        y_dtype="float32",
    ),
    "numpy products": _products_peer(),
    "numpy products, all rows at once": _products_peer(block=None),
}
