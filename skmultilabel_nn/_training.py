"""Training: whole epochs of `model.train_step` as one compiled program over in-memory tensors."""

import copy
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from . import _tensors
from ._backend import load_keras
from ._compiling import new_parts
from ._defaults import RISE
from ._programs import ProgramCache
from ._schedule import OneCycle
from ._serialization import Architecture, describe
from ._trainer import Trainer

keras = load_keras()

_TRAINERS = ProgramCache(limit=16)
# A program keeps the memory of its network's weights, and saves no more than seconds: not for
# networks of a quarter of a gigabyte.
_LARGEST_KEPT = 2**26

# A compiled call cannot be interrupted, so none is longer than this many batches, and none uses
# weights more often than takes a second or so ...
_BATCHES_PER_CALL = 512
_USES_OF_WEIGHTS_PER_CALL = 2**32
# ... and the row orders of the epochs that go into one call hold no more numbers than this.
_ROWS_PER_CALL = 2**21
# Highest learning rate of a cycle, if none is given.
PEAK = 0.003
# XLA takes about a second to compile and then saves 0.1 to 0.2 ms a batch of a small network; it
# loses several times as much where it draws random numbers.
_BATCHES_WORTH_XLA = 8192


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
    rise: float = RISE
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


def train(model, rows, settings, rng, *, validation=None, optimizer_values=None):
    """Train a model from the weights that it has.

    Parameters
    ----------
    model : keras.Model
        Gives logits; not compiled. It may be trained itself, or only lend its weights.
    rows : Rows
        Training samples.
    settings : Settings
        How to train.
    rng : numpy.random.RandomState
        Decides the order of the rows.
    validation : Rows or None
        Samples on which the losses ``val_...`` are computed after each epoch.
    optimizer_values : dict or None
        State of the optimizer with which to go on; not used if it is of another class.

    Returns
    -------
    Outcome
    """
    parts = new_parts(
        optimizer=settings.optimizer,
        learning_rate=_learning_rate(settings, rows.X.shape[0]),
        loss=settings.loss,
        metrics=settings.metrics,
        multilabel=settings.multilabel,
    )
    if validation is not None:
        rows, validation = _alike(rows, validation)
    architecture = describe(model)
    weight_ndim = _weight_ndim(rows, validation)
    trainer = _trainer_for(model, architecture, parts, rows, settings, weight_ndim)
    goes_on = optimizer_values is not None and settings.learning_rate is None
    trainer.load(model, None if goes_on else parts.learning_rate, optimizer_values)
    run = _Run(trainer, rows, settings, rng, validation)
    history = run.train()
    values = trainer.values()
    # NaN may hide from the loss: ReLU makes it 0.
    weights = zip(trainer.model.variables, values, strict=True)
    run.check_finite("Weights are", (value for w, value in weights if w.trainable))
    state = values, trainer.optimizer_state() if settings.keeps_optimizer else None
    _TRAINERS.put(trainer.key, trainer)  # not reached by an error, whose trainer is not used again
    return Outcome(*state, history, run.callbacks, architecture)


