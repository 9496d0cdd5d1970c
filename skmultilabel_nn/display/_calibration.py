"""Reliability diagram of each label and of all labels pooled."""

import numpy as np
from sklearn.calibration import calibration_curve

from ._drawing import GRID, AverageCurve, LabelCurves, check_highlight, draw_averages, draw_labels
from ._scores import read_estimator, read_scores, warn_undefined
from ._style import GREY, figure_and_axes, finish, put_legend

_SIZE = (8.0, 4.8)
_MIN_CELLS, _MIN_SHARE = 10, 0.02  # of a bin that is drawn


class MultilabelCalibrationDisplay:
    """Reliability diagram of each label and of all labels pooled.

    Made by `from_estimator` or `from_predictions`; parameters are attributes.

    Parameters
    ----------
    prob_true, prob_pred : list of n_labels ndarrays
        Share of positives and mean probability in each bin that is not empty, as
        `sklearn.calibration.calibration_curve` gives them.
    bin_counts : list of n_labels ndarrays
        Known cells in each of these bins.
    calibration_error : ndarray of shape (n_labels,)
        Expected calibration error [1]_: the mean distance of the two, weighted by the counts. NaN
        for a label of which nothing is known.
    label_names : ndarray of shape (n_labels,)
        Names of the labels.
    n_positives : ndarray of shape (n_labels,)
        Number of known positives of each label.
    pooled : AverageCurve, default=None
        The curve of all known cells as one problem (x: mean probability, y: share of positives);
        its score is their calibration error.
    pooled_counts : ndarray, default=None
        Known cells in each of its bins. None: all of them are drawn.
    name : str, default=None
        Title.

    Attributes
    ----------
    line_ : list of matplotlib Lines
        One for each label that is drawn in a colour.
    pooled_line_ : matplotlib Line or None
        All cells.
    background_ : list of matplotlib Artists
        What stands for the other labels.
    reference_line_ : matplotlib Line
        The diagonal.
    legend_ : matplotlib Legend
        The legend.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        Of the axes.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : For one label.

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

    def __init__(
        self,
        prob_true,
        prob_pred,
        *,
        bin_counts,
        calibration_error,
        label_names,
        n_positives,
        pooled=None,
        pooled_counts=None,
        name=None,
    ):
        self.prob_true = prob_true
        self.prob_pred = prob_pred
        self.bin_counts = bin_counts
        self.calibration_error = calibration_error
        self.label_names = label_names
        self.n_positives = n_positives
        self.pooled = pooled
        self.pooled_counts = pooled_counts
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        n_bins=10,
        strategy="uniform",
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the diagram of a fitted classifier and plot it.

        Parameters
        ----------
        estimator : classifier
            Fitted, with `predict_proba`; also a pipeline or a search.
        X : array-like of shape (n_samples, ...)
            Samples.
        y : target
            True labels, in any form that `KerasMultiLabelClassifier.fit` takes. Unknown cells
            (NaN) do not count.
        n_bins : int, default=10
            Number of bins.
        strategy : {"uniform", "quantile"}, default="uniform"
            Bins of equal width, or of equal counts for each label.
        label_names : array-like of shape (n_labels,), default=None
            Names of the columns that the classifier gives. None: those that it or `y` knows.
        name : str, default=None
            Title. None: the name of the classifier's class.
        highlight : int or list of labels, default=3
            See `plot`.
        ax : matplotlib Axes, default=None
            See `plot`.

        Returns
        -------
        MultilabelCalibrationDisplay

        Raises
        ------
        ValueError, TypeError
            If `y` and the probabilities do not fit, or the classifier gives none.
        """
        scores = read_estimator(
            estimator, X, y, methods=("predict_proba",), label_names=label_names
        )
        name = type(estimator).__name__ if name is None else name
        return cls._compute(scores, n_bins, strategy, name).plot(ax, highlight=highlight)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_prob,
        *,
        n_bins=10,
        strategy="uniform",
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the diagram of given probabilities and plot it.

        Parameters
        ----------
        y_true : target
            True labels, in any form that `KerasMultiLabelClassifier.fit` takes. Unknown cells
            (NaN) do not count.
        y_prob : array-like of shape (n_samples, n_labels) or list of (n_samples, 2) arrays
            Probabilities, as `predict_proba` gives them.
        n_bins : int, default=10
            Number of bins.
        strategy : {"uniform", "quantile"}, default="uniform"
            Bins of equal width, or of equal counts for each label.
        label_names : array-like of shape (n_labels,), default=None
            Names of the columns of `y_prob`. None: those of `y_true`.
        name : str, default=None
            Title.
        highlight : int or list of labels, default=3
            See `plot`.
        ax : matplotlib Axes, default=None
            See `plot`.

        Returns
        -------
        MultilabelCalibrationDisplay

        Raises
        ------
        ValueError
            If the shapes do not fit, or values are no probabilities.
        """
        scores = read_scores(y_true, y_prob, label_names=label_names)
        return cls._compute(scores, n_bins, strategy, name).plot(ax, highlight=highlight)

    @classmethod
    def _compute(cls, scores, n_bins, strategy, name):
        columns = range(len(scores.label_names))
        bins = [_bins(*scores.of_label(column)[:2], n_bins, strategy) for column in columns]
        error = np.array([_error(*label) for label in bins])
        warn_undefined(scores.label_names, error, "reliability", "cells")
        pooled = _bins(*scores.pooled()[:2], n_bins, strategy)
        return cls(
            [prob_true for prob_true, _, _ in bins],
            [prob_pred for _, prob_pred, _ in bins],
            bin_counts=[counts for _, _, counts in bins],
            calibration_error=error,
            label_names=scores.label_names,
            n_positives=scores.n_positives,
            pooled=AverageCurve(pooled[1], pooled[0], _error(*pooled)),
            pooled_counts=pooled[2],
            name=name,
        )

    def plot(self, ax=None, *, highlight=3):
        """Plot the diagram.

        Bins of few cells are not drawn: fewer than 10, or than 2% of the cells of the label if that
        is less.

        Up to 8 labels are told apart by colour. Of more, the best and the worst calibrated are,
        before thin lines of all (up to 40), or the bands in which 50% and 90% of the labels lie.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            What to draw on. None: a new figure. The legend stands beside the axes of a new figure
            and of one with ``layout="constrained"``, inside those of others.
        highlight : int or list of labels, default=3
            How many of the best and of the worst labels to show where there are more than 8, from
            those with at least 10 positives if there are enough; or the very labels to show.

        Returns
        -------
        MultilabelCalibrationDisplay
            The display itself.

        Raises
        ------
        ValueError
            If `highlight` is neither of these.
        ImportError
            If matplotlib is not installed.
        """
        highlight = check_highlight(highlight, self.label_names)
        self.figure_, self.ax_ = figure_and_axes(ax, _SIZE)
        self.reference_line_ = self.ax_.plot(
            [0, 1], [0, 1], color=GREY, ls=":", lw=1.2, label="perfectly calibrated"
        )[0]
        drawn = draw_labels(self.ax_, self._labels(), highlight)
        self.line_, self.background_ = drawn.lines, drawn.background
        pooled = {}
        if self.pooled is not None:
            pooled = {f"all labels pooled (ECE {self.pooled.score:.3f})": self._drawn_pooled()}
        lines = draw_averages(self.ax_, pooled, marker="s")
        self.pooled_line_ = lines[0] if lines else None
        finish(
            self.ax_,
            xlabel="Mean predicted probability",
            ylabel="Fraction of positives",
            title=self.name,
        )
        handles = [*lines, *self.line_, *self.background_, self.reference_line_]
        self.legend_ = put_legend(self.ax_, ax is None, handles)
        return self

    def _drawn_pooled(self):
        if self.pooled_counts is None:
            return self.pooled
        x, y = _enough(self.pooled.x, self.pooled.y, self.pooled_counts)
        return self.pooled._replace(x=x, y=y)

    def _labels(self):
        def note(column):
            return f"ECE {self.calibration_error[column]:.3f}, n={self.n_positives[column]}"

        return LabelCurves(
            self.label_names,
            [
                _enough(*label)
                for label in zip(self.prob_pred, self.prob_true, self.bin_counts, strict=True)
            ],
            -self.calibration_error,
            self.n_positives,
            note,
            _at_grid,
            marker="o",
        )


def _bins(truth, probability, n_bins, strategy):
    """Return share of positives, mean probability and count of the bins that are not empty."""
    if not len(truth):
        return np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
    probability = np.asarray(probability, dtype=np.float64)
    prob_true, prob_pred = calibration_curve(
        truth, probability, pos_label=True, n_bins=n_bins, strategy=strategy
    )
    # calibration_curve keeps its counts to itself; these are its bins.
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    if strategy == "quantile":
        edges = np.percentile(probability, edges * 100)
    counts = np.bincount(np.searchsorted(edges[1:-1], probability), minlength=n_bins)
    return prob_true, prob_pred, counts[counts > 0]


def _error(prob_true, prob_pred, counts):
    if not len(counts):
        return np.nan
    return float(np.average(np.abs(prob_true - prob_pred), weights=counts))


def _enough(prob_pred, prob_true, counts):
    """Leave out the bins whose share of positives is luck."""
    enough = counts >= min(_MIN_CELLS, _MIN_SHARE * counts.sum())
    return prob_pred[enough], prob_true[enough]


def _at_grid(prob_pred, prob_true):
    return np.interp(GRID, prob_pred, prob_true, left=np.nan, right=np.nan)
