"""F-beta of each label as a function of its threshold, with the threshold in use marked."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skmultilabel_nn._utils.checks import check_integer, check_number
from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.responses import final_estimator
from skmultilabel_nn._utils.validation import check_probabilities
from skmultilabel_nn.decision._threshold_search import f_beta

from ._base import LabelCurveDisplay
from ._drawing import AverageCurve
from ._scores import read_estimator, read_scores, warn_undefined


@inherit_docstring(LabelCurveDisplay)
@dataclass(eq=False, repr=False)
class ThresholdDisplay(LabelCurveDisplay):
    """F-beta of each label as a function of its threshold, with the threshold in use marked.

    Made by `from_estimator` or `from_predictions`; parameters are attributes.

    Parameters
    ----------
    grid : ndarray of shape (n_points,)
        Thresholds of the curves, ascending. A label is predicted where its probability is at least
        the threshold.
    f_score : ndarray of shape (n_labels, n_points)
        F-beta of each label at each threshold of the grid; NaN for a label without positives.
    threshold : ndarray of shape (n_labels,), default=None
        The threshold in use of each label. None: nothing is marked.
    threshold_score : ndarray of shape (n_labels,), default=None
        F-beta of each label at just this threshold.
    micro : AverageCurve, default=None
        Micro F-beta with one threshold for all labels; its score is that at the thresholds in use.
    macro : AverageCurve, default=None
        Mean of the labels' F-beta with one threshold for all labels; its score as above.
    beta : float, default=1.0
        Weight of recall against precision.

    Attributes
    ----------
    average_line_ : list of matplotlib Lines
        Micro and macro average.
    threshold_marks_ : list of matplotlib Artists
        The marks of the thresholds in use: of all labels, then of those in a color.

    Examples
    --------
    >>> from skmultilabel_nn.display import ThresholdDisplay
    >>> y = [{"a"}, {"a", "b"}, {"b"}, set()]
    >>> probabilities = [[0.9, 0.3], [0.8, 0.4], [0.1, 0.4], [0.2, 0.3]]
    >>> display = ThresholdDisplay.from_predictions(y, probabilities, threshold=[0.5, 0.35])
    >>> display.threshold_score
    array([1., 1.])
    """

    _response_methods = ("predict_proba",)
    _xlabel = "Threshold"

    grid: np.ndarray
    f_score: np.ndarray
    _: KW_ONLY
    label_names: np.ndarray
    n_positives: np.ndarray
    threshold: np.ndarray | None = None
    threshold_score: np.ndarray | None = None
    micro: AverageCurve | None = None
    macro: AverageCurve | None = None
    beta: float = 1.0
    name: str | None = None

    @classmethod
    @inherit_docstring(LabelCurveDisplay.from_estimator)
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        threshold=None,
        beta=1.0,
        grid=501,
        sample_weight=None,
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the curves of a fitted classifier and plot them.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier with `predict_proba`; also a pipeline or a search.
        threshold : float, array-like of shape (n_labels,) or {label: float}, default=None
            The threshold in use. None: `thresholds_` of the classifier; 0.5 if it knows none;
            nothing is marked if its rule does not consist of thresholds.
        beta : float, default=1.0
            Weight of recall against precision.
        grid : int or array-like, default=501
            Thresholds of the curves: so many points from 0 to 1, or these.
        """
        scores = read_estimator(estimator, X, y, cls._response_methods, label_names, sample_weight)
        threshold = _thresholds_of(estimator) if threshold is None else threshold
        name = type(estimator).__name__ if name is None else name
        display = cls._compute(scores, name, threshold, beta, grid)
        return display.plot(ax, highlight=highlight)

    @classmethod
    @inherit_docstring(LabelCurveDisplay.from_predictions)
    def from_predictions(
        cls,
        y_true,
        y_prob,
        *,
        threshold=0.5,
        beta=1.0,
        grid=501,
        sample_weight=None,
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the curves of given probabilities and plot them.

        Parameters
        ----------
        y_prob : array-like of shape (n_samples, n_labels) or list of (n_samples, 2) arrays
            Probabilities, as `predict_proba` gives them.
        threshold : float, array-like of shape (n_labels,), {label: float} or None, default=0.5
            The threshold in use; 0.5 for labels that a dictionary leaves out. None: nothing is
            marked.
        beta : float, default=1.0
            Weight of recall against precision.
        grid : int or array-like, default=501
            Thresholds of the curves: so many points from 0 to 1, or these.
        """
        scores = read_scores(y_true, y_prob, label_names, sample_weight)
        display = cls._compute(scores, name, threshold, beta, grid)
        return display.plot(ax, highlight=highlight)

    @classmethod
    def _compute(cls, scores, name, threshold, beta, grid):
        check_number("beta", beta, minimum=0, include_boundaries="neither")
        grid = _resolve_grid(grid)
        scores = scores._replace(score=check_probabilities(scores.score))
        cells = [scores.of_label(column) for column in range(len(scores.label_names))]
        f_score, micro, macro = _f_scores(cells, [grid] * len(cells), beta)
        warn_undefined(scores.label_names, f_score[:, 0], "F1", "positives")
        threshold_score, micro_score, macro_score = None, np.nan, np.nan
        if threshold is not None:
            threshold = scores.codec.per_label(threshold, default=0.5, what="threshold")
            at_threshold = _f_scores(cells, threshold[:, np.newaxis], beta)
            threshold_score, micro_score, macro_score = (part[..., 0] for part in at_threshold)
        return cls(
            grid,
            f_score,
            label_names=scores.label_names,
            n_positives=scores.n_positives,
            threshold=threshold,
            threshold_score=threshold_score,
            micro=AverageCurve(grid, micro, float(micro_score)),
            macro=AverageCurve(grid, macro, float(macro_score)),
            beta=beta,
            name=name,
        )

    @property
    def _score_name(self):
        return f"F{self.beta:g}"

    @property
    def _ylabel(self):
        return self._score_name

    def _labels(self):
        score, annotations = self.threshold_score, None
        if score is None:
            score = self.f_score.max(axis=1)
        else:
            annotations = [
                f"{self._score_name} {value:.2f} at {threshold:.2f}"
                for value, threshold in zip(score, self.threshold, strict=True)
            ]
        return self._label_curves([self.grid] * len(score), self.f_score, score, annotations)

    def _average_annotation(self, curve):
        return "" if np.isnan(curve.score) else f", {curve.score:.2f} as predicted"

    def _reference(self, artists):
        """Mark the thresholds; one that no probability reaches stands at the right edge."""
        self.threshold_marks_ = []
        if self.threshold is None:
            return []
        x, y = np.minimum(self.threshold, 1.0), self.threshold_score
        text = "thresholds in use"
        if artists.background:
            defined = ~np.isnan(y)
            dots = self.ax_.scatter(x[defined], y[defined], s=7, color="0.35", lw=0, label=text)
            self.threshold_marks_.append(dots)
        style = {"ls": "", "mec": "black", "marker": "D", "ms": 7, "zorder": 4, "clip_on": False}
        for column, line in zip(artists.columns, artists.lines, strict=True):
            color = line.get_color()
            self.threshold_marks_ += self.ax_.plot(
                x[column], y[column], color=color, label=text, **style
            )
        return self.threshold_marks_[:1]


def _thresholds_of(estimator):
    """Return the thresholds of a classifier; 0.5 if it knows none, None if its rule has none."""
    final = final_estimator(estimator)
    # Classifiers of this package know their targets, and have `thresholds_` if their rule has any.
    return getattr(final, "thresholds_", None if hasattr(final, "targets_") else 0.5)


def _resolve_grid(grid):
    """Return ascending thresholds, of a number of them or as given."""
    if np.ndim(grid) == 0:
        return np.linspace(0.0, 1.0, check_integer("grid", grid, minimum=2))
    grid = np.unique(np.asarray(grid, dtype=np.float64))
    if len(grid) < 2 or not (grid[0] >= 0 and grid[-1] <= 1):
        raise ValueError("grid must be a number of points, or at least 2 numbers in [0, 1].")
    return grid


def _f_scores(cells, thresholds, beta):
    """Compute F-beta of each label, (n_labels, n_thresholds), and its micro and macro average."""
    counts = [_count(*label, at) for label, at in zip(cells, thresholds, strict=True)]
    true_positives, predicted, positives = np.moveaxis(np.array(counts), 1, 0)
    per_label = f_beta(true_positives, predicted, positives, beta=beta)
    per_label = np.where(positives > 0, per_label, np.nan)
    sums = (part.sum(axis=0) for part in (true_positives, predicted, positives))
    micro = f_beta(*sums, beta=beta)
    defined = positives[:, 0] > 0
    macro = per_label[defined].mean(axis=0) if defined.any() else np.full_like(micro, np.nan)
    return per_label, micro, macro


def _count(truth, score, weight, thresholds):
    """Sum the weights of true positives, predicted positives and positives, (3, n_thresholds)."""
    weight = np.ones(len(truth)) if weight is None else weight
    edges = np.append(thresholds, np.inf)
    score = score.astype(np.float64)
    binned = [np.histogram(score[of], edges, weights=weight[of])[0] for of in (truth, slice(None))]
    true_positives, predicted = (np.cumsum(part[::-1])[::-1] for part in binned)
    positives = np.full_like(predicted, weight[truth].sum())
    return np.array([true_positives, predicted, positives])
