"""What training is given and what it returns."""

from typing import Any, NamedTuple

import numpy as np

from skmultilabel_nn.networks._serialization import Architecture

from .one_cycle import DEFAULT_WARMUP_FRACTION


class Rows(NamedTuple):
    """Samples to train or validate on.

    Attributes
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ...)
    Y : ndarray or csr_array of shape (n_samples, n_outputs)
    weight : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
    """

    X: Any
    Y: Any
    weight: np.ndarray | None = None


class Settings(NamedTuple):
    """How to train; most names are those of `KerasMultiLabelClassifier`.

    With `one_cycle`, the learning rate rises in the share `rise` of the steps, then falls.
    """

    multilabel: bool
    epochs: int
    batch_size: int
    optimizer: Any = "auto"
    learning_rate: Any = None
    one_cycle: bool = False
    rise: float = DEFAULT_WARMUP_FRACTION
    loss: Any = "auto"
    metrics: Any = None
    callbacks: Any = None
    early_stopping: bool = False
    monitor: str = "val_loss"
    patience: int = 10
    validation_score: Any = None
    shuffle: bool = True
    verbose: int = 0
    jit_compile: Any = "auto"
    sparse_beyond: int | None = None
    keeps_optimizer: bool = False


class Outcome(NamedTuple):
    """What training leaves.

    Attributes
    ----------
    values : list of ndarray
        All variables of the model.
    optimizer_values : dict or None
        Name of the optimizer's class ("class") and all its variables ("values"), if they are to be
        kept: for many weights they are large.
    history : dict of str to list of float
        One value an epoch for the loss and each metric.
    callbacks : list of keras.callbacks.Callback
        The copies of the user's callbacks that were called.
    architecture : Architecture
        What else is to be known of the model.
    """

    values: list
    optimizer_values: dict | None
    history: dict
    callbacks: list
    architecture: Architecture
