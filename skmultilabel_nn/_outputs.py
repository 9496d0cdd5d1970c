"""From probabilities to decisions, and how many of them are right."""

import numpy as np
import scipy.sparse as sp

from .decision import resolve_rule


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
        if isinstance(threshold, dict):
            threshold = codec.per_label(threshold, default=0.5, what="threshold")
        rule = resolve_rule(threshold)
        if rule.tuned and held_out is None:
            raise ValueError(
                f"threshold={threshold!r} is tuned on rows that did not train, and fit kept none. "
                f"Fit with this threshold, with early_stopping=True or with validation_data."
            )
        if rule.tuned:
            self._rule = held_out.tuned(rule)
        else:
            self._rule = rule.fit(np.empty((0, codec.n_outputs)), None)

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


def subset_accuracy(target, chosen, weight=None):
    """Compute the share of rows of which every known label is right.

    Parameters
    ----------
    target : EncodedTarget
        Truth; a label outside of the vocabulary counts as missed.
    chosen : ndarray of shape (n_samples, n_labels)
        Decisions, 0 or 1.
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
        Cells of weight zero do not count; a row weighs as much as its cells on average.

    Returns
    -------
    float
        In [0, 1].
    """
    Y = target.Y.toarray() if sp.issparse(target.Y) else target.Y
    right = chosen == Y
    if target.known is not None:
        right |= ~target.known
    if weight is not None and weight.ndim == 2:
        right |= weight == 0
        weight = weight.mean(axis=1)
    rows = right.all(axis=1)
    if target.n_unseen is not None:
        rows &= target.n_unseen == 0
    return float(np.average(rows, weights=weight))
