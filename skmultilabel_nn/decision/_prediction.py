"""Predictions from probabilities: the decision rule of `threshold`, batch by batch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.utils import gen_batches

from skmultilabel_nn._utils.ranking import top_k

from ._base import DecisionRule
from ._rules import resolve_rule


def resolve_threshold(threshold, codec):
    """Return the decision rule of the parameter `threshold`.

    Parameters
    ----------
    threshold : number, array-like, dict, str or DecisionRule
        The estimator's parameter.
    codec : TargetCodec
        Number and names of the labels.

    Returns
    -------
    DecisionRule
        A copy, fitted unless it has to be tuned on held-out samples.

    Raises
    ------
    ValueError, TypeError
        If no rule can be made of the threshold.
    """
    rule = resolve_rule(thresholds_by_label(threshold, codec))
    return rule if rule.tuned else rule.fit(np.empty((0, codec.n_outputs)), None)


def thresholds_by_label(threshold, codec):
    """Return one threshold per label where several are given, else what was given."""
    if isinstance(threshold, Mapping) or np.ndim(threshold):
        return codec.per_label(threshold, default=0.5, what="threshold")
    return threshold


def fitted_rule(threshold, codec, held_out, rule=None):
    """Return the fitted decision rule of the parameter `threshold`.

    Parameters
    ----------
    threshold, codec
        As in `resolve_threshold`.
    held_out : ValidationPredictions or None
        Held-out samples, on which rules are tuned.
    rule : DecisionRule or None, default=None
        The rule that was tuned on them when the estimator was fitted; returned if `threshold`
        still asks for it.

    Returns
    -------
    DecisionRule

    Raises
    ------
    ValueError, TypeError
        If no rule can be made of the threshold, or it has to be tuned and `held_out` is None.
    """
    resolved = resolve_threshold(threshold, codec)
    if not resolved.tuned:
        return resolved
    if _equal_parameters(resolved, rule):
        return rule
    if held_out is None:
        raise ValueError(
            f"threshold={threshold!r} is tuned on held-out samples, and fit kept none. Call fit "
            "with this threshold; KerasMultiLabelClassifier also keeps them with "
            "early_stopping=True or validation_data."
        )
    return held_out.tune(resolved)


def _equal_parameters(a, b):
    """Return whether two rules, or values of their parameters, are the same."""
    if type(a) is not type(b):
        return False
    if isinstance(a, DecisionRule):
        return _equal_parameters(a.get_params(deep=False), b.get_params(deep=False))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal_parameters(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_equal_parameters, a, b))
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a is b or a == b


@dataclass(frozen=True, eq=False)
class ValidationPredictions:
    """Truth and predicted probabilities of held-out samples.

    Attributes
    ----------
    Y : ndarray or csr_array of shape (n_samples, n_labels)
        Truth, 0 or 1.
    known : bool ndarray of shape (n_samples, n_labels) or None
        False where the truth is unknown; None: all of it is known.
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
        Weights of samples or cells.
    probabilities : ndarray of shape (n_samples, n_labels)
        From a classifier that was not trained on these samples.
    indices : ndarray of int, shape (n_samples,), or None
        Positions of the samples among those that were given to `fit`, where that is kept.
    """

    Y: np.ndarray | sp.csr_array
    known: np.ndarray | None
    weight: np.ndarray | None
    probabilities: np.ndarray
    indices: np.ndarray | None = None

    def tune(self, rule):
        """Fit a decision rule on these samples, and return it."""
        return rule.fit(self.Y, self.probabilities, known=self.known, sample_weight=self.weight)


# Maximum number of probabilities in memory at a time: 32 MB in float64.
_CELLS_AT_A_TIME = 2**22


def _batches(X, n_labels):
    for rows in gen_batches(X.shape[0], max(1, _CELLS_AT_A_TIME // n_labels)):
        yield X[rows]


def decide_sparse(X, probabilities, rule, n_labels):
    """Predict batch by batch, without an (n_samples, n_labels) array in memory.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ...)
        Checked samples.
    probabilities : callable
        ``probabilities(X) -> ndarray of shape (n_samples, n_labels)``.
    rule : DecisionRule
        Fitted.
    n_labels : int
        Number of labels.

    Returns
    -------
    csr_array of shape (n_samples, n_labels), int64
    """
    decided = [sp.csr_array(rule.decide(probabilities(batch))) for batch in _batches(X, n_labels)]
    return sp.vstack(decided, format="csr")


def top_k_labels(X, probabilities, k, n_labels):
    """Find the k most probable labels of each sample, batch by batch.

    Parameters
    ----------
    X, probabilities, n_labels
        As in `decide_sparse`.
    k : int
        From 1 to n_labels.

    Returns
    -------
    columns : ndarray of shape (n_samples, k), int64
        The most probable first; of equal ones, the earlier columns.
    scores : ndarray of shape (n_samples, k)
        Their probabilities.
    """
    columns, scores = [], []
    for batch in _batches(X, n_labels):
        P = probabilities(batch)
        first = top_k(P, k).nonzero()[1].reshape(-1, k)
        order = np.argsort(-np.take_along_axis(P, first, axis=1), axis=1, kind="stable")
        columns.append(np.take_along_axis(first, order, axis=1))
        scores.append(np.take_along_axis(P, columns[-1], axis=1))
    return np.concatenate(columns), np.concatenate(scores)
