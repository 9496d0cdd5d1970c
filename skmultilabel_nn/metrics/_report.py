"""Report of a multi-label prediction: one row of metrics per label, and their averages."""

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from skmultilabel_nn._utils.checks import check_integer, check_option
from skmultilabel_nn._utils.responses import as_scores
from skmultilabel_nn._utils.text import format_value

from ._averages import average_areas, label_curves, micro_curve, set_score, support, warn_undefined
from ._truth import infer_codec, read_truth

_SETS = ("precision", "recall", "f1")
_CURVES = {"auc": roc_auc_score, "average_precision": average_precision_score}
_AVERAGES = ("micro", "macro", "weighted", "samples")


def multilabel_report(
    y_true,
    y_pred=None,
    y_score=None,
    *,
    thresholds=None,
    label_names=None,
    sample_weight=None,
    output="text",
    sort_by=None,
    max_labels=40,
    digits=3,
    zero_division=0.0,
):
    """Metrics of each label and their averages, as text, DataFrame or dict.

    Parameters
    ----------
    y_true : multi-label target of any type
        Truth; unknown cells (NaN) do not count.
    y_pred : multi-label target of any type, default=None
        Predicted labels. None: ``y_score >= thresholds``.
    y_score : array-like or DataFrame of shape (n_samples, n_labels), or list of (n_samples, 2)
        Scores or probabilities; without them there are no areas under curves.
    thresholds : float, array-like of shape (n_labels,) or dict {label: float}, default=None
        Shown for each label. None: 0.5 if needed to predict, else not shown.
    label_names : sequence of shape (n_labels,), default=None
        Names of the columns. None: the column names of a frame, else the columns of `y_true`, for
        label sets the sorted labels in truth and prediction.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
        Weights of samples or of cells.
    output : {"text", "frame", "dict"}, default="text"
        What to return.
    sort_by : str, default=None
        Column by which labels are sorted, in descending order. None: the order of the labels.
    max_labels : int or None, default=40
        Maximum number of labels in the text; of more labels it has the first and the last ones.
    digits : int, default=3
        Decimals in the text.
    zero_division : {0.0, 1.0}, default=0.0
        Value of precision, recall and F1 where they are 0 / 0.

    Returns
    -------
    str, pandas.DataFrame or dict
        Columns: support (weight of the positives), known (number of known samples, if some are
        not), threshold, precision, recall, f1, auc and average_precision. NaN, in the text "-",
        where a value is undefined. Rows: the labels, then "micro avg", "macro avg", "weighted avg"
        and "samples avg". The dict is ``{"labels": {label: {column: value}}, "averages": {"micro":
        {column: value}, ...}}``.

    Raises
    ------
    ValueError
        If neither predictions nor scores are given, or an argument is not allowed.
    ImportError
        If pandas is missing for ``output="frame"``.

    Warns
    -----
    UndefinedMetricWarning
        Once, if labels have no known positives or negatives; averages of areas leave them out.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import multilabel_report
    >>> y = [{"cat"}, {"cat", "dog"}, set(), {"dog"}]
    >>> print(multilabel_report(y, [{"cat"}, {"cat"}, set(), {"dog"}], digits=2))
                  support  precision  recall    f1
    cat                 2       1.00    1.00  1.00
    dog                 2       1.00    0.50  0.67
    <BLANKLINE>
    micro avg           4       1.00    0.75  0.86
    macro avg           4       1.00    0.75  0.83
    weighted avg        4       1.00    0.75  0.83
    samples avg         4       0.75    0.62  0.67
    """
    check_option("output", output, ("text", "frame", "dict"))
    max_labels = check_integer("max_labels", max_labels, minimum=2, alternatives=(None,))
    digits = check_integer("digits", digits, minimum=0)
    zero_division = check_option("zero_division", zero_division, (0.0, 1.0))
    if y_pred is None and y_score is None:
        raise ValueError("Give y_pred, y_score or both; there is nothing to compare y_true with.")
    codec = infer_codec(y_true, labels=y_pred, scores=y_score, label_names=label_names)
    truth = read_truth(y_true, codec, sample_weight)
    scores = None
    if y_score is not None:
        scores = as_scores(codec.order_columns(y_score, "y_score"), codec.n_outputs)
    label_thresholds = None
    if thresholds is not None or y_pred is None:
        label_thresholds = codec.per_label(thresholds, default=0.5, what="thresholds")
    S = None if scores is None else truth.scores(scores)
    if y_pred is None:
        y_pred = (scores >= label_thresholds).astype(np.int64)
    P = truth.labels(y_pred, codec)
    columns, averages = _metrics(truth, P, S, label_thresholds, zero_division)
    rows = _label_rows(columns, truth.names, sort_by)
    if output == "dict":
        return {"labels": dict(rows), "averages": averages}
    foot = [(f"{name} avg", row) for name, row in averages.items()]
    if output == "frame":
        return _frame(rows + foot, list(columns))
    return _text(_shortened(rows, max_labels), foot, list(columns), digits)


