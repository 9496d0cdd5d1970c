"""Reading of ``y``: which target form it has, and its content as plain arrays.

Nothing here remembers a vocabulary; that is the job of :mod:`skmultilabel_nn._targets`.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from sklearn.utils.validation import assert_all_finite, column_or_1d

#: Types of an item that holds the labels of one row.
CONTAINERS = {"set": set, "frozenset": frozenset, "list": list, "tuple": tuple}

_ROW_TYPES = tuple(CONTAINERS.values())
_BLOCK_CELLS = 1 << 18  # small enough that the temporaries of the 0/1 check stay in the cache
_LONE_STRING = (
    "a lone string is not a set of characters: wrap it, as in {'sport'}, or split it, as in "
    "[set(s.split('|')) for s in y]"
)


class TargetReading(NamedTuple):
    """What was found in a ``y``.

    Attributes
    ----------
    kind : {"sets", "indicator", "sparse", "frame", "classes"}
    values : list of collections, ndarray, or csr_array
        For sets: the rows. For "indicator" and "frame": float32 0/1 of shape
        (n_samples, n_columns), which may share memory with the input. For "sparse": float32
        CSR. For "classes": a 1-D array.
    known : ndarray of bool (n_samples, n_columns), or None
        False at missing cells; None if there are none.
    names : list or None
        Column names of a frame.
    container : str
        For sets the type of the first row, for frames the library, for sparse input "matrix"
        or "array".
    """

    kind: str
    values: Any
    known: np.ndarray | None = None
    names: list | None = None
    container: str = ""


def read_target(y, *, like=None):
    """Recognise the form of ``y``.

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
    >>> from skmultilabel_nn._label_forms import read_target
    >>> read_target([{"a"}, {"a", "b"}]).kind
    'sets'
    >>> read_target([[1, 0], [0, 1]]).kind
    'indicator'
    """
    if scipy.sparse.issparse(y):
        return _read_sparse(y)
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


def is_missing(value):
    """Tell whether a value stands for a missing one (None, NaN, NaT, ``pandas.NA``)."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def quote(values, limit=5):
    """List a few values for an error message."""
    plain = [v.item() if isinstance(v, np.generic) else v for v in values]
    return ", ".join(map(repr, plain[:limit])) + (", ..." if len(plain) > limit else "")


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
    if table.dtype.kind == "O" and _holds_numbers(table):
        table = _object_to_float(table)
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
        raise ValueError(f"y has several columns of the same name: {quote(repeated)}.")
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
            _read_indicator(values[:, [column]])
        except ValueError:
            faulty.append(name)
    return f" Columns at fault: {quote(faulty)}." if faulty else ""


def _pandas_values(frame):
    values = frame.to_numpy()
    if values.dtype.kind == "O" and all(dtype.kind in "biuf" for dtype in frame.dtypes):
        return frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _polars_values(frame):
    import polars

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
    return _read_indicator(values)


def _classes(values):
    if values.dtype.kind == "f":
        assert_all_finite(values, input_name="y")
    return TargetReading("classes", values)


def _is_column_of_classes(values):
    """Tell whether an (n, 1) array holds classes, rather than one label's zeros and ones."""
    if values.dtype.kind in "OU" and not _holds_numbers(values):
        return True
    if values.dtype.kind == "O":
        values = _object_to_float(values)
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
            f"y holds items of type {quote(sorted(kind.__name__ for kind in types))}. Items "
            "must be class labels, or label sets: sets, frozensets, lists or tuples of labels."
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
            f"{quote(sorted(kind.__name__ for kind in types))}. Use one type for all labels."
        )
    return _classes(np.array(values.tolist()) if _holds_numbers(values) else values)


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


def _holds_numbers(values):
    """Tell whether all cells are numbers, booleans or missing (object dtype needs a look)."""
    if values.dtype.kind != "O":
        return values.dtype.kind in "biuf"
    types = {type(cell): cell for cell in values.flat}
    allowed = (bool, int, float, np.bool_, np.integer, np.floating)
    return all(issubclass(kind, allowed) or is_missing(cell) for kind, cell in types.items())


def _object_to_float(values):
    flat = (np.nan if is_missing(cell) else cell for cell in values.flat)
    return np.fromiter(flat, np.float64, count=values.size).reshape(values.shape)


# Cells of an indicator -----------------------------------------------------------------------


def _read_indicator(values):
    if not values.shape[1]:
        raise ValueError(f"y has shape {values.shape}: there is not a single label column.")
    if not _holds_numbers(values):
        distinct = sorted({str(cell) for cell in values.flat})
        raise ValueError(
            f"y is a 2-D array of {quote(distinct)}, but an indicator must hold 0 and 1 only. "
            f"Convert it, for instance with `y == {distinct[-1]!r}`; label lists of equal length "
            "must be plain lists or sets, for instance [set(row) for row in y]."
        )
    if values.dtype.kind == "O":
        values = _object_to_float(values)
    if not _check_cells(values):
        return TargetReading("indicator", np.ascontiguousarray(values, dtype=np.float32))
    known = ~np.isnan(values)
    Y = np.where(known, values, 0)
    return TargetReading(
        "indicator",
        np.ascontiguousarray(Y, dtype=np.float32),
        np.ascontiguousarray(known),
    )


def _check_cells(values):
    """Refuse cells other than 0, 1 and NaN; return whether there are NaN.

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
            _refuse_values(np.unique(block[block == block]))
        any_missing = True
    return any_missing


def _refuse_values(distinct):
    rule = "but an indicator must hold 0 and 1 only (NaN for unknown)"
    if not np.isfinite(distinct).all():
        raise ValueError(f"y contains infinity, {rule}.")
    fractions = distinct[distinct != np.round(distinct)]
    if len(fractions):
        raise ValueError(
            f"y holds fractions such as {quote(fractions[:1])}, {rule}. If these are "
            "probabilities, cut them first, for instance with `y >= 0.5`."
        )
    if len(distinct) <= 2:
        found = " and ".join(map(repr, distinct.tolist()))
        raise ValueError(
            f"y holds the values {found}, {rule}. Convert it first, for instance with "
            f"`y == {distinct[-1]}`."
        )
    raise ValueError(
        f"y holds the values {quote(distinct)}, {rule}. If one value means that the label is "
        "present, convert, for instance with `y == 1`; if every column has several classes, "
        "fit one estimator per column."
    )


def _read_sparse(y):
    if y.ndim != 2 or not y.shape[0] or not y.shape[1]:
        raise ValueError(
            f"y is a sparse array of shape {y.shape}. Expected (n_samples, n_labels) with at "
            "least one of each."
        )
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
            "a frame only; call y.toarray() first."
        )
    if (Y.data != 1).any():
        _refuse_values(np.unique(np.append(Y.data, 0)))
    container = "array" if isinstance(y, scipy.sparse.sparray) else "matrix"
    return TargetReading("sparse", Y.astype(np.float32), container=container)
