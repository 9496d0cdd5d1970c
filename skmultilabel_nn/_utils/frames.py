"""DataFrames and Series of pandas, polars and pyarrow, recognized without importing any of them."""

import sys

from .text import format_values

_TYPES = {
    "pandas": (("DataFrame",), ("Series", "Index")),
    "polars": (("DataFrame",), ("Series",)),
    "pyarrow": (("Table", "RecordBatch"), ("Array", "ChunkedArray")),
}


def frame_library(data):
    """Return the library of a DataFrame or Series.

    Parameters
    ----------
    data : object

    Returns
    -------
    library : {"pandas", "polars", "pyarrow", ""}
        "" for everything that is neither a DataFrame nor a Series.
    is_frame : bool
        Whether `data` has columns.
    """
    for library, (frames, series) in _TYPES.items():
        module = sys.modules.get(library)
        if module is None:
            continue
        if isinstance(data, tuple(getattr(module, name) for name in frames)):
            return library, True
        if isinstance(data, tuple(getattr(module, name) for name in series)):
            return library, False
    return "", False


def is_lazy_frame(data):
    """Return whether `data` is a polars LazyFrame, whose cells are not yet computed."""
    return isinstance(data, getattr(sys.modules.get("polars"), "LazyFrame", ()))


def column_names(data):
    """Return the column names of a DataFrame as a list, None for anything else."""
    library, is_frame = frame_library(data)
    if not is_frame:
        return None
    return list(data.schema.names) if library == "pyarrow" else list(data.columns)


def check_same_columns(**values):
    """Raise ValueError if DataFrames have different columns, which are matched by position.

    Parameters
    ----------
    **values : DataFrame or anything else
        By the name of the parameter; what is no DataFrame is left alone.
    """
    named = [(what, column_names(value)) for what, value in values.items()]
    named = [(what, names) for what, names in named if names is not None]
    for what, names in named[1:]:
        if names != named[0][1]:
            raise ValueError(
                f"{named[0][0]} has the columns {format_values(named[0][1])}, but {what} has "
                f"{format_values(names)}. Give both the same columns in the same order."
            )
