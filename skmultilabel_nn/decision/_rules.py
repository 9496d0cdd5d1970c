"""Decision rules with few parameters, and the names of all rules."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from sklearn.base import clone

from skmultilabel_nn._targets.label_values import named_items
from skmultilabel_nn._utils.checks import (
    check_integer,
    check_number,
    check_numbers,
    is_real_number,
)
from skmultilabel_nn._utils.text import format_value, format_values, unknown_name_message

from ._base import DecisionRule, count_labels, mask_first_k
from ._expected_utility import ExpectedUtility
from ._threshold_search import NEVER
from ._tuned_thresholds import CardinalityThreshold, PerLabelThreshold, SharedThreshold


class FixedThreshold(DecisionRule):
    """Fixed thresholds, without tuning.

    Parameters
    ----------
    threshold : float or array of shape (n_labels,), default=0.5
        Lowest probability that predicts a label. Slightly above 1 (as in the `thresholds_` of other
        rules) means never.

    Examples
    --------
    >>> from skmultilabel_nn.decision import FixedThreshold
    >>> rule = FixedThreshold([0.5, 0.2]).fit([[1, 0]], [[0.9, 0.1]])
    >>> rule.decide([[0.4, 0.3], [0.5, 0.1]])
    array([[0, 1],
           [1, 0]])
    """

    tuned = False

    def __init__(self, threshold=0.5):
        self.threshold = threshold

    def _learn(self, cells, n_labels):
        value = _check_thresholds(self.threshold)
        if value.shape not in ((), (1,), (n_labels,)):
            raise ValueError(
                f"threshold has shape {value.shape}; give one number or {n_labels}, one per label."
            )
        if not np.all((value >= 0) & (value <= NEVER)):
            raise ValueError(f"threshold must be from 0 to 1, got {format_value(self.threshold)}.")
        self.thresholds_ = np.broadcast_to(value, (n_labels,)).copy()


class TopK(DecisionRule):
    """Exactly k labels per sample, the most probable ones; of equal ones the first columns.

    Parameters
    ----------
    k : int, default=1
        Number of labels, from 1 to the number of labels.

    Examples
    --------
    >>> from skmultilabel_nn.decision import TopK
    >>> TopK(2).fit(None, [[0.1, 0.2, 0.3]]).decide([[0.4, 0.1, 0.4]])
    array([[1, 0, 1]])
    """

    tuned = False

    def __init__(self, k=1):
        self.k = k

    def _learn(self, cells, n_labels):
        check_integer("k", self.k, minimum=1, maximum=n_labels)

    def _select(self, P):
        return mask_first_k(np.argsort(-P, axis=1, kind="stable"), int(self.k))


class MinMaxLabels(DecisionRule):
    """Minimum and maximum number of labels per sample, on top of another rule.

    Missing labels are added, most probable first; surplus ones are dropped, least probable first.

    Parameters
    ----------
    min_labels : int, default=1
        Lowest number of labels per sample.
    max_labels : int, default=None
        Highest number of labels per sample; None: no limit.
    threshold : str, float, array of shape (n_labels,) or DecisionRule, default=0.5
        The other rule, as accepted by :func:`resolve_rule`.

    Attributes
    ----------
    rule_ : DecisionRule
        The other rule, fitted.
    thresholds_ : ndarray of shape (n_labels,), float64
        Its thresholds, if it has any.

    Examples
    --------
    >>> from skmultilabel_nn.decision import MinMaxLabels
    >>> rule = MinMaxLabels(1, 2).fit(None, [[0.5, 0.5, 0.5]])
    >>> rule.decide([[0.1, 0.3, 0.2], [0.9, 0.7, 0.8]])
    array([[0, 1, 0],
           [1, 0, 1]])
    """

    def __init__(self, min_labels=1, max_labels=None, *, threshold=0.5):
        self.min_labels = min_labels
        self.max_labels = max_labels
        self.threshold = threshold

    @property
    def tuned(self):
        """Whether the other rule needs held-out probabilities."""
        return resolve_rule(self.threshold).tuned

    def fit(self, Y, P, *, known=None, sample_weight=None):
        """Fit the other rule; see :meth:`DecisionRule.fit`."""
        self._limits(count_labels(Y, P))
        rule = resolve_rule(self.threshold).fit(Y, P, known=known, sample_weight=sample_weight)
        self.rule_, self.n_labels_ = rule, rule.n_labels_
        if hasattr(rule, "thresholds_"):
            self.thresholds_ = rule.thresholds_
        return self

    def _limits(self, n_labels):
        low = check_integer("min_labels", self.min_labels, minimum=0, maximum=n_labels)
        high = check_integer("max_labels", self.max_labels, minimum=1, alternatives=(None,))
        if high is not None and low > high:
            raise ValueError(f"min_labels={low} must not be above max_labels={high}.")
        return low, n_labels if high is None else high

    def _select(self, P):
        predicted = self.rule_.decide(P)
        size = np.clip(predicted.sum(axis=1, keepdims=True), *self._limits(self.n_labels_))
        return mask_first_k(np.lexsort((-P, -predicted), axis=1), size)


RULES = MappingProxyType(
    {
        "f1_micro": SharedThreshold("f1_micro"),
        "f1_samples": SharedThreshold("f1_samples"),
        "f1_macro": PerLabelThreshold(),
        "jaccard_micro": SharedThreshold("jaccard_micro"),
        "jaccard_samples": SharedThreshold("jaccard_samples"),
        "cardinality": CardinalityThreshold(),
        "proportional": CardinalityThreshold(per_label=True),
        "expected_f1": ExpectedUtility("f1"),
        "expected_jaccard": ExpectedUtility("jaccard"),
        "at_least_one": MinMaxLabels(1),
        "top_1": TopK(1),
    }
)
"""Named rules: a read-only mapping of str to (unfitted) :class:`DecisionRule`."""


def resolve_rule(spec):
    """Return the decision rule of a parameter ``threshold``.

    Parameters
    ----------
    spec : str, DecisionRule, float or array of shape (n_labels,)
        A name in :data:`RULES`, a rule, or fixed thresholds.

    Returns
    -------
    rule : DecisionRule
        An unfitted copy; what was given is not changed.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If `spec` is none of these.

    Examples
    --------
    >>> from skmultilabel_nn.decision import resolve_rule
    >>> resolve_rule("f1_micro")
    SharedThreshold()
    >>> resolve_rule(0.3)
    FixedThreshold(threshold=0.3)
    """
    if isinstance(spec, str):
        if spec not in RULES:
            raise ValueError(unknown_name_message("threshold", spec, RULES))
        return clone(RULES[spec])
    if isinstance(spec, DecisionRule):
        return clone(spec)
    if is_real_number(spec):
        return FixedThreshold(check_number("threshold", spec))
    if isinstance(spec, np.ndarray | list | tuple | Mapping) or np.ndim(spec):
        return FixedThreshold(_check_thresholds(spec).copy())
    hint = " For a metric of your own use SharedThreshold(metric)." if callable(spec) else ""
    raise TypeError(
        "threshold must be a number, one number for each label, a rule of skmultilabel_nn.decision "
        f"or one of {', '.join(map(repr, RULES))}, got {format_value(spec)}.{hint}"
    )


def _check_thresholds(threshold):
    names, numbers = named_items(threshold, "threshold")
    if names is not None:
        raise ValueError(
            f"threshold names the labels {format_values(names)}, but a decision rule knows no "
            "names. Give the thresholds to the classifier itself, or in the order of its columns."
        )
    return check_numbers("threshold", numbers)
