"""Read an indicator of 0 and 1, dense or sparse."""

from decimal import Decimal

import numpy as np
import scipy.sparse

from skmultilabel_nn._utils.sparse_format import check_sparse_format
from skmultilabel_nn._utils.text import format_values, is_missing

from .target_reading import Context, TargetReading

_BLOCK_CELLS = 1 << 18  # small enough that the temporaries of the 0/1 check stay in the cache
_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating, Decimal)
_RULE = "but an indicator must hold 0 and 1 only (NaN for unknown)"


def holds_numbers(values):
    """Return whether all cells are numbers, booleans or missing (object dtype needs a look)."""
    if values.dtype.kind != "O":
        return values.dtype.kind in "biuf"
    types = {type(cell): cell for cell in values.flat}
    return all(issubclass(kind, _NUMBERS) or is_missing(cell) for kind, cell in types.items())


def object_to_float(values):
    """Convert an object array of numbers to float64, missing cells to NaN."""
    try:
        flat = (np.nan if is_missing(cell) else float(cell) for cell in values.flat)
        return np.fromiter(flat, np.float64, count=values.size).reshape(values.shape)
    except OverflowError:
        raise ValueError("y holds an integer beyond the range of floats.") from None


# Cells of an indicator -----------------------------------------------------------------------


def read_indicator(values, context):
    """Read a 2-D array of 0, 1 and missing cells."""
    if not values.shape[1]:
        raise ValueError(f"y has the shape {values.shape}: it has no label columns.")
    if not holds_numbers(values):
        _refuse_text(values, context)
    if values.dtype.kind == "O":
        values = object_to_float(values)
        if context.table == "y":
            context = context._replace(table="y.astype(float)")
    if not check_cells(values, context):
        return TargetReading("indicator", np.ascontiguousarray(values, dtype=np.float32))
    known = ~np.isnan(values)
    Y = np.where(known, values, 0)
    return TargetReading(
        "indicator",
        np.ascontiguousarray(Y, dtype=np.float32),
        np.ascontiguousarray(known),
    )


def check_cells(values, context):
    """Raise ValueError for cells other than 0, 1 and NaN; return whether there are NaN.

    Works in blocks of rows: whole-array comparisons would take several times the memory of a
    boolean copy, and twice the time.
    """
    if values.dtype.kind == "b":
        return False
    step = max(1, _BLOCK_CELLS // values.shape[1])
    any_missing = False
    for start in range(0, len(values), step):
        block = values[start : start + step]
        valid = (block == 0) | (block == 1)
        if valid.all():
            continue
        rest = block[~valid]
        if not np.isnan(rest).all():
            missing = bool(np.isnan(rest).any())
            lists = _may_list_labels(block)
            _refuse_values(np.unique(block[block == block]), context, missing, lists)
        any_missing = True
    return any_missing


def _refuse_values(distinct, context, missing=False, lists=False):
    if not np.isfinite(distinct).all():
        raise ValueError(f"y contains infinity, {_RULE}.")
    fractions = distinct[distinct != np.round(distinct)]
    if len(fractions):
        raise ValueError(
            f"y holds fractions such as {format_values(fractions[:1])}, {_RULE}. If these are "
            "probabilities, apply a threshold first, for instance "
            f"{_comparison(context, '>= 0.5', missing)}."
        )
    if len(distinct) <= 2:
        found = " and ".join(map(repr, distinct.tolist()))
        raise ValueError(
            f"y holds the values {found}, {_RULE}. Convert it first, for instance with "
            f"{_comparison(context, f'== {distinct[-1]}', missing)}."
        )
    positive = 1 if 1 in distinct else distinct[-1]
    listed = ""
    if lists:
        listed = (
            "; if every row lists its labels, "
            f"`[set(row[row >= 0].tolist()) for row in {context.rows}]`"
        )
    raise ValueError(
        f"y holds the values {format_values(distinct)}, {_RULE}. If one value means that the label "
        f"is present, convert, for instance with {_comparison(context, f'== {positive}', missing)}"
        f"{listed}; if every column has several classes, fit one estimator per column."
    )


def _comparison(context, condition, missing):
    """Return code that converts the cells to 0 and 1, except those that are unknown."""
    table = context.table
    if not missing:
        return f"`{table} {condition}`"
    if context.library == "pandas":
        return f"`({table} {condition}).astype(float).where({table}.notna())`"
    return f"`np.where(np.isnan({table}), np.nan, {table} {condition})`"


def _may_list_labels(table):
    """Return whether rows are lists of distinct whole numbers, padded by NaN or -1."""
    table = np.where(table >= 0, table, np.nan)
    repeats = np.diff(np.sort(table, axis=1), axis=1) == 0
    return table.shape[1] > 1 and not repeats.any()


def _refuse_text(values, context):
    """Raise ValueError for a 2-D array of text, with code that converts it to a target."""
    rows = [[cell for cell in row if not _is_padding(cell)] for row in values.tolist()]
    distinct = sorted({str(cell) for row in rows for cell in row})
    padded = any(len(row) < values.shape[1] for row in rows)
    start = (
        f"y is a 2-D array of {format_values(distinct)}, but an indicator must hold 0 and 1 only."
    )
    lists = all(isinstance(cell, str) for row in rows for cell in row) and values.shape[1] > 1
    if lists and all(len(set(row)) == len(row) for row in rows):
        condition = " if isinstance(label, str) and label" if padded else ""
        raise ValueError(
            f"{start} If every row lists its labels, pass sets: "
            f"`[{{label for label in row{condition}}} for row in {context.rows}]`."
        )
    if len(distinct) <= 2 and not padded and len(distinct[-1]) < 60:
        raise ValueError(
            f"{start} Convert it, for instance with `{context.text_table} == {distinct[-1]!r}`."
        )
    raise ValueError(
        f"{start} Convert present labels to 1, absent ones to 0 and unknown ones to NaN; if every "
        "column has several classes, fit one estimator per column."
    )


def _is_padding(cell):
    return is_missing(cell) or (isinstance(cell, str) and not cell)


def read_sparse(y):
    """Read a sparse matrix or array of 0 and 1."""
    if y.ndim != 2 or not y.shape[0] or not y.shape[1]:
        raise ValueError(
            f"y is a sparse array of shape {y.shape}. Expected (n_samples, n_labels) with at "
            "least one of each; 1-D classes must be a dense array."
        )
    check_sparse_format(y, "y")
    Y = scipy.sparse.csr_array(y)
    if Y.dtype.kind not in "biuf":
        raise ValueError(f"y is a sparse matrix of dtype {Y.dtype}. Expected 0 and 1.")
    if not Y.has_canonical_format or not Y.data.all():
        Y = Y.copy()  # the user's own arrays stay as they are
        Y.sum_duplicates()
        Y.eliminate_zeros()
    if np.isnan(Y.data).any():
        raise ValueError(
            "y is sparse and stores NaN. Unknown labels can be marked in a dense indicator or "
            "a DataFrame only: pass `y.toarray()`."
        )
    if (Y.data != 1).any():
        _refuse_values(np.unique(np.append(Y.data, 0)), Context())
    container = "array" if isinstance(y, scipy.sparse.sparray) else "matrix"
    return TargetReading("sparse", Y.astype(np.float32), container=container)
