"""Errors for types of X that are not accepted, each with the code that works instead."""

import contextlib
import datetime
import os
from collections.abc import Iterator, Mapping
from numbers import Number

import numpy as np
import scipy.sparse as sp

from skmultilabel_nn._utils.frames import frame_library, is_lazy_frame
from skmultilabel_nn._utils.sparse_format import check_sparse_format
from skmultilabel_nn._utils.text import format_value, format_values, is_missing

_DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)
_DATE_ADVICE = "Convert dates to numbers first, for instance to days since the first one."
_ARROW_NUMBERS = ("int", "uint", "float", "halffloat", "double", "bool", "decimal", "null")
_DATASETS = {"DatasetV2", "PyDataset", "IterableDataset", "DataLoader"}


def check_input_type(X, *, allow_nd):
    """Raise an error if X is of a type that cannot be one array of numbers.

    Parameters
    ----------
    X : object
        The user's X.
    allow_nd : bool
        Whether samples may have more than one dimension.

    Raises
    ------
    TypeError
        If X consists of several inputs, or is a generator, a path or a dataset.
    ValueError
        If X is no array, a column or an array is not numeric, or a sparse matrix is inconsistent.
    """
    if sp.issparse(X):
        if X.ndim != 2:
            raise ValueError(
                f"X is a sparse array of shape {X.shape}. Expected (n_samples, n_features), for "
                "instance `X.reshape(1, -1)` for a single sample."
            )
        check_sparse_format(X, "X")
        return
    _check_container(X)
    library, is_frame = frame_library(X)
    if is_frame:
        _check_columns(X, library)
    elif isinstance(X, list | tuple):
        _check_list(X, allow_nd)
    else:
        _check_array(X)


def _check_container(X):
    name = type(X).__name__
    if is_lazy_frame(X):
        raise TypeError("X is a polars LazyFrame. Pass `X.collect()`.")
    if isinstance(X, Mapping):
        raise TypeError(
            f"X is a {name} of the inputs {format_values(X)}, but one array of shape (n_samples, "
            "...) is expected. Join several inputs along their features, for instance "
            "`np.column_stack(list(X.values()))`."
        )
    if isinstance(X, str | bytes | os.PathLike):
        raise TypeError(
            f"X is the {'path' if isinstance(X, os.PathLike) else name} {format_value(X, 60)}, "
            "but an array of numbers is expected. Load the data first."
        )
    if isinstance(X, set | frozenset):
        raise TypeError(f"X is a {name}, which has no order. Expected an array.")
    if X is None or isinstance(X, Number) or (callable(X) and not hasattr(X, "shape")):
        raise ValueError(
            f"Expected 2D array of numbers as X, (n_samples, n_features), got "
            f"{format_value(X, 60)}."
        )
    if _DATASETS & {base.__name__ for base in type(X).__mro__}:
        raise TypeError(
            f"X is a {name}, which yields batches, but the estimator creates its batches itself. "
            "Pass X and y as two arrays."
        )
    if isinstance(X, Iterator):
        raise TypeError(
            f"X is a {name}, but must be an array, since it is read several times. Collect the "
            "samples first, for instance by `np.stack(list(X))`."
        )


