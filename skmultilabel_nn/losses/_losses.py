"""The losses, each computed from logits with one weight per cell."""

from __future__ import annotations

from skmultilabel_nn._backend.loading import load_keras, serializable
from skmultilabel_nn._utils.checks import check_number

from ._base import WEIGHTED_MEAN, CellLoss

keras = load_keras()
ops = keras.ops

# Stands for log(0) in sums of exponentials: far below every logit, finite in float16 too, so that
# no gradient is inf - inf.
_LOG_ZERO = -3e4


def _smoothed(y_true, label_smoothing):
    return y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else y_true


def _check_below_one(name, value):
    return check_number(name, value, minimum=0, maximum=1, include_boundaries="left")


@serializable
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
        reduction=WEIGHTED_MEAN,
        name="binary_crossentropy",
        dtype=None,
    ):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.label_smoothing = _check_below_one("label_smoothing", label_smoothing)

    def call(self, y_true, y_pred):
        """Losses before weighting, of the shape of the arguments."""
        target = _smoothed(y_true, self.label_smoothing)
        return ops.binary_crossentropy(target, y_pred, from_logits=True)


def _focused(logits, gamma):
    """Cross-entropy of a positive times (1 - p)^gamma, with log(1 - p) = -softplus(logit)."""
    crossentropy = ops.softplus(-logits)
    return ops.exp(-gamma * ops.softplus(logits)) * crossentropy if gamma else crossentropy


@serializable
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
        reduction=WEIGHTED_MEAN,
        name="focal",
        dtype=None,
    ):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.gamma = check_number("gamma", gamma, minimum=0)
        self.alpha = alpha if alpha is None else _check_below_one("alpha", alpha)
        self.label_smoothing = _check_below_one("label_smoothing", label_smoothing)

    def call(self, y_true, y_pred):
        """Losses before weighting, of the shape of the arguments."""
        target = _smoothed(y_true, self.label_smoothing)
        positive, negative = (1.0, 1.0) if self.alpha is None else (self.alpha, 1.0 - self.alpha)
        return positive * target * _focused(y_pred, self.gamma) + negative * (
            1.0 - target
        ) * _focused(-y_pred, self.gamma)


@serializable
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
        reduction=WEIGHTED_MEAN,
        name="asymmetric",
        dtype=None,
    ):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.gamma_pos = check_number("gamma_pos", gamma_pos, minimum=0)
        self.gamma_neg = check_number("gamma_neg", gamma_neg, minimum=0)
        self.clip = _check_below_one("clip", clip)
        self.label_smoothing = _check_below_one("label_smoothing", label_smoothing)

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


@serializable
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

    def __init__(self, label_smoothing=0.0, *, reduction=WEIGHTED_MEAN, name="zlpr", dtype=None):
        super().__init__(reduction=reduction, name=name, dtype=dtype)
        self.label_smoothing = _check_below_one("label_smoothing", label_smoothing)

    def weighted_losses(self, y_true, y_pred, weight):
        """Losses of the rows, and the weight of each row."""
        target = _smoothed(y_true, self.label_smoothing)
        row_weight = ops.max(weight, axis=-1)
        share = ops.divide_no_nan(weight, ops.expand_dims(row_weight, -1))
        positive = _log_one_plus_sum_exp(-y_pred, share * target)
        negative = _log_one_plus_sum_exp(y_pred, share * (1.0 - target))
        return positive + negative, row_weight


@serializable
class SoftF1(CellLoss):
    r"""One minus the macro F1 of the batch, with probabilities instead of decisions.

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

    def __init__(self, *, reduction=WEIGHTED_MEAN, name="soft_f1", dtype=None):
        super().__init__(reduction=reduction, name=name, dtype=dtype)

    def weighted_losses(self, y_true, y_pred, weight):
        """Losses of the labels, and 1 for each label that has a known cell, else 0."""
        probability = ops.sigmoid(y_pred)
        twice_tp = 2.0 * ops.sum(weight * y_true * probability, axis=0)
        # 2 tp + fp + fn
        total = ops.sum(weight * (y_true + probability), axis=0)
        known = ops.cast(ops.any(weight > 0, axis=0), y_pred.dtype)
        return 1.0 - ops.divide_no_nan(twice_tp, total), known
