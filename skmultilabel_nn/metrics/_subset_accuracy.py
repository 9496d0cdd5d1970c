"""Subset accuracy: the share of samples whose labels are all predicted correctly."""

from . import _averages
from ._truth import read_truth


def subset_accuracy(y, predicted, codec, sample_weight=None):
    """Compute the share of samples whose known labels are all predicted correctly.

    Parameters
    ----------
    y : target
        True labels of any type; a label outside of the vocabulary counts as missed.
    predicted : ndarray of shape (n_samples, n_labels)
        Decisions, 0 or 1.
    codec : TargetCodec
        The labels of the columns.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), or None
        Cells of weight zero do not count; a sample weighs as much as its cells on average.

    Returns
    -------
    float
        In [0, 1].
    """
    truth = read_truth(y, codec, sample_weight)
    return float(_averages.subset_accuracy(truth, truth.labels(predicted, codec)))
