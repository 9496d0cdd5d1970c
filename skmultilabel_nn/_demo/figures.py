"""The demonstration's figures; needs matplotlib."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import f1_score

from skmultilabel_nn.display import TrainingHistoryDisplay
from skmultilabel_nn.display._style import PALETTE

from .classifiers import BINARIZER
from .data import MAX_INK, NAMES, SIDE

_WRONG, _RIGHT = PALETTE[1:3]
_N_ROWS, _N_COLUMNS = 3, 6


def write_figures(folder, results, held_out):
    """Write the figures of `report`'s arguments as PNG into a folder; return their paths."""
    figures = {
        "images.png": draw_examples(held_out, results[0]),
        "labels.png": draw_labels(held_out, results),
        "training.png": draw_history(results[0]),
    }
    paths = []
    for name, figure in figures.items():
        paths.append(Path(folder) / name)
        figure.savefig(paths[-1], dpi=120)
    return paths


def draw_examples(held_out, result):
    """Draw the first images that are not empty, each with its true and its predicted labels."""
    shown = np.flatnonzero([len(labels) > 0 for labels in held_out.y])
    figure = Figure(figsize=(2.0 * _N_COLUMNS, 2.6 * _N_ROWS), layout="constrained")
    figure.suptitle(f"The first held-out images with digits, as the {result.title} labels them")
    axes = figure.subplots(_N_ROWS, _N_COLUMNS, subplot_kw={"xticks": [], "yticks": []}).flat
    for row, ax in zip(shown, axes, strict=False):
        truth, predicted = held_out.y[row], set(result.predicted[row])
        ax.imshow(held_out.X[row].reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=MAX_INK)
        ax.spines[:].set_color("0.7")
        color = _RIGHT if predicted == truth else _WRONG
        text = f"true: {format_labels(truth)}\npredicted: {format_labels(predicted)}"
        ax.set_title(text, fontsize=8, color=color, loc="left")
    return figure


def format_labels(labels):
    """Write a label set in the digits' order."""
    return " ".join(name for name in NAMES if name in labels) or "(none)"


def draw_labels(held_out, results):
    """Draw the F1 of each label as bars, one for each classifier."""
    Y = BINARIZER.transform(held_out.y)
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    ax = figure.subplots()
    width = 0.8 / len(results)
    for i, (result, color) in enumerate(zip(results, PALETTE, strict=False)):
        scores = f1_score(Y, BINARIZER.transform(result.predicted), average=None, zero_division=0)
        places = np.arange(len(NAMES)) + (i - (len(results) - 1) / 2) * width
        ax.bar(places, scores, width, color=color, label=result.title)
    ax.set_xticks(np.arange(len(NAMES)), NAMES)
    ax.set(ylabel="F1", ylim=(0, 1), title=f"F1 of each label on {len(Y):,} held-out images")
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
