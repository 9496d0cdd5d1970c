"""Draws one curve a label so that it stays readable, with 6 labels and with thousands."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from skmultilabel_nn._utils.text import quote

from ._style import AVERAGES, BEST, GREY, PALETTE, STYLES, WORST, text_of

GRID = np.linspace(0.0, 1.0, 501)

_EACH_UP_TO = 8  # more labels than that cannot be told apart by colour
_LINES_UP_TO = 40  # more grey lines than that are a blot; a band says more
_FEW_POSITIVES = 10  # a curve of fewer positives is luck, and no best or worst
_FINEST = 1000  # points of a curve nearer than 1 / _FINEST of the axes are one on the picture
_BANDS = ((0.05, 0.95, 0.25, "90% of labels"), (0.25, 0.75, 0.5, "50% of labels"))


class AverageCurve(NamedTuple):
    """A curve that stands for all labels.

    Attributes
    ----------
    x, y : ndarray of shape (n_points,)
        As drawn: recall and precision, or false and true positive rate, and so on.
    score : float
        The number that sums it up, such as the average precision.
    """

    x: np.ndarray
    y: np.ndarray
    score: float


class LabelCurves(NamedTuple):
    """A curve for each label, and what is said about it.

    Attributes
    ----------
    label_names : ndarray of shape (n_labels,)
    curves : list of n_labels pairs of ndarrays (x, y)
    score : ndarray of shape (n_labels,)
        NaN: the label is not drawn. The lowest are the worst.
    n_positives : ndarray of shape (n_labels,)
    note : callable
        Column number to text, as "0.61".
    at_grid : callable
        Curve (x, y) to its values at `GRID`, NaN outside of it.
    drawstyle : str
        Of matplotlib's lines.
    marker : str or None
    """

    label_names: np.ndarray
    curves: list
    score: np.ndarray
    n_positives: np.ndarray
    note: object
    at_grid: object
    drawstyle: str = "default"
    marker: str | None = None


class LabelArtists(NamedTuple):
    """What was drawn.

    Attributes
    ----------
    lines : list of matplotlib Lines
    background : list of matplotlib Artists
        Stands for all labels.
    columns : list of int
        The labels of the lines.
    """

    lines: list
    background: list
    columns: list


def check_highlight(highlight, label_names):
    """Return `highlight` as a number, or the columns of the labels that it names."""
    if isinstance(highlight, Integral) and not isinstance(highlight, bool) and highlight >= 0:
        return int(highlight)
    if isinstance(highlight, str | Integral) or not np.iterable(highlight):
        raise ValueError(
            f"highlight must be a number of labels, at least 0, or a list of labels; "
            f"got {highlight!r}."
        )
    position = {name: column for column, name in enumerate(label_names.tolist())}
    missing = [name for name in highlight if name not in position]
    if missing:
        raise ValueError(
            f"highlight names {quote(missing)}; the labels are {quote(label_names.tolist())}."
        )
    return [position[name] for name in highlight]


def draw_labels(ax, labels, highlight):
    """Draw each label, or the best and the worst before a background of the others.

    Parameters
    ----------
    ax : matplotlib Axes
    labels : LabelCurves
    highlight : int or list of int
        As `check_highlight` returns it.

    Returns
    -------
    LabelArtists
    """
    drawn = np.flatnonzero(~np.isnan(labels.score))
    ranked = drawn[np.argsort(-labels.score[drawn], kind="stable")]
    if isinstance(highlight, list):
        chosen = [column for column in highlight if not np.isnan(labels.score[column])]
        return LabelArtists(
            _draw_each(ax, labels, chosen), _draw_background(ax, labels, drawn), chosen
        )
    if len(ranked) <= _EACH_UP_TO:
        return LabelArtists(_draw_each(ax, labels, ranked), [], list(ranked))
    background = _draw_background(ax, labels, drawn)
    best, worst = _best_and_worst(labels, ranked, highlight)
    lines = [
        _draw_line(ax, labels, column, text, color=color, ls=STYLES[i % len(STYLES)], lw=1.4)
        for columns, text, color in ((best, "best: ", BEST), (worst, "worst: ", WORST))
        for i, column in enumerate(columns)
    ]
    return LabelArtists(lines, background, [*best, *worst])


def _best_and_worst(labels, ranked, number):
    trusted = ranked[labels.n_positives[ranked] >= _FEW_POSITIVES]
    ranked = trusted if len(trusted) >= 2 * number else ranked
    number = min(number, len(ranked) // 2)
    return ranked[:number], ranked[len(ranked) - number :]


def _draw_each(ax, labels, columns):
    return [
        _draw_line(
            ax,
            labels,
            column,
            "",
            color=PALETTE[i % len(PALETTE)],
            ls=STYLES[i // len(PALETTE) % len(STYLES)],
            lw=1.4,
        )
        for i, column in enumerate(columns)
    ]


def _draw_line(ax, labels, column, prefix, **style):
    text = f"{prefix}{text_of(labels.label_names[column])} ({labels.note(column)})"
    x, y = thinned(*labels.curves[column])
    return ax.plot(
        x, y, label=text, drawstyle=labels.drawstyle, marker=labels.marker, ms=4, **style
    )[0]


def _draw_background(ax, labels, columns):
    """Draw all labels as one artist, or as the two bands in which most of them lie."""
    if len(columns) <= _LINES_UP_TO:
        from matplotlib.collections import LineCollection

        values = (labels.at_grid(*labels.curves[column]) for column in columns)
        lines = [np.column_stack([GRID, y])[~np.isnan(y)] for y in values]
        grey = LineCollection(
            lines, colors=GREY, linewidths=0.7, alpha=0.55, label=f"each of {len(columns)} labels"
        )
        ax.add_collection(grey)
        return [grey]
    values = np.array([labels.at_grid(*labels.curves[column]) for column in columns])
    # Only where enough labels have a value; nanquantile would warn of columns without any.
    enough = (~np.isnan(values)).sum(axis=0) >= max(2, len(columns) // 20)
    values, grid = values[:, enough], GRID[enough]
    return [
        ax.fill_between(
            grid,
            *np.nanquantile(values, (low, high), axis=0),
            color=GREY,
            alpha=alpha,
            lw=0,
            label=text,
        )
        for low, high, alpha, text in _BANDS
    ]


def draw_averages(ax, averages, *, drawstyle="default", marker=None):
    """Draw averages, given as text -> AverageCurve or None; return their lines."""
    return [
        ax.plot(
            *thinned(curve.x, curve.y),
            label=text,
            drawstyle=drawstyle,
            marker=marker,
            ms=4,
            zorder=3,
            **style,
        )[0]
        for (text, curve), style in zip(averages.items(), AVERAGES, strict=False)
        if curve is not None
    ]


def thinned(x, y):
    """Leave out the points that would not be seen: curves may have millions."""
    if len(x) <= 2 * _FINEST:
        return x, y
    at = np.column_stack([np.round(x * _FINEST), np.round(y * _FINEST)])
    seen = np.any(at[1:] != at[:-1], axis=1)
    kept = np.concatenate([[True], seen]) | np.concatenate([seen, [True]])
    return x[kept], y[kept]
