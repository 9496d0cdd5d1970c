"""Reliability diagram of each label and of all labels pooled."""

from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

import numpy as np

from skmultilabel_nn._utils.checks import check_integer, check_option
from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.validation import check_probabilities

from ._base import LabelCurveDisplay
from ._drawing import AverageCurve, draw_averages
from ._scores import read_estimator, read_scores, warn_undefined

_MIN_CELLS, _MIN_SHARE = 10, 0.02  # of a bin that is drawn


@inherit_docstring(LabelCurveDisplay)
@dataclass(eq=False, repr=False)
class MultilabelCalibrationDisplay(LabelCurveDisplay):
    """Reliability diagram of each label and of all labels pooled.

    Made by `from_estimator` or `from_predictions`; parameters are attributes.

    Parameters
    ----------
    prob_true, prob_pred : list of n_labels ndarrays
        Share of positives and mean probability in each bin that is not empty, as
        `sklearn.calibration.calibration_curve` gives them.
    bin_counts : list of n_labels ndarrays
        Number of known cells in each of these bins, without those of weight 0.
    calibration_error : ndarray of shape (n_labels,)
        Expected calibration error [1]_: the mean distance of the two, weighted by the counts, or by
        the sums of the cells' weights. NaN for a label that has no observed values.
    pooled : AverageCurve, default=None
        The curve of all known cells as one problem (x: mean probability, y: share of positives);
        its score is their calibration error.
    pooled_counts : ndarray, default=None
        Number of known cells in each of its bins. None: all bins are drawn.

    Attributes
    ----------
    pooled_line_ : matplotlib Line or None
        Curve of all cells.
    reference_line_ : matplotlib Line
        The diagonal.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : The display of one label.

    Notes
    -----
    Bins of few cells are not drawn: fewer than 10, or than 2% of the cells of the label if that is
    less.

    References
    ----------
    .. [1] Naeini, M. P., Cooper, G. F. and Hauskrecht, M. (2015). Obtaining well calibrated
       probabilities using Bayesian binning. AAAI.

    Examples
    --------
    >>> from skmultilabel_nn.display import MultilabelCalibrationDisplay
    >>> y = [{"a"}, {"a", "b"}, {"b"}, set()]
    >>> probabilities = [[0.9, 0.3], [0.9, 0.8], [0.1, 0.8], [0.1, 0.3]]
    >>> display = MultilabelCalibrationDisplay.from_predictions(y, probabilities, n_bins=5)
    >>> display.calibration_error.round(2)
    array([0.1 , 0.25])
    """

    _response_methods = ("predict_proba",)
    _score_name = "ECE"
    _marker = "o"
    _xlabel, _ylabel = "Mean predicted probability", "Fraction of positives"

    prob_true: list
    prob_pred: list
    _: KW_ONLY
    bin_counts: list
    calibration_error: np.ndarray
    label_names: np.ndarray
    n_positives: np.ndarray
    pooled: AverageCurve | None = None
    pooled_counts: np.ndarray | None = None
    name: str | None = None

    @classmethod
    @inherit_docstring(LabelCurveDisplay.from_estimator)
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        n_bins=10,
        strategy="uniform",
        sample_weight=None,
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the diagram of a fitted classifier and plot it.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier with `predict_proba`; also a pipeline or a search.
        n_bins : int, default=10
            Number of bins.
        strategy : {"uniform", "quantile"}, default="uniform"
            Bins of equal width, or of equal counts for each label; with weights, of equal weight.
        """
        scores = read_estimator(estimator, X, y, cls._response_methods, label_names, sample_weight)
        name = type(estimator).__name__ if name is None else name
        return cls._compute(scores, name, n_bins, strategy).plot(ax, highlight=highlight)

    @classmethod
    @inherit_docstring(LabelCurveDisplay.from_predictions)
    def from_predictions(
        cls,
        y_true,
        y_prob,
        *,
        n_bins=10,
        strategy="uniform",
        sample_weight=None,
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the diagram of given probabilities and plot it.

        Parameters
        ----------
        y_prob : array-like of shape (n_samples, n_labels) or list of (n_samples, 2) arrays
            Probabilities, as `predict_proba` gives them.
        n_bins : int, default=10
            Number of bins.
        strategy : {"uniform", "quantile"}, default="uniform"
            Bins of equal width, or of equal counts for each label; with weights, of equal weight.
        """
        scores = read_scores(y_true, y_prob, label_names, sample_weight)
        return cls._compute(scores, name, n_bins, strategy).plot(ax, highlight=highlight)

    @classmethod
    def _compute(cls, scores, name, n_bins, strategy):
        n_bins = check_integer("n_bins", n_bins, minimum=1)
        strategy = check_option("strategy", strategy, ("uniform", "quantile"))
        scores = scores._replace(score=check_probabilities(scores.score))
        columns = range(len(scores.label_names))
        bins = [_reliability(*scores.of_label(column), n_bins, strategy) for column in columns]
        error = np.array([label.error for label in bins])
        warn_undefined(scores.label_names, error, "reliability", "cells")
        pooled = _reliability(*scores.pooled(), n_bins, strategy)
        return cls(
            [label.prob_true for label in bins],
            [label.prob_pred for label in bins],
            bin_counts=[label.counts for label in bins],
            calibration_error=error,
            label_names=scores.label_names,
            n_positives=scores.n_positives,
            pooled=AverageCurve(pooled.prob_pred, pooled.prob_true, pooled.error),
            pooled_counts=pooled.counts,
            name=name,
        )

    def _draw_averages(self):
        averages = {}
        if self.pooled is not None:
            x, y, error = self.pooled
            if self.pooled_counts is not None:
                x, y = _drop_small_bins(x, y, self.pooled_counts)
            averages[f"all labels pooled (ECE {error:.3f})"] = AverageCurve(x, y, error)
        lines = draw_averages(self.ax_, averages, marker="s")
        self.pooled_line_ = lines[0] if lines else None
        return lines

    def _labels(self):
        bins = zip(self.prob_pred, self.prob_true, self.bin_counts, strict=True)
        x, y = zip(*(_drop_small_bins(*label) for label in bins), strict=True)
        annotations = [f"ECE {error:.3f}" for error in self.calibration_error]
        return self._label_curves(x, y, -self.calibration_error, annotations)

    def _reference(self, artists):
        # Below the lines of the labels, which the diagonal would cross where they are best.
        self.reference_line_ = self._draw_diagonal("perfectly calibrated", zorder=1.9)
        return [self.reference_line_]


