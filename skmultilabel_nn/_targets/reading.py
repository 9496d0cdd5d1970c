"""Reading of ``y``: which target form it has, and its content as plain arrays.

Nothing here remembers a vocabulary; that is the job of :mod:`skmultilabel_nn._targets`.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from numbers import Number

import numpy as np
import scipy.sparse
from sklearn.utils.validation import assert_all_finite, column_or_1d

from skmultilabel_nn._utils.text import format_values, is_missing

from .indicators import holds_numbers, object_to_float, read_indicator, read_sparse
from .label_set import LabelSet
from .target_reading import TargetReading

#: Types of an item that holds the labels of one row.
CONTAINERS = {
    "set": set,
    "label_set": LabelSet,
    "frozenset": frozenset,
    "list": list,
    "tuple": tuple,
}

_ROW_TYPES = tuple(CONTAINERS.values())
_LONE_STRING = (
    "a lone string is not a set of characters: wrap it, as in {'sport'}, or split it, as in "
    "[set(s.split('|')) for s in y]"
)


def read_target(y, *, like=None):
    """Recognize the form of ``y``.

    Parameters
    ----------
    y : label sets, indicator, sparse matrix, frame or 1-D class labels
    like : {"sets", "classes"} or None
        What to prefer where ``y`` alone is ambiguous: with "sets", lists of zeros and ones are
        labels and not an indicator; with "classes", a column is raveled whatever it holds.

    Returns
    -------
    reading : TargetReading

    Raises
    ------
    ValueError
        If ``y`` has no target form that can be trained on.

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
    _refuse_single_objects(y)
    library, is_frame = _library_of(y)
    if is_frame:
        return _read_frame(y, library, like)
    if library:
        return _read_array(_series_values(y, library), like)
    if isinstance(y, list | tuple):
        return _read_array(_list_values(y, like), like)
    if isinstance(y, np.ma.MaskedArray):
        return _read_array(y.astype(np.float64).filled(np.nan), like)
    return _read_array(np.asarray(y), like)


def _refuse_single_objects(y):
    if y is None:
        raise ValueError("The estimator requires y to be passed, but the target y is None.")
    if isinstance(y, str):
        raise ValueError(f"y is the string {y!r}, but must hold one entry per row; {_LONE_STRING}.")
    if isinstance(y, bytes | Mapping | set | frozenset):
        raise ValueError(
            f"y is a single {type(y).__name__}, but must hold one entry per row: label sets, an "
            "indicator of 0 and 1, or class labels."
        )


# Lists, series and frames -> arrays ----------------------------------------------------------


def _library_of(y):
    """Return (library, is_frame); pandas and polars are never imported for the question."""
    for library in ("pandas", "polars"):
        module = sys.modules.get(library)
        if module is not None and isinstance(y, getattr(module, "LazyFrame", ())):
            raise ValueError("y is a polars LazyFrame. Pass y.collect().")
        if module is not None and isinstance(y, (module.DataFrame, module.Series)):
            return library, isinstance(y, module.DataFrame)
    return "", False


def _is_array(item):
    return isinstance(item, np.ndarray)


def _object_array(items):
    return np.fromiter(items, dtype=object, count=len(items))


def _list_values(y, like):
    if not len(y):
        return np.empty(0)
    if all(isinstance(row, list | tuple) or (_is_array(row) and row.ndim) for row in y):
        return _nested_values(y, like)
    if any(isinstance(row, _ROW_TYPES) for row in y) or _mixes_strings_and_numbers(y):
        return _object_array(y)
    try:
        return np.asarray(y)
    except ValueError:  # numpy's own words ("inhomogeneous shape") help nobody
        return _object_array(y)


def _nested_values(rows, like):
    """2-D array if the nested lists are an indicator, else a 1-D object array of label lists."""
    has_arrays = any(map(_is_array, rows))
    lengths = {len(row) for row in rows}
    if has_arrays and len(lengths) > 1:
        raise ValueError(
            f"y is a list of arrays of different lengths (from {min(lengths)} to "
            f"{max(lengths)}). An indicator needs one column per label in every row; for label "
            "sets pass lists or sets, for instance [set(row.tolist()) for row in y]."
        )
    if len(lengths) > 1 or lengths == {0}:
        return _object_array(rows)
    try:
        table = np.asarray(rows)
    except ValueError:
        return _object_array(rows)
    if has_arrays or (like != "sets" and _is_table(table)):
        return table
    return _object_array(rows)


def _is_table(table):
    """Tell an indicator (also one with wrong values) from label lists of equal length."""
    if table.ndim > 2:
        return table.dtype.kind in "biuf"
    if table.dtype.kind == "O" and holds_numbers(table):
        table = object_to_float(table)
    if table.dtype.kind not in "biuf":
        return False
    distinct = np.unique(table[table == table])
    if np.isin(distinct, (0, 1)).all():
        return True
    # Fractions are no labels, and a row of label names does not repeat itself: with two values
    # in all, such as -1 and 1, repetition means a matrix.
    repeats = (np.diff(np.sort(table, axis=1), axis=1) == 0).any()
    return bool((distinct != np.round(distinct)).any() or (len(distinct) <= 2 and repeats))


