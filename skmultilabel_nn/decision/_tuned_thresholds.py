"""Rules that consist of thresholds, tuned on held-out samples."""

from functools import partial
from inspect import Parameter, signature

import numpy as np
from scipy.special import expit, logit

from skmultilabel_nn._utils.checks import check_integer, check_number, check_unit_interval
from skmultilabel_nn._utils.text import format_value, unknown_name_message
from skmultilabel_nn._utils.weights import observed_row_weights

from . import _threshold_search as search
from ._base import DecisionRule
from ._cells import Cells

_METRICS = tuple(f"{m}_{a}" for m in ("f1", "jaccard") for a in ("micro", "samples", "macro"))


class SharedThreshold(DecisionRule):
    """One threshold for all labels that maximizes a metric.

    Parameters
    ----------
    metric : str or callable, default="f1_micro"
        "f1_micro", "f1_samples", "f1_macro", "jaccard_micro", "jaccard_samples", "jaccard_macro",
        or ``metric(Y_true, Y_pred) -> float`` (higher is better) on int64 indicators. Of `metric` a
        `sample_weight` is asked only if samples differ in weight. Unknown cells are 0 in both.
    zero_division : float, default=0.0
        What a sample (samples) or label (macro) without true and without predicted labels is worth.
        0 is what the scikit-learn scorers of the same names count; with 1 an empty prediction is
        right where there is nothing to predict. Not used for callables.
    n_candidates : int, default=200
        For callables: maximum number of candidate thresholds, which lie between quantiles of the
        distinct scores, half of them of the positives' scores. Named metrics are maximized exactly.

    Attributes
    ----------
    thresholds_ : ndarray of shape (n_labels,), float64
        The same number for every label, midway between two scores. Of thresholds that do equally
        well, the highest.
    best_score_ : float
        The metric on the tuning samples.

    Notes
    -----
    O(m log m) for m cells, with about 100 bytes of memory per cell. Weights of cells that differ
    within a sample count inside the sample; the sample itself has their mean weight.

    Examples
    --------
    >>> from skmultilabel_nn.decision import SharedThreshold
    >>> rule = SharedThreshold("f1_micro").fit([[1, 0], [0, 1]], [[0.3, 0.1], [0.1, 0.5]])
    >>> rule.thresholds_
    array([0.2, 0.2])
    """

    def __init__(self, metric="f1_micro", *, zero_division=0.0, n_candidates=200):
        self.metric = metric
        self.zero_division = zero_division
        self.n_candidates = n_candidates

    def _learn(self, cells, n_labels):
        if callable(self.metric):
            threshold, score = self._search_grid(cells)
        else:
            threshold, score = self._search_exactly(cells)
        self.thresholds_, self.best_score_ = np.full(n_labels, threshold), float(score)

    def _search_exactly(self, cells):
        if self.metric not in _METRICS:
            raise ValueError(
                unknown_name_message("metric", self.metric, _METRICS) + " Or give a callable."
            )
        name, average = self.metric.split("_")
        utility = search.f_beta if name == "f1" else search.jaccard
        utility = partial(
            utility, zero_division=check_unit_interval("zero_division", self.zero_division)
        )
        if average == "micro":
            return search.best_micro_threshold(cells, utility)
        if average == "samples":
            return search.best_averaged_threshold(
                cells, observed_row_weights(cells.weight), utility
            )
        counted = np.any(cells.weight > 0, axis=0).astype(np.float64)
        return search.best_averaged_threshold(cells.by_label, counted, utility)

    def _search_grid(self, cells):
        n_candidates = check_integer("n_candidates", self.n_candidates, minimum=3)
        rows = np.any(cells.weight > 0, axis=1)
        cells = Cells(*(part[rows] for part in cells))
        counts, metric = cells.weight > 0, self._weighted_metric(cells)
        truth = cells.truth.astype(np.int64)
        thresholds = search.candidate_thresholds(cells, n_candidates)
        values = [metric(truth, ((cells.score >= t) & counts).astype(np.int64)) for t in thresholds]
        best = np.argmax(values)
        if np.isnan(values[best]):
            raise ValueError(
                f"metric {format_value(self.metric)} returned NaN at threshold {thresholds[best]}."
            )
        return thresholds[best], values[best]

    def _weighted_metric(self, cells):
        weight = observed_row_weights(cells.weight)
        if np.any((cells.weight > 0) & ~np.isclose(cells.weight, weight[:, None])):
            raise ValueError(
                "A callable metric takes one weight per sample, but sample_weight differs within "
                "samples. Give weights of shape (n_samples,), or use a metric by name."
            )
        if np.allclose(weight, weight[0]):
            return self.metric
        arguments = signature(self.metric).parameters.values()
        if not any(a.name == "sample_weight" or a.kind == Parameter.VAR_KEYWORD for a in arguments):
            raise ValueError(
                f"Samples differ in weight, but metric {format_value(self.metric)} takes no "
                "sample_weight. Add that parameter, or fit without weights."
            )
        return partial(self.metric, sample_weight=weight)


