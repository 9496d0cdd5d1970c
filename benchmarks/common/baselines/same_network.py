"""Baselines of `speed`: estimators with `fit` and `predict_proba` that train the same network.

All train a multi-layer perceptron with ReLU units on binary cross-entropy by Adam, for the same
number of epochs of shuffled batches of the same size, in float32, without penalty, dropout, early
stopping or validation. Nothing heavy is imported at module level: imports are timed too.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.common.baselines import THIS_PACKAGE, Baseline


class Problem(NamedTuple):
    """Network and training, the same for every baseline."""

    n_features: int
    n_labels: int
    hidden: tuple = (100,)
    batch_size: int = 32
    epochs: int = 50
    learning_rate: float = 1e-3


@dataclass(frozen=True, kw_only=True)
class NetworkBaseline(Baseline):
    """A baseline of `speed`, with ``make(problem)``.

    Attributes
    ----------
    imports : tuple of str
        Modules that its user imports, TensorFlow or PyTorch included.
    grid : dict
        Its names for the parameters "hidden", "learning_rate" and "batch_size".
    make_for_large_data : callable or None
        Makes an estimator set to predict 10,000 rows at once, where that is a setting.
    y_dtype : str
        Dtype in which it wants the indicator.
    reuses_programs : bool
        Whether a fit leaves something to the next one, so that a steady state needs a fit before.
    """

    imports: tuple
    grid: dict = field(default_factory=dict)
    make_for_large_data: Callable | None = None
    y_dtype: str = "int64"
    reuses_programs: bool = False

    def load(self):
        """Import what its user imports."""
        for name in self.imports:
            importlib.import_module(name)


# This package with the network and the training of all others.
_PLAIN = {
    "n_members": 1,
    "n_bins": 0,
    "dropout": 0,
    "input_dropout": 0,
    "standardize": False,
    "optimizer": "adam",
}
# Its own network with the same layer sizes: what its defaults cost.
_DEFAULTS = {
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
        from benchmarks.common.baselines.keras_fit import KerasFit

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
        from scikeras.wrappers import KerasClassifier

        from benchmarks.common.baselines.keras_fit import keras_model

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

        from benchmarks.common.baselines.torch_mlp import Perceptron, SkorchClassifier

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
        from benchmarks.common.baselines.keras_fit import MatrixProducts

        return MatrixProducts(
            hidden=problem.hidden, batch_size=problem.batch_size, epochs=problem.epochs, **options
        )

    return make


def _this_package(**options):
    return NetworkBaseline(
        packages=("skmultilabel_nn", "tensorflow"),
        imports=("skmultilabel_nn", "keras"),
        make=_ours(**options),
        grid={
            "hidden": "hidden_layer_sizes",
            "learning_rate": "learning_rate",
            "batch_size": "batch_size",
        },
        reuses_programs=True,
    )


def _keras_by_hand(**options):
    return NetworkBaseline(
        packages=("tensorflow", "keras"),
        imports=("keras",),
        make=_keras(**options),
        grid={name: name for name in ("hidden", "learning_rate", "batch_size")},
        make_for_large_data=_keras(predict_batch_size=10_000, **options),
        y_dtype="float32",
    )


def _products_alone(**options):
    return NetworkBaseline(packages=("numpy",), imports=("numpy",), make=_products(**options))


BASELINES = {
    THIS_PACKAGE: _this_package(),
    "this package, jit_compile=True": _this_package(jit_compile=True),
    "this package, jit_compile=False": _this_package(jit_compile=False),
    "this package, its own network": _this_package(**_DEFAULTS),
    "Keras": _keras_by_hand(),
    "Keras, jit_compile=False": _keras_by_hand(jit_compile=False),
    "Keras, steps_per_execution=20": _keras_by_hand(steps_per_execution=20),
    "Keras, steps_per_execution=20, jit_compile=False": _keras_by_hand(
        steps_per_execution=20, jit_compile=False
    ),
    "Keras, model(x)": _keras_by_hand(predict_by="call"),
    "Keras, predict_on_batch": _keras_by_hand(predict_by="predict_on_batch"),
    "MLPClassifier": NetworkBaseline(
        packages=("sklearn",),
        imports=("sklearn.neural_network",),
        make=_mlp,
        grid={
            "hidden": "hidden_layer_sizes",
            "learning_rate": "learning_rate_init",
            "batch_size": "batch_size",
        },
    ),
    "SciKeras": NetworkBaseline(
        packages=("scikeras", "tensorflow"),
        imports=("scikeras.wrappers", "keras"),
        make=_scikeras(),
        grid={
            "hidden": "model__hidden",
            "learning_rate": "optimizer__learning_rate",
            "batch_size": "batch_size",
        },
        make_for_large_data=_scikeras(predict__batch_size=10_000),
    ),
    "skorch": NetworkBaseline(
        packages=("skorch", "torch"),
        imports=("skorch", "torch"),
        make=_skorch(),
        grid={"hidden": "module__hidden", "learning_rate": "lr", "batch_size": "batch_size"},
        make_for_large_data=_skorch(iterator_valid__batch_size=10_000),
        y_dtype="float32",
    ),
    "numpy products": _products_alone(),
    "numpy products, all rows at once": _products_alone(block=None),
}
