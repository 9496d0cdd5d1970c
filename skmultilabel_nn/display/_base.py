"""The template of the displays that draw one curve per label."""

from ._drawing import LabelCurves, check_highlight, draw_averages, draw_labels, interpolate
from ._scores import read_estimator, read_scores
from ._style import REFERENCE_STYLE, add_legend, resolve_axes, style_axes

_SIZE = (8.0, 4.8)


class LabelCurveDisplay:
    """Template of a display; a subclass says what a curve is and how it reads.

    A subclass has the attributes `label_names`, `n_positives`, `micro`, `macro` and `name`, the
    names of the axes and of the score, and the methods

    - `_compute`, which makes the display of scores,
    - `_labels`, which gives the curves of the labels,
    - `_reference`, which draws what they are compared with.

    `inherit_docstring` completes the subclass's docstring from this one.

    Parameters
    ----------
    label_names : ndarray of shape (n_labels,)
        Names of the labels.
    n_positives : ndarray of shape (n_labels,)
        Number of known positives of each label.
    micro : AverageCurve, default=None
        The curve of all known cells as one problem.
    name : str, default=None
        Title.

    Attributes
    ----------
    line_ : list of matplotlib Lines
        One for each label that is drawn in a color.
    background_ : list of matplotlib Artists
        Lines or bands that stand for the other labels.
    legend_ : matplotlib Legend
        The legend.
    ax_ : matplotlib Axes
        Axes that were drawn on.
    figure_ : matplotlib Figure
        Figure that contains the axes.
    """

    _response_methods = ("predict_proba", "decision_function")
    _drawstyle = "default"
    _marker = None
    _at_grid = staticmethod(interpolate)

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
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
            Fitted classifier with `predict_proba`, or, for curves that need no probabilities,
            `decision_function`; also a pipeline or a search.
        X : array-like of shape (n_samples, ...)
            Samples.
        y : target
            True labels, of any type that `KerasMultiLabelClassifier.fit` accepts. Unknown cells
            (NaN) do not count.
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
        display
            The display, drawn.

        Raises
        ------
        ValueError, TypeError
            If `y` and the scores do not fit, or the classifier does not give the scores needed.
        """
        scores = read_estimator(estimator, X, y, cls._response_methods, label_names, sample_weight)
        name = type(estimator).__name__ if name is None else name
        return cls._compute(scores, name).plot(ax, highlight=highlight)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_score,
        *,
        sample_weight=None,
        label_names=None,
        name=None,
        highlight=3,
        ax=None,
    ):
        """Compute the curves of given scores and plot them.

        Parameters
        ----------
        y_true : target
            True labels, of any type that `KerasMultiLabelClassifier.fit` accepts. Unknown cells
            (NaN) do not count.
        y_score : array-like of shape (n_samples, n_labels) or list of (n_samples, 2) arrays
            Probabilities or other scores, as `predict_proba` gives them.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells.
        label_names : array-like of shape (n_labels,), default=None
            Names of the columns of the scores. None: those of `y_true`.
        name : str, default=None
            Title.
        highlight : int or list of labels, default=3
            See `plot`.
        ax : matplotlib Axes, default=None
            See `plot`.

        Returns
        -------
        display
            The display, drawn.

        Raises
        ------
        ValueError
            If the shapes do not fit, a label has no name, or values are not probabilities where
            these are needed.
        """
        scores = read_scores(y_true, y_score, label_names, sample_weight)
        return cls._compute(scores, name).plot(ax, highlight=highlight)

    def plot(self, ax=None, *, highlight=3):
        """Plot the curves.

        Up to 8 labels are told apart by color. Of more, the best and the worst are, in front of
        thin lines of all (up to 40), or of the bands in which 50% and 90% of the labels lie.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None: those of a new figure. The legend stands beside the axes of a new
            figure and of one with ``layout="constrained"``, inside those of others.
        highlight : int or list of labels, default=3
            How many of the best and of the worst labels to show where there are more than 8, from
            those with at least 10 positives if there are enough; or the very labels to show.

        Returns
        -------
        display
            The display itself.

        Raises
        ------
        ValueError
            If `highlight` is neither of these.
        ImportError
            If matplotlib is not installed.
        """
        highlight = check_highlight(highlight, self.label_names)
        self.figure_, self.ax_ = resolve_axes(ax, _SIZE)
        artists = draw_labels(self.ax_, self._labels(), highlight)
        self.line_, self.background_ = artists.lines, artists.background
        averages = self._draw_averages()
        reference = self._reference(artists)
        style_axes(self.ax_, xlabel=self._xlabel, ylabel=self._ylabel, title=self.name)
        handles = [*averages, *self.line_, *self.background_, *reference]
        self.legend_ = add_legend(self.ax_, ax is None, handles)
        return self

    def _draw_averages(self):
        """Draw the averages over labels; return their lines."""
        averages = {
            f"{text} average ({self._score_name}{self._average_annotation(curve)})": curve
            for text, curve in (("micro", self.micro), ("macro", self.macro))
            if curve is not None
        }
        self.average_line_ = draw_averages(self.ax_, averages, drawstyle=self._drawstyle)
        return self.average_line_

    def _average_annotation(self, curve):
        return f" {curve.score:.2f}"

    def _reference(self, artists):
        """Draw what the curves are compared with; return what the legend shows of it."""
        raise NotImplementedError

    def _draw_diagonal(self, label, zorder=None):
        return self.ax_.plot([0, 1], [0, 1], label=label, zorder=zorder, **REFERENCE_STYLE)[0]

    def _label_curves(self, x, y, score, annotations=None):
        """Gather the curves, and what the legend says about each: by default its score."""
        if annotations is None:
            annotations = [f"{self._score_name} {value:.2f}" for value in score]
        pairs = zip(annotations, self.n_positives, strict=True)
        return LabelCurves(
            self.label_names,
            list(zip(x, y, strict=True)),
            score,
            self.n_positives,
            [f"{text}, n={n}" for text, n in pairs],
            self._at_grid,
            self._drawstyle,
            self._marker,
        )