class PerLabelThreshold(DecisionRule):
    r"""One threshold per label that maximizes its F-beta (hence macro F-beta).

    With few positives the best threshold of a label is mostly chance. So each is shrunk towards the
    shared threshold :math:`t_0` that maximizes micro F-beta: with :math:`n` positives in the tuning
    rows, and :math:`t` the label's own best,

    .. math:: \operatorname{logit} t' = w \operatorname{logit} t + (1 - w) \operatorname{logit} t_0,
        \quad w = n / (n + \text{shrink})

    Parameters
    ----------
    beta : float, default=1.0
        Weight of recall against precision.
    min_positives : float, default=3
        Labels with fewer positives in the tuning samples (in weight) take the shared threshold;
        those without any always do.
    shrink : float, default=10
        Number of positives at which own and shared threshold weigh the same. 0: no shrinkage, the
        exact maximum on the tuning samples.

    Attributes
    ----------
    thresholds_ : ndarray of shape (n_labels,), float64
        Thresholds after shrinkage, before it midway between two scores. Of thresholds that do
        equally well, the highest.
    shared_threshold_ : float
        The threshold towards which the thresholds of the labels are shrunk.
    positives_ : ndarray of shape (n_labels,), float64
        Weight of the positives that each threshold was tuned on.

    References
    ----------
    Lipton, Elkan and Naryanaswamy (2014). Optimal thresholding of classifiers to maximize F1
    measure. ECML PKDD.

    Examples
    --------
    >>> from skmultilabel_nn.decision import PerLabelThreshold
    >>> rule = PerLabelThreshold(min_positives=1, shrink=0)
    >>> rule.fit([[1, 0], [1, 1], [0, 0]], [[0.8, 0.1], [0.6, 0.3], [0.2, 0.2]]).thresholds_
    array([0.4 , 0.25])
    """

    def __init__(self, beta=1.0, *, min_positives=3, shrink=10):
        self.beta = beta
        self.min_positives = min_positives
        self.shrink = shrink

    def _learn(self, cells, n_labels):
        beta = check_number("beta", self.beta, minimum=0, include_boundaries="neither")
        min_positives, shrink = (
            check_number(name, getattr(self, name), minimum=0, finite=False)
            for name in ("min_positives", "shrink")
        )
        utility = partial(search.f_beta, beta=beta)
        self.shared_threshold_ = float(search.best_micro_threshold(cells, utility)[0])
        own = search.best_label_thresholds(cells, utility)
        self.positives_ = cells.positives
        self.thresholds_ = self._shrink(own, min_positives, shrink)

    def _shrink(self, own, min_positives, shrink):
        n, shared = self.positives_, self.shared_threshold_
        trusted = (n > 0) & (n >= min_positives)
        if shrink > 0:
            w = n / (n + shrink)
            # Thresholds at the very ends would have an infinite logit.
            ends = 1e-12, 1 - 1e-12
            pull = (1 - w) * logit(np.clip(shared, *ends))
            own = expit(w * logit(np.clip(own, *ends)) + pull)
        return np.where(trusted, own, shared)


