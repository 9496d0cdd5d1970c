"""The demonstration's report, as text."""

from sklearn.metrics import accuracy_score, f1_score, hamming_loss

from skmultilabel_nn.metrics import multilabel_report

from .classifiers import BINARIZER, format_params
from .data import NAMES


def report(results, held_out):
    """Write the whole report.

    Parameters
    ----------
    results : list of Result
        The first one is shown in detail.
    held_out : LabeledImages
        The truth.

    Returns
    -------
    str
        In lines of at most 88 characters.
    """
    best = results[0]
    parts = [
        _heading(f"Overall, on {len(held_out.y):,} held-out images"),
        _describe_candidates(results),
        _overall_table(results, BINARIZER.transform(held_out.y)),
        _heading(f"Per label: {best.title}"),
        multilabel_report(held_out.y, best.predicted, label_names=NAMES, zero_division=1.0),
    ]
    return "\n".join(parts)


def _heading(text):
    return f"\n{text}\n{'-' * len(text)}"


def overall_scores(Y, P):
    """Compute scikit-learn's multi-label metrics of a prediction.

    Parameters
    ----------
    Y, P : ndarray of shape (n_images, n_labels)
        Truth and prediction, 0 or 1.

    Returns
    -------
    dict of str to float
        An image without digits counts as 1 in the average over images if none are predicted.
    """
    return {
        "F1, micro average": f1_score(Y, P, average="micro", zero_division=0),
        "F1, macro average": f1_score(Y, P, average="macro", zero_division=0),
        "F1, average over images": f1_score(Y, P, average="samples", zero_division=1),
        "subset accuracy": accuracy_score(Y, P),
        "Hamming loss": hamming_loss(Y, P),
    }


def _overall_table(results, Y):
    scores = [overall_scores(Y, BINARIZER.transform(result.predicted)) for result in results]
    lines = [_row("", [result.title for result in results])]
    for name in scores[0]:
        values = [score[name] for score in scores]
        lines.append(_row(name, _mark_best(values, min if "loss" in name else max, ".3f")))
    lines.append(_row("epochs", [f"{result.n_epochs} " for result in results]))
    for name in ("tuning", "fitting", "predicting"):
        times = [getattr(result, name) for result in results]
        lines.append(_row(f"{name}, seconds", _mark_best(times, min, ".2f")))
    return "\n".join([*lines, "* best of the row"])


def _row(name, cells):
    return f"{name:<25}" + "".join(f"{cell:>21}" for cell in cells).rstrip()


def _mark_best(values, best_of, format_spec):
    """Format numbers; those that print as the best one get a star."""
    texts = [format(value, format_spec) for value in values]
    best = format(best_of(values), format_spec)
    return [text + ("*" if text == best else " ") for text in texts]


def _describe_candidates(results):
    lines = []
    for result in results:
        lines.append(f"{result.title:<23}{result.description},")
        lines.append(f"{'':<23}tuned: {format_params(result.best_params)}")
    return "\n".join([*lines, ""])
