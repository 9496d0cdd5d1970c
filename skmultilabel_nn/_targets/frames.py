"""DataFrames and Series of pandas, polars and pyarrow as arrays."""

from collections import Counter

import numpy as np

from skmultilabel_nn._utils.frames import column_names
from skmultilabel_nn._utils.text import format_values, is_missing

_ARROW_NUMBERS = ("int", "uint", "float", "double", "halffloat", "bool")


def object_array(items):
    """Return a 1-D object array of any items."""
    return np.fromiter(items, dtype=object, count=len(items))


def series_values(series, library):
    """Return the items of a Series as a 1-D array."""
    if library == "polars":
        plain = series.dtype.is_numeric() or str(series.dtype) == "Boolean"
        return series.to_numpy() if plain else object_array(series.to_list())
    if library == "pyarrow":
        return _arrow_values(series)
    plain = series.dtype.kind in "biufcMm"
    return series.to_numpy() if plain else object_array(series.tolist())


def _arrow_values(column):
    if str(column.type).startswith(_ARROW_NUMBERS):
        return np.asarray(column)
    return object_array(column.to_pylist())


def label_columns(frame):
    """Return the column names of a DataFrame, after checking them.

    Raises
    ------
    ValueError
        If a name is missing, empty or not unique.
    """
    names = column_names(frame)
    for name in names:
        parts = name if isinstance(name, tuple) else (name,)
        if any(map(is_missing, parts)) or all(isinstance(p, str) and not p.strip() for p in parts):
            raise ValueError(
                f"y has a column with the name {name!r}. Columns are named by their labels: rename "
                "or drop it."
            )
        if isinstance(name, bytes):
            raise ValueError(f"y has a column with the name {name!r}. Decode the names to strings.")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(f"y has several columns with the same name: {format_values(repeated)}.")
    return names


def frame_values(frame, library):
    """Return the cells of a DataFrame as a 2-D array."""
    if library == "pandas":
        return _pandas_values(frame)
    if library == "polars" and all(
        dtype.is_numeric() or str(dtype) == "Boolean" for dtype in frame.dtypes
    ):
        values = frame.to_numpy()
        if values.dtype.kind in "biuf":
            return values
    columns = frame.iter_columns() if library == "polars" else frame.columns
    arrays = [series_values(column, library) for column in columns]
    if not arrays:
        return np.empty((len(frame), 0))
    if any(array.dtype.kind not in "biuf" for array in arrays):
        arrays = [array.astype(object) for array in arrays]
    return np.column_stack(arrays)


def _pandas_values(frame):
    values = frame.to_numpy()
    if values.dtype.kind == "O" and all(dtype.kind in "biuf" for dtype in frame.dtypes):
        return frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def drop_columns_code(names, library):
    """Return code that drops columns of the DataFrame ``y``."""
    if library == "pandas":
        return f"y.drop(columns={names!r})"
    return f"y.drop({names!r})" if library == "polars" else f"y.drop_columns({names!r})"


def select_columns_code(names, library):
    """Return code that selects columns of the DataFrame ``y`` for a comparison."""
    return f"y.select({names!r}).to_pandas()" if library == "pyarrow" else f"y[{names!r}]"
