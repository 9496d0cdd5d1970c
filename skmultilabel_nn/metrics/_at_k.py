"""Metrics of the k labels with the highest scores of a sample."""

import warnings

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import UndefinedMetricWarning

from skmultilabel_nn._targets.label_values import named_items
from skmultilabel_nn._utils.checks import check_integer, check_numbers
from skmultilabel_nn._utils.ranking import top_k
from skmultilabel_nn._utils.text import format_values


def precision(truth, S, *, k):
    """Average over samples: the share of true labels among the top k."""
    filled = k
    if truth.cell_weight is not None:
        filled = np.minimum(k, (truth.cell_weight > 0).sum(axis=1))
    return np.average(_gain_at_k(truth, S, k) / filled, weights=truth.row_weight)


def recall(truth, S, *, k):
    """Average over samples with true labels: the share of them that is among the top k."""
    n_positive = np.ravel(truth.Y.sum(axis=1))
    defined = n_positive > 0
    if not defined.any():
        warnings.warn(
            "Recall at k is undefined: no sample has a known true label.",
            UndefinedMetricWarning,
            stacklevel=2,
        )
        return np.nan
    weight = None if truth.row_weight is None else truth.row_weight[defined]
    return np.average(_gain_at_k(truth, S, k)[defined] / n_positive[defined], weights=weight)


def propensity_scored_precision(truth, S, *, k, propensities):
    """Divide the inverse propensities of the true labels among the top k by their highest sum."""
    value = 1 / propensities_of(truth, propensities)
    weight = np.ones(len(S)) if truth.row_weight is None else truth.row_weight
    best = weight @ _highest_gain(truth.Y, value, k)
    if not best:
        warnings.warn(
            "Propensity-scored precision is undefined: no sample has a known true label.",
            UndefinedMetricWarning,
            stacklevel=2,
        )
        return np.nan
    return weight @ _gain_at_k(truth, S, k, value) / best


def _gain_at_k(truth, S, k, value=None):
    """Sum the values of the true labels among the top k, (n_rows,); 1 each without values."""
    k = check_integer("k", k, minimum=1, maximum=S.shape[1])
    if truth.cell_weight is not None:
        S = np.where(truth.cell_weight > 0, S, -np.inf)
    rows, columns = truth.Y.nonzero()
    gain = top_k(S, k)[rows, columns].astype(np.float64)
    if value is not None:
        gain *= value[columns]
    return np.bincount(rows, weights=gain, minlength=len(S))


def _highest_gain(Y, value, k):
    """Sum the k highest values of the true labels of each sample, (n_rows,)."""
    rows, columns = Y.nonzero()
    order = np.lexsort((-value[columns], rows))
    rows, columns = rows[order], columns[order]
    counts = np.bincount(rows, minlength=Y.shape[0])
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.bincount(rows, weights=value[columns] * (rank < k), minlength=Y.shape[0])


def propensities_of(truth, propensities):
    """Return the propensity of each label of the truth, (n_labels,)."""
    names, values = named_items(propensities, "propensities")
    if names is not None:
        given = dict(zip(names, values, strict=True))
        missing = [name for name in truth.names if given.get(name) is None]
        if missing:
            raise ValueError(
                f"propensities has no entry for the label(s) {format_values(missing)}."
            )
        values = [given[name] for name in truth.names]
    else:
        values = np.ravel(check_numbers("propensities", values))
        if len(values) != truth.n_predicted:
            raise ValueError(
                f"propensities has {len(values)} numbers, but there are {truth.n_predicted} "
                "labels. Give one per label, or {label: propensity}."
            )
    values = check_numbers("propensities", values)
    if not ((values > 0) & (values <= 1)).all():
        raise ValueError("propensities must lie above 0 and at most 1; see label_propensities.")
    # Labels that training never showed are rarer than all others.
    return np.pad(values, (0, len(truth.names) - len(values)), constant_values=values.min())


def inverse_logistic_propensities(n_positive, n_samples, a, b):
    """Compute the propensity model of Jain et al. (2016), (n_labels,)."""
    n_positive = np.asarray(n_positive, dtype=np.float64)  # sums of float32 were float32 in numpy 1
    with np.errstate(over="ignore"):  # of a label without positives and a large `a`
        odds = (np.log(n_samples) - 1) * np.exp(a * np.log((b + 1) / (n_positive + b)))
    return 1 / (1 + odds)


def count_positives(Y):
    """Count the positives of each label, (n_labels,)."""
    return np.ravel(Y.sum(axis=0)) if sp.issparse(Y) else Y.sum(axis=0)
