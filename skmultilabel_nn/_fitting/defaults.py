"""Default settings: the value of every "auto", by type and size of the training samples."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from skmultilabel_nn._backend.batches import WIDEST_DENSE_BATCH
from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._training.cell_weights import has_uniform_effective_weights
from skmultilabel_nn._training.compilation import compiled_optimizer_and_loss
from skmultilabel_nn._training.config import DEFAULT_WARMUP_FRACTION, TrainingConfig
from skmultilabel_nn._training.shared_moment_adam import SharedSecondMomentAdam
from skmultilabel_nn._utils.checks import is_auto
from skmultilabel_nn.networks._introspection import has_sparse_linear

# Sparse X with more features than this is high-dimensional.
_MANY_FEATURES = 2048
# Weights of the linear skip connection; with Adam's moments, 2**26 of them take a gigabyte.
_MAX_SKIP_WEIGHTS = 2**26
# Weights of a linear network, which has no moments; 2**28 of them take a gigabyte too.
_MAX_LINEAR_WEIGHTS = 2**28
# More labels than this, with fewer samples each on average, are best learned by a linear network.
_MANY_LABELS = 400
_FEW_SAMPLES = 50
# Learning rate of the linear network without a cycle, as in `partial_fit`: Keras's for Adam.
_CONSTANT_RATE = 0.001
# A convex loss needs no long warmup.
_LINEAR_WARMUP_FRACTION = 0.1


class Problem(NamedTuple):
    """Type and sizes of the samples, which select the defaults."""

    n_samples: int
    n_features: int
    n_labels: int
    sparse: bool
    samples_per_label: float = np.inf
    # Whether a linear network with plain SGD may replace the default network and Adam.
    allow_sgd: bool = False

    @property
    def regime(self):
        """Row of the table of default settings."""
        if not self.sparse:
            return "dense"
        if self.n_features <= _MANY_FEATURES:
            return "sparse"
        rare = self.n_labels > _MANY_LABELS and self.samples_per_label < _FEW_SAMPLES
        fits = self.n_features * self.n_labels <= _MAX_LINEAR_WEIGHTS
        return "many_rare_labels" if self.allow_sgd and rare and fits else "high_dimensional_sparse"

    @property
    def linear_skip(self):
        """Whether a linear model is added to the network."""
        return self.sparse and self.n_features * self.n_labels <= _MAX_SKIP_WEIGHTS


def describe_problem(samples, *, allow_sgd=False):
    """Return the sizes of checked samples."""
    X, Y = samples.X, samples.Y
    positives = Y.nnz if sp.issparse(Y) else np.count_nonzero(Y)
    sizes = X.shape[0], int(np.prod(X.shape[1:])), Y.shape[1], sp.issparse(X)
    return Problem(*sizes, positives / Y.shape[1], allow_sgd)


def resolve_defaults(parameters, samples, *, multilabel, partial=False, previous=None):
    """Resolve every "auto" among the parameters.

    Parameters
    ----------
    parameters : SimpleNamespace
        Result of `check_parameters`.
    samples : Samples
        Training samples with their final weights.
    multilabel : bool
        Whether the outputs are independent labels.
    partial : bool, default=False
        Whether this is a call of `partial_fit`.
    previous : TrainingConfig or None
        Settings of the fit that is resumed, whose network is kept.

    Returns
    -------
    TrainingConfig
    """
    own_optimizer, own_loss = compiled_optimizer_and_loss(parameters.network)
    optimizer = _value_or_default(parameters.optimizer, own_optimizer)
    one_cycle = _uses_one_cycle(parameters, optimizer, partial)
    allow_sgd = one_cycle and _can_use_sgd(parameters, samples, multilabel)
    problem = describe_problem(samples, allow_sgd=allow_sgd)
    network = _network_settings(parameters, problem) if previous is None else _network_of(previous)
    linear = network["regime"] == "many_rare_labels" or has_sparse_linear(parameters.network)
    return TrainingConfig(
        **network,
        **_optimizer_settings(parameters, optimizer, one_cycle, network, problem.sparse, linear),
        **_training_settings(parameters, problem, partial),
        multilabel=multilabel,
        loss=_loss(parameters, own_loss, multilabel),
        max_dense_features=_max_dense_features(parameters, linear),
        store_optimizer_state=previous is not None or parameters.warm_start or partial,
    )


def resolve(name, given, problem):
    """Return a parameter as it was given, or its default value for a problem.

    Parameters
    ----------
    name : str
        The parameter's name.
    given : object
        Its value; for "auto" the formula of the table of default settings applies.
    problem : Problem

    Returns
    -------
    object
        Numbers as int and float of Python, which do not overflow as NumPy's small integers do.
    """
    value = _FORMULAS[name](problem) if is_auto(given) else given
    if name == "hidden_layer_sizes":
        return tuple(int(units) for units in np.ravel(value))
    return float(value) if name.endswith("dropout") else int(value)


def standardizes(estimator):
    """Whether an estimator's features are scaled: by default those of the default network."""
    standardize = estimator.standardize
    return estimator.network is None if is_auto(standardize) else bool(standardize)


def _network_settings(parameters, problem):
    """Return the fields of `TrainingConfig` that describe the network."""
    common = {"standardize": standardizes(parameters)}
    if parameters.network is not None:
        return {"regime": "own_network", **common}
    names = "hidden_layer_sizes", "dropout", "input_dropout", "n_members", "n_bins"
    values = {name: resolve(name, getattr(parameters, name), problem) for name in names}
    if problem.sparse:
        values["n_bins"] = 0
    # With explicit sizes, the network has these layers only.
    linear_skip = is_auto(parameters.hidden_layer_sizes) and problem.linear_skip
    regime = problem.regime
    if regime == "many_rare_labels":
        values |= {"dropout": 0.0, "n_members": 1}
        linear_skip = False
    return {"regime": regime, **common, **values, "linear_skip": linear_skip}


