"""Threshold-free scores of the held-out samples after each epoch, for early stopping."""

import warnings

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from skmultilabel_nn.metrics._scorer import threshold_free_metric
from skmultilabel_nn.metrics._truth import read_truth

# scikit-learn's rankings take about 40 µs per row: with more rows the score would take longer than
# the epoch, and these are enough to compare epochs.
_MAX_SAMPLES = 2000


class ValidationScore:
    """Score of logits on held-out samples.

    Parameters
    ----------
    name : str
        Name of a threshold-free scorer, such as "lrap", "average_precision" or "roc_auc_micro".
    target : EncodedTarget
        True labels.
    codec : TargetCodec
        Codec of the labels.
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
        Weights of samples or cells.

    Raises
    ------
    ValueError
        If no cell is known.
    """

    def __init__(self, name, target, codec, weight):
        self.name = name
        n_rows = target.Y.shape[0]
        self.rows = np.unique(np.linspace(0, n_rows - 1, min(n_rows, _MAX_SAMPLES)).astype(int))
        Y = target.Y[self.rows]
        if target.known is not None:
            Y = np.where(target.known[self.rows], Y, np.nan)
        weight = None if weight is None else weight[self.rows]
        self._truth = read_truth(Y, codec, weight)
        self._compute = threshold_free_metric(name)

    def __call__(self, logits):
        """Score the logits of the samples `rows`; higher is better."""
        with warnings.catch_warnings():  # of labels without positives, which would come each epoch
            warnings.simplefilter("ignore", UndefinedMetricWarning)
            return float(self._compute(self._truth, self._truth.scores(logits)))
