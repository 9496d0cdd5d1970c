"""Checks of X, which convert arrays, DataFrames and sparse matrices to numeric arrays."""

import numpy as np
import scipy.sparse as sp
from sklearn.utils.validation import validate_data

from .refusals import check_input_type, explain_cells

# Dtypes that need no conversion before it is known how to cast; the first replaces all others.
_DTYPES = [
    *(np.float64, np.float32, np.float16, np.bool_),
    *(np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64),
]


def check_inputs(estimator, X, *, reset, dtype, allow_nd, cast=True):
    """Check X as scikit-learn does, and set or compare the number and names of its features.

    Parameters
    ----------
    estimator : estimator
        Estimator on which `n_features_in_` and `feature_names_in_` are set or compared.
    X : array-like, sparse matrix or DataFrame
        Samples.
    reset : bool
        Whether the estimator is fitted on X.
    dtype : str
        Floating dtype of the network. 8-bit integers, as in images, are not converted.
    allow_nd : bool
        Whether samples may have more than one dimension.
    cast : bool, default=True
        Whether X is cast to `dtype`. False: numbers keep their dtype, and are only compared with
        the largest of `dtype`.

    Returns
    -------
    ndarray or csr_matrix of shape (n_samples, ...)

    Raises
    ------
    ValueError
        If X contains NaN, infinity or too large numbers, has no rows, or has other features than
        in `fit`; if columns hold text, categories or dates; if a sparse matrix is inconsistent.
    TypeError
        If X consists of several inputs, or is a generator, a path or a dataset.
    """
    check_input_type(X, allow_nd=allow_nd)
    with explain_cells(X):
        X = validate_data(
            estimator,
            X,
            reset=reset,
            accept_sparse="csr",
            dtype=[dtype, np.uint8, np.int8] if cast else _DTYPES,
            allow_nd=allow_nd,
        )
    values = X.data if sp.issparse(X) else X
    if values.dtype.kind == "f" and values.size and values.dtype != dtype:
        limit = np.finfo(dtype).max
        if values.max() > limit or values.min() < -limit:
            raise ValueError(f"Input X contains a value too large for dtype({dtype!r}).")
    return X


def check_sample_shape(X, shape):
    """Check that samples have the shape of those in `fit`; scikit-learn checks one axis only.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if X.shape[1:] != tuple(shape):
        raise ValueError(
            f"X has samples of shape {X.shape[1:]}, but the network was fitted on samples of shape "
            f"{tuple(shape)}."
        )
