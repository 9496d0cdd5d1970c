"""The base of the losses on logits: weights per cell, and their reduction."""

from skmultilabel_nn._backend.loading import load_keras

keras = load_keras()
ops = keras.ops

WEIGHTED_MEAN = "mean_with_sample_weight"


class _Reduction(keras.losses.Loss):
    """Keras's own weighting and reduction, for losses that are computed already."""

    def call(self, y_true, y_pred):
        return y_pred


def reduced(loss, values, weight):
    """Weight and reduce the values of a loss as its `reduction` says."""
    reduction = _Reduction(name=loss.name, reduction=loss.reduction, dtype=loss.dtype)
    return reduction(values, values, weight)


def _may_equal(length, other):
    """Whether two lengths are equal, or one is not known before the program runs."""
    return length is None or other is None or length == other


def as_cells(value, logits, what):
    """Bring targets or weights to the shape of the logits; one value per row only for weights."""
    value = ops.convert_to_tensor(value, dtype=logits.dtype)
    given = tuple(value.shape)
    if len(given) == 1:
        value = ops.expand_dims(value, -1)
    while 1 < len(value.shape) < len(logits.shape):
        value = ops.expand_dims(value, 1)
    narrow = what == "sample_weight" and value.shape[-1:] == (1,)
    fits = len(value.shape) == len(logits.shape)
    fits = fits and _may_equal(value.shape[0], logits.shape[0])
    if not fits or not (narrow or _may_equal(value.shape[-1], logits.shape[-1])):
        rows = " or (n,)" if what == "sample_weight" else ""
        raise ValueError(
            f"{what} has the shape {given}, the logits have {tuple(logits.shape)}. "
            f"{what} must have the shape (n, n_labels){rows}."
        )
    return value if tuple(value.shape) == tuple(logits.shape) else value * ops.ones_like(logits)


class CellLoss(keras.losses.Loss):
    """Base of the losses on logits that are weighted per cell.

    A subclass gives `call`, the losses before weighting. A loss that is no sum over cells gives
    `weighted_losses` instead.

    Parameters
    ----------
    reduction : str or None, default="mean_with_sample_weight"
        As in Keras. The default is ``sum(w * loss) / sum(w)``.
    name : str, optional
        Name shown by Keras.
    dtype : str, optional
        Floating point type of the computation; Keras's ``floatx`` by default.

    Examples
    --------
    >>> class Squared(CellLoss):
    ...     def call(self, y_true, y_pred):
    ...         return (y_true - y_pred) ** 2
    >>> loss = Squared()([[1.0, 0.0]], [[3.0, 5.0]], sample_weight=[[1.0, 0.0]])
    >>> float(loss)
    4.0
    """

    # Constructor arguments of a subclass, stored under their names.
    options = ()

    def __init__(self, *, reduction=WEIGHTED_MEAN, name=None, dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Compute the reduced loss.

        Keras's own way is wrong for weights per row: (n,) weights meet the *labels* of an (n, L)
        loss, unnoticed when n equals L, and (n, 1) weights are divided by the sum over n values
        where n * L were added. Here weights have the shape of the logits before Keras sees them.

        Parameters
        ----------
        y_true : tensor of shape (n, n_labels)
            0 or 1, or probabilities in between.
        y_pred : tensor of shape (n, n_labels) or (n, n_members, n_labels)
            Logits.
        sample_weight : tensor of shape (n, n_labels), (n,) or (n, 1), optional
            Weights, at least 0.

        Returns
        -------
        loss : scalar tensor
            For the reductions "none" and None, the weighted losses.

        Raises
        ------
        ValueError
            If the shapes do not fit; nothing is broadcast along another axis.
        """
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true = as_cells(y_true, y_pred, "y_true")
        weight = ops.ones_like(y_pred)
        if sample_weight is not None:
            weight = as_cells(sample_weight, y_pred, "sample_weight")
        return reduced(self, *self.weighted_losses(y_true, y_pred, weight))

    def weighted_losses(self, y_true, y_pred, weight):
        """Losses before reduction, and the weight of each; all arguments are of equal shape."""
        return self.call(y_true, y_pred), weight

    def call(self, y_true, y_pred):
        """Losses before weighting and reduction; arguments of equal shape."""
        return self.weighted_losses(y_true, y_pred, ops.ones_like(y_pred))[0]

    def get_config(self):
        """Arguments of the constructor."""
        own = {name: getattr(self, name) for name in self.options}
        return {**super().get_config(), "dtype": self.dtype, **own}