def _learning_rate(settings, n_rows):
    if not settings.one_cycle:
        return settings.learning_rate
    n_steps = settings.epochs * -(-n_rows // min(settings.batch_size, n_rows))
    return OneCycle(settings.learning_rate or PEAK, n_steps, settings.rise)


def _alike(rows, validation):
    """Give both samples the same storage: one program serves both."""
    X, Y = (_tensors.like(b, a) for a, b in zip(rows[:2], validation[:2], strict=True))
    if rows.X.dtype != X.dtype:  # small integers beside floats
        rows = rows._replace(X=rows.X.astype(X.dtype))
    return rows, validation._replace(X=X, Y=Y)


def _weight_ndim(*samples):
    weights = [rows.weight for rows in samples if rows is not None]
    return max(0 if weight is None else weight.ndim for weight in weights)


def _trainer_for(model, architecture, parts, rows, settings, weight_ndim):
    """Return a trainer that was kept, or a new one around the model."""
    x = _tensors.layout(rows.X, architecture.dtype, sparse_beyond=settings.sparse_beyond)
    y = _tensors.layout(rows.Y, architecture.dtype)
    network, compiled = architecture.key, parts.key()
    keeps = None not in (network, compiled) and model.count_params() <= _LARGEST_KEPT
    key = (network, compiled, x, y, weight_ndim) if keeps else None
    kept = key and _TRAINERS.take(key)
    if kept:
        return kept
    parts.compile(model)
    rate = parts.learning_rate
    return Trainer(model, x, y, weight_ndim, key, rate if isinstance(rate, OneCycle) else None)


class _Run:
    """One training run: epochs, callbacks and history around a `Trainer`."""

    def __init__(self, trainer, rows, settings, rng, validation):
        self.trainer = trainer
        self.settings = settings
        self.rng = rng
        self.n_rows = rows.X.shape[0]
        self.batch_size = min(settings.batch_size, self.n_rows)
        self.n_batches = -(-self.n_rows // self.batch_size)
        uses = max(1, trainer.model.count_params()) * self.batch_size
        self.batches_per_call = min(_BATCHES_PER_CALL, max(1, _USES_OF_WEIGHTS_PER_CALL // uses))
        self.jit = self._worth_xla()
        self.at_once = 1
        self.data = trainer.tensors(rows, padded=self.jit)
        self.validation = None if validation is None else trainer.tensors(validation)
        self.n_validation = 0 if validation is None else validation.X.shape[0]
        given = settings.callbacks or []
        given = [given] if isinstance(given, keras.callbacks.Callback) else list(given)
        self.callbacks = _copies(given)

    def _worth_xla(self):
        if self.settings.jit_compile == "auto":
            n_full = self.n_rows // self.batch_size * self.settings.epochs
            trainer = self.trainer
            return n_full >= _BATCHES_WORTH_XLA and trainer.supports_xla and not trainer.draws
        if self.settings.jit_compile and not self.trainer.supports_xla:
            raise ValueError(
                "jit_compile=True needs dense X and y: XLA has no sparse matrices. Set "
                "jit_compile='auto' or False."
            )
        return bool(self.settings.jit_compile)

    def _epochs_per_call(self):
        if self.jit and self.n_rows % self.batch_size:
            return 1  # between two epochs comes the smaller batch, which is not XLA's
        return max(1, min(self.batches_per_call // self.n_batches, _ROWS_PER_CALL // self.n_rows))

    def train(self):
        """Train all epochs and return the history."""
        watched = self.callbacks or self.settings.early_stopping or self.settings.verbose
        if watched or self.validation is not None or self.trainer.own_train_step:
            return self._train_watched()
        return self._train_unwatched()

    def _train_unwatched(self):
        """Nobody looks at an epoch's end, so that several epochs can go into one call."""
        history = {}
        self.at_once = self._epochs_per_call()
        for first in range(0, self.settings.epochs, self.at_once):
            n_epochs = min(self.at_once, self.settings.epochs - first)
            logs = self._epochs(n_epochs)
            for name, values in logs.items():
                history.setdefault(name, []).extend(values)
            self.check_finite("The training loss is", [logs.get("loss", 0.0)])
        self.trainer.finish()
        return history

    def _train_watched(self):
        settings, model = self.settings, self.trainer.model
        history = keras.callbacks.History()
        callbacks = keras.callbacks.CallbackList(
            [*self._own_callbacks(), *self.callbacks, history],
            model=model,
            epochs=settings.epochs,
            steps=self.n_batches,
            verbose=settings.verbose,
        )
        model.stop_training = False
        callbacks.on_train_begin()
        logs = None
        for epoch in range(settings.epochs):
            callbacks.on_epoch_begin(epoch)
            logs = self._epoch_with_hooks(callbacks)
            self.check_finite("The training loss is", [logs.get("loss", 0.0)])
            if self.validation is not None:
                logs |= self._validate(callbacks)
            self._check_monitor(logs)
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        self.trainer.finish()
        callbacks.on_train_end(logs)
        for callback in self.callbacks:
            # The model goes on to serve other fits. The base's method: others use the model.
            keras.callbacks.Callback.set_model(callback, None)
        return history.history

    def _own_callbacks(self):
        settings = self.settings
        if settings.early_stopping:
            yield keras.callbacks.EarlyStopping(
                monitor=settings.monitor,
                patience=settings.patience,
                mode="min" if settings.monitor.endswith("loss") else "max",
                restore_best_weights=True,
            )
        if settings.verbose:
            yield EpochBar(settings.epochs)

    def _order(self, n_epochs=1):
        if not self.settings.shuffle:
            return np.tile(np.arange(self.n_rows, dtype=np.int32), (n_epochs, 1))
        return np.stack([self.rng.permutation(self.n_rows) for _ in range(n_epochs)])

    def _epochs(self, n_epochs=1):
        """Train epochs in calls of a bounded length; return each one's logs."""
        orders = self._order(n_epochs).astype(np.int32)
        for first in range(0, self.n_batches, self.batches_per_call):
            last = min(first + self.batches_per_call, self.n_batches)
            logs = self._call(orders, first, last)
        return logs

    def _call(self, *part):
        try:
            return self.trainer.run(
                self.data, *part, self.batch_size, jit=self.jit, room=self.at_once
            )
        except tf.errors.OpError:  # raised when XLA compiles, before anything is trained
            if not self.jit or self.settings.jit_compile is True:
                raise
            self.jit = False
            return self.trainer.run(self.data, *part, self.batch_size, jit=False)

    def _epoch_with_hooks(self, callbacks):
        if not self.trainer.own_train_step and not _overrides(self.callbacks, "train"):
            return {name: values[-1] for name, values in self._epochs().items()}
        order = self._order()[0]
        self.trainer.model.reset_metrics()
        for i in range(self.n_batches):
            callbacks.on_train_batch_begin(i)
            index = order[i * self.batch_size : (i + 1) * self.batch_size]
            logs = self.trainer.train_batch(self.data, index)
            callbacks.on_train_batch_end(i, logs)
            if self.trainer.model.stop_training:
                break
        return self.trainer.epoch_logs(logs)

    def _validate(self, callbacks):
        callbacks.on_test_begin()
        if self.trainer.own_test_step or _overrides(self.callbacks, "test"):
            logs = self._validate_with_hooks(callbacks)
        else:
            logs = self.trainer.evaluate(self.validation, self.n_validation, self.batch_size)
        score = self.settings.validation_score
        if score is not None:
            logs[score.name] = score(
                self.trainer.logits(self.validation, score.rows, self.batch_size)
            )
        callbacks.on_test_end(logs)
        return {f"val_{name}": value for name, value in logs.items()}

    def _validate_with_hooks(self, callbacks):
        self.trainer.model.reset_metrics()
        for i, start in enumerate(range(0, self.n_validation, self.batch_size)):
            callbacks.on_test_batch_begin(i)
            index = np.arange(start, min(start + self.batch_size, self.n_validation))
            logs = self.trainer.test_batch(self.validation, index)
            callbacks.on_test_batch_end(i, logs)
        return self.trainer.epoch_logs(logs)

    def _check_monitor(self, logs):
        if self.settings.early_stopping and self.settings.monitor not in logs:
            raise ValueError(
                f"monitor={self.settings.monitor!r} is not recorded. Recorded are "
                f"{', '.join(map(repr, logs))}; 'val_lrap', 'val_average_precision' and "
                "'val_roc_auc_micro' would be, if one of them were the monitor."
            )
        if self.settings.early_stopping and np.isnan(logs[self.settings.monitor]):
            raise ValueError(
                f"monitor={self.settings.monitor!r} is undefined on the held-out samples, as a "
                "ranking score is where no label has both positives and negatives. Hold out more "
                "samples, or monitor 'val_loss'."
            )

    def check_finite(self, what, values):
        """Refuse a loss or weights, arrays or numbers, of which one is infinite or NaN."""
        if not all(np.isfinite(np.sum(value, dtype=np.float64)) for value in values):
            raise ValueError(
                f"{what} not finite any more: training diverged. Lower learning_rate (it was "
                f"{self.trainer.learning_rate:g}), scale X (standardize=True does), or give the "
                "optimizer a clipnorm."
            )


class EpochBar(keras.callbacks.Callback):
    """A bar on standard output that grows by the epoch."""

    def __init__(self, epochs):
        super().__init__()
        self.bar = keras.utils.Progbar(epochs, unit_name="epoch")
        self.epoch = 0

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's values, not their averages over epochs."""
        self.epoch = epoch + 1
        self.bar.stateful_metrics = set(logs)
        self.bar.update(self.epoch, list(logs.items()), finalize=False)

    def on_train_end(self, logs=None):
        """End the line, also after an early stop."""
        self.bar.update(self.epoch, finalize=True)


def _copies(callbacks):
    try:
        return copy.deepcopy(callbacks)
    except TypeError as error:
        raise TypeError(
            f"callbacks are copied at each fit, so that fit changes no parameter, but these cannot "
            f"be copied: {error}. Give the callback a __deepcopy__."
        ) from error


def _overrides(callbacks, kind):
    """Whether a callback has a hook for batches of this kind ("train" or "test")."""
    hooks = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
    hooks += ["on_batch_begin", "on_batch_end"] if kind == "train" else []
    base = keras.callbacks.Callback
    return any(
        getattr(type(callback), hook) is not getattr(base, hook) or hook in vars(callback)
        for callback in callbacks
        for hook in hooks
    )
