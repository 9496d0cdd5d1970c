"""Which labels occur together: the conditional probability of each label given each other."""

from dataclasses import KW_ONLY, dataclass

import numpy as np
import scipy.sparse as sp
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._utils.checks import check_integer, check_option

from ._style import format_label, import_matplotlib, resolve_axes

_ANNOTATE_UP_TO = 15  # numbers in more cells than that squared are too small to read
_SIZES = (4.5, 12.0)  # inches of the shortest and longest side


@dataclass(eq=False, repr=False)
class LabelCooccurrenceDisplay:
    """Which labels occur together: P(column | row) of each pair of labels.

    Made by `from_labels`; parameters are attributes.

    Parameters
    ----------
    probability : ndarray of shape (n_shown, n_shown)
        Row i, column j: share of the samples with label i that also have label j, among those of
        which j is known. NaN where there are none; 1 on the diagonal.
    counts : int ndarray of shape (n_shown, n_shown)
        Samples that have both labels; on the diagonal those that have the label.
    label_names : ndarray of shape (n_shown,)
        Names of the labels shown, in the order shown.
    n_labels : int, default=None
        Number of all labels, for the title. None: no more than those shown.
    name : str, default=None
        Title.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        The matrix.
    text_ : object ndarray of matplotlib Texts of shape (n_shown, n_shown), or None
        The numbers in the cells.
    colorbar_ : matplotlib Colorbar or None
        The scale.
    ax_ : matplotlib Axes
        Axes that were drawn on.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    Examples
    --------
    >>> from skmultilabel_nn.display import LabelCooccurrenceDisplay
    >>> y = [{"sea", "beach"}, {"sea"}, {"sea", "beach"}, {"sea", "ship"}]
    >>> display = LabelCooccurrenceDisplay.from_labels(y, order=None)
    >>> display.label_names.tolist()
    ['beach', 'sea', 'ship']
    >>> display.probability
    array([[1.  , 1.  , 0.  ],
           [0.5 , 1.  , 0.25],
           [0.  , 1.  , 1.  ]])
    """

    probability: np.ndarray
    counts: np.ndarray
    label_names: np.ndarray
    _: KW_ONLY
    n_labels: int | None = None
    name: str | None = None

    @classmethod
    def from_labels(
        cls, y, *, label_names=None, max_labels=30, order="cluster", name=None, ax=None
    ):
        """Count which labels occur together and plot it.

        Parameters
        ----------
        y : target
            Labels, true or predicted, of any multi-label type that `KerasMultiLabelClassifier.fit`
            accepts. Unknown cells (NaN) do not count.
        label_names : array-like of shape (n_labels,), default=None
            Names of the columns of `y`. None: those that it has.
        max_labels : int or None, default=30
            Only so many of the most frequent labels are shown. None: all.
        order : {"cluster", "frequency"} or None, default="cluster"
            Labels that occur together stand together (average linkage of Jaccard distances,
            leaves in their best order); or the most frequent first; or None: as in `y`.
        name : str, default=None
            Title. None: how many labels are shown, if not all are.
        ax : matplotlib Axes, default=None
            See `plot`.

        Returns
        -------
        LabelCooccurrenceDisplay

        Raises
        ------
        ValueError
            If `y` is not multi-label, or an option is not allowed.
        """
        check_integer("max_labels", max_labels, minimum=2, alternatives=(None,))
        check_option("order", order, ("cluster", "frequency", None))
        codec, target = learn_targets(y, classes=label_names)
        if not codec.multilabel:
            raise ValueError("y holds one class per row, and classes do not occur together.")
        shown = _most_frequent(target.Y, max_labels)
        counts, probability = _count(target, shown)
        columns = _sort_labels(counts, order)
        display = cls(
            probability[np.ix_(columns, columns)],
            counts[np.ix_(columns, columns)],
            codec.label_names[shown[columns]],
            n_labels=codec.n_outputs,
            name=name,
        )
        return display.plot(ax)

    def plot(self, ax=None, *, annotate="auto", cmap="Blues", colorbar=True):
        """Plot the matrix.

        The scale ends at the highest probability off the diagonal. The diagonal is gray; numbers in
        it, and behind the names of the rows, are the samples that have the label.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None: those of a new figure.
        annotate : bool or "auto", default="auto"
            Whether to write numbers into the cells. "auto": for up to 15 labels.
        cmap : str or matplotlib Colormap, default="Blues"
            Colors of the probabilities.
        colorbar : bool, default=True
            Whether to show the scale.

        Returns
        -------
        LabelCooccurrenceDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        n_shown = len(self.label_names)
        side = np.clip(2.5 + 0.25 * n_shown, *_SIZES)
        self.figure_, self.ax_ = resolve_axes(ax, (side + 1.0, side))
        annotate = n_shown <= _ANNOTATE_UP_TO if annotate == "auto" else annotate
        cells = np.ma.masked_invalid(self.probability)
        cells[np.eye(n_shown, dtype=bool)] = np.ma.masked
        colors = import_matplotlib().pyplot.get_cmap(cmap).with_extremes(bad="0.88")
        highest = cells.max() if cells.count() and cells.max() > 0 else 1.0
        self.im_ = self.ax_.imshow(cells, cmap=colors, vmin=0.0, vmax=highest)
        self._name_axes()
        self.text_ = self._annotate(cells) if annotate else None
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = self.figure_.colorbar(self.im_, ax=self.ax_, shrink=0.8)
            self.colorbar_.set_label("P(column | row)")
        return self

    def _name_axes(self):
        n_shown = len(self.label_names)
        size = "small" if n_shown <= _ANNOTATE_UP_TO else "x-small"
        names = [format_label(name) for name in self.label_names.tolist()]
        rows = [f"{name} ({n})" for name, n in zip(names, np.diag(self.counts), strict=True)]
        self.ax_.set_xticks(range(n_shown), names, rotation=90, fontsize=size)
        self.ax_.set_yticks(range(n_shown), rows, fontsize=size)
        self.ax_.set(xlabel="… also has the label", ylabel="A sample with the label (count) …")
        self.ax_.tick_params(length=0)
        self.ax_.spines[:].set_visible(False)
        title = self.name
        if title is None and self.n_labels is not None and self.n_labels > n_shown:
            title = f"The {n_shown} most frequent of {self.n_labels} labels"
        if title is not None:
            self.ax_.set_title(title)

    def _annotate(self, cells):
        texts = np.empty(cells.shape, dtype=object)
        for i, j in np.ndindex(cells.shape):
            if i == j:
                text, color = str(self.counts[i, i]), "0.35"
            elif cells.mask[i, j]:
                text, color = "-", "0.35"
            else:
                text = f"{cells[i, j]:.2f}"
                color = self._contrast(cells[i, j])
            style = {"ha": "center", "va": "center", "fontsize": 7}
            texts[i, j] = self.ax_.text(j, i, text, color=color, **style)
        return texts

    def _contrast(self, value):
        red, green, blue, _ = self.im_.cmap(self.im_.norm(value))
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.45 else "black"


def _most_frequent(Y, max_labels):
    """Return the columns shown, in the order of `Y`."""
    by_count = np.argsort(-np.ravel(Y.sum(axis=0)), kind="stable")
    return np.sort(by_count[:max_labels])


def _count(target, shown):
    """Count the pairs, and divide by the positives of the row where the column is known."""
    Y = target.Y[:, shown]
    Y = Y.toarray() if sp.issparse(Y) else Y
    Y = Y.astype(np.float64)  # float32 counts to 2**24 only
    counts = Y.T @ Y
    known = np.ones_like(Y) if target.known is None else target.known[:, shown]
    possible = Y.T @ known
    undefined = np.full_like(counts, np.nan)
    probability = np.divide(counts, possible, out=undefined, where=possible > 0)
    return counts.astype(np.int64), probability


def _sort_labels(counts, order):
    n = np.diag(counts)
    if order is None or len(n) < 3:
        return np.arange(len(n))
    if order == "frequency":
        return np.argsort(-n, kind="stable")
    union = n[:, np.newaxis] + n - counts
    distance = 1.0 - np.divide(counts, union, out=np.zeros(counts.shape), where=union > 0)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance), method="average", optimal_ordering=True)
    return leaves_list(tree)
