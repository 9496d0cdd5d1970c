"""Losses for multi-label networks: computed from logits, with one weight per cell.

A *cell* is one entry of the target matrix: one label of one row. Every loss here takes
``sample_weight`` of shape ``(n, n_labels)``, one weight per cell, or ``(n,)`` or ``(n, 1)``, one
per row. A cell of weight zero is left out, which is how unknown labels are masked. By default the
result is divided by the total weight, so that the learning rate keeps its meaning whatever the
weights sum to, and it is 0 when nothing has a weight.

Logits may also have the shape ``(n, n_members, n_labels)``: then every member of an ensemble is
compared with the same targets, and the result is the mean over the members.
"""

from __future__ import annotations

import difflib
import inspect

from ._backend import load_keras

keras = load_keras()
ops = keras.ops

__all__ = [
    "ZLPR",
    "Asymmetric",
    "BinaryCrossentropy",
    "CellLoss",
    "Focal",
    "LossAdapter",
    "SoftF1",
    "get_loss",
]

_serializable = keras.saving.register_keras_serializable(package="skmultilabel_nn")

_WEIGHTED_MEAN = "mean_with_sample_weight"

# Stands for log(0) in sums of exponentials: far below every logit, finite in float16 too, so that
# no gradient is inf - inf.
_LOG_ZERO = -3e4


class _Reduction(keras.losses.Loss):
    """Keras's own weighting and reduction, for losses that are computed already."""

    def call(self, y_true, y_pred):
        return y_pred


def _reduced(loss, values, weight):
    reduction = _Reduction(name=loss.name, reduction=loss.reduction, dtype=loss.dtype)
    return reduction(values, values, weight)


def _may_equal(length, other):
    """Whether two lengths are equal, or one is not known before the program runs."""
    return length is None or other is None or length == other


def _as_cells(value, logits, what):
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


def _smoothed(y_true, label_smoothing):
    return y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else y_true


def _check_range(name, value, low, high):
    """Refuse values outside [low, high)."""
    if not low <= value < high:
        raise ValueError(f"{name} must be at least {low} and below {high}, got {value!r}.")
    return value


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

    def __init__(self, *, reduction=_WEIGHTED_MEAN, name=None, dtype=None):
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
        y_true = _as_cells(y_true, y_pred, "y_true")
        weight = ops.ones_like(y_pred)
        if sample_weight is not None:
            weight = _as_cells(sample_weight, y_pred, "sample_weight")
        return _reduced(self, *self.weighted_losses(y_true, y_pred, weight))

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


@_serializable
class BinaryCrossentropy(CellLoss):
    """Binary cross-entropy of each cell.

    Parameters
    ----------
    label_smoothing : float in [0, 1), default=0.0
        Targets become ``y * (1 - label_smoothing) + label_smoothing / 2``.
    reduction, name, dtype
        As in `CellLoss`.

    Examples
    --------
    >>> round(float(BinaryCrossentropy()([[1.0, 0.0]], [[0.0, 0.0]])), 4)
    0.6931
    """

    options = ("label_smoothing",)

    def __init__(
        self,
        label_smoothing=0.0,
        *,
        reduction=_WEIGHTED_MEAN,
        name="binary_crossentropy",
        dtype=None,
    ):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.label_smoothing = _check_range("label_smoothing", label_smoothing, 0, 1)

    def call(self, y_true, y_pred):
        """Losses before weighting, of the shape of the arguments."""
        target = _smoothed(y_true, self.label_smoothing)
        return ops.binary_crossentropy(target, y_pred, from_logits=True)


def _focused(logits, gamma):
    """Cross-entropy of a positive times (1 - p)^gamma, with log(1 - p) = -softplus(logit)."""
    crossentropy = ops.softplus(-logits)
    return ops.exp(-gamma * ops.softplus(logits)) * crossentropy if gamma else crossentropy


