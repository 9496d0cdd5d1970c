"""Reading of ``y``: the type of the target, and its content as plain arrays.

The vocabulary is learned in :mod:`skmultilabel_nn._targets.codec`.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from numbers import Number

import numpy as np
import scipy.sparse
from sklearn.utils.validation import assert_all_finite, column_or_1d

from skmultilabel_nn._utils.frames import frame_library, is_lazy_frame
from skmultilabel_nn._utils.text import format_value, format_values, is_missing

from .frames import (
    drop_columns_code,
    frame_values,
    label_columns,
    object_array,
    select_columns_code,
    series_values,
)
from .indicators import holds_numbers, object_to_float, read_indicator, read_sparse
from .nested import is_nested, nested_values
from .target_reading import CONTAINERS, Context, TargetReading

_ROW_TYPES = tuple(CONTAINERS.values())
_DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)
_LISTS = {"pandas": "y.tolist()", "polars": "y.to_list()", "pyarrow": "y.to_pylist()"}


def read_target(y, *, expected_kind=None, vocabulary=None):
    """Determine the type of a target, independent of the container.

    Lists of 0 and 1 of equal lengths are an indicator, in a list, a Series or an object array. In
    the latter two, an error is raised if the rows may also be label sets of the labels 0 and 1,
    because no row repeats a value.

    Parameters
    ----------
    y : label sets, indicator, sparse matrix, DataFrame or 1-D class labels
    expected_kind : str or None
        Kind of the target in `fit`, which decides if ``y`` is ambiguous: with "sets", lists of
        zeros and ones are labels and not an indicator; with "classes", a column is always raveled.
    vocabulary : list or None
        The labels, if they are known.

    Returns
    -------
    reading : TargetReading

    Raises
    ------
    ValueError
        If ``y`` is not a valid target.

    Examples
    --------
    >>> from skmultilabel_nn._targets.reading import read_target
    >>> read_target([{"a"}, {"a", "b"}]).kind
    'sets'
    >>> read_target([[1, 0], [0, 1]]).kind
    'indicator'
    """
    if scipy.sparse.issparse(y):
        return read_sparse(y)
    _check_container(y)
    context = Context(expected_kind, vocabulary)
    library, is_frame = frame_library(y)
    if is_frame:
        return _read_frame(y, library, context)
    if library:
        rows = "y" if library == "pandas" else _LISTS[library]
        code = f"np.array({_LISTS[library]}, dtype=float)"
        context = context._replace(wrapped=True, table=code, rows=rows)
        return _read_array(series_values(y, library), context)
    if isinstance(y, list | tuple):
        context = context._replace(table="np.array(y, dtype=float)")
        return _read_array(_list_values(y, context), context)
    if isinstance(y, np.ma.MaskedArray):
        return _read_array(_fill_masked(y), context)
    return _read_array(np.asarray(y), context)


def _check_container(y):
    if y is None:
        raise ValueError("The estimator requires y to be passed, but the target y is None.")
    if is_lazy_frame(y):
        raise ValueError("y is a polars LazyFrame. Pass `y.collect()`.")
    if isinstance(y, str):
        raise ValueError(
            f"y is the string {format_value(y, 60)}, but must hold one entry per row; a lone "
            "string is not a set of characters: `[{y}]` is one row with one label."
        )
    if isinstance(y, bytes | Mapping | set | frozenset):
        raise ValueError(
            f"y is a single {type(y).__name__}, but must hold one entry per row: label sets, an "
            "indicator of 0 and 1, or class labels."
        )
    if hasattr(y, "__next__"):
        raise ValueError(f"y is a {type(y).__name__}, which can be read once. Pass `list(y)`.")


def _fill_masked(y):
    """Replace masked cells by missing values."""
    if y.dtype.kind in "biuf":
        return y.astype(np.float64).filled(np.nan)
    return np.where(np.ma.getmaskarray(y), None, y.data.astype(object))


def _list_values(y, context):
    if not len(y):
        return np.empty(0)
    if is_nested(y):
        return nested_values(y, context)
    if any(isinstance(row, _ROW_TYPES) for row in y) or _mixes_strings_and_numbers(y):
        return object_array(y)
    try:
        values = np.asarray(y)
    except ValueError:  # NumPy's message ("inhomogeneous shape") does not help
        return object_array(y)
    return object_array(y) if values.dtype.kind in "SMmc" else values


# DataFrames ----------------------------------------------------------------------------------


def _read_frame(frame, library, context):
    names = label_columns(frame)
    values = frame_values(frame, library)
    table, rows = "y", "y.to_numpy()"
    if library == "pyarrow":
        table, rows = "y.to_pandas()", "y.to_pandas().to_numpy()"
    context = context._replace(table=table, rows=rows, library=library)
    try:
        reading = _read_array(values, context)
    except ValueError as error:
        _refuse_columns(values, names, context)
        raise error from None
    if reading.kind != "indicator" or _is_raveled(values, context):
        return reading
    return reading._replace(kind="frame", names=names, container=library)


def _refuse_columns(values, names, context):
    """Raise ValueError with the names of the columns that are not labels, if other columns are."""
    if values.ndim != 2 or not len(values):
        return
    faulty = [j for j in range(len(names)) if not _is_label(values[:, [j]], context)]
    sound = set(range(len(names))).difference(faulty)
    # A column without any value is no sign of an indicator: padding ends in such columns.
    if not faulty or all(is_missing(cell) for j in sound for cell in values[:, j]):
        return
    named = [names[j] for j in faulty]
    listed = f"Columns at fault: {format_values(named)}."
    part = values[:, faulty]
    if not holds_numbers(part):
        raise ValueError(
            "y has columns that are not an indicator of 0 and 1. " + listed + " Drop them, for "
            f"instance by `{drop_columns_code(named, context.library)}`, or convert them."
        )
    try:
        read_indicator(part, context._replace(table=select_columns_code(named, context.library)))
    except ValueError as error:
        raise ValueError(f"{error} {listed}") from None


def _is_label(column, context):
    try:
        read_indicator(column, context)
    except ValueError:
        return False
    return True


# Arrays --------------------------------------------------------------------------------------


def _read_array(values, context):
    if values.ndim == 0:
        raise ValueError(
            f"y is a single {type(values.item()).__name__}, but must hold one entry per row."
        )
    if not len(values):
        raise ValueError("y has 0 samples, while a minimum of 1 is required.")
    if values.dtype.kind == "T":
        values = values.astype(object)
    if values.dtype.kind == "S":
        raise ValueError(
            f"y has the dtype {values.dtype}, bytes. Decode them to strings: `np.char.decode(y)`."
        )
    if values.dtype.kind not in "biufOU":
        raise ValueError(
            f"y has the dtype {values.dtype}, which is not a type of labels. Allowed are booleans, "
            "integers, floats of whole numbers, and strings."
        )
    if values.ndim == 1:
        if values.dtype.kind == "O":
            return _read_objects(values, context)
        return _classes(values, context)
    if values.ndim > 2:
        raise ValueError(
            f"y has {values.ndim} dimensions, shape {values.shape}. Expected class labels "
            "(n_samples,), an indicator (n_samples, n_labels), or label sets."
        )
    if _is_raveled(values, context):
        rows = f"np.ravel({context.rows})"
        return _read_array(column_or_1d(values, warn=True), context._replace(rows=rows))
    return read_indicator(values, context)


def _classes(values, context):
    if values.dtype.kind == "f":
        assert_all_finite(values, input_name="y")
    return TargetReading("classes", values, rows=context.rows)


def _is_raveled(values, context):
    """Return whether an (n, 1) array holds classes or label sets, not a label's zeros and ones."""
    if values.ndim != 2 or values.shape[1] != 1:
        return False
    if context.expected_kind == "classes":
        return True
    if values.dtype.kind in "OU" and not holds_numbers(values):
        return True
    if values.dtype.kind == "O":
        values = object_to_float(values)
    distinct = np.unique(values[values == values])
    return len(distinct) > 2 and bool(
        np.isfinite(distinct).all() and (distinct == np.round(distinct)).all()
    )