def _series_values(series, library):
    if library == "polars":
        plain = series.dtype.is_numeric() or str(series.dtype) == "Boolean"
        return series.to_numpy() if plain else _object_array(series.to_list())
    return series.to_numpy() if series.dtype.kind in "biuf" else _object_array(series.tolist())


def _read_frame(frame, library, like):
    names = list(frame.columns)
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(f"y has several columns of the same name: {format_values(repeated)}.")
    values = _pandas_values(frame) if library == "pandas" else _polars_values(frame)
    try:
        reading = _read_array(values, like)
    except ValueError as error:
        raise ValueError(f"{error}{_name_faulty_columns(values, names)}") from None
    if reading.kind != "indicator":
        return reading
    return reading._replace(kind="frame", names=names, container=library)


def _name_faulty_columns(values, names):
    faulty = []
    for column, name in enumerate(names):
        try:
            read_indicator(values[:, [column]])
        except ValueError:
            faulty.append(name)
    return f" Columns at fault: {format_values(faulty)}." if faulty else ""


def _pandas_values(frame):
    values = frame.to_numpy()
    if values.dtype.kind == "O" and all(dtype.kind in "biuf" for dtype in frame.dtypes):
        return frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _polars_values(frame):
    import polars  # noqa: PLC0415 (optional)

    if all(dtype.is_numeric() or dtype == polars.Boolean for dtype in frame.dtypes):
        values = frame.to_numpy()
        return values if values.dtype.kind in "biuf" else frame.cast(polars.Float64).to_numpy()
    columns = [_object_array(column.to_list()) for column in frame.iter_columns()]
    return np.column_stack(columns)


# Arrays -> readings --------------------------------------------------------------------------


def _read_array(values, like):
    if values.ndim == 0:
        raise ValueError(
            f"y is a single {type(values.item()).__name__}, but must hold one entry per row."
        )
    if not len(values):
        raise ValueError("y has 0 samples, while a minimum of 1 is required.")
    if values.dtype.kind == "T":
        values = values.astype(object)
    if values.dtype.kind not in "biufOU":
        raise ValueError(
            f"y has the dtype {values.dtype}, which holds no labels. Allowed are booleans, "
            "integers, floats of whole numbers, and strings."
        )
    if values.ndim == 1:
        return _read_objects(values) if values.dtype.kind == "O" else _classes(values)
    if values.ndim > 2:
        raise ValueError(
            f"y has {values.ndim} dimensions, shape {values.shape}. Expected class labels "
            "(n_samples,), an indicator (n_samples, n_labels), or label sets."
        )
    if values.shape[1] == 1 and (like == "classes" or _is_column_of_classes(values)):
        return _read_array(column_or_1d(values, warn=True), like)
    return read_indicator(values)


def _classes(values):
    if values.dtype.kind == "f":
        assert_all_finite(values, input_name="y")
    return TargetReading("classes", values)


def _is_column_of_classes(values):
    """Tell whether an (n, 1) array holds classes, rather than one label's zeros and ones."""
    if values.dtype.kind in "OU" and not holds_numbers(values):
        return True
    if values.dtype.kind == "O":
        values = object_to_float(values)
    distinct = np.unique(values[values == values])
    return len(distinct) > 2 and bool(
        np.isfinite(distinct).all() and (distinct == np.round(distinct)).all()
    )


def _read_objects(values):
    """1-D object array: label sets if any item is a collection, else class labels."""
    types = {type(item) for item in values}
    if any(issubclass(kind, _ROW_TYPES) for kind in types):
        return _read_sets(values.tolist(), types)
    if any(issubclass(kind, (np.ndarray, Mapping)) for kind in types):
        raise ValueError(
            f"y holds items of type {format_values(sorted(kind.__name__ for kind in types))}. "
            "Items must be class labels, or label sets: sets, frozensets, lists or tuples of "
            "labels."
        )
    missing = next((i for i, item in enumerate(values) if is_missing(item)), None)
    if missing is not None:
        raise ValueError(
            f"Input y contains NaN: the class of row {missing} is missing. Leave such rows out."
        )
    if any(issubclass(kind, bytes) for kind in types):
        raise ValueError("y holds bytes. Decode them to strings.")
    if _mixes_strings_and_numbers(values):
        raise ValueError(
            f"y mixes strings and numbers as class labels: types "
            f"{format_values(sorted(kind.__name__ for kind in types))}. Use one type for all "
            "labels."
        )
    return _classes(np.array(values.tolist()) if holds_numbers(values) else values)


def _read_sets(rows, types):
    if not all(issubclass(kind, _ROW_TYPES) for kind in types):
        number, row = next((i, r) for i, r in enumerate(rows) if not isinstance(r, _ROW_TYPES))
        if isinstance(row, str):
            reason = _LONE_STRING
        elif is_missing(row):
            reason = "use an empty set for a row without labels, and leave unknown rows out"
        else:
            reason = "every row must be a set, frozenset, list or tuple of labels"
        raise ValueError(f"Row {number} of y is {row!r} among label sets; {reason}.")
    container = next(name for name, kind in CONTAINERS.items() if isinstance(rows[0], kind))
    return TargetReading("sets", rows, container=container)


def _mixes_strings_and_numbers(items):
    types = {type(item) for item in items}
    strings = any(issubclass(kind, str) for kind in types)
    return strings and any(issubclass(kind, Number | np.bool_) for kind in types)