@_serializable
class Focal(CellLoss):
    r"""Focal loss of each cell, :math:`-\alpha_t (1 - p_t)^\gamma \log p_t`.

    Parameters
    ----------
    gamma : float, default=2.0
        Focusing parameter, at least 0; 0 is cross-entropy.
    alpha : float in [0, 1) or None, default=None
        Weight of the positives; negatives have ``1 - alpha``. The paper uses 0.25. None weighs
        nothing. Unlike in Keras, an `alpha` that was given is used, without a second switch.
    label_smoothing : float in [0, 1), default=0.0
        A smoothed target mixes the losses of a positive and of a negative cell.
    reduction, name, dtype
        As in `CellLoss`.

    References
    ----------
    Lin, Goyal, Girshick, He, Dollár (2017). Focal loss for dense object detection. ICCV.

    Examples
    --------
    >>> round(float(Focal(gamma=2.0)([[1.0]], [[0.0]])), 4)  # log(2) / 4
    0.1733
    """

    options = ("gamma", "alpha", "label_smoothing")

    def __init__(
        self,
        gamma=2.0,
        alpha=None,
        label_smoothing=0.0,
        *,
        reduction=_WEIGHTED_MEAN,
        name="focal",
        dtype=None,
    ):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.gamma = _check_range("gamma", gamma, 0, float("inf"))
        self.alpha = alpha if alpha is None else _check_range("alpha", alpha, 0, 1)
        self.label_smoothing = _check_range("label_smoothing", label_smoothing, 0, 1)

    def call(self, y_true, y_pred):
        """Losses before weighting, of the shape of the arguments."""
        target = _smoothed(y_true, self.label_smoothing)
        positive, negative = (1.0, 1.0) if self.alpha is None else (self.alpha, 1.0 - self.alpha)
        return positive * target * _focused(y_pred, self.gamma) + negative * (
            1.0 - target
        ) * _focused(-y_pred, self.gamma)


@_serializable
class Asymmetric(CellLoss):
    r"""Asymmetric loss of each cell.

    A positive costs :math:`-(1 - p)^{\gamma_+} \log p`, a negative
    :math:`-p_m^{\gamma_-} \log(1 - p_m)` with the shifted probability
    :math:`p_m = \max(p - m, 0)`, where the margin *m* is `clip`: negatives below the margin cost
    nothing.

    The gradient is that of the formula, through the focusing factors too. The authors' program
    stops it there by default, which the paper does not mention.

    Parameters
    ----------
    gamma_pos : float, default=0.0
        Focusing parameter of the positives, at least 0.
    gamma_neg : float, default=4.0
        Focusing parameter of the negatives, at least 0.
    clip : float in [0, 1), default=0.05
        Margin, a probability.
    label_smoothing : float in [0, 1), default=0.0
        A smoothed target mixes the losses of a positive and of a negative cell.
    reduction, name, dtype
        As in `CellLoss`.

    References
    ----------
    Ridnik, Ben-Baruch, Zamir, Noy, Friedman, Protter, Zelnik-Manor (2021). Asymmetric loss for
    multi-label classification. ICCV.

    Examples
    --------
    >>> float(Asymmetric()([[0.0]], [[-4.0]]))  # sigmoid(-4) is below the margin
    0.0
    """

    options = ("gamma_pos", "gamma_neg", "clip", "label_smoothing")

    def __init__(
        self,
        gamma_pos=0.0,
        gamma_neg=4.0,
        clip=0.05,
        label_smoothing=0.0,
        *,
        reduction=_WEIGHTED_MEAN,
        name="asymmetric",
        dtype=None,
    ):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.gamma_pos = _check_range("gamma_pos", gamma_pos, 0, float("inf"))
        self.gamma_neg = _check_range("gamma_neg", gamma_neg, 0, float("inf"))
        self.clip = _check_range("clip", clip, 0, 1)
        self.label_smoothing = _check_range("label_smoothing", label_smoothing, 0, 1)

    def call(self, y_true, y_pred):
        """Losses before weighting, of the shape of the arguments."""
        target = _smoothed(y_true, self.label_smoothing)
        positive = _focused(y_pred, self.gamma_pos)
        return target * positive + (1.0 - target) * self._negative(y_pred)

    def _negative(self, logits):
        if self.clip == 0:
            return _focused(-logits, self.gamma_neg)
        shifted = ops.sigmoid(logits) - self.clip
        above = shifted > 0
        # Powers and logarithms of 1 stand in below the margin: their gradients are finite.
        factor = ops.power(ops.where(above, shifted, 1.0), self.gamma_neg)
        rest = ops.where(above, ops.sigmoid(-logits) + self.clip, 1.0)
        return -factor * ops.log(rest)


