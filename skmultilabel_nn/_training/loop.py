"""The training loop: epochs, callbacks and history."""

import numpy as np

from skmultilabel_nn._backend.loading import load_keras, load_tensorflow

from .callbacks import EpochBar, copy_callbacks, overrides_batch_hooks

keras = load_keras()
tf = load_tensorflow()

# A compiled call cannot be interrupted, so none is longer than this many batches, and none uses
# weights more often than takes a second or so ...
_BATCHES_PER_CALL = 512
_USES_OF_WEIGHTS_PER_CALL = 2**32
# ... and the row orders of the epochs that go into one call hold no more numbers than this.
_ROWS_PER_CALL = 2**21
# XLA takes about a second to compile and then saves 0.1 to 0.2 ms a batch of a small network; it
# loses several times as much where it draws random numbers.
_BATCHES_WORTH_XLA = 8192


class TrainingLoop:
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
        self.callbacks = copy_callbacks(given)

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
        if not self.trainer.own_train_step and not overrides_batch_hooks(self.callbacks, "train"):
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
        if self.trainer.own_test_step or overrides_batch_hooks(self.callbacks, "test"):
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
