"""Draws one curve per label so that the plot stays readable, with 6 labels and with thousands."""

from typing import NamedTuple

import numpy as np

from skmultilabel_nn._utils.checks import is_integer
from skmultilabel_nn._utils.text import format_value, format_values

from ._style import (
    AVERAGE_STYLES,
    BEST,
    GRAY,
    LINE_STYLES,
    PALETTE,
    WORST,
    format_label,
    import_matplotlib,
)

GRID = np.linspace(0.0, 1.0, 501)

_MAX_COLORS = 8  # more labels than that cannot be told apart by color
_MAX_BACKGROUND_LINES = 40  # more gray lines than that are a blot; a band says more
_MIN_POSITIVES = 10  # a curve of fewer positives is luck, and no best or worst
_RESOLUTION = 1000  # points nearer than 1 / _RESOLUTION of the axes cannot be told apart
_BANDS = ((0.05, 0.95, 0.25, "90% of labels"), (0.25, 0.75, 0.5, "50% of labels"))


class AverageCurve(NamedTuple):
    """A curve that stands for all labels.

    Attributes
    ----------
    x, y : ndarray of shape (n_points,)
        As drawn: recall and precision, or false and true positive rate, and so on.
    score : float
        The number that summarizes it, such as the average precision.
    """

    x: np.ndarray
    y: np.ndarray
    score: float


def interpolate(x, y):
    """Interpolate a curve at `GRID`; NaN outside of it."""
    return np.interp(GRID, x, y, left=np.nan, right=np.nan)


class LabelCurves(NamedTuple):
    """A curve for each label, and what the legend says about it.

    Attributes
    ----------
    label_names : ndarray of shape (n_labels,)
    curves : list of n_labels pairs of ndarrays (x, y)
    score : ndarray of shape (n_labels,)
        NaN: the label is not drawn. The lowest are the worst.
    n_positives : ndarray of shape (n_labels,)
    annotations : list of n_labels str
        What the legend says behind the label's name, as "AP 0.61, n=12".
    at_grid : callable
        Maps a curve (x, y) to its values at `GRID`, NaN outside of it.
    drawstyle : str
        Draw style of matplotlib's lines.
    marker : str or None
        Marker of the points.
    """

    label_names: np.ndarray
    curves: list
    score: np.ndarray
    n_positives: np.ndarray
    annotations: list
    at_grid: object = interpolate
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
    if is_integer(highlight) and highlight >= 0:
        return int(highlight)
    if isinstance(highlight, str) or not np.iterable(highlight):
        raise ValueError(
            f"highlight must be a number of labels, at least 0, or a list of labels; "
            f"got {format_value(highlight)}."
        )
    position = {name: column for column, name in enumerate(label_names.tolist())}
    missing = [name for name in highlight if name not in position]
    if missing:
        raise ValueError(
            f"highlight names {format_values(missing)}; the labels are "
            f"{format_values(label_names.tolist())}."
        )
    return [position[name] for name in highlight]


def draw_labels(ax, labels, highlight):
    """Draw each label, or the best and the worst in front of a background of the others.

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
    defined = np.flatnonzero(~np.isnan(labels.score))
    ranked = defined[np.argsort(-labels.score[defined], kind="stable")]
    if isinstance(highlight, list):
        columns = [column for column in highlight if not np.isnan(labels.score[column])]
        lines = _draw_in_colors(ax, labels, columns)
        return LabelArtists(lines, _draw_background(ax, labels, defined), columns)
    if len(ranked) <= _MAX_COLORS:
        return LabelArtists(_draw_in_colors(ax, labels, ranked), [], list(ranked))
    background = _draw_background(ax, labels, defined)
    best, worst = _best_and_worst(labels, ranked, highlight)
    lines = [
        _draw_line(ax, labels, column, text, color=color, ls=LINE_STYLES[i % len(LINE_STYLES)])
        for columns, text, color in ((best, "best: ", BEST), (worst, "worst: ", WORST))
        for i, column in enumerate(columns)
    ]
    return LabelArtists(lines, background, [*best, *worst])


def _best_and_worst(labels, ranked, number):
    frequent = ranked[labels.n_positives[ranked] >= _MIN_POSITIVES]
    ranked = frequent if len(frequent) >= 2 * number else ranked
    number = min(number, len(ranked) // 2)
    return ranked[:number], ranked[len(ranked) - number :]


def _draw_in_colors(ax, labels, columns):
    n_colors, n_styles = len(PALETTE), len(LINE_STYLES)
    return [
        _draw_line(
            ax,
            labels,
            column,
            color=PALETTE[i % n_colors],
            ls=LINE_STYLES[i // n_colors % n_styles],
        )
        for i, column in enumerate(columns)
    ]


def _draw_line(ax, labels, column, prefix="", *, color, ls):
    name = format_label(labels.label_names[column])
    (line,) = ax.plot(
        *decimate(*labels.curves[column]),
        label=f"{prefix}{name} ({labels.annotations[column]})",
        drawstyle=labels.drawstyle,
        marker=labels.marker,
        ms=4,
        lw=1.4,
        color=color,
        ls=ls,
    )
    return line


def _draw_background(ax, labels, columns):
    """Draw all labels as one artist, or as the two bands in which most of them lie."""
    values = [labels.at_grid(*labels.curves[column]) for column in columns]
    if len(columns) <= _MAX_BACKGROUND_LINES:
        return [_draw_grey_lines(ax, values)]
    values = np.array(values)
    # Only where enough labels have a value; nanquantile would warn of columns without any.
    enough = (~np.isnan(values)).sum(axis=0) >= max(2, len(columns) // 20)
    values, grid = values[:, enough], GRID[enough]
    return [
        ax.fill_between(
            grid,
            *np.nanquantile(values, (low, high), axis=0),
            color=GRAY,
            alpha=alpha,
            lw=0,
            label=text,
        )
        for low, high, alpha, text in _BANDS
    ]


def _draw_grey_lines(ax, values):
    lines = import_matplotlib().collections.LineCollection(
        [np.column_stack([GRID, y])[~np.isnan(y)] for y in values],
        colors=GRAY,
        linewidths=0.7,
        alpha=0.55,
        label=f"each of {len(values)} labels",
    )
    ax.add_collection(lines)
    return lines


def draw_averages(ax, averages, *, drawstyle="default", marker=None):
    """Draw averages, given as text -> AverageCurve; return their lines."""
    return [
        ax.plot(
            *decimate(curve.x, curve.y),
            label=text,
            drawstyle=drawstyle,
            marker=marker,
            ms=4,
            zorder=3,
            **style,
        )[0]
        for (text, curve), style in zip(averages.items(), AVERAGE_STYLES, strict=False)
    ]


def decimate(x, y):
    """Leave out the points that would not be seen: curves may have millions."""
    if len(x) <= 2 * _RESOLUTION:
        return x, y
    pixel = np.column_stack([np.round(x * _RESOLUTION), np.round(y * _RESOLUTION)])
    moves = np.any(pixel[1:] != pixel[:-1], axis=1)
    visible = np.concatenate([[True], moves]) | np.concatenate([moves, [True]])
    return x[visible], y[visible]
