"""Read an indicator of 0 and 1, dense or sparse."""

import numpy as np
import scipy.sparse

from skmultilabel_nn._utils.text import format_values, is_missing

from .target_reading import TargetReading

_BLOCK_CELLS = 1 << 18  # small enough that the temporaries of the 0/1 check stay in the cache


def holds_numbers(values):
    """Tell whether all cells are numbers, booleans or missing (object dtype needs a look)."""
    if values.dtype.kind != "O":
        return values.dtype.kind in "biuf"
    types = {type(cell): cell for cell in values.flat}
    allowed = (bool, int, float, np.bool_, np.integer, np.floating)
    return all(issubclass(kind, allowed) or is_missing(cell) for kind, cell in types.items())


def object_to_float(values):
    flat = (np.nan if is_missing(cell) else cell for cell in values.flat)
    return np.fromiter(flat, np.float64, count=values.size).reshape(values.shape)


# Cells of an indicator -----------------------------------------------------------------------


def read_indicator(values):
    if not values.shape[1]:
        raise ValueError(f"y has shape {values.shape}: there is not a single label column.")
    if not holds_numbers(values):
        distinct = sorted({str(cell) for cell in values.flat})
        raise ValueError(
            f"y is a 2-D array of {format_values(distinct)}, but an indicator must hold 0 and 1 "
            f"only. Convert it, for instance with `y == {distinct[-1]!r}`; label lists of equal "
            "length must be plain lists or sets, for instance [set(row) for row in y]."
        )
    if values.dtype.kind == "O":
        values = object_to_float(values)
    if not check_cells(values):
        return TargetReading("indicator", np.ascontiguousarray(values, dtype=np.float32))
    known = ~np.isnan(values)
    Y = np.where(known, values, 0)
    return TargetReading(
        "indicator",
        np.ascontiguousarray(Y, dtype=np.float32),
        np.ascontiguousarray(known),
    )


def check_cells(values):
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
            refuse_values(np.unique(block[block == block]))
        any_missing = True
    return any_missing


def refuse_values(distinct):
    rule = "but an indicator must hold 0 and 1 only (NaN for unknown)"
    if not np.isfinite(distinct).all():
        raise ValueError(f"y contains infinity, {rule}.")
    fractions = distinct[distinct != np.round(distinct)]
    if len(fractions):
        raise ValueError(
            f"y holds fractions such as {format_values(fractions[:1])}, {rule}. If these are "
            "probabilities, cut them first, for instance with `y >= 0.5`."
        )
    if len(distinct) <= 2:
        found = " and ".join(map(repr, distinct.tolist()))
        raise ValueError(
            f"y holds the values {found}, {rule}. Convert it first, for instance with "
            f"`y == {distinct[-1]}`."
        )
    raise ValueError(
        f"y holds the values {format_values(distinct)}, {rule}. If one value means that the label "
        "is present, convert, for instance with `y == 1`; if every column has several classes, "
        "fit one estimator per column."
    )


def read_sparse(y):
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
        refuse_values(np.unique(np.append(Y.data, 0)))
    container = "array" if isinstance(y, scipy.sparse.sparray) else "matrix"
    return TargetReading("sparse", Y.astype(np.float32), container=container)
