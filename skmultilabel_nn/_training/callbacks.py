"""Keras callbacks: copies, progress bar, early stopping, and overridden hooks."""

import copy
import sys

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.text import format_value

from .probability_metric import metric_direction

keras = load_keras()


class EpochBar(keras.callbacks.Callback):
    """Progress on standard output: a bar on a terminal, elsewhere one line per epoch."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs
        self.bar = keras.utils.Progbar(epochs, unit_name="epoch") if _is_terminal() else None
        self.epoch = 0

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's values, not their averages over epochs."""
        self.epoch = epoch + 1
        if self.bar is None:
            values = "".join(f" - {name}: {value:.4g}" for name, value in logs.items())
            print(f"Epoch {self.epoch}/{self.epochs}{values}", flush=True)
            return
        self.bar.stateful_metrics = set(logs)
        self.bar.update(self.epoch, list(logs.items()), finalize=False)

    def on_train_end(self, logs=None):
        """End the line of the bar, also after an early stop."""
        if self.bar is not None:
            self.bar.update(self.epoch, finalize=True)


def _is_terminal():
    isatty = getattr(sys.stdout, "isatty", None)
    return isatty is not None and isatty()


def copy_callbacks(callbacks):
    """Return a shallow copy of each callback.

    The attributes that a callback sets on itself do not change the estimator's parameter; the
    objects it refers to, such as a trial of a search, a progress bar or a list, are the user's own.
    """
    if isinstance(callbacks, keras.callbacks.Callback):
        callbacks = [callbacks]
    return [_copy_callback(callback) for callback in callbacks or ()]


def _copy_callback(callback):
    try:
        return copy.copy(callback)
    except Exception as error:  # raised by the user's class
        raise TypeError(
            f"Callbacks are copied in each fit, so that fit changes no parameter, but "
            f"{format_value(callback)} cannot be copied: {error}. Give the callback a __copy__."
        ) from error


def early_stopping_callback(config, metrics, validation_score):
    """Return Keras's callback for early stopping.

    Parameters
    ----------
    config : TrainingConfig
    metrics : list of ProbabilityMetric
        Metrics that are recorded in addition to the loss.
    validation_score : ValidationScore or None

    Returns
    -------
    keras.callbacks.EarlyStopping

    Raises
    ------
    ValueError
        If it is unknown whether the monitored value should be maximized or minimized.
    """
    return keras.callbacks.EarlyStopping(
        monitor=config.monitor,
        patience=config.patience,
        mode=monitor_mode(config, metrics, validation_score),
        restore_best_weights=True,
    )


def monitor_mode(config, metrics, validation_score):
    """Return whether less or more of the monitored value is better, "min" or "max".

    Parameters and errors are those of `early_stopping_callback`.
    """
    monitor = config.monitor
    name = monitor.removeprefix("val_")
    if name == "loss":
        return "min"
    if validation_score is not None and name == validation_score.name:
        return "max"
    for metric in metrics:
        if metric.name == name and metric_direction(metric) is not None:
            return metric_direction(metric)
    known = ["val_loss", *(f"val_{m.name}" for m in metrics if metric_direction(m) is not None)]
    if config.multilabel:
        known += ["val_lrap", "val_average_precision", "val_roc_auc"]
    shown = format_value(monitor, 60)
    raise ValueError(
        f"monitor={shown}: it is unknown whether to maximize or minimize it. Known are "
        f"{', '.join(map(repr, known))}. For any other value, such as one that a callback writes, "
        f"set early_stopping=False and give callbacks=[..., keras.callbacks.EarlyStopping("
        f"{shown}, mode='max', restore_best_weights=True)] (or mode='min') with validation_data."
    )


def overrides_batch_hooks(callbacks, kind):
    """Return whether a callback overrides a hook for batches of this kind ("train" or "test")."""
    hooks = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
    hooks += ["on_batch_begin", "on_batch_end"] if kind == "train" else []
    base = keras.callbacks.Callback
    return any(
        getattr(type(callback), hook) is not getattr(base, hook) or hook in vars(callback)
        for callback in callbacks
        for hook in hooks
    )
