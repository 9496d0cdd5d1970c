"""What precision-recall and ROC displays share: where scores come from, and the drawing."""

from ._drawing import LabelCurves, check_highlight, draw_averages, draw_labels
from ._scores import read_estimator, read_scores
from ._style import figure_and_axes, finish, put_legend

_SIZE = (8.0, 4.8)


class LabelCurveDisplay:
    """What the two displays share; a subclass says what a curve is and how it reads.

    It has the attributes `label_names`, `n_positives`, `micro`, `macro`, `name`, and the methods
    `_compute`, `_labels`, `_draw_chance` and `_at_grid`.
    """

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
            Fitted, with `predict_proba` or `decision_function`; also a pipeline or a search.
        X : array-like of shape (n_samples, ...)
            Samples.
        y : target
            True labels, in any form that `KerasMultiLabelClassifier.fit` takes. Unknown cells
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
            If `y` and the scores do not fit, or the classifier gives no scores.
        """
        scores = read_estimator(
            estimator,
            X,
            y,
            methods=("predict_proba", "decision_function"),
            label_names=label_names,
            sample_weight=sample_weight,
        )
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
            True labels, in any form that `KerasMultiLabelClassifier.fit` takes. Unknown cells
            (NaN) do not count.
        y_score : array-like of shape (n_samples, n_labels) or list of (n_samples, 2) arrays
            Probabilities or other scores, as `predict_proba` gives them.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells.
        label_names : array-like of shape (n_labels,), default=None
            Names of the columns of `y_score`. None: those of `y_true`.
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
            If the shapes do not fit, or a label has no name.
        """
        scores = read_scores(y_true, y_score, label_names=label_names, sample_weight=sample_weight)
        return cls._compute(scores, name).plot(ax, highlight=highlight)

    def plot(self, ax=None, *, highlight=3):
        """Plot the curves.

        Up to 8 labels are told apart by colour. Of more, the best and the worst are, before thin
        lines of all (up to 40), or the bands in which 50% and 90% of the labels lie.

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
        self.figure_, self.ax_ = figure_and_axes(ax, _SIZE)
        drawn = draw_labels(self.ax_, self._labels(), highlight)
        self.line_, self.background_ = drawn.lines, drawn.background
        averages = {
            f"{text} average ({self._score_name} {curve.score:.2f})": curve
            for text, curve in (("micro", self.micro), ("macro", self.macro))
            if curve is not None
        }
        self.average_line_ = draw_averages(self.ax_, averages, drawstyle=self._drawstyle)
        self.chance_level_ = self._draw_chance()
        finish(self.ax_, xlabel=self._xlabel, ylabel=self._ylabel, title=self.name)
        handles = [*self.average_line_, *self.line_, *self.background_]
        handles += [] if self.chance_level_ is None else [self.chance_level_]
        self.legend_ = put_legend(self.ax_, ax is None, handles)
        return self

    def _label_curves(self, x, y, score):
        def note(column):
            return f"{self._score_name} {score[column]:.2f}, n={self.n_positives[column]}"

        return LabelCurves(
            self.label_names,
            list(zip(x, y, strict=True)),
            score,
            self.n_positives,
            note,
            self._at_grid,
            self._drawstyle,
        )