def _log_one_plus_sum_exp(exponents, factors):
    """log(1 + sum(factors * exp(exponents))) over the last axis, for factors of at least 0."""
    present = factors > 0
    exponents = exponents + ops.log(ops.where(present, factors, 1.0))
    return ops.softplus(ops.logsumexp(ops.where(present, exponents, _LOG_ZERO), axis=-1))


@_serializable
class ZLPR(CellLoss):
    r"""Zero-bounded log-sum-exp and pairwise rank-based loss of each row.

    .. math:: \log\Big(1 + \sum_{j \in \text{pos}} e^{-s_j}\Big)
              + \log\Big(1 + \sum_{j \in \text{neg}} e^{s_j}\Big)

    The loss of a row is no sum over its cells, so weights per cell need a meaning. The row has the
    largest of its cells' weights, :math:`r = \max_j w_j`, and inside the logarithms each cell's
    exponential is multiplied by its share :math:`w_j / r`. The result is the mean of the rows'
    losses weighted by *r*. Hence one weight for a whole row multiplies the row's loss, an integer
    one is the same as repeating the row, a cell of weight zero is left out, a weight that goes to
    zero reaches that in the limit, and no cell pulls harder than its row's weight. With one label
    this is weighted binary cross-entropy.

    Parameters
    ----------
    label_smoothing : float in [0, 1), default=0.0
        For a target *t* between 0 and 1 the exponentials are multiplied by *t* in the first sum
        and by *1 - t* in the second, the paper's soft form.
    reduction, name, dtype
        As in `CellLoss`.

    References
    ----------
    Su, Zhu, Murtadha, Pan, Wen, Liu (2022). ZLPR: A novel loss for multi-label classification.
    arXiv:2208.02955.

    Examples
    --------
    >>> round(float(ZLPR()([[1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]])), 4)  # log(2) + log(3)
    1.7918
    """

    options = ("label_smoothing",)

    def __init__(self, label_smoothing=0.0, *, reduction=_WEIGHTED_MEAN, name="zlpr", dtype=None):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.label_smoothing = _check_range("label_smoothing", label_smoothing, 0, 1)

    def weighted_losses(self, y_true, y_pred, weight):
        """Losses of the rows, and the weight of each row."""
        target = _smoothed(y_true, self.label_smoothing)
        row_weight = ops.max(weight, axis=-1)
        share = ops.divide_no_nan(weight, ops.expand_dims(row_weight, -1))
        positive = _log_one_plus_sum_exp(-y_pred, share * target)
        negative = _log_one_plus_sum_exp(y_pred, share * (1.0 - target))
        return positive + negative, row_weight