@contextlib.contextmanager
def explain_cells(X):
    """Name the first cell that is no number in the error that its conversion raises.

    Text that numpy reads as a number, such as "1.5", is converted without an error.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        found = _first_non_number(X)
        if found is None:
            raise
        row, cell = found
        raise type(error)(
            f"X holds the {type(cell).__name__} {format_value(cell, 60)} in row {row}, but only "
            "numbers are accepted. Encode text and categories first, for instance by "
            "sklearn.feature_extraction.text.TfidfVectorizer or "
            f"sklearn.preprocessing.OneHotEncoder, and load files into arrays. ({error})"
        ) from error


def _first_non_number(X):
    is_array = isinstance(X, np.ndarray) and X.dtype.kind in "OUST"
    if not (is_array or isinstance(X, list | tuple)):
        return None
    for row, item in enumerate(X):
        nested = isinstance(item, np.ndarray | list | tuple)
        for cell in np.ravel(np.asarray(item, dtype=object)) if nested else [item]:
            if not (isinstance(cell, Number | np.bool_) or is_missing(cell) or _is_float(cell)):
                return row, cell
    return None


def _is_float(cell):
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


def _check_list(X, allow_nd):
    arrays = [item for item in X if isinstance(item, np.ndarray | np.generic)]
    if any(map(sp.issparse, X)) or any(frame_library(item)[1] for item in X):
        raise TypeError(
            f"X is a {type(X).__name__} of {len(X)} matrices or DataFrames, but one is expected. "
            "Join several inputs along their features, for instance by scipy.sparse.hstack or "
            "pandas.concat."
        )
    shapes = sorted({item.shape for item in arrays if item.ndim > 1})
    if shapes and (not allow_nd or len(shapes) > 1):
        raise TypeError(
            f"X is a {type(X).__name__} of {len(X)} arrays of shapes {format_values(shapes)}, but "
            "one array is expected. Join several inputs along their features, for instance by "
            "`np.column_stack(X)`. Samples with several dimensions need the parameter network, "
            "and must have the same shape."
        )
    lengths = {len(row) for row in X if isinstance(row, list | tuple) or np.ndim(row)}
    if len(lengths) > 1:
        raise ValueError(
            f"The rows of X have different lengths (from {min(lengths)} to {max(lengths)}). Pad "
            "them to one length, for instance by keras.utils.pad_sequences."
        )
    for row, item in enumerate(X):
        cells = item if isinstance(item, list | tuple) else [item]
        bad = next((cell for cell in cells if isinstance(cell, _DATES)), None)
        if bad is not None:
            raise ValueError(f"X holds the date {format_value(bad)} in row {row}. {_DATE_ADVICE}")


def _check_array(X):
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise ValueError(
            f"X is a masked array with {np.ma.count_masked(X)} masked cells, and missing values "
            "are not accepted. Impute them first: `X.filled(0)`, or `X.filled(np.nan)` before a "
            "sklearn.impute.SimpleImputer."
        )
    dtype = getattr(X, "dtype", None)
    if getattr(dtype, "kind", "") in ("M", "m"):
        raise ValueError(f"X has the dtype {dtype}, dates or durations. {_DATE_ADVICE}")
    if getattr(dtype, "kind", "") == "V":
        raise ValueError(
            f"X is a structured array with the fields {format_values(dtype.names or ())}. Convert "
            "it by numpy.lib.recfunctions.structured_to_unstructured."
        )
    if isinstance(X, np.ndarray) and dtype.kind == "O":
        bad = next((cell for cell in X.flat if isinstance(cell, _DATES)), None)
        if bad is not None:
            raise ValueError(f"X holds the date {format_value(bad)}. {_DATE_ADVICE}")


# Columns of DataFrames -----------------------------------------------------------------------


def _check_columns(X, library):
    """Raise ValueError with the names of the columns that do not hold numbers."""
    kinds = {"pandas": _pandas_kinds, "polars": _polars_kinds, "pyarrow": _arrow_kinds}[library](X)
    bad = {name: kind for name, kind in kinds if kind}
    if bad:
        listed = ", ".join(f"{format_value(n, 60)} ({kind})" for n, kind in list(bad.items())[:5])
        raise ValueError(
            f"{len(bad)} column(s) of X do not hold numbers: {listed}"
            f"{', ...' if len(bad) > 5 else ''}. Encode categories and text first, for instance "
            "by a sklearn.compose.ColumnTransformer with a OneHotEncoder or CountVectorizer, and "
            "convert dates to numbers."
        )


def _pandas_kinds(X):
    for position, name in enumerate(X.columns):
        dtype = X.dtypes.iloc[position]
        numeric = getattr(dtype, "kind", "O") in "biuf" and str(dtype) != "category"
        if numeric or getattr(dtype, "subtype", dtype).kind in "biufc":
            yield name, ""
        elif str(dtype) == "object":
            yield name, _kind_of_cells(X.iloc[:, position])
        else:
            decimal = "decimal" in str(dtype)
            yield name, "" if decimal else str(dtype)


def _polars_kinds(X):
    for name, dtype in X.schema.items():
        if dtype.is_numeric() or str(dtype) in ("Boolean", "Null"):
            yield name, ""
        else:
            yield name, _kind_of_cells(X[name]) if str(dtype) == "Object" else str(dtype)


def _arrow_kinds(X):
    for field in X.schema:
        kind = str(field.type)
        yield field.name, "" if kind.startswith(_ARROW_NUMBERS) else kind


def _kind_of_cells(cells):
    """Return the name of the first non-numeric type in an object column, "" if there is none."""
    examples = {type(cell): cell for cell in cells}
    for kind, cell in examples.items():
        if not (issubclass(kind, Number | np.bool_) or is_missing(cell)):
            return kind.__name__
    return ""
