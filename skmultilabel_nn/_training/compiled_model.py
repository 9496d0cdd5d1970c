"""One compiled Keras model with the programs that train and evaluate it."""

import functools

import numpy as np

from skmultilabel_nn._backend import batches
from skmultilabel_nn._backend.loading import load_keras, load_tensorflow, suppress_startup_logs
from skmultilabel_nn._backend.program_cache import compiled
from skmultilabel_nn.networks._introspection import iter_keras_objects
from skmultilabel_nn.networks._probabilities import with_probabilities

from .one_cycle import OneCycle
from .weight_layout import WeightLayout

keras = load_keras()
tf = load_tensorflow()


class CompiledModel:
    """A Keras model, its optimizer, and the compiled programs that run their epochs.

    It serves many fits, one after the other: `load` sets the initial weights, `values` returns the
    trained ones.

    Parameters
    ----------
    model : keras.Model
        Model that outputs logits, compiled by Keras.
    x_layout, y_layout : Layout
        Layouts of X and Y for which the programs are compiled.
    weight_ndim : {0, 1, 2}
        Sample weights: none, one per row, or one per cell.
    label_weights : bool, default=False
        Whether samples have label weights.
    key : object or None
        Key under which this model is kept for later fits.
    schedule : OneCycle or None
        The learning rate of the model's optimizer, if it is one.
    metrics : sequence of ProbabilityMetric
        Metrics with which the model is compiled.
    compile_model : callable
        Compiles a model as this one was compiled.
    activation : {"sigmoid", "softmax"}
        Activation that turns logits into probabilities.
    """

    def __init__(
        self,
        model,
        x_layout,
        y_layout,
        weight_ndim,
        key,
        *,
        label_weights=False,
        schedule=None,
        metrics=(),
        activation="sigmoid",
        compile_model=None,
    ):
        self.model = model
        self.metrics = list(metrics)
        self._activation = activation
        self._compile = compile_model
        self.key = key
        self._schedule = schedule
        self.overrides_train_step = type(model).train_step is not keras.Model.train_step
        self.overrides_test_step = type(model).test_step is not keras.Model.test_step
        self._x, self._y = x_layout, y_layout
        self._weight = WeightLayout(weight_ndim, label_weights, y_layout.shape[0], y_layout.dtype)
        self._build_state()
        self._fresh_optimizer = [_compact_array(v.numpy()) for v in model.optimizer.variables]
        self._programs = {}

    def _build_state(self):
        """Create what Keras creates in the first step; a program may not create variables."""
        fixed = [(v, v.numpy()) for v in self.model.non_trainable_variables]
        self.model.optimizer.build(self.model.trainable_variables)
        x = tf.zeros((1, *self._x.shape), self._x.dtype)
        self.model.test_step((x, tf.zeros((1, *self._y.shape), self._y.dtype)))
        self.model.reset_metrics()
        self._log_names = sorted(self.model.get_metrics_result())
        for variable, value in fixed:
            variable.assign(value)

    @functools.cached_property
    def probability_model(self):
        """The model that callbacks see: the same weights and optimizer, probabilities as output.

        It has the user's metrics, so that callbacks of Keras find the direction of each.
        """
        names = {getattr(part, "name", None) for part in iter_keras_objects(self.model)}
        model = with_probabilities(self.model, self._activation, names)
        loss = {"sigmoid": "binary_crossentropy", "softmax": "categorical_crossentropy"}
        model.compile(
            optimizer=self.model.optimizer,
            loss=loss[self._activation],
            weighted_metrics=[metric.metric for metric in self.metrics],
            jit_compile=False,
        )
        y = tf.zeros((1, *self._y.shape), self._y.dtype)
        model.compute_metrics(None, y, y, None)  # Keras lists metrics from the first batch on
        model.reset_metrics()
        if sorted(self.model.get_metrics_result()) != self._log_names:
            # Releases of Keras forget how a model was compiled when it becomes a part of another.
            self._compile(self.model)
            self._build_state()
            self._programs.clear()
        return model

    @property
    def supports_xla(self):
        """Whether XLA can compile an epoch."""
        dense = not (self._x.sparse or self._y.sparse)
        parts = iter_keras_objects(self.model)
        supported = all(getattr(part, "supports_jit", True) for part in parts)
        return dense and supported and not self.overrides_train_step

    @property
    def is_stochastic(self):
        """Whether a layer draws random numbers in training, as dropout does."""
        return any(hasattr(part, "seed_generator") for part in iter_keras_objects(self.model))

    @property
    def learning_rate(self):
        """The current learning rate; of a cycle, the maximum."""
        if self._schedule is not None:
            return float(self._schedule.max_learning_rate)
        return float(self.model.optimizer.learning_rate)

    def load(self, model, learning_rate, optimizer_state):
        """Start from the weights of a model of the same architecture.

        Parameters
        ----------
        model : keras.Model
        learning_rate : float, OneCycle or None
            None: that of `optimizer_state`, or of the optimizer's schedule.
        optimizer_state : dict or None
            Result of `optimizer_state` in a previous run. None, or the state of an optimizer of
            another class, resets the optimizer.
        """
        if model is not self.model:
            for mine, new in zip(self.model.variables, model.variables, strict=True):
                mine.assign(new)
        optimizer = self.model.optimizer
        fits = self._fits(optimizer_state)
        values = optimizer_state["values"] if fits else self._fresh_optimizer
        for variable, value in zip(optimizer.variables, values, strict=True):
            variable.assign(np.broadcast_to(value, variable.shape))
        if isinstance(learning_rate, OneCycle):
            self._schedule.assign(learning_rate)
        elif learning_rate is not None:
            optimizer.learning_rate = learning_rate

    def _fits(self, state):
        optimizer = self.model.optimizer
        if state is None or state["class"] != type(optimizer).__name__:
            return False
        return [v.shape for v in state["values"]] == [tuple(v.shape) for v in optimizer.variables]

    def values(self):
        """Return all variables of the model."""
        return [v.numpy() for v in self.model.variables]

    def optimizer_state(self):
        """Return the name of the optimizer's class and all its variables."""
        optimizer = self.model.optimizer
        return {
            "class": type(optimizer).__name__,
            "values": [v.numpy() for v in optimizer.variables],
        }

    def tensors(self, rows, *, padded=False):
        """Convert samples to tensors.

        Parameters
        ----------
        rows : Samples
        padded : bool, default=False
            Whether to round their number up a little, so that XLA, which compiles for one size,
            does not compile again for the next fold of a cross-validation.
        """
        n = rows.X.shape[0]
        unit = max(1, 2 ** (n.bit_length() - 4))
        n_rows = -(-n // unit) * unit if padded else None
        weight = self._weight.to_tensors(rows, n_rows=n_rows)
        x = batches.to_tensors(rows.X, self._x, n_rows=n_rows)
        return x, batches.to_tensors(rows.Y, self._y, n_rows=n_rows), weight

    def run(self, data, orders, first, last, batch_size, *, jit, max_epochs_per_call=1):
        """Train on batches `first` to `last` of each row of `orders`, one epoch per row.

        Parameters
        ----------
        data : tuple
            Result of `tensors`.
        orders : ndarray of shape (n_epochs, n_rows), int32
            Indices of the samples, in the order of training.
        first, last : int
            Positions of the first batch and of the one after the last.
        batch_size : int
        jit : bool
            Whether XLA runs the full batches. The smaller one at the end of an epoch runs after
            them, so several epochs in one call are allowed only without it.
        max_epochs_per_call : int, default=1
            Number of epochs for which XLA compiles; fewer may be run.

        Returns
        -------
        dict of str to list of float
            One value per epoch.
        """
        n_epochs, n_rows = orders.shape
        n_full = min(last, n_rows // batch_size) if jit else first
        logs = None
        if n_full > first:
            logs = self._run_xla(data, orders, first, n_full, batch_size, max_epochs_per_call)
        if last > n_full:
            program = self._program("epochs", self._make_epochs)
            logs = program(*data, orders, n_epochs, n_full, last, batch_size, n_full == 0)
        return {
            name: values.numpy()[:n_epochs].tolist()
            for name, values in zip(self._log_names, logs, strict=True)
        }

    def _run_xla(self, data, orders, first, last, batch_size, max_epochs_per_call):
        n_epochs, n_rows = orders.shape
        padding = (0, max_epochs_per_call - n_epochs), (0, int(data[0][0].shape[0]) - n_rows)
        arguments = np.pad(orders, padding), n_epochs, first, last, batch_size, first == 0
        new = ("xla", batch_size) not in self._programs
        program = self._program(("xla", batch_size), lambda: self._make_epochs(batch_size))
        if not new:
            return program(*data, *arguments)
        with suppress_startup_logs():  # XLA greets when it first compiles
            return program(*data, *arguments)

    def train_batch(self, data, index):
        """Train on one batch; return the logs of `train_step` as floats."""
        return self._batch("train", data, index)

    def test_batch(self, data, index):
        """Evaluate one batch; return the logs of `test_step` as floats."""
        return self._batch("test", data, index)

    def _batch(self, kind, data, index):
        step = getattr(self.model, f"{kind}_step")
        if kind == "train" and not self.overrides_train_step:
            step = self._train_step
        program = self._program(kind, lambda: self._make_batch(step))
        return _to_floats(program(*data, np.asarray(index, np.int32)))

    def epoch_logs(self, logs):
        """Return an epoch's logs as Keras does: the metrics', unless the step has its own."""
        results = self.model.get_metrics_result()
        return _to_floats(results if set(logs) == set(results) else logs)

    def evaluate(self, data, n_rows, batch_size):
        """Return the loss and metrics over all rows as floats."""
        program = self._program("evaluate", self._make_evaluate)
        return dict(
            _to_floats(zip(self._log_names, program(*data, n_rows, batch_size), strict=True))
        )

    def finalize(self):
        """Replace the weights by their averages, if the optimizer averages them."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)

    def logits(self, data, index, batch_size):
        """Compute the logits of the samples at `index`."""
        program = self._program("logits", lambda: self._make_batch(self._forward))
        starts = range(0, len(index), batch_size)
        batches = [index[start : start + batch_size].astype(np.int32) for start in starts]
        return np.concatenate([program(*data, batch).numpy() for batch in batches])

    def _forward(self, batch):
        return self.model(batch[0], training=False)

    def _program(self, name, make):
        if name not in self._programs:
            self._programs[name] = make()
        return self._programs[name]

    def _signature(self):
        return self._x.signature(), self._y.signature(), self._weight.signature()

    def _train_step(self, batch):
        """Call `train_step` outside of a replica context.

        Inside it, Keras's optimizer sums gradients over replicas by a function that TensorFlow
        never releases, and with it the whole program: each architecture that a process trains
        would stay in memory. The optimizer of mixed precision works only inside.
        """
        if isinstance(self.model.optimizer, keras.optimizers.LossScaleOptimizer):
            return self.model.train_step(batch)
        context = tf.distribute.get_replica_context()
        return context.merge_call(lambda _, batch: self.model.train_step(batch), args=(batch,))

    def _gather(self, x, y, weight, index):
        x, y = batches.gather_batch(x, index, self._x), batches.gather_batch(y, index, self._y)
        return x, y, *self._weight.gather_batch(weight, index, y)

    def _logs(self):
        results = self.model.get_metrics_result()
        return tuple(tf.convert_to_tensor(results[name]) for name in self._log_names)

    def _make_epochs(self, xla_batch_size=None):
        """Compile epochs; with XLA, which compiles for one size only, if a batch size is given."""

        def batch_rows(order, i, batch_size):
            if xla_batch_size is not None:
                return tf.slice(order, [i * xla_batch_size], [xla_batch_size])
            return order[i * batch_size : (i + 1) * batch_size]

        def epochs(x, y, weight, orders, n_epochs, first, last, batch_size, reset):
            def epoch(e, logs):
                order = orders[e]

                def batch(i):
                    self._train_step(self._gather(x, y, weight, batch_rows(order, i, batch_size)))
                    return (i + 1,)

                self._reset_if(reset)
                _loop(first, last, batch)
                written = zip(logs, self._logs(), strict=True)
                return e + 1, tuple(array.write(e, value) for array, value in written)

            max_epochs_per_call = tf.shape(orders)[0]
            arrays = tuple(
                tf.TensorArray(v.dtype, max_epochs_per_call, element_shape=()) for v in self._logs()
            )
            _, arrays = tf.while_loop(
                lambda e, logs: e < n_epochs, epoch, (0, arrays), parallel_iterations=1
            )
            return tuple(array.stack() for array in arrays)

        number = tf.TensorSpec((), tf.int32)
        orders = tf.TensorSpec((None, None), tf.int32)
        flag = tf.TensorSpec((), tf.bool)
        signature = [*self._signature(), orders, number, number, number, number, flag]
        return compiled(epochs, signature, jit_compile=xla_batch_size is not None)

    def _make_batch(self, step):
        def batch(x, y, weight, index):
            return step(self._gather(x, y, weight, index))

        signature = [*self._signature(), tf.TensorSpec((None,), tf.int32)]
        return compiled(batch, signature)

    def _make_evaluate(self):
        def evaluate(x, y, weight, n_rows, batch_size):
            def batch(start):
                index = tf.range(start, tf.minimum(start + batch_size, n_rows))
                self.model.test_step(self._gather(x, y, weight, index))
                return (start + batch_size,)

            self.model.reset_metrics()
            _loop(0, n_rows, batch)
            return self._logs()

        number = tf.TensorSpec((), tf.int32)
        signature = [*self._signature(), number, number]
        return compiled(evaluate, signature)

    def _reset_if(self, reset):
        def do():
            self.model.reset_metrics()
            return True

        tf.cond(reset, do, lambda: False)


def _loop(first, last, body):
    tf.while_loop(lambda i: i < last, body, (first,), parallel_iterations=1)


def _to_floats(logs):
    """Return logs as numbers; a dict in them, as of all compiled metrics, is taken apart."""
    plain = {}
    for name, value in dict(logs).items():
        if isinstance(value, dict):
            plain |= _to_floats(value)
        else:
            value = np.asarray(value)
            plain[name] = float(value) if value.ndim == 0 else value
    return plain


def _compact_array(value):
    """Return one number for an array of equal ones, as in the initial state of an optimizer."""
    uniform = value.size > 1 and (value == value.flat[0]).all()
    return value.flat[0] if uniform else value