def _read_objects(values, context):
    """Read a 1-D object array: rows if any item is a collection, else class labels."""
    types = {type(item) for item in values}
    if any(issubclass(kind, (list, tuple, np.ndarray)) for kind in types) and is_nested(values):
        code = "np.array(y.tolist(), dtype=float)" if context.table == "y" else context.table
        nested = nested_values(list(values), context._replace(wrapped=True, table=code))
        if nested.ndim > 1:
            return _read_array(nested, context._replace(table=code))
        values = nested
        types = {type(item) for item in values}
    if any(issubclass(kind, _ROW_TYPES) for kind in types):
        return _read_sets(values.tolist(), types, context)
    if any(issubclass(kind, (np.ndarray, Mapping)) for kind in types):
        raise ValueError(
            f"y holds items of type {_names(types)}. Items must be class labels, or label sets: "
            "sets, frozensets, lists or tuples of labels."
        )
    return _read_class_objects(values, types, context)


def _read_class_objects(values, types, context):
    missing = next((i for i, item in enumerate(values) if is_missing(item)), None)
    if missing is not None:
        raise ValueError(
            f"Input y contains NaN: the class of row {missing} is missing. Remove such rows."
        )
    if any(issubclass(kind, bytes) for kind in types):
        raise ValueError(
            "y holds bytes. Decode them to strings: "
            f"`[item.decode() if isinstance(item, bytes) else item for item in {context.rows}]`."
        )
    if any(issubclass(kind, (*_DATES, complex, np.complexfloating)) for kind in types):
        raise ValueError(
            f"y holds items of type {_names(types)}, which are not class labels. Allowed are "
            f"booleans, integers and strings: `[str(item) for item in {context.rows}]`."
        )
    if not all(issubclass(kind, str | Number | np.generic) for kind in types):
        code = f": `[row.tolist() for row in {context.rows}]`"
        raise ValueError(
            f"y holds items of type {_names(types)}. Items must be class labels, which are strings "
            "or integers, or the labels or cells of a row in a set, frozenset, list or tuple"
            f"{code if all(hasattr(item, 'tolist') for item in values) else ''}."
        )
    if _mixes_strings_and_numbers(values):
        raise ValueError(
            f"y mixes strings and numbers as class labels: types {_names(types)}. Use one type for "
            f"all labels: `[str(item) for item in {context.rows}]`."
        )
    if any(issubclass(kind, Decimal) for kind in types) and holds_numbers(values):
        return _classes(object_to_float(values), context)
    return _classes(np.array(values.tolist()) if holds_numbers(values) else values, context)


