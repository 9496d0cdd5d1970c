"""Checking X: arrays, frames and sparse matrices become arrays that can be gathered by row."""

from numbers import Real

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_array, validate_data


def check_inputs(estimator, X, *, reset, dtype, allow_nd):
    """Check X as scikit-learn does, and set or compare the number and names of its features.

    Parameters
    ----------
    estimator : estimator
        On which `n_features_in_` and `feature_names_in_` are set or looked up.
    X : array-like, sparse matrix or frame
        Samples.
    reset : bool
        Whether X is what the estimator is fitted on.
    dtype : str
        Floating dtype of the network; small integers, as of images, are kept.
    allow_nd : bool
        Whether samples may have more than one dimension.

    Returns
    -------
    ndarray or csr_matrix of shape (n_samples, ...)

    Raises
    ------
    ValueError
        For NaN, infinity, too large numbers, no rows, or other features than in `fit`.
    """
    return validate_data(
        estimator,
        X,
        reset=reset,
        accept_sparse="csr",
        dtype=[dtype, np.uint8, np.int8],
        allow_nd=allow_nd,
    )


def check_sample_shape(X, shape):
    """Refuse samples of another shape than those of `fit`; scikit-learn looks at one axis only.

    Raises
    ------
    ValueError
        With both shapes.
    """
    if X.shape[1:] != tuple(shape):
        raise ValueError(
            f"X has samples of shape {X.shape[1:]}, but the network was fitted on samples of shape "
            f"{tuple(shape)}."
        )


def check_weights(sample_weight, n_samples, n_outputs=None):
    """Check sample weights.

    Parameters
    ----------
    sample_weight : array-like, float or None
        One per sample, or one per cell; one number for all.
    n_samples : int
        Number of samples.
    n_outputs : int or None
        Number of labels; None where only one weight per sample makes sense.

    Returns
    -------
    ndarray of shape (n_samples,) or (n_samples, n_outputs), float64; None for None

    Raises
    ------
    ValueError
        For another shape, NaN, infinity, a negative weight, or no weight above zero.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Real):
        sample_weight = np.full(n_samples, sample_weight)
    weight = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    allowed = [(n_samples,)] + ([] if n_outputs is None else [(n_samples, n_outputs)])
    if weight.shape not in allowed:
        raise ValueError(
            f"sample_weight has the shape {weight.shape}, expected "
            + " or ".join(map(str, allowed))
            + "."
        )
    if (weight < 0).any():
        raise ValueError(f"sample_weight must not be negative, the least is {weight.min():g}.")
    if not weight.any():
        raise ValueError("sample_weight is zero for every sample: nothing is left to learn from.")
    return weight


def scaling_statistics(X, sample_weight=None):
    """Compute shift and factor of the input scaling.

    Dense features get mean 0 and variance 1. Sparse rows get a mean squared norm of 1 by one
    factor for all, which leaves zeros zero and rare features rare.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ..., n_features)
        Of arrays with more dimensions, the last one holds the features (channels).
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.

    Returns
    -------
    shift : ndarray of shape (n_features,), float64; None for sparse X
    factor : ndarray of shape (n_features,), or () for sparse X, float64
    """
    if sp.issparse(X):
        squared_norms = X.power(2, dtype=np.float64).sum(axis=1)  # small integers would overflow
        mean = np.average(np.ravel(squared_norms), weights=sample_weight)
        return None, np.asarray(1.0 / np.sqrt(mean) if mean > 0 else 1.0)
    n_features = X.shape[-1]
    if sample_weight is not None and X.ndim > 2:
        sample_weight = np.repeat(sample_weight, X[0].size // n_features)
    scaler = StandardScaler().fit(X.reshape(-1, n_features), sample_weight=sample_weight)
    return scaler.mean_, 1.0 / scaler.scale_