@_serializable
class SoftF1(CellLoss):
    r"""One minus the macro F1 of the batch, with probabilities in place of decisions.

    For each label :math:`1 - 2 tp / (2 tp + fp + fn)` with the weighted sums over the rows
    :math:`tp = \sum w y p`, :math:`fp = \sum w (1 - y) p`, :math:`fn = \sum w y (1 - p)`; then the
    mean over the labels. Labels without a cell of positive weight in the batch are left out.

    F1 is no mean over rows, so the value depends on the batch: a label without positives in it
    has the loss 1 and no gradient. Use large batches.

    Parameters
    ----------
    reduction, name, dtype
        As in `CellLoss`.

    Examples
    --------
    >>> round(float(SoftF1()([[1.0], [0.0]], [[0.0], [0.0]])), 4)  # p = 0.5 for both
    0.5
    """

    def __init__(self, *, reduction=_WEIGHTED_MEAN, name="soft_f1", dtype=None):
        super().__init__(reduction=reduction, name=name, dtype=dtype)

    def weighted_losses(self, y_true, y_pred, weight):
        """Losses of the labels, and 1 for each label that has a known cell, else 0."""
        probability = ops.sigmoid(y_pred)
        twice_tp = 2.0 * ops.sum(weight * y_true * probability, axis=0)
        # 2 tp + fp + fn
        total = ops.sum(weight * (y_true + probability), axis=0)
        known = ops.cast(ops.any(weight > 0, axis=0), y_pred.dtype)
        return 1.0 - ops.divide_no_nan(twice_tp, total), known


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


def _keras_name(loss):
    """Name of a loss that Keras ships, as "binarycrossentropy"; "" for every other loss."""
    origin = loss if inspect.isroutine(loss) else type(loss)
    name = getattr(origin, "__name__", "")
    shipped = name and getattr(keras.losses, name, None) is origin
    return name.lower().replace("_", "") if shipped else ""


