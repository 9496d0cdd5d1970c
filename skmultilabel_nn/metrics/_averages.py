"""Averages of scikit-learn's metrics over known and weighted cells.

Everything is computed by scikit-learn. If sample weights cannot express the weights of cells, the
cells are rearranged as samples.
"""

import warnings

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    coverage_error,
    hamming_loss,
    label_ranking_average_precision_score,
    label_ranking_loss,
    log_loss,
    mean_squared_error,
    ndcg_score,
    roc_auc_score,
)

from skmultilabel_nn._utils.checks import check_integer
from skmultilabel_nn._utils.text import format_values

from ._truth import pad_columns

_BLOCK_CELLS = 1 << 22  # cells of a sparse truth that are made dense at a time


# Sets of labels ------------------------------------------------------------------------------


def set_score(truth, P, *, score, average, zero_division=0.0):
    """Average F1, precision, recall or Jaccard index over the cells that count.

    Parameters
    ----------
    truth : Truth
    P : 0/1 matrix aligned with the truth
    score : callable
        Metric of scikit-learn, such as `f1_score`; may return an array with one entry per score.
    average : {"micro", "macro", "weighted", "samples"} or None
        None: no average, an array over labels.
    zero_division : float
        The value of 0 / 0.

    Returns
    -------
    float or ndarray
    """
    if truth.cell_weight is None or not (truth.Y.any() or P.any()):
        return _score_columns(score, truth.Y, P, truth.row_weight, average, zero_division)
    # A sample per cell that holds just this cell: sample weights are cell weights then. Cells that
    # are 0 in both are true negatives, which none of the scores counts.
    rows, columns = np.nonzero(truth.Y | P)
    of_rows = average == "samples"
    group, n_groups = (rows, len(P)) if of_rows else (columns, P.shape[1])
    weight = truth.cell_weight[rows, columns]
    y, p = (_spread(M[rows, columns], group, n_groups) for M in (truth.Y, P))
    result = _score_columns(score, y, p, weight, None if of_rows else average, zero_division)
    return np.average(result, axis=-1, weights=truth.row_weight) if of_rows else result


def _spread(values, group, n_groups):
    """Make a row of each value, with the value in the column of its group."""
    stored = values > 0
    indptr = np.concatenate([[0], np.cumsum(stored)])
    shape = (len(values), n_groups)
    return sp.csr_array((values[stored], group[stored], indptr), shape=shape)


def _score_columns(score, Y, P, weight, average, zero_division):
    options = {"average": average, "sample_weight": weight, "zero_division": zero_division}
    if Y.shape[1] == 1:  # scikit-learn takes one column for a binary target
        Y, P, options["labels"] = pad_columns(Y, 2, 0), pad_columns(P, 2, 0), [0]
    return score(Y, P, **options)


def subset_accuracy(truth, P):
    """Compute the share of samples whose known cells are all predicted correctly."""
    return accuracy_score(*_columns_or_one(truth.Y, P), sample_weight=truth.row_weight)


def hamming(truth, P):
    """Compute the share of wrong cells."""
    if truth.cell_weight is None:
        return hamming_loss(*_columns_or_one(truth.Y, P), sample_weight=truth.row_weight)
    y, p, weight = flatten_observed(truth, P)
    return hamming_loss(y, p, sample_weight=weight)


def _columns_or_one(Y, P):
    if Y.shape[1] > 1:
        return Y, P
    return np.ravel(Y), np.ravel(P.toarray() if sp.issparse(P) else P)


# Scores of cells -----------------------------------------------------------------------------


def flatten_observed(truth, values):
    """List truth, values and weights of the cells that count.

    Returns
    -------
    y, values, weight : ndarrays of shape (n_cells,)
        The weight may be None.
    """
    cells = truth.cell_weight
    if cells is not None:
        counted = cells > 0
        return truth.dense[counted], values[counted], cells[counted]
    rows = truth.row_weight
    weight = None if rows is None else np.repeat(rows, values.shape[1])
    return truth.dense.ravel(), values.ravel(), weight


def binary_log_loss(truth, S):
    """Compute the mean binary cross-entropy per cell."""
    y, p, weight = flatten_observed(truth, S)
    return log_loss(y, p, sample_weight=weight, labels=[0, 1])


def brier(truth, S):
    """Compute the mean squared distance of probability and truth per cell."""
    y, p, weight = flatten_observed(truth, S)
    return mean_squared_error(y, p, sample_weight=weight)


def label_curves(truth, S, score):
    """Compute the area under a curve for each label.

    Parameters
    ----------
    truth : Truth
    S : ndarray of shape (n_rows, n_labels)
        Scores.
    score : {roc_auc_score, average_precision_score}
        Metric of scikit-learn.

    Returns
    -------
    ndarray of shape (n_labels,)
        NaN for labels without positives and, for the ROC curve, for those without negatives.
    """
    Y, weight = truth.dense, truth.row_weight
    counted = np.ones(Y.shape, dtype=bool) if truth.cell_weight is None else truth.cell_weight > 0
    n_positive = Y.sum(axis=0)
    defined = n_positive > 0
    if score is roc_auc_score:
        defined &= n_positive < counted.sum(axis=0)
    areas = np.full(Y.shape[1], np.nan)
    for j in np.flatnonzero(defined):
        rows = counted[:, j]
        if truth.cell_weight is not None:
            weight = truth.cell_weight[rows, j]
        areas[j] = score(Y[rows, j], S[rows, j], sample_weight=weight)
    return areas


