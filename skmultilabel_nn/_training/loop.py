"""The training loop: epochs, callbacks and history."""

import numpy as np

from skmultilabel_nn._backend.loading import load_keras, load_tensorflow

from .callbacks import (
    EpochBar,
    copy_callbacks,
    early_stopping_callback,
    overrides_batch_hooks,
)

keras = load_keras()
tf = load_tensorflow()

# A compiled call cannot be interrupted, so none is longer than this many batches, and none uses
# weights more often than takes a second or so ...
_BATCHES_PER_CALL = 512
_USES_OF_WEIGHTS_PER_CALL = 2**32
# ... and the sample orders of the epochs in one call hold no more numbers than this.
_ROWS_PER_CALL = 2**21
# XLA takes about a second to compile and then saves 0.1 to 0.2 ms per batch of a small network; it
# loses several times as much for networks that draw random numbers.
_BATCHES_WORTH_XLA = 8192


class TrainingLoop:
    """One training run: epochs, callbacks and history around a `CompiledModel`."""

    def __init__(
        self, compiled, samples, config, rng, validation, callbacks=None, validation_score=None
    ):
        self.compiled = compiled
        self.config = config
        self.rng = rng
        self.n_rows = samples.X.shape[0]
        self.batch_size = min(config.batch_size, self.n_rows)
        self.n_batches = -(-self.n_rows // self.batch_size)
        uses = max(1, compiled.model.count_params()) * self.batch_size
        self.batches_per_call = min(_BATCHES_PER_CALL, max(1, _USES_OF_WEIGHTS_PER_CALL // uses))
        self.jit = self._should_use_xla()
        self.epochs_per_call = 1
        self.data = compiled.tensors(samples, padded=self.jit)
        self.validation = None if validation is None else compiled.tensors(validation)
        self.n_validation = 0 if validation is None else validation.X.shape[0]
        self.validation_score = validation_score
        self.callbacks = copy_callbacks(callbacks)
        self.own_callbacks = list(self._own_callbacks())

    def _should_use_xla(self):
        if self.config.jit_compile == "auto":
            n_full = self.n_rows // self.batch_size * self.config.epochs
            suits_xla = self.compiled.supports_xla and not self.compiled.is_stochastic
            return n_full >= _BATCHES_WORTH_XLA and suits_xla
        if self.config.jit_compile and not self.compiled.supports_xla:
            raise ValueError(
                "jit_compile=True needs dense X and y: XLA has no sparse matrices. Set "
                "jit_compile='auto' or False."
            )
        return bool(self.config.jit_compile)

    def _epochs_per_call(self):
        if self.jit and self.n_rows % self.batch_size:
            return 1  # the smaller batch between two epochs runs without XLA
        return max(1, min(self.batches_per_call // self.n_batches, _ROWS_PER_CALL // self.n_rows))

    def train(self):
        """Train all epochs and return the history."""
        watched = self.callbacks or self.config.early_stopping or self.config.verbose
        if watched or self.validation is not None or self.compiled.overrides_train_step:
            return self._train_with_callbacks()
        return self._train_without_callbacks()

    def _train_without_callbacks(self):
        """Train several epochs per call, since nothing has to happen between them."""
        history = {}
        self.epochs_per_call = self._epochs_per_call()
        for first in range(0, self.config.epochs, self.epochs_per_call):
            n_epochs = min(self.epochs_per_call, self.config.epochs - first)
            logs = self._epochs(n_epochs)
            for name, values in logs.items():
                history.setdefault(name, []).extend(values)
            self.check_finite("The training loss", [logs.get("loss", 0.0)])
        self.compiled.finalize()
        return history

    def _train_with_callbacks(self):
        config, model = self.config, self.compiled.probability_model
        history = keras.callbacks.History()
        callbacks = keras.callbacks.CallbackList(
            [*self.own_callbacks, *self.callbacks, history],
            model=model,
            epochs=config.epochs,
            steps=self.n_batches,
            verbose=config.verbose,
        )
        model.stop_training = False
        self.compiled.model.stop_training = False  # which a train_step of the user's may set
        callbacks.on_train_begin()
        logs = None
        for epoch in range(self._skip_restored_epochs(model), config.epochs):
            callbacks.on_epoch_begin(epoch)
            logs = self._epoch_with_hooks(callbacks)
            self.check_finite("The training loss", [logs.get("loss", 0.0)])
            if self.validation is not None:
                logs |= self._validate(callbacks)
            self._check_monitor(logs)
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training or self.compiled.model.stop_training:
                break
        self.compiled.finalize()
        callbacks.on_train_end(logs)
        for callback in self.callbacks:
            # The model serves other fits, too. The method of the base class, since others use the
            # model.
            keras.callbacks.Callback.set_model(callback, None)
        return history.history

    def _own_callbacks(self):
        config = self.config
        if config.early_stopping:
            yield early_stopping_callback(config, self.compiled.metrics, self.validation_score)
        if config.verbose:
            yield EpochBar(config.epochs)

    def _skip_restored_epochs(self, model):
        """Return the first epoch to train, which `BackupAndRestore` sets when it restores a run.

        It sets this attribute, for which Keras has no public name.
        """
        first = getattr(model, "_initial_epoch", None) or 0
        model._initial_epoch = None  # noqa: SLF001 (the model serves other fits, too)
        for _ in range(first):
            self._sample_orders()  # the samples come in the order of a run that was not interrupted
        return first

    def _sample_orders(self, n_epochs=1):
        if not self.config.shuffle:
            return np.tile(np.arange(self.n_rows, dtype=np.int32), (n_epochs, 1))
        return np.stack([self.rng.permutation(self.n_rows) for _ in range(n_epochs)])

    def _epochs(self, n_epochs=1):
        """Train epochs in calls of a bounded length; return the logs of each epoch."""
        orders = self._sample_orders(n_epochs).astype(np.int32)
        for first in range(0, self.n_batches, self.batches_per_call):
            last = min(first + self.batches_per_call, self.n_batches)
            logs = self._run(orders, first, last)
        return logs

    def _run(self, *part):
        try:
            return self.compiled.run(
                self.data,
                *part,
                self.batch_size,
                jit=self.jit,
                max_epochs_per_call=self.epochs_per_call,
            )
        except tf.errors.OpError:  # raised when XLA compiles, before anything is trained
            if not self.jit or self.config.jit_compile is True:
                raise
            self.jit = False
            return self.compiled.run(self.data, *part, self.batch_size, jit=False)

    def _epoch_with_hooks(self, callbacks):
        if not self.compiled.overrides_train_step and not overrides_batch_hooks(
            self.callbacks, "train"
        ):
            return {name: values[-1] for name, values in self._epochs().items()}
        order = self._sample_orders()[0]
        self.compiled.model.reset_metrics()
        for i in range(self.n_batches):
            callbacks.on_train_batch_begin(i)
            index = order[i * self.batch_size : (i + 1) * self.batch_size]
            logs = self.compiled.train_batch(self.data, index)
            callbacks.on_train_batch_end(i, logs)
            if self.compiled.probability_model.stop_training:
                break
        return self.compiled.epoch_logs(logs)

    def _validate(self, callbacks):
        callbacks.on_test_begin()
        if self.compiled.overrides_test_step or overrides_batch_hooks(self.callbacks, "test"):
            logs = self._validate_with_hooks(callbacks)
        else:
            logs = self.compiled.evaluate(self.validation, self.n_validation, self.batch_size)
        score = self.validation_score
        if score is not None:
            logs[score.name] = score(
                self.compiled.logits(self.validation, score.rows, self.batch_size)
            )
        callbacks.on_test_end(logs)
        return {f"val_{name}": value for name, value in logs.items()}

    def _validate_with_hooks(self, callbacks):
        self.compiled.model.reset_metrics()
        for i, start in enumerate(range(0, self.n_validation, self.batch_size)):
            callbacks.on_test_batch_begin(i)
            index = np.arange(start, min(start + self.batch_size, self.n_validation))
            logs = self.compiled.test_batch(self.validation, index)
            callbacks.on_test_batch_end(i, logs)
        return self.compiled.epoch_logs(logs)

    def _check_monitor(self, logs):
        if self.config.early_stopping and self.config.monitor not in logs:
            raise ValueError(
                f"monitor={self.config.monitor!r} is not recorded. Recorded are "
                f"{', '.join(map(repr, logs))}; 'val_lrap', 'val_average_precision' and "
                "'val_roc_auc_micro' would be, if one of them were the monitor."
            )
        if self.config.early_stopping and np.isnan(logs[self.config.monitor]):
            raise ValueError(
                f"monitor={self.config.monitor!r} is undefined on the held-out samples, as a "
                "ranking score is where no label has both positives and negatives. Hold out more "
                "samples, or monitor 'val_loss'."
            )

    def check_finite(self, what, values):
        """Raise ValueError if any of the numbers or arrays is infinite or NaN."""
        if not all(np.isfinite(np.sum(value, dtype=np.float64)) for value in values):
            raise ValueError(
                f"{what} became NaN or infinite: training diverged. Lower learning_rate (it was "
                f"{self.compiled.learning_rate:g}), scale X (standardize=True does), or give the "
                "optimizer a clipnorm."
            )