class CardinalityThreshold(DecisionRule):
    """Thresholds that predict as many labels as the tuning samples have.

    Parameters
    ----------
    per_label : bool, default=False
        False: one threshold, at which the mean number of labels per sample is that of the tuning
        samples. True (proportional): one per label, at which its predicted share equals its true
        share.

    Attributes
    ----------
    thresholds_ : ndarray of shape (n_labels,), float64
        Thresholds midway between two scores, as near to the wanted number as equal scores allow;
        of equally near ones the highest.

    References
    ----------
    Read, Pfahringer, Holmes and Frank (2011). Classifier chains for multi-label classification.
    Machine Learning 85. Yang (2001). A study on thresholding strategies for text categorization.
    SIGIR.

    Examples
    --------
    >>> from skmultilabel_nn.decision import CardinalityThreshold
    >>> CardinalityThreshold().fit([[1, 0], [0, 1]], [[0.3, 0.2], [0.1, 0.5]]).thresholds_
    array([0.25, 0.25])
    """

    def __init__(self, *, per_label=False):
        self.per_label = per_label

    def _learn(self, cells, n_labels):
        seen = np.any(cells.weight > 0, axis=0)  # else the shared threshold
        if self.per_label and seen.all():
            self.thresholds_ = search.best_label_thresholds(cells, _count_match)
            return
        self.thresholds_ = np.full(n_labels, search.best_micro_threshold(cells, _count_match)[0])
        if self.per_label:
            own = search.best_label_thresholds(cells, _count_match)
            self.thresholds_[seen] = own[seen]


class TargetPrecision(DecisionRule):
    """The lowest threshold per label that reaches a precision on the tuning samples.

    Of all thresholds that reach it, the lowest one has the highest recall.

    Parameters
    ----------
    precision : float, default=0.9
        Wanted precision, above 0 and at most 1.

    Attributes
    ----------
    thresholds_ : ndarray of shape (n_labels,), float64
        Thresholds midway between two scores; just above 1 (never predicted) where no threshold
        reaches the precision.
    reachable_ : ndarray of shape (n_labels,), bool
        Whether the precision is reached by some threshold.

    Examples
    --------
    >>> from skmultilabel_nn.decision import TargetPrecision
    >>> rule = TargetPrecision(0.6).fit([[1], [0], [1], [0]], [[0.8], [0.6], [0.4], [0.2]])
    >>> rule.thresholds_, rule.reachable_
    (array([0.3]), array([ True]))
    """

    def __init__(self, precision=0.9):
        self.precision = precision

    def _learn(self, cells, n_labels):
        wanted = check_unit_interval("precision", self.precision, above_zero=True)

        def last_precise(candidates):
            found, predicted = candidates.true_positives, candidates.predicted_positives
            reached = candidates.possible & (found > 0) & _at_least(found, wanted * predicted)
            last = reached.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1)
            return np.where(reached.any(axis=1), last, -1)

        self.thresholds_ = search.search_units(cells.by_label, last_precise)
        self.reachable_ = self.thresholds_ < search.NEVER


class TargetRecall(DecisionRule):
    """The highest threshold per label that reaches a recall on the tuning samples.

    Lower thresholds reach it as well, with more false positives. A label without positives has
    no recall: it is never predicted.

    Parameters
    ----------
    recall : float, default=0.9
        Wanted recall, above 0 and at most 1.

    Attributes
    ----------
    thresholds_ : ndarray of shape (n_labels,), float64
        Thresholds midway between two scores; just above 1 (never predicted) for labels without
        positives.
    reachable_ : ndarray of shape (n_labels,), bool
        Whether the label has positives in the tuning samples.

    Examples
    --------
    >>> from skmultilabel_nn.decision import TargetRecall
    >>> TargetRecall(0.5).fit([[1], [0], [1]], [[0.8], [0.6], [0.2]]).thresholds_
    array([0.7])
    """

    def __init__(self, recall=0.9):
        self.recall = recall

    def _learn(self, cells, n_labels):
        wanted = check_unit_interval("recall", self.recall, above_zero=True)

        def first_complete(candidates):
            found, positives = candidates.true_positives, candidates.positives
            reached = candidates.possible & _at_least(found, wanted * positives)
            return np.where(positives[:, 0] > 0, np.argmax(reached, axis=1), -1)

        self.thresholds_ = search.search_units(cells.by_label, first_complete)
        self.reachable_ = self.thresholds_ < search.NEVER


def _count_match(true_positives, predicted_positives, positives):
    """0 where as many are predicted as are positive, falling with the difference."""
    return -np.abs(predicted_positives - positives) / np.maximum(positives, 1e-200)


def _at_least(value, wanted):
    # 0.7 * 10 or a sum of weights may miss the target by a rounding error.
    return value >= wanted * (1 - 1e-10)