def curve_score(truth, S, *, score, average):
    """Average the area under a curve; labels where it is undefined are left out with one warning.

    Parameters
    ----------
    truth, S, score
        As in `label_curves`.
    average : {"micro", "macro", "weighted"}
        "weighted": by the weights of the positives.

    Returns
    -------
    float
        NaN, with a warning, if it is defined for no label.
    """
    if average == "micro":
        area = micro_curve(truth, S, score)
        if np.isnan(area):
            warn_undefined(truth.names, score)
        return area
    areas = label_curves(truth, S, score)
    undefined = np.isnan(areas)
    if undefined.any():
        warn_undefined(
            [name for name, bad in zip(truth.names, undefined, strict=True) if bad], score
        )
    return average_areas(areas, support(truth) if average == "weighted" else None)


def micro_curve(truth, S, score):
    """Compute the area under the curve of all cells together; NaN where it is undefined."""
    y, s, weight = flatten_observed(truth, S)
    if not y.any() or (score is roc_auc_score and y.all()):
        return np.nan
    return score(y, s, sample_weight=weight)


def average_areas(areas, weight=None):
    """Return the average of the values other than NaN; NaN if there are none."""
    defined = ~np.isnan(areas)
    if not defined.any():
        return np.nan
    return np.average(areas[defined], weights=None if weight is None else weight[defined])


def warn_undefined(names, score):
    """Warn once that the area under a curve is undefined for these labels."""
    needed = "positives or no negatives" if score is roc_auc_score else "positives"
    what = "ROC AUC" if score is roc_auc_score else "average precision"
    warnings.warn(
        f"{len(names)} label(s) have no known {needed}, so that their {what} is undefined; "
        f"averages leave them out: {format_values(names)}.",
        UndefinedMetricWarning,
        stacklevel=2,
    )


def support(truth):
    """Sum the weights of the positives of each label, (n_labels,)."""
    if truth.cell_weight is not None:
        return (truth.Y * truth.cell_weight).sum(axis=0)
    if truth.row_weight is None:
        return np.ravel(truth.Y.sum(axis=0)).astype(np.float64)
    return np.ravel(truth.Y.T @ truth.row_weight)


# Rankings of the labels of a sample ------------------------------------------------------------


def _ranked(truth, S):
    """Put cells that do not count below all others, where they change no rank."""
    if truth.cell_weight is None:
        return S
    return np.where(truth.cell_weight > 0, S, np.nextafter(S.min(), -np.inf))


def _two_columns(Y, S):
    """Add a last-ranked negative to a single label, which scikit-learn takes for binary."""
    if Y.shape[1] > 1:
        return Y, S
    return pad_columns(Y, 2, 0), pad_columns(S, 2, np.nextafter(S.min(), -np.inf))


def ranking_average_precision(truth, S):
    """Compute the label ranking average precision."""
    Y, S = _two_columns(truth.dense, _ranked(truth, S))
    return label_ranking_average_precision_score(Y, S, sample_weight=truth.row_weight)


def coverage(truth, S):
    """Compute how many labels of the ranking hold all true ones."""
    Y, S = _two_columns(truth.dense, _ranked(truth, S))
    return coverage_error(Y, S, sample_weight=truth.row_weight)


def ranking_loss(truth, S):
    """Compute the share of pairs of a true and a false label that are in the wrong order."""
    Y, S, weight = truth.dense, _ranked(truth, S), truth.row_weight
    if Y.shape[1] == 1:
        return 0.0  # no pairs
    if truth.cell_weight is None:
        return label_ranking_loss(Y, S, sample_weight=weight)
    # Cells that do not count enter as false labels in the right place. They add pairs to the
    # denominator of the sample only, which is corrected by way of its weight.
    n_positive = Y.sum(axis=1)
    n_counted = (truth.cell_weight > 0).sum(axis=1) - n_positive
    factor = np.divide(
        Y.shape[1] - n_positive, n_counted, out=np.zeros(len(Y)), where=n_counted > 0
    )
    if not factor.any():
        return 0.0
    corrected = weight * factor
    loss = label_ranking_loss(Y, S, sample_weight=corrected)
    return loss * corrected.sum() / weight.sum()


def ndcg(truth, S, *, k):
    """Compute the normalized discounted cumulative gain of the k labels with the highest scores."""
    k = check_integer("k", k, minimum=1, maximum=S.shape[1])
    S = _ranked(truth, S)
    n_rows = len(S)
    weight = np.ones(n_rows) if truth.row_weight is None else truth.row_weight
    step = max(1, _BLOCK_CELLS // S.shape[1]) if sp.issparse(truth.Y) else n_rows
    total = 0.0
    for start in range(0, n_rows, step):
        rows = slice(start, start + step)
        Y = truth.Y[rows]
        Y, block = _two_columns(Y.toarray() if sp.issparse(Y) else Y, S[rows])
        total += ndcg_score(Y, block, k=k, sample_weight=weight[rows]) * weight[rows].sum()
    return total / weight.sum()


CURVES = {"roc_auc": roc_auc_score, "average_precision": average_precision_score}
