"""Check of the format of sparse matrices, before compiled code reads them."""

import copy

import numpy as np


def check_sparse_format(matrix, name):
    """Raise ValueError if the format of a sparse matrix is inconsistent.

    scipy trusts the arrays of a matrix: an index beyond the columns makes it read and write memory
    of others. The check is linear in the number of stored values.

    Parameters
    ----------
    matrix : scipy sparse matrix or array
        Matrix of any format; it is not changed.
    name : str
        What the message calls it.

    Raises
    ------
    ValueError
        With scipy's reason.
    """
    try:
        if matrix.format in ("csr", "csc", "bsr"):
            _check_compressed(matrix)
        elif matrix.format == "coo":
            _check_coordinates(matrix)
        elif matrix.format == "dia":
            type(matrix)((matrix.data, matrix.offsets), shape=matrix.shape)
        elif matrix.format == "lil":
            _check_lists(matrix)
        elif matrix.format == "dok":
            _check_keys(matrix)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError) as error:
        raise ValueError(
            f"{name} is an inconsistent sparse {matrix.format} matrix: {error}. Rebuild it, for "
            "instance by scipy.sparse.coo_array((data, (rows, columns)), shape=shape)."
        ) from None


def _check_integers(*arrays):
    for array in arrays:
        if np.asarray(array).dtype.kind not in "iu":
            raise ValueError(f"the indices are of dtype {np.asarray(array).dtype}, not integers")


def _check_compressed(matrix):
    _check_integers(matrix.indices, matrix.indptr)
    if np.ndim(matrix.indices) != 1 or np.ndim(matrix.indptr) != 1:
        raise ValueError("indices and indptr must have one dimension")
    if matrix.format != "bsr" and np.ndim(matrix.data) != 1:
        raise ValueError("data must have one dimension")
    # A copy that shares the arrays, since check_format prunes unused elements.
    copy.copy(matrix).check_format(full_check=True)


def _check_coordinates(matrix):
    indices = matrix.coords if hasattr(matrix, "coords") else (matrix.row, matrix.col)
    _check_integers(*indices)
    if np.ndim(matrix.data) != 1 or any(np.shape(i) != np.shape(matrix.data) for i in indices):
        raise ValueError("data and coordinates must be arrays of one length")
    for axis, (index, size) in enumerate(zip(indices, matrix.shape, strict=True)):
        _check_range(index, size, axis)


def _check_range(index, size, axis):
    if len(index) and (np.min(index) < 0 or np.max(index) >= size):
        raise ValueError(f"axis {axis} has {size} entries, but indices go beyond")


def _check_lists(matrix):
    if len(matrix.rows) != matrix.shape[0] or len(matrix.data) != matrix.shape[0]:
        raise ValueError("rows and data must have an entry for each row")
    for columns, values in zip(matrix.rows, matrix.data, strict=True):
        if len(columns) != len(values):
            raise ValueError("a row has another number of values than of columns")
        if columns:
            _check_integers(columns)
            _check_range(columns, matrix.shape[-1], 1)


def _check_keys(matrix):
    keys = np.array([np.atleast_1d(key) for key in [*matrix.keys()]], dtype=np.int64)
    for axis, (index, size) in enumerate(zip(keys.T, matrix.shape, strict=False)):
        _check_range(index, size, axis)