def _names(types):
    return format_values(sorted(kind.__name__ for kind in types))


def _read_sets(rows, types, context):
    if not all(issubclass(kind, _ROW_TYPES) for kind in types):
        number, row = next((i, r) for i, r in enumerate(rows) if not isinstance(r, _ROW_TYPES))
        if isinstance(row, str):
            reason = (
                "a lone string is not a set of characters: wrap it, as in "
                f"`[{{row}} if isinstance(row, str) else row for row in {context.rows}]`"
            )
        elif is_missing(row):
            reason = (
                "use an empty set for a row without labels, as in `[row if isinstance(row, (set, "
                f"frozenset, list, tuple)) else [] for row in {context.rows}]`, and remove rows "
                "whose labels are unknown"
            )
        else:
            reason = "every row must be a set, frozenset, list or tuple of labels"
        raise ValueError(
            f"Row {number} of y is {format_value(row, 60)} among label sets; {reason}."
        )
    container = next(name for name, kind in CONTAINERS.items() if isinstance(rows[0], kind))
    return TargetReading("sets", rows, container=container, rows=context.rows)


def _mixes_strings_and_numbers(items):
    types = {type(item) for item in items}
    strings = any(issubclass(kind, str) for kind in types)
    return strings and any(issubclass(kind, Number | np.bool_) for kind in types)
