"""The demonstration's report, as text."""

import sys
import textwrap
from itertools import zip_longest

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, hamming_loss

from skmultilabel_nn.metrics._report import multilabel_report

from .classifiers import BINARIZER, settings_text
from .data import INK, NAMES, SIDE

_BLOCKS = np.array(list(" ▄▀█"))
_SHADES = np.array(list(" .:*#"))
_COLUMN = 28


def report(results, held_out):
    """Write the whole report.

    Parameters
    ----------
    results : list of Result
        The first one is looked at in detail.
    held_out : Pictures
        The truth.

    Returns
    -------
    str
        In lines of at most 88 characters.
    """
    best = results[0]
    parts = [
        _heading(f"Overall, on {len(held_out.y):,} held-out pictures"),
        _contestants(results),
        _overall(results, BINARIZER.transform(held_out.y)),
        _heading(f"Label by label: {best.title}"),
        multilabel_report(held_out.y, best.predicted, label_names=NAMES, zero_division=1.0),
        _heading(f"Pictures: {best.title}"),
        _examples(held_out, best.predicted),
    ]
    return "\n".join(parts)


def _heading(text):
    return f"\n{text}\n{'-' * len(text)}"


def overall_scores(Y, P):
    """Compute scikit-learn's multi-label metrics of a prediction.

    Parameters
    ----------
    Y, P : ndarray of shape (n_pictures, n_labels)
        Truth and prediction, 0 or 1.

    Returns
    -------
    dict of str to float
        A picture without digits that is predicted none counts as 1 in the average over pictures.
    """
    return {
        "F1, micro average": f1_score(Y, P, average="micro", zero_division=0),
        "F1, macro average": f1_score(Y, P, average="macro", zero_division=0),
        "F1, average over pictures": f1_score(Y, P, average="samples", zero_division=1),
        "subset accuracy": accuracy_score(Y, P),
        "Hamming loss": hamming_loss(Y, P),
    }


def _overall(results, Y):
    scores = [overall_scores(Y, BINARIZER.transform(result.predicted)) for result in results]
    lines = [_row("", [result.title for result in results])]
    for name in scores[0]:
        values = [score[name] for score in scores]
        lines.append(_row(name, _starred(values, min if "loss" in name else max, ".3f")))
    lines.append(_row("epochs", [f"{result.n_epochs} " for result in results]))
    for name in ("tuning", "fitting", "predicting"):
        times = [getattr(result, name) for result in results]
        lines.append(_row(f"{name}, seconds", _starred(times, min, ".2f")))
    return "\n".join([*lines, "* the best of the row"])


def _row(name, cells):
    return f"{name:<25}" + "".join(f"{cell:>21}" for cell in cells).rstrip()


def _starred(values, best_of, format_spec):
    """Format numbers; those that print as the best one get a star."""
    texts = [format(value, format_spec) for value in values]
    best = format(best_of(values), format_spec)
    return [text + ("*" if text == best else " ") for text in texts]


def _contestants(results):
    lines = []
    for result in results:
        lines.append(f"{result.title:<23}{result.about},")
        lines.append(f"{'':<23}tuned: {settings_text(result.chosen)}")
    return "\n".join([*lines, ""])


def _examples(held_out, predicted):
    right = np.array([set(p) == t for p, t in zip(predicted, held_out.y, strict=True)])
    several = np.array([len(labels) > 1 for labels in held_out.y])
    parts = []
    for title, chosen in (
        ("The first with several digits:", several),
        ("The first that it got wrong:", ~right),
    ):
        rows = np.flatnonzero(chosen)[:3]
        if len(rows):
            parts += [title, _side_by_side([_example(held_out, predicted, i) for i in rows]), ""]
    return "\n".join(parts).rstrip()


def _side_by_side(columns):
    lines = zip_longest(*columns, fillvalue="")
    return "\n".join("".join(f"{text:<{_COLUMN}}" for text in line).rstrip() for line in lines)


def _example(held_out, predicted, i):
    lines = text_art(held_out.X[i])
    for what, labels in (("true", held_out.y[i]), ("said", predicted[i])):
        text = f"{what}: {names_text(labels)}"
        lines += textwrap.wrap(text, _COLUMN - 2, subsequent_indent=" " * 6)
    return lines


def names_text(labels):
    """Write a label set in the digits' order."""
    return " ".join(name for name in NAMES if name in labels) or "(none)"


def text_art(x, *, encoding=None):
    """Draw a picture with one character for two pixels, one above the other.

    Parameters
    ----------
    x : ndarray of shape (289,)
        Ink from 0 to 16.
    encoding : str, default=None
        Of the terminal, which may lack block characters. None: that of standard output.

    Returns
    -------
    list of str
        Nine lines of 17 characters.
    """
    picture = np.vstack([x.reshape(SIDE, SIDE), np.zeros((1, SIDE))])
    upper, lower = picture[::2], picture[1::2]
    if _can_print(_BLOCKS, encoding or sys.stdout.encoding or "ascii"):
        signs = _BLOCKS[2 * (upper > INK / 2) + (lower > INK / 2)]
    else:
        shade = (upper + lower) / (2 * INK) * (len(_SHADES) - 1)
        signs = _SHADES[np.rint(shade).astype(int)]
    return ["".join(line) for line in signs]


def _can_print(signs, encoding):
    try:
        "".join(signs).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
