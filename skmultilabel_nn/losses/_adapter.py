"""Keras losses, and functions of targets and predictions, as losses on logits."""

import inspect

from skmultilabel_nn._backend.loading import load_keras, serializable
from skmultilabel_nn._utils.text import format_value

from ._base import WEIGHTED_MEAN, as_cells, reduced

keras = load_keras()
ops = keras.ops

_ACTIVATIONS = {None: lambda logits: logits, "sigmoid": ops.sigmoid, "softmax": ops.softmax}

# Keras losses that are the mean over the last axis of a loss per cell, functions and classes.
_MEANS_OVER_CELLS = {
    "binarycrossentropy",
    "binaryfocalcrossentropy",
    "hinge",
    "huber",
    "logcosh",
    "meanabsoluteerror",
    "meanabsolutepercentageerror",
    "meansquarederror",
    "meansquaredlogarithmicerror",
    "poisson",
    "squaredhinge",
}


def keras_name(loss):
    """Name of a loss that Keras ships, as "binarycrossentropy"; "" for every other loss."""
    origin = loss if inspect.isroutine(loss) else type(loss)
    name = getattr(origin, "__name__", "")
    shipped = name and getattr(keras.losses, name, None) is origin
    return name.lower().replace("_", "") if shipped else ""


@serializable
class LossAdapter(keras.losses.Loss):
    """A Keras loss, or a function of targets and predictions, applied to logits.

    Keras losses that average over the labels (binary and binary focal cross-entropy, squared and
    absolute errors, hinge, Huber, Poisson, log-cosh) see every cell as a row of one label. So
    they give a loss per cell, and weights per cell are right. Other losses take a weight per cell
    only if they return a loss per cell, of shape (n, n_labels). A loss with a `__call__` of its
    own is handed everything, the weights and their reduction included.

    Parameters
    ----------
    loss : keras.losses.Loss or callable
        Loss, or ``fn(y_true, y_pred)`` giving losses of shape (n,) or (n, n_labels).
    activation : {"sigmoid", "softmax"} or None, default=None
        Applied to the logits before `loss` sees them.
    reduction, name, dtype
        As in `CellLoss`.

    Examples
    --------
    >>> loss = LossAdapter(keras.losses.MeanSquaredError(), activation="sigmoid")
    >>> float(loss([[1.0, 0.0]], [[0.0, 9.0]], sample_weight=[[1.0, 0.0]]))
    0.25
    """

    def __init__(self, loss, activation=None, *, reduction=WEIGHTED_MEAN, name=None, dtype=None):
        name = name or getattr(loss, "name", None) or getattr(loss, "__name__", "")
        name = name if name.isidentifier() else "loss"  # as TensorFlow wants it
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if activation not in _ACTIVATIONS:
            raise ValueError(
                f"activation must be one of {list(_ACTIVATIONS)}, got {format_value(activation)}."
            )
        self.loss = loss
        self.activation = activation

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Compute the reduced loss; arguments and errors as in `CellLoss`."""
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true = as_cells(y_true, y_pred, "y_true")
        if len(y_pred.shape) == 3:
            return self._of_members(y_true, y_pred, sample_weight)
        is_loss = isinstance(self.loss, keras.losses.Loss)
        if is_loss and type(self.loss).__call__ is not keras.losses.Loss.__call__:
            return self.loss(y_true, _ACTIVATIONS[self.activation](y_pred), sample_weight)
        values = ops.convert_to_tensor(self.call(y_true, y_pred))
        if sample_weight is not None:
            sample_weight = self._matching(sample_weight, values, y_pred)
        return reduced(self, values, sample_weight)

    def _of_members(self, y_true, y_pred, sample_weight):
        """Let the loss see the members of an ensemble as so many more rows."""
        n_members, n_labels = y_pred.shape[1:]
        if sample_weight is not None:
            weight = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
            weight = ops.expand_dims(weight, 1)
            weight = ops.repeat(weight, n_members, axis=1)
            sample_weight = ops.reshape(weight, (-1, *weight.shape[2:]))
        y_true, y_pred = (ops.reshape(y, (-1, n_labels)) for y in (y_true, y_pred))
        return self(y_true, y_pred, sample_weight)

    def call(self, y_true, y_pred):
        """Losses before weighting, of shape (n, n_labels), (n,) or what `loss` returns."""
        function = self.loss.call if isinstance(self.loss, keras.losses.Loss) else self.loss
        y_pred = _ACTIVATIONS[self.activation](y_pred)
        mean_over_cells = keras_name(self.loss) in _MEANS_OVER_CELLS
        if mean_over_cells and getattr(self.loss, "axis", -1) == -1:
            return function(ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1))
        return function(y_true, y_pred)

    def _matching(self, sample_weight, values, y_pred):
        """Weights in the shape of the loss values."""
        if tuple(values.shape) == tuple(y_pred.shape):
            return as_cells(sample_weight, y_pred, "sample_weight")
        weight = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
        per_row = len(weight.shape) == 1 or (len(weight.shape) == 2 and weight.shape[-1] == 1)
        if not per_row or len(values.shape) != len(y_pred.shape) - 1:
            raise ValueError(
                f"The loss {self.name!r} returns values of shape {tuple(values.shape)} for logits "
                f"of shape {tuple(y_pred.shape)}; weights of shape {tuple(weight.shape)} cannot "
                "be applied to it. Weights per cell, class weights and unknown labels need a loss "
                "of shape (n, n_labels): one of skmultilabel_nn.losses, or one that returns this."
            )
        weight = ops.reshape(weight, (-1, *[1] * (len(values.shape) - 1)))
        return weight * ops.ones_like(values)

    def get_config(self):
        """Arguments of the constructor, the loss serialized."""
        loss = keras.saving.serialize_keras_object(self.loss)
        own = {"loss": loss, "activation": self.activation, "dtype": self.dtype}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config):
        """Loss from the dictionary that `get_config` gives."""
        return cls(**{**config, "loss": keras.saving.deserialize_keras_object(config["loss"])})


def for_classes(loss, name):
    """Loss on the logits of exclusive classes, with one-hot targets."""
    if name.startswith("sparse") and getattr(loss, "ignore_class", None) is not None:
        raise ValueError("ignore_class has no meaning here; leave these rows out of y instead.")
    if name in ("categoricalcrossentropy", "sparsecategoricalcrossentropy") and (
        inspect.isroutine(loss) or name.startswith("sparse")
    ):
        return keras.losses.CategoricalCrossentropy(from_logits=True, reduction=_reduction_of(loss))
    if name.startswith("categorical") and hasattr(loss, "from_logits"):
        return _copied(loss, from_logits=True)
    if name.startswith("binary") and isinstance(loss, keras.losses.Loss):
        # Of probabilities, so that what was trained is what softmax gives at prediction.
        return _adapted(_copied(loss, from_logits=False), "softmax")
    return on_logits(loss, "softmax")


def on_logits(loss, activation):
    if isinstance(loss, keras.losses.Loss) and "from_logits" in loss.get_config():
        return _adapted(_copied(loss, from_logits=True), None)
    return _adapted(loss, activation)


def _adapted(loss, activation):
    dtype = loss.dtype if isinstance(loss, keras.losses.Loss) else None
    return LossAdapter(loss, activation, reduction=_reduction_of(loss), dtype=dtype)


def _copied(loss, *, from_logits):
    config = {**loss.get_config(), "from_logits": from_logits}
    if "reduction" in config:
        config["reduction"] = _reduction_of(loss)
    if keras_name(loss):
        config["dtype"] = loss.dtype
    return type(loss).from_config(config)


def _reduction_of(loss):
    """Reduction of a loss; Keras's default, which divides by the rows, is replaced."""
    given = getattr(loss, "reduction", "sum_over_batch_size")
    return WEIGHTED_MEAN if given == "sum_over_batch_size" else given
