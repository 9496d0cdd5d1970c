"""Keras callbacks: copies, progress bar, and which hooks they have."""

import copy

from skmultilabel_nn._backend.loading import load_keras

keras = load_keras()


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


def copy_callbacks(callbacks):
    try:
        return copy.deepcopy(callbacks)
    except TypeError as error:
        raise TypeError(
            f"callbacks are copied at each fit, so that fit changes no parameter, but these cannot "
            f"be copied: {error}. Give the callback a __deepcopy__."
        ) from error


def overrides_batch_hooks(callbacks, kind):
    """Whether a callback has a hook for batches of this kind ("train" or "test")."""
    hooks = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
    hooks += ["on_batch_begin", "on_batch_end"] if kind == "train" else []
    base = keras.callbacks.Callback
    return any(
        getattr(type(callback), hook) is not getattr(base, hook) or hook in vars(callback)
        for callback in callbacks
        for hook in hooks
    )