@_serializable
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

    def __init__(self, loss, activation=None, *, reduction=_WEIGHTED_MEAN, name=None, dtype=None):
        name = name or getattr(loss, "name", None) or getattr(loss, "__name__", None)
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if activation not in _ACTIVATIONS:
            raise ValueError(f"activation must be one of {list(_ACTIVATIONS)}, got {activation!r}.")
        self.loss = loss
        self.activation = activation

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Compute the reduced loss; arguments and errors as in `CellLoss`."""
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true = _as_cells(y_true, y_pred, "y_true")
        is_loss = isinstance(self.loss, keras.losses.Loss)
        if is_loss and type(self.loss).__call__ is not keras.losses.Loss.__call__:
            return self.loss(y_true, _ACTIVATIONS[self.activation](y_pred), sample_weight)
        values = ops.convert_to_tensor(self.call(y_true, y_pred))
        if sample_weight is not None:
            sample_weight = self._matching(sample_weight, values, y_pred)
        return _reduced(self, values, sample_weight)

    def call(self, y_true, y_pred):
        """Losses before weighting, of shape (n, n_labels), (n,) or what `loss` returns."""
        function = self.loss.call if isinstance(self.loss, keras.losses.Loss) else self.loss
        y_pred = _ACTIVATIONS[self.activation](y_pred)
        mean_over_cells = _keras_name(self.loss) in _MEANS_OVER_CELLS
        if mean_over_cells and getattr(self.loss, "axis", -1) == -1:
            return function(ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1))
        return function(y_true, y_pred)

    def _matching(self, sample_weight, values, y_pred):
        """Weights in the shape of the loss values."""
        if tuple(values.shape) == tuple(y_pred.shape):
            return _as_cells(sample_weight, y_pred, "sample_weight")
        weight = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
        per_row = len(weight.shape) == 1 or (len(weight.shape) == 2 and weight.shape[-1] == 1)
        if not per_row or len(values.shape) != len(y_pred.shape) - 1:
            raise ValueError(
                f"The loss {self.name!r} returns values of shape {tuple(values.shape)} for logits "
                f"of shape {tuple(y_pred.shape)}; weights of shape {tuple(weight.shape)} cannot "
                "be applied to it. Weights per cell, class weights and unknown labels need a loss "
                f"of shape (n, n_labels): one of {list(_BY_NAME)}, or a loss that returns this."
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


_BY_NAME = {
    "binary_crossentropy": BinaryCrossentropy,
    "focal": Focal,
    "asymmetric": Asymmetric,
    "zlpr": ZLPR,
    "soft_f1": SoftF1,
}


def get_loss(identifier, *, multilabel):
    """Turn what a user gives as `loss` into a Keras loss on logits.

    Parameters
    ----------
    identifier : str, keras.losses.Loss, callable, dict or None
        None or "auto": binary cross-entropy for multi-label targets, categorical cross-entropy
        for one class per row. A name of this module ("binary_crossentropy", "focal",
        "asymmetric", "zlpr", "soft_f1"), or one that Keras knows. An object: a Keras loss that has
        the option `from_logits` is copied with it, every other loss and every function
        ``fn(y_true, y_pred)`` gets probabilities. The given object is never changed.
    multilabel : bool
        True for an indicator of labels (sigmoid), False for one-hot classes (softmax).

    Returns
    -------
    loss : keras.losses.Loss
        Loss on logits, divided by the sum of the weights unless the given loss asks for another
        reduction than Keras's default.

    Raises
    ------
    ValueError
        If the name is unknown, or the loss is not for this kind of target.
    TypeError
        If `identifier` is none of the above.

    Examples
    --------
    >>> get_loss("focal", multilabel=True).gamma
    2.0
    >>> get_loss(keras.losses.CategoricalCrossentropy(), multilabel=False).from_logits
    True
    """
    loss = _looked_up("auto" if identifier is None else identifier, multilabel)
    name = _keras_name(loss)
    exclusive = name.startswith(("categorical", "sparsecategorical"))
    if multilabel and exclusive:
        raise ValueError(
            f"loss={identifier!r} is for exactly one class per row, but rows of a multi-label "
            f"target have any number of labels. Use one of {list(_BY_NAME)}, or give the classes "
            "as a 1-D y."
        )
    if isinstance(loss, CellLoss):
        if not multilabel:
            raise ValueError(
                f"loss={identifier!r} is for multi-label targets, but y has one class per row. Use "
                "'categorical_crossentropy', or give y as label sets or as a 0/1 indicator."
            )
        return loss
    if isinstance(loss, LossAdapter):
        return loss
    return _for_classes(loss, name) if not multilabel else _on_logits(loss, "sigmoid")


def _looked_up(identifier, multilabel):
    """Loss object or function behind a name, a class or a configuration."""
    if isinstance(identifier, str) and identifier == "auto":
        identifier = "binary_crossentropy" if multilabel else "categorical_crossentropy"
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, str):
        try:
            identifier = keras.losses.get(identifier)
        except ValueError:
            raise ValueError(_unknown(identifier)) from None
    elif isinstance(identifier, dict):
        identifier = keras.losses.get(identifier)
    elif inspect.isclass(identifier):
        identifier = identifier()
    if not callable(identifier):
        raise TypeError(
            f"loss must be a name, a Keras loss or a function, got {type(identifier).__name__}."
        )
    if multilabel and identifier is keras.losses.binary_crossentropy:
        return BinaryCrossentropy()  # the same, but computed from logits
    return identifier


def _unknown(name):
    names = [*_BY_NAME, "categorical_crossentropy", "auto"]
    known = [*names, *(n for n in dir(keras.losses) if not n.startswith("_"))]
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return (
        f"Unknown loss {name!r}.{hint} Names are {names} and those of keras.losses; Keras losses "
        "and functions fn(y_true, y_pred) may be given as objects."
    )


def _for_classes(loss, name):
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
    return _on_logits(loss, "softmax")


def _on_logits(loss, activation):
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
    if _keras_name(loss):
        config["dtype"] = loss.dtype
    return type(loss).from_config(config)


def _reduction_of(loss):
    """Reduction of a loss; Keras's default, which divides by the rows, is replaced."""
    given = getattr(loss, "reduction", "sum_over_batch_size")
    return _WEIGHTED_MEAN if given == "sum_over_batch_size" else given
