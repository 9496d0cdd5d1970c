"""Final weights: sample, cell and class weights in one array, zero for unknown cells."""

from numbers import Real

import numpy as np
import scipy.sparse as sp
from scipy.special import logit

from skmultilabel_nn._utils.text import format_value, format_values
from skmultilabel_nn._utils.weights import as_cells, cell_weights, within_range

# Weights beyond this power of 2 may overflow when the float32 of a batch are summed.
_FLOAT32_EXPONENT = 30


def training_weight(target, codec, sample_weight=None, class_weight=None):
    """Multiply the sample, cell and class weights of each cell.

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
    ndarray of shape (n_samples,) or (n_samples, n_outputs), float32; None if all weights are equal

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
        weight = _apply_class_weights(target.Y, codec, weight, positive, negative)
    if weight is None:
        return None
    return within_range(weight, _FLOAT32_EXPONENT).astype(np.float32, copy=False)


def log_odds(Y, weight, *, multilabel):
    """Compute the logits of the label frequencies, the constant prediction with the least loss.

    Parameters
    ----------
    Y : ndarray or csr_array of shape (n_samples, n_outputs)
        Indicator, one-hot for 1-D classes.
    weight : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
        Result of `training_weight`.
    multilabel : bool
        Whether the outputs are independent labels.

    Returns
    -------
    ndarray of shape (n_outputs,), float64
        Frequencies are smoothed by Jeffreys' prior, half a sample with and half a sample without
        the label, and kept above 1e-4 and below 1 - 1e-4. With many rare labels by less, so that
        the expected number of labels per sample grows by a tenth at most.
    """
    cells = np.ones((1, 1)) if weight is None else as_cells(weight)
    positives = np.ravel(_positive_cells(Y, cells).sum(axis=0, dtype=np.float64))
    repeats = Y.shape[0] / cells.shape[0]
    totals = cells.sum(axis=0, dtype=np.float64) * repeats
    squares = np.einsum("ij,ij->j", cells, cells, dtype=np.float64) * repeats
    share = np.divide(positives, totals, out=np.zeros(len(positives)), where=totals > 0)
    # Kish's effective number of samples: that of a weighted label, whatever the weights' scale.
    n_samples = np.divide(totals**2, squares, out=np.zeros(len(totals)), where=squares > 0)
    positives = share * n_samples
    prior = min(0.5, max(1.0, positives.sum() / 10) / len(positives))
    n_alternatives = 2 if multilabel else Y.shape[1]
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
    positives = np.ravel(_positive_cells(Y, cells).sum(axis=0))
    totals = np.broadcast_to(cells.sum(axis=0), n_outputs) * (n_samples / cells.shape[0])
    if not codec.multilabel:
        present = (positives > 0).sum()
        return _ratio(totals, present * positives), np.ones(n_outputs)
    return _ratio(totals, 2 * positives), _ratio(totals, 2 * (totals - positives))


def _positive_cells(Y, cells):
    return Y.multiply(cells).tocsr() if sp.issparse(Y) else Y * cells


def _ratio(total, part):
    return np.divide(total, part, out=np.ones(len(part)), where=part > 0)


def _apply_class_weights(Y, codec, weight, positive, negative):
    if not codec.multilabel:
        rows = np.ravel(Y @ positive)
        return rows if weight is None else rows * weight
    if sp.issparse(Y) and weight is None:
        both = within_range(np.stack([positive, negative]), _FLOAT32_EXPONENT)
        positive, negative = both.astype(np.float32)
        cells = np.tile(negative, (Y.shape[0], 1))  # half of float64's memory
        rows, columns = Y.nonzero()
        cells[rows, columns] = positive[columns]
        return cells
    Y = Y.toarray() if sp.issparse(Y) else Y
    cells = np.where(Y > 0, positive, negative)
    return cells if weight is None else cells * as_cells(weight)
