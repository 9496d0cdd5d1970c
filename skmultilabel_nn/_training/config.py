"""Samples, settings and result of training: plain records, which load without Keras."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np

# Share of the steps in which the learning rate increases, and its maximum.
DEFAULT_WARMUP_FRACTION = 0.25
MAX_LEARNING_RATE = 0.003


class Samples(NamedTuple):
    """Samples for training or validation.

    Attributes
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ...)
    Y : ndarray or csr_array of shape (n_samples, n_outputs)
        Indicator, one-hot for 1-D classes.
    known : bool ndarray of shape (n_samples, n_outputs), or None
        False for unknown cells. None: all are known.
    weight : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
    label_weights : LabelWeights or None
        Factors of the weights by label and value, if `weight` has not one per cell.
    """

    X: Any
    Y: Any
    known: np.ndarray | None = None
    weight: np.ndarray | None = None
    label_weights: Any = None

    def take(self, rows):
        """Return the samples at these indices, or those of a mask."""
        *parts, label_weights = self
        return Samples(*(None if part is None else part[rows] for part in parts), label_weights)


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """All settings of one fit, with every "auto" resolved.

    Parameters
    ----------
    regime : str
        Column of the table of default settings in the Notes of `KerasMultiLabelClassifier`:
        "dense", "sparse", "high_dimensional_sparse", "many_rare_labels", or "own_network".
    hidden_layer_sizes : tuple of int or None
        None with a network of the user's, as are the next five parameters.
    dropout, input_dropout : float or None
    n_members, n_bins : int or None
    linear_skip : bool or None
        Whether the logits of a linear model on the features are added to those of the network.
    standardize : bool
        Whether features are scaled inside the model.
    optimizer : str or keras.optimizers.Optimizer
    learning_rate : float, keras.optimizers.schedules.LearningRateSchedule or None
        With `one_cycle` the maximum of the cycle. None: that of the optimizer.
    one_cycle : bool
        Whether the learning rate follows one cycle over the whole training.
    warmup_fraction : float
        Share of the steps in which the learning rate of the cycle increases.
    loss : str, keras.losses.Loss or callable
    batch_size, epochs : int
    multilabel : bool
        Whether the outputs are independent labels; otherwise they are exclusive classes.
    shuffle, early_stopping : bool
    monitor : str
    patience : int
    jit_compile : bool or "auto"
        "auto" is decided by the compiled model, which knows its number of steps.
    verbose : int
    max_dense_features : int or None
        Sparse samples with more features are passed to the network as sparse batches. None: never.
    store_optimizer_state : bool
        Whether the state of the optimizer is stored, to resume training.
    monitor_mode : {"min", "max"} or None
        Whether early stopping minimized or maximized `monitor`. None: no early stopping.
    """

    batch_size: int
    epochs: int
    multilabel: bool = True
    regime: str = "own_network"
    hidden_layer_sizes: tuple | None = None
    dropout: float | None = None
    input_dropout: float | None = None
    n_members: int | None = None
    n_bins: int | None = None
    linear_skip: bool | None = None
    standardize: bool = False
    optimizer: Any = "adam"
    learning_rate: Any = None
    one_cycle: bool = False
    warmup_fraction: float = DEFAULT_WARMUP_FRACTION
    loss: Any = "auto"
    shuffle: bool = True
    early_stopping: bool = False
    monitor: str = "val_loss"
    patience: int = 10
    jit_compile: Any = "auto"
    verbose: int = 0
    max_dense_features: int | None = None
    store_optimizer_state: bool = False
    monitor_mode: str | None = None

    def summary(self):
        """Return a copy with plain values, in which objects are replaced by their names."""
        names = ("optimizer", "learning_rate", "loss")
        return dataclasses.replace(self, **{name: _name_of(getattr(self, name)) for name in names})


class TrainingResult(NamedTuple):
    """Result of training.

    Attributes
    ----------
    values : list of ndarray
        All variables of the model.
    optimizer_values : dict or None
        Name of the optimizer's class ("class") and all its variables ("values"), None if they are
        not to be stored: with many weights they are large.
    history : dict of str to list of float
        One value per epoch for the loss and each metric.
    callbacks : list of keras.callbacks.Callback
        Copies of the user's callbacks that were called.
    architecture : Architecture
        Properties of the model apart from the values of its variables.
    monitor_mode : {"min", "max"} or None
        As in `TrainingConfig`.
    """

    values: list
    optimizer_values: dict | None
    history: dict
    callbacks: list
    architecture: Any
    monitor_mode: str | None = None


def _name_of(value):
    if value is None or isinstance(value, str | float | int):
        return value
    return getattr(value, "__name__", type(value).__name__)