# Columns -------------------------------------------------------------------------------------


def _metrics(truth, P, S, label_thresholds, zero_division):
    """Compute {column: values of the labels} and {average: {column: value}}."""
    columns = _counts(truth, label_thresholds)
    averages = {name: {"support": columns["support"].sum()} for name in _AVERAGES}
    _add_sets(columns, averages, truth, P, zero_division)
    if S is not None:
        _add_curves(columns, averages, truth, S)
    return columns, averages


def _counts(truth, label_thresholds):
    columns = {"support": support(truth)}
    if truth.cell_weight is not None:
        n_known = (truth.cell_weight > 0).sum(axis=0)
        if (n_known < len(truth.cell_weight)).any():
            columns["known"] = n_known
    if label_thresholds is not None:
        unseen = len(truth.names) - len(label_thresholds)
        columns["threshold"] = np.pad(label_thresholds, (0, unseen), constant_values=np.nan)
    return columns


def _add_sets(columns, averages, truth, P, zero_division):
    values = _precision_recall_f1(truth, P, None, zero_division)
    columns.update(zip(_SETS, values, strict=True))
    for average, row in averages.items():
        values = _precision_recall_f1(truth, P, average, zero_division)
        row.update(zip(_SETS, values.tolist(), strict=True))


def _precision_recall_f1(truth, P, average, zero_division):
    def three(y_true, y_pred, **options):
        return np.array(precision_recall_fscore_support(y_true, y_pred, **options)[:3])

    return set_score(truth, P, score=three, average=average, zero_division=zero_division)


def _add_curves(columns, averages, truth, S):
    for name, score in _CURVES.items():
        columns[name] = label_curves(truth, S, score)
        averages["micro"][name] = micro_curve(truth, S, score)
        averages["macro"][name] = average_areas(columns[name])
        averages["weighted"][name] = average_areas(columns[name], columns["support"])
    undefined = np.flatnonzero(np.isnan(columns["auc"]))
    if len(undefined):
        warn_undefined([truth.names[j] for j in undefined], roc_auc_score)


# Forms ---------------------------------------------------------------------------------------


def _label_rows(columns, names, sort_by):
    """List (label, {column: value}) in the order asked for."""
    order = range(len(names))
    if sort_by is not None:
        if not isinstance(sort_by, str) or sort_by not in columns:
            raise ValueError(
                f"sort_by must be one of {', '.join(columns)}, got {format_value(sort_by)}."
            )
        order = np.argsort(-columns[sort_by], kind="stable")
    return [(names[j], {name: float(of[j]) for name, of in columns.items()}) for j in order]


def _frame(rows, columns):
    try:
        import pandas  # noqa: PLC0415 (optional)
    except ImportError:
        raise ImportError(
            'output="frame" needs pandas, which is not installed: pip install pandas'
        ) from None
    index = pandas.Index([name for name, _ in rows], dtype=object, name="label")
    return pandas.DataFrame([row for _, row in rows], index=index, columns=columns, dtype=float)


def _shortened(rows, max_labels):
    """Write labels as text, and leave out those in the middle beyond a number."""
    if max_labels is None or len(rows) <= max_labels:
        return [(str(name), row) for name, row in rows]
    last = max_labels // 2
    left_out = (f"... {len(rows) - max_labels} more ...", None)
    shown = rows[: max_labels - last], rows[-last:]
    first, last = ([(str(name), row) for name, row in part] for part in shown)
    return [*first, left_out, *last]


def _text(rows, foot, columns, digits):
    width = max(len(name) for name, _ in rows + foot)
    table = [["", *(name.replace("_", " ") for name in columns)]]
    for name, row in [*rows, ("", None), *foot]:
        cells = [] if row is None else [_cell(row.get(c, np.nan), c, digits) for c in columns]
        table.append([name, *cells])
    widths = [max(len(line[i]) for line in table if len(line) > i) for i in range(len(columns) + 1)]
    lines = (
        line[0].ljust(width)
        + "".join("  " + cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=False))
        for line in table
    )
    return "\n".join(line.rstrip() for line in lines)


def _cell(value, column, digits):
    if np.isnan(value):
        return "-"
    if column in ("support", "known") and value == round(value):
        return str(int(value))
    return f"{value:.{digits}f}"