_NETWORK_FIELDS = (
    "regime",
    "standardize",
    "hidden_layer_sizes",
    "dropout",
    "input_dropout",
    "n_members",
    "n_bins",
    "linear_skip",
)


def _network_of(config):
    return {name: getattr(config, name) for name in _NETWORK_FIELDS}


def _optimizer_settings(parameters, optimizer, one_cycle, network, sparse, linear):
    """Return the fields of `TrainingConfig` that describe the optimizer and its learning rate."""
    rate, warmup_fraction = parameters.learning_rate, DEFAULT_WARMUP_FRACTION
    if is_auto(optimizer):
        optimizer = _default_optimizer(network, sparse, linear)
        if linear:
            warmup_fraction = _LINEAR_WARMUP_FRACTION
            rate = _CONSTANT_RATE if rate is None and not one_cycle else rate
    return {
        "optimizer": optimizer,
        "learning_rate": rate,
        "one_cycle": one_cycle,
        "warmup_fraction": warmup_fraction,
    }


def _training_settings(parameters, problem, partial):
    """Return the fields of `TrainingConfig` that describe the epochs."""
    return {
        "epochs": 1 if partial else resolve("epochs", parameters.epochs, problem),
        "batch_size": resolve("batch_size", parameters.batch_size, problem),
        "shuffle": parameters.shuffle,
        "early_stopping": parameters.early_stopping and not partial,
        "monitor": parameters.monitor,
        "patience": parameters.patience,
        "jit_compile": parameters.jit_compile,
        "verbose": parameters.verbose,
    }


def _loss(parameters, own_loss, multilabel):
    loss = _value_or_default(parameters.loss, own_loss)
    if is_auto(loss):
        return "binary_crossentropy" if multilabel else "categorical_crossentropy"
    return loss


def _max_dense_features(parameters, linear):
    if parameters.network is not None:
        return None
    return 0 if linear else WIDEST_DENSE_BATCH


def _default_optimizer(network, sparse, linear):
    if linear:
        return "sgd"
    if network["regime"] == "own_network" or not sparse:
        return "adam"
    layers = ["hidden_1", "linear_skip"] if network["hidden_layer_sizes"] else ["logits"]
    return SharedSecondMomentAdam(layers)


def _uses_one_cycle(parameters, optimizer, partial):
    """Return whether neither the user nor a callback sets the learning-rate schedule."""
    callbacks = load_keras().callbacks
    setters = (callbacks.ReduceLROnPlateau, callbacks.LearningRateScheduler)
    return (
        is_auto(optimizer)
        and not partial
        and not callable(parameters.learning_rate)
        and not any(isinstance(callback, setters) for callback in parameters.callbacks or ())
    )


def _can_use_sgd(parameters, samples, multilabel):
    """Return whether the network is the default one, and the labels are trained independently.

    SGD steps are proportional to the weight of a cell, so weights must be uniform.
    """
    names = "hidden_layer_sizes", "dropout", "n_members"
    return (
        parameters.network is None
        and multilabel
        and all(is_auto(getattr(parameters, name)) for name in names)
        and parameters.activation == "relu"
        and (is_auto(parameters.loss) or parameters.loss == "binary_crossentropy")
        and has_uniform_effective_weights(samples)
    )


def _value_or_default(given, default):
    """Return the user's value, or for "auto" that of a compiled network."""
    return default if is_auto(given) and default is not None else given


def _hidden_layer_sizes(problem):
    sizes = {"many_rare_labels": (), "high_dimensional_sparse": (64,)}
    return sizes.get(problem.regime, (256, 256))


def _dropout(problem):
    if problem.sparse and problem.n_features > _MANY_FEATURES:
        return 0.5
    # The fewer samples, the sooner a network overfits.
    return np.clip(800 / problem.n_samples, 0.2, 0.4)


def _input_dropout(problem):
    rates = {"dense": 0.5, "sparse": 0.4, "high_dimensional_sparse": 0.1, "many_rare_labels": 0.0}
    return rates[problem.regime]


def _n_members(problem):
    # With many labels, the separate output layers of the members cost more than they gain.
    return np.clip(3200 // problem.n_labels, 1, 8)


def _n_bins(problem):
    # Each bin is one more feature.
    n_bins = min(8, 4096 // problem.n_features)
    return n_bins if n_bins > 1 and not problem.sparse else 0


def _batch_size(problem):
    return np.clip(2 ** round(np.log2(max(problem.n_samples / 40, 1))), 32, 512)


def _epochs(problem):
    if problem.regime == "many_rare_labels":
        return 5
    # With many labels, each is rare.
    for_labels = np.clip(np.sqrt(problem.n_labels / 100), 1, 2.5)
    passes = (10 if problem.regime == "high_dimensional_sparse" else 30) * for_labels
    return max(5, round(passes * min(1, 20_000 / problem.n_samples)))


_FORMULAS = {
    "hidden_layer_sizes": _hidden_layer_sizes,
    "dropout": _dropout,
    "input_dropout": _input_dropout,
    "n_members": _n_members,
    "n_bins": _n_bins,
    "batch_size": _batch_size,
    "epochs": _epochs,
}
