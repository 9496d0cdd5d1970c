"""The demonstration's figures; needs matplotlib."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from sklearn.metrics import f1_score

from skmultilabel_nn.display._history import TrainingHistoryDisplay

from .classifiers import BINARIZER
from .data import INK, NAMES, SIDE
from .report import names_text

# Of Okabe and Ito's palette, told apart with every common kind of color vision.
_COLOURS = ("#0072B2", "#56B4E9", "#E69F00")
_RIGHT, _WRONG = "#00724F", "#B03A00"
_ROWS, _COLUMNS = 3, 6


def write_figures(folder, results, held_out):
    """Write the figures as PNG.

    Parameters
    ----------
    folder : str or Path
        An existing folder.
    results : list of Result
        The first one is looked at in detail.
    held_out : Pictures
        The truth.

    Returns
    -------
    list of Path
        What was written.
    """
    figures = {
        "pictures.png": draw_examples(held_out, results[0]),
        "labels.png": draw_labels(held_out, results),
        "training.png": draw_history(results[0]),
    }
    paths = []
    for name, figure in figures.items():
        paths.append(Path(folder) / name)
        figure.savefig(paths[-1], dpi=120)
    return paths


def draw_examples(held_out, result):
    """Draw the first pictures that are not empty, each with its true and its predicted labels."""
    shown = np.flatnonzero([len(labels) > 0 for labels in held_out.y])
    figure = Figure(figsize=(2.0 * _COLUMNS, 2.6 * _ROWS), layout="constrained")
    figure.suptitle(
        f"The first held-out pictures with digits, and what the {result.title} sees in them"
    )
    for i, ax in enumerate(figure.subplots(_ROWS, _COLUMNS).flat):
        ax.set_axis_off()
        if i >= len(shown):
            continue
        truth, said = held_out.y[shown[i]], set(result.predicted[shown[i]])
        ax.imshow(held_out.X[shown[i]].reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=INK)
        ax.add_patch(_frame(ax))
        color = _RIGHT if said == truth else _WRONG
        texts = f"true: {names_text(truth)}\nsaid: {names_text(said)}"
        ax.set_title(texts, fontsize=8, color=color, loc="left")
    return figure


def _frame(ax):
    return Rectangle((0, 0), 1, 1, transform=ax.transAxes, fill=False, edgecolor="0.7")


def draw_labels(held_out, results):
    """Draw the F1 of each label as bars, one for each classifier."""
    Y = BINARIZER.transform(held_out.y)
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    ax = figure.subplots()
    width = 0.8 / len(results)
    for i, (result, color) in enumerate(zip(results, _COLOURS, strict=True)):
        scores = f1_score(Y, BINARIZER.transform(result.predicted), average=None, zero_division=0)
        places = np.arange(len(NAMES)) + (i - (len(results) - 1) / 2) * width
        ax.bar(places, scores, width, color=color, label=result.title)
    ax.set_xticks(np.arange(len(NAMES)), NAMES)
    ax.set(ylabel="F1", ylim=(0, 1), title=f"F1 of each label on {len(Y):,} held-out pictures")
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def draw_history(result):
    """Draw the loss of training and validation, epoch by epoch."""
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    TrainingHistoryDisplay.from_estimator(
        result.pipeline, name=f"Training of the {result.title}", ax=figure.subplots()
    )
    return figure
