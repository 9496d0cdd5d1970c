"""Final weights, made of sample, cell and class weights; zero for unknown cells."""

from numbers import Real

import numpy as np
import scipy.sparse as sp
from scipy.special import logit

from skmultilabel_nn._training.cell_weights import LabelWeights, row_blocks, weight_blocks
from skmultilabel_nn._utils.text import format_value, format_values
from skmultilabel_nn._utils.weights import as_cells, cell_weights, common_divisor, within_range

# Weights beyond this power of 2 may overflow when the float32 of a batch are summed.
_FLOAT32_EXPONENT = 30


def training_weights(target, codec, sample_weight=None, class_weight=None):
    """Return sample or cell weights, and those of labels where they are not multiplied into them.

    A class weight depends on the label and its value only, so the program that trains multiplies
    it: an array of the weights of all cells takes far more memory than a sparse `Y`. Where there is
    such an array anyway, for cell weights or unknown cells, its cells are the products.

    Parameters
    ----------
    target : EncodedTarget
        Target with its mask of known cells.
    codec : TargetCodec
        Codec with the label names.
    sample_weight : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
        Checked weights.
    class_weight : {None, "balanced"}, dict or array-like of shape (n_outputs,)
        Weight of the positives of each label (of the samples of each class, for 1-D targets).
        "balanced" gives positives and negatives of a label the same total weight.

    Returns
    -------
    weight : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
        None if all are equal. float32, beside label weights float64.
    label_weights : LabelWeights or None

    Raises
    ------
    ValueError
        If a label is unknown in every row, or `class_weight` is not allowed.
    """
    weight = sample_weight
    if target.known is not None:
        _check_known(target.known, codec)
        weight = cell_weights(weight, target.known, target.Y.shape)
    if class_weight is not None:
        positive, negative = _class_weights(target, codec, weight, class_weight)
        if codec.multilabel and (weight is None or weight.ndim == 1):
            return _scaled_together(weight, positive, negative)
        weight = _apply_class_weights(target.Y, codec, weight, positive, negative)
    if weight is None:
        return None, None
    return within_range(weight, _FLOAT32_EXPONENT).astype(np.float32, copy=False), None


def log_odds(samples, *, multilabel):
    """Compute the logits of the label frequencies, the constant prediction with the least loss.

    Parameters
    ----------
    samples : Samples
        With their final weights.
    multilabel : bool
        Whether the outputs are independent labels.

    Returns
    -------
    ndarray of shape (n_outputs,), float64
        Frequencies are smoothed by Jeffreys' prior, half a sample with and half a sample without
        the label, and kept above 1e-4 and below 1 - 1e-4. With many rare labels by less, so that
        the expected number of labels per sample grows by a tenth at most.
    """
    positives = totals = squares = 0.0
    divisors = []
    for rows, weight in weight_blocks(samples):
        Y = samples.Y[rows]
        cells = np.ones((1, 1)) if weight is None else as_cells(weight)
        positives = positives + _positive_sums(Y, cells)
        repeats = Y.shape[0] / cells.shape[0]
        totals = totals + cells.sum(axis=0, dtype=np.float64) * repeats
        squares = squares + np.einsum("ij,ij->j", cells, cells, dtype=np.float64) * repeats
        divisors.append(common_divisor(cells))
    share = np.divide(positives, totals, out=np.zeros(len(positives)), where=totals > 0)
    # Integer weights count repetitions. Of others, Kish's effective number of samples does not
    # depend on their scale.
    kish = np.divide(totals**2, squares, out=np.zeros(len(totals)), where=squares > 0)
    divisor = None if None in divisors else np.gcd.reduce(divisors)
    n_samples = np.broadcast_to(totals / divisor, share.shape) if divisor else kish
    positives = share * n_samples
    prior = min(0.5, max(1.0, positives.sum() / 10) / len(positives))
    n_alternatives = 2 if multilabel else len(positives)
    frequency = (positives + prior) / (n_samples + prior * n_alternatives)
    frequency = frequency.clip(1e-4, 1 - 1e-4)
    return logit(frequency) if multilabel else np.log(frequency)


def _check_known(known, codec):
    unknown = ~known.any(axis=0)
    if unknown.any():
        names = format_values(codec.label_names[unknown])
        raise ValueError(
            f"Label(s) {names} have no observed values: every training sample has a missing value "
            "there. Remove these labels, or add samples where they are known."
        )


def _class_weights(target, codec, weight, class_weight):
    """Return the weights of the positives and of the negatives of each label."""
    if isinstance(class_weight, str) and class_weight == "balanced":
        return _balanced(target.Y, codec, weight)
    if isinstance(class_weight, str | Real):
        raise ValueError(
            "class_weight must be None, 'balanced', a dict {label: weight} or one weight per "
            f"label, got {format_value(class_weight)}."
        )
    positive = codec.per_label(class_weight, default=1.0, what="class_weight")
    if (positive < 0).any():
        raise ValueError(f"class_weight must not be negative, the minimum is {positive.min():g}.")
    return positive, np.ones_like(positive)


def _balanced(Y, codec, weight):
    n_samples, n_outputs = Y.shape
    cells = np.ones((1, 1)) if weight is None else as_cells(weight)
    positives = _positive_sums(Y, cells)
    totals = np.broadcast_to(cells.sum(axis=0), n_outputs) * (n_samples / cells.shape[0])
    if not codec.multilabel:
        present = (positives > 0).sum()
        return _ratio(totals, present * positives), np.ones(n_outputs)
    return _ratio(totals, 2 * positives), _ratio(totals, 2 * (totals - positives))


def _positive_sums(Y, cells):
    """Sum the weights of the positive cells of each label."""
    if sp.issparse(Y):
        return np.ravel(Y.multiply(cells).tocsr().sum(axis=0, dtype=np.float64))
    sums = np.zeros((0, Y.shape[1]))
    for rows in row_blocks(Y.shape):
        products = Y[rows] * (cells if len(cells) == 1 else cells[rows])
        # Row after row, so that the sums do not depend on the blocks.
        sums = np.concatenate([sums, products]).sum(axis=0, keepdims=True)
    return sums[0]


def _ratio(total, part):
    return np.divide(total, part, out=np.ones(len(part)), where=part > 0)


def _scaled_together(weight, positive, negative):
    """Return row weights and label weights whose products are in the range of float32."""
    both = within_range(np.stack([positive, negative]), _FLOAT32_EXPONENT)
    if weight is None:
        return None, LabelWeights(*both)
    weight = within_range(weight, _FLOAT32_EXPONENT)
    unit = np.ldexp(1.0, np.frexp(weight.max())[1])
    return weight, LabelWeights(*within_range(both * unit, _FLOAT32_EXPONENT) / unit)


def _apply_class_weights(Y, codec, weight, positive, negative):
    if not codec.multilabel:
        rows = np.ravel(Y @ positive)
        return rows if weight is None else rows * weight
    Y = Y.toarray() if sp.issparse(Y) else Y
    return np.where(Y > 0, positive, negative) * weight
