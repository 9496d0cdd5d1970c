"""F1 of each label as a function of its threshold, with the threshold that was chosen."""

from numbers import Integral

import numpy as np

from skmultilabel_nn._utils.responses import final_estimator
from skmultilabel_nn._utils.validation import check_probabilities
from skmultilabel_nn.decision._threshold_search import f_beta

from ._drawing import GRID, AverageCurve, LabelCurves, check_highlight, draw_averages, draw_labels
from ._scores import read_estimator, read_scores, warn_undefined
from ._style import figure_and_axes, finish, put_legend

_SIZE = (8.0, 4.8)


class ThresholdDisplay:
    """F1 of each label as a function of its threshold, with the chosen threshold marked.

    Made by `from_estimator` or `from_predictions`; parameters are attributes.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        Ascending. A label is predicted where its probability is at least the threshold.
    f_score : ndarray of shape (n_labels, n_thresholds)
        F-beta of each label at each threshold; NaN for a label without positives.
    label_names : ndarray of shape (n_labels,)
        Names of the labels.
    n_positives : ndarray of shape (n_labels,)
        Number of known positives of each label.
    chosen : ndarray of shape (n_labels,), default=None
        The threshold of each label. None: nothing is marked.
    chosen_score : ndarray of shape (n_labels,), default=None
        F-beta of each label at just this threshold.
    micro : AverageCurve, default=None
        Micro F-beta with one threshold for all labels; its score is that with the chosen ones.
    macro : AverageCurve, default=None
        Mean of the labels' F-beta with one threshold for all; its score as above.
    beta : float, default=1.0
        Weight of recall against precision.
    name : str, default=None
        Title.

    Attributes
    ----------
    line_ : list of matplotlib Lines
        One for each label that is drawn in a colour.
    average_line_ : list of matplotlib Lines
        Micro and macro average.
    background_ : list of matplotlib Artists
        What stands for the other labels.
    chosen_ : list of matplotlib Artists
        The marks of the chosen thresholds: of all labels, then of those in a colour.
    legend_ : matplotlib Legend
        The legend.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        Of the axes.

    Examples
    --------
    >>> from skmultilabel_nn.display import ThresholdDisplay
    >>> y = [{"a"}, {"a", "b"}, {"b"}, set()]
    >>> probabilities = [[0.9, 0.3], [0.8, 0.4], [0.1, 0.4], [0.2, 0.3]]
    >>> display = ThresholdDisplay.from_predictions(y, probabilities, threshold=[0.5, 0.35])
    >>> display.chosen_score
    array([1., 1.])
    """

    def __init__(
        self,
        thresholds,
        f_score,
        *,
        label_names,
        n_positives,
        chosen=None,
        chosen_score=None,
        micro=None,
        macro=None,
        beta=1.0,
        name=None,
    ):
        self.thresholds = thresholds
        self.f_score = f_score
        self.label_names = label_names
        self.n_positives = n_positives
        self.chosen = chosen
        self.chosen_score = chosen_score
        self.micro = micro
        self.macro = macro
        self.beta = beta
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        threshold=None,
        beta=1.0,
        thresholds=501,
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
            Fitted, with `predict_proba`; also a pipeline or a search.
        X : array-like of shape (n_samples, ...)
            Samples.
        y : target
            True labels, in any form that `KerasMultiLabelClassifier.fit` takes. Unknown cells
            (NaN) do not count.
        threshold : float, array-like of shape (n_labels,) or {label: float}, default=None
            The chosen threshold. None: `thresholds_` of the classifier; 0.5 if it knows none;
            nothing is marked if its rule does not consist of thresholds.
        beta : float, default=1.0
            Weight of recall against precision.
        thresholds : int or array-like, default=501
            Where the curves are computed: so many points from 0 to 1, or these.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells.
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
        ThresholdDisplay

        Raises
        ------
        ValueError, TypeError
            If `y` and the probabilities do not fit, or the classifier gives none.
        """
        scores = read_estimator(
            estimator,
            X,
            y,
            methods=("predict_proba",),
            label_names=label_names,
            sample_weight=sample_weight,
        )
        threshold = _own_thresholds(estimator) if threshold is None else threshold
        name = type(estimator).__name__ if name is None else name
        display = cls._compute(scores, threshold, beta, thresholds, name)
        return display.plot(ax, highlight=highlight)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_prob,
        *,
        threshold=0.5,
        beta=1.0,
        thresholds=501,
        sample_weight=None,
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the curves of given probabilities and plot them.

        Parameters
        ----------
        y_true : target
            True labels, in any form that `KerasMultiLabelClassifier.fit` takes. Unknown cells
            (NaN) do not count.
        y_prob : array-like of shape (n_samples, n_labels) or list of (n_samples, 2) arrays
            Probabilities, as `predict_proba` gives them.
        threshold : float, array-like of shape (n_labels,), {label: float} or None, default=0.5
            The chosen threshold; 0.5 for labels that a dictionary leaves out. None: nothing is
            marked.
        beta : float, default=1.0
            Weight of recall against precision.
        thresholds : int or array-like, default=501
            Where the curves are computed: so many points from 0 to 1, or these.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells.
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
        ThresholdDisplay

        Raises
        ------
        ValueError
            If the shapes do not fit, or values are no probabilities.
        """
        scores = read_scores(y_true, y_prob, label_names=label_names, sample_weight=sample_weight)
        display = cls._compute(scores, threshold, beta, thresholds, name)
        return display.plot(ax, highlight=highlight)

    @classmethod
    def _compute(cls, scores, threshold, beta, thresholds, name):
        _check_beta(beta)
        check_probabilities(scores.score)
        thresholds = _check_thresholds(thresholds)
        cells = [scores.of_label(column) for column in range(len(scores.label_names))]
        f_score, micro, macro = _f_scores(cells, [thresholds] * len(cells), beta)
        warn_undefined(scores.label_names, f_score[:, 0], "F1", "positives")
        chosen = chosen_score = None
        at_chosen = np.full(2, np.nan)
        if threshold is not None:
            chosen = scores.codec.per_label(threshold, default=0.5, what="threshold")
            chosen_score, *at_chosen = _f_scores(cells, chosen[:, np.newaxis], beta)
            chosen_score = chosen_score[:, 0]
        return cls(
            thresholds,
            f_score,
            label_names=scores.label_names,
            n_positives=scores.n_positives,
            chosen=chosen,
            chosen_score=chosen_score,
            micro=AverageCurve(thresholds, micro, float(np.ravel(at_chosen[0])[0])),
            macro=AverageCurve(thresholds, macro, float(np.ravel(at_chosen[1])[0])),
            beta=beta,
            name=name,
        )

    def plot(self, ax=None, *, highlight=3):
        """Plot the curves.

        Up to 8 labels are told apart by colour. Of more, the best and the worst at their chosen
        thresholds are, before thin lines of all (up to 40), or the bands in which 50% and 90% of
        the labels lie, and dots at all chosen thresholds.

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
        ThresholdDisplay
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
        drawn = draw_labels(self.ax_, self._labels(), highlight)
        self.line_, self.background_ = drawn.lines, drawn.background
        self.average_line_ = draw_averages(self.ax_, self._averages())
        self.chosen_ = [] if self.chosen is None else self._draw_chosen(drawn)
        finish(self.ax_, xlabel="Threshold", ylabel=self._score_name, title=self.name)
        handles = [*self.average_line_, *self.line_, *self.background_, *self.chosen_[:1]]
        self.legend_ = put_legend(self.ax_, ax is None, handles)
        return self

    @property
    def _score_name(self):
        return f"F{self.beta:g}"

    def _labels(self):
        score = self.chosen_score
        if score is None:
            score = self.f_score.max(axis=1)

        def note(column):
            at = "" if self.chosen is None else f" at {self.chosen[column]:.2f}"
            return f"{self._score_name} {score[column]:.2f}{at}, n={self.n_positives[column]}"

        curves = [(self.thresholds, values) for values in self.f_score]
        return LabelCurves(self.label_names, curves, score, self.n_positives, note, _at_grid)

    def _averages(self):
        averages = {}
        for text, curve in (("micro", self.micro), ("macro", self.macro)):
            if curve is not None:
                note = "" if np.isnan(curve.score) else f", {curve.score:.2f} as chosen"
                averages[f"{text} average ({self._score_name}{note})"] = curve
        return averages

    def _draw_chosen(self, drawn):
        """Mark the chosen thresholds; one that no probability reaches stands at the right edge."""
        x, y = np.minimum(self.chosen, 1.0), self.chosen_score
        defined = ~np.isnan(y)
        artists = []
        if drawn.background:
            artists.append(
                self.ax_.scatter(
                    x[defined], y[defined], s=7, color="0.35", lw=0, label="chosen thresholds"
                )
            )
        for column, line in zip(drawn.columns, drawn.lines, strict=True):
            style = {"color": line.get_color(), "mec": "black", "marker": "D", "ms": 7}
            artists += self.ax_.plot(
                x[column],
                y[column],
                ls="",
                zorder=4,
                clip_on=False,
                label="chosen thresholds",
                **style,
            )
        return artists


def _own_thresholds(estimator):
    """Return the thresholds of a classifier; 0.5 if it knows none, None if its rule has none."""
    final = final_estimator(estimator)
    has_rule = hasattr(final, "targets_") or hasattr(final, "rule")
    return getattr(final, "thresholds_", None if has_rule else 0.5)


def _check_beta(beta):
    if not 0 < beta < np.inf:
        raise ValueError(f"beta must be above 0 and finite; got {beta!r}.")


def _check_thresholds(thresholds):
    """Return ascending thresholds, of a number of them or as given."""
    if isinstance(thresholds, Integral):
        if thresholds < 2:
            raise ValueError(f"thresholds must be at least 2 points; got {thresholds}.")
        return np.linspace(0.0, 1.0, thresholds)
    thresholds = np.unique(np.asarray(thresholds, dtype=np.float64))
    if len(thresholds) < 2 or not (thresholds[0] >= 0 and thresholds[-1] <= 1):
        raise ValueError("thresholds must be a number of points, or at least 2 numbers in [0, 1].")
    return thresholds


def _f_scores(cells, thresholds, beta):
    """Compute F-beta of each label, (n_labels, n_thresholds), and its micro and macro average."""
    counts = [_counts(*label, at) for label, at in zip(cells, thresholds, strict=True)]
    hits, kept, positives = np.moveaxis(np.array(counts), 1, 0)
    by_label = np.where(positives > 0, f_beta(hits, kept, positives, beta=beta), np.nan)
    micro = f_beta(hits.sum(axis=0), kept.sum(axis=0), positives.sum(axis=0), beta=beta)
    defined = positives[:, 0] > 0
    macro = by_label[defined].mean(axis=0) if defined.any() else np.full_like(micro, np.nan)
    return by_label, micro, macro


def _counts(truth, score, weight, thresholds):
    """Return the weights of hits, of predicted and of positive cells, (3, n_thresholds)."""
    weight = np.ones(len(truth)) if weight is None else weight
    edges = np.append(thresholds, np.inf)
    score = score.astype(np.float64)
    binned = [np.histogram(score[of], edges, weights=weight[of])[0] for of in (truth, slice(None))]
    hits, kept = (np.cumsum(part[::-1])[::-1] for part in binned)
    return np.array([hits, kept, np.full_like(hits, weight[truth].sum())])


def _at_grid(thresholds, values):
    return np.interp(GRID, thresholds, values, left=np.nan, right=np.nan)
