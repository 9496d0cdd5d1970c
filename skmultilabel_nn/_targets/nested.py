"""Rows that are lists, tuples or arrays: an indicator or label sets, the same in every wrapping."""

import numpy as np

from .frames import object_array
from .indicators import holds_numbers, object_to_float


def is_nested(rows):
    """Return whether all rows are lists, tuples or arrays."""
    return all(isinstance(row, list | tuple) or (_is_array(row) and row.ndim) for row in rows)


def _is_array(item):
    return isinstance(item, np.ndarray)


def nested_values(rows, context):
    """Return a 2-D array if the rows are an indicator, else a 1-D object array of label lists.

    Parameters
    ----------
    rows : sequence of lists, tuples or arrays
    context : Context

    Raises
    ------
    ValueError
        If the rows could be both, or are numeric arrays of different lengths.
    """
    if any(_is_array(row) and _holds_text(row) for row in rows):
        rows = [row.tolist() if _is_array(row) else row for row in rows]
    has_arrays = any(map(_is_array, rows))
    lengths = {len(row) for row in rows}
    if has_arrays and len(lengths) > 1:
        raise ValueError(
            f"The rows of y are arrays of different lengths (from {min(lengths)} to "
            f"{max(lengths)}). An indicator needs one column per label in every row; for label "
            f"sets pass `[set(row) for row in {context.rows}]`."
        )
    if len(lengths) > 1 or lengths == {0}:
        return object_array(rows)
    try:
        table = np.asarray(rows)
    except ValueError:
        return object_array(rows)
    if has_arrays:
        return table
    if context.expected_kind == "sets" or not _is_table(table) or _are_given(table, context):
        return object_array(rows)
    if context.wrapped and context.expected_kind is None and _may_be_sets(table):
        raise ValueError(
            "y holds lists of 0 and 1 in which no row has a value twice: they may be an indicator, "
            f"or label sets of the labels 0 and 1. Say which: `{context.table}` is an indicator, "
            f"`[set(row) for row in {context.rows}]` are label sets."
        )
    return table


def _holds_text(row):
    return row.dtype.kind in "UT" or (row.dtype.kind == "O" and not holds_numbers(row))


def _is_table(table):
    """Return whether rows are an indicator (also one with wrong values), not label lists."""
    if table.ndim > 2:
        return table.dtype.kind in "biuf"
    if table.dtype.kind == "O" and holds_numbers(table):
        table = object_to_float(table)
    if table.dtype.kind == "U":
        return len(np.unique(table)) == 2 and "" not in table and _rows_repeat(table)
    if table.dtype.kind not in "biuf":
        return False
    distinct = np.unique(table[table == table])
    if np.isin(distinct, (0, 1)).all():
        return True
    # Fractions are not labels, and a label occurs only once in a list: if two values, such as -1
    # and 1, or "no" and "yes", are repeated, the rows are a matrix.
    repeats = _rows_repeat(table)
    return bool((distinct != np.round(distinct)).any() or (len(distinct) <= 2 and repeats))


def _rows_repeat(table):
    table = np.sort(table, axis=1)
    return bool((table[:, 1:] == table[:, :-1]).any())


def _are_given(table, context):
    """Return whether the rows can only be sets of the given labels: columns do not match."""
    if context.vocabulary is None or table.ndim != 2 or table.dtype.kind not in "iu":
        return False
    if len(context.vocabulary) == table.shape[1] or _rows_repeat(table):
        return False
    return set(np.unique(table).tolist()) <= set(context.vocabulary)


def _may_be_sets(table):
    if table.ndim != 2 or table.dtype.kind not in "iuf":
        return False
    return bool(np.isin(table, (0, 1)).all()) and not _rows_repeat(table)