class _Reliability(NamedTuple):
    """Share of positives, mean probability and count of the bins that are not empty."""

    prob_true: np.ndarray
    prob_pred: np.ndarray
    counts: np.ndarray
    error: float


def _reliability(truth, probability, weight, n_bins, strategy):
    """Bin the cells of positive weight.

    These are the bins of `sklearn.calibration.calibration_curve`, which has neither weights nor the
    counts, so that it cannot be called for them. A test holds that both give the same.
    """
    probability = probability.astype(np.float64)
    if weight is not None:
        truth, probability, weight = (v[weight > 0] for v in (truth, probability, weight))
    if not len(truth):
        return _Reliability(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), np.nan)
    bin_of_cell = np.searchsorted(_edges(probability, weight, n_bins, strategy), probability)
    weight = np.ones(len(truth)) if weight is None else weight
    counts = np.bincount(bin_of_cell, minlength=n_bins)
    total, positive, predicted = (
        np.bincount(bin_of_cell, values, minlength=n_bins)[counts > 0]
        for values in (weight, weight * truth, weight * probability)
    )
    prob_true, prob_pred = positive / total, predicted / total
    error = np.average(np.abs(prob_true - prob_pred), weights=total)
    return _Reliability(prob_true, prob_pred, counts[counts > 0], float(error))


def _edges(probability, weight, n_bins, strategy):
    """Return the edges between the bins; a probability at an edge lies in the lower bin."""
    shares = np.linspace(0.0, 1.0, n_bins + 1)
    if strategy == "uniform":
        return shares[1:-1]
    if weight is None:
        return np.percentile(probability, shares * 100)[1:-1]
    # numpy weighs quantiles from version 2.0 on only. An edge is the first probability up to which
    # the share of the weights lies; the tolerance forgives the rounding of sums.
    order = np.argsort(probability)
    cumulative = np.cumsum(weight[order])
    first = np.searchsorted(cumulative, shares[1:-1] * cumulative[-1] * (1 - 1e-12))
    return probability[order][first]


def _drop_small_bins(prob_pred, prob_true, counts):
    """Leave out the bins whose share of positives is luck."""
    large = counts >= min(_MIN_CELLS, _MIN_SHARE * counts.sum())
    return prob_pred[large], prob_true[large]
