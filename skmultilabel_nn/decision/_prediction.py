"""From probabilities to decisions, and how many of them are right."""

import numpy as np
import scipy.sparse as sp
from sklearn.utils import gen_batches

from skmultilabel_nn._utils.ranking import top_k

from ._rules import resolve_rule


def find_rule(threshold, codec):
    """Return the decision rule that a threshold asks for.

    Parameters
    ----------
    threshold : number, array, dict, str or DecisionRule
        The estimator's parameter.
    codec : TargetCodec
        For the number of labels, and their names.

    Returns
    -------
    DecisionRule
        Ready to decide, unless it is to be tuned first.

    Raises
    ------
    ValueError, TypeError
        If no rule can be made of the threshold.
    """
    if isinstance(threshold, dict) or np.ndim(threshold):
        threshold = codec.per_label(threshold, default=0.5, what="threshold")
    rule = resolve_rule(threshold)
    return rule if rule.tuned else rule.fit(np.empty((0, codec.n_outputs)), None)


class Decisions:
    """The decision rule that a threshold asks for, tuned if it needs to be.

    Parameters
    ----------
    threshold : number, array, dict, str or DecisionRule
        The estimator's parameter.
    codec : TargetCodec
        For thresholds given by label.
    held_out : HeldOut or None
        Rows that did not train, on which a rule is tuned.
    """

    def __init__(self, threshold, codec, held_out):
        self._codec = codec
        rule = find_rule(threshold, codec)
        if rule.tuned and held_out is None:
            raise ValueError(
                f"threshold={threshold!r} is tuned on rows that did not train, and fit kept none. "
                f"Fit with this threshold, with early_stopping=True or with validation_data."
            )
        self._rule = held_out.tuned(rule) if rule.tuned else rule

    def decide(self, probabilities):
        """Return the 0/1 indicator of shape (n_samples, n_labels), int64."""
        return self._rule.decide(probabilities)

    def thresholds(self):
        """Return one threshold a label.

        Raises
        ------
        AttributeError
            If the rule does not consist of thresholds.
        """
        return self._rule.thresholds_


class HeldOut:
    """Truth and probabilities of rows that did not train.

    Parameters
    ----------
    Y : ndarray or csr_array of shape (n_samples, n_labels)
    known : bool ndarray of shape (n_samples, n_labels) or None
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
    probabilities : ndarray of shape (n_samples, n_labels)
    """

    def __init__(self, Y, known, weight, probabilities):
        self.Y, self.known, self.weight = Y, known, weight
        self.probabilities = probabilities
        self._last = None

    def __getstate__(self):
        """Leave out the rule tuned last, which can be tuned again."""
        return {**self.__dict__, "_last": None}

    def tuned(self, rule):
        """Return the rule tuned on these rows; the last one is remembered."""
        text = repr(rule.get_params())
        if self._last is None or self._last[:2] != (type(rule), text):
            rule.fit(self.Y, self.probabilities, known=self.known, sample_weight=self.weight)
            self._last = type(rule), text, rule
        return self._last[2]


# Probabilities that are in memory at a time where an answer needs fewer: 32 MB in float64.
_CELLS_AT_A_TIME = 2**22


def _batches(X, n_labels):
    for rows in gen_batches(X.shape[0], max(1, _CELLS_AT_A_TIME // n_labels)):
        yield X[rows]


def decide_sparse(X, probabilities, decisions, n_labels):
    """Decide batch by batch, so that no (n_samples, n_labels) array is ever in memory.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ...)
        Checked samples.
    probabilities : callable
        ``probabilities(X) -> ndarray of shape (n_samples, n_labels)``.
    decisions : Decisions
        What decides.
    n_labels : int
        Number of labels.

    Returns
    -------
    csr_array of shape (n_samples, n_labels), int64
    """
    chosen = [
        sp.csr_array(decisions.decide(probabilities(batch))) for batch in _batches(X, n_labels)
    ]
    return sp.vstack(chosen, format="csr")


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
