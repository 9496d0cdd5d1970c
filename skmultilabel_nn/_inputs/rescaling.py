"""Features whose differences a network's dtype does not hold, as times in milliseconds."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

# Standard deviations by which a cast may move values; a feature that moves more is rescaled.
_TOLERANCE = 1e-4
# Relative differences within a feature of floats that are taken for rounding errors.
_ROUNDING = 2.0**-44
# Numbers of one block, so that no copy of all samples in float64 is made.
_NUMBERS_PER_BLOCK = 2**20


class Rescaling(NamedTuple):
    """What is subtracted from features, and by what they are multiplied, in float64.

    Attributes
    ----------
    shift, factor : ndarray of shape (n_features,), float64
        0 and 1 for features that the network's dtype holds as they are.
    """

    shift: np.ndarray
    factor: np.ndarray

    def transform(self, X, dtype):
        """Return rescaled samples, (X - shift) * factor, computed by blocks in float64."""
        X = X.toarray() if sp.issparse(X) else X
        limit = np.finfo(dtype).max / 4
        out = np.empty(X.shape, dtype)
        for rows in _blocks(X):
            block = _difference(X[rows], self.shift) * self.factor
            out[rows] = np.clip(block, -limit, limit)
        return out


def learn_rescaling(X, dtype, sample_weight=None):
    """Find the features that cannot be cast without losing their differences.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ..., n_features)
        Samples in their own dtype.
    dtype : str
        Floating dtype of the network.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.

    Returns
    -------
    Rescaling, or None where all features can be cast
        Sparse features are never shifted, and keep their zeros.
    """
    long = X.dtype in (np.int64, np.uint64)  # which numpy casts to float64 "safely"
    if sp.issparse(X) or (np.can_cast(X.dtype, dtype) and not long):
        return None
    mean, deviation = _statistics(X, sample_weight)
    largest = np.abs(_extremes(X)).max(axis=0)
    error = np.maximum(largest * (np.finfo(dtype).eps / 2), np.finfo(dtype).tiny)
    moved = error > _TOLERANCE * deviation
    varied = deviation > (0 if X.dtype.kind in "iu" else largest * _ROUNDING)
    lost = moved & varied
    lost[lost] = ~_is_exact(X[..., lost], dtype)
    if not lost.any():
        return None
    factor = np.divide(1.0, deviation, out=np.ones(len(lost)), where=lost)
    return Rescaling(np.where(lost, mean, 0.0), factor)


def cast_inputs(X, dtype, rescaling=None):
    """Return checked samples as a network takes them.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ..., n_features)
    dtype : str
        Floating dtype of the network; small integers, as of images, are kept.
    rescaling : Rescaling or None

    Returns
    -------
    ndarray or csr_matrix
    """
    if rescaling is not None:
        return rescaling.transform(X, dtype)
    return X if X.dtype in (np.uint8, np.int8) else X.astype(dtype, copy=False)


def _blocks(X):
    yield from gen_batches(len(X), max(1, _NUMBERS_PER_BLOCK // max(1, X[:1].size)))


def _statistics(X, sample_weight):
    """Return mean and standard deviation of each feature, computed from the distance to a row."""
    origin = np.asarray(X.reshape(-1, X.shape[-1])[0], dtype=np.float64)
    scaler = StandardScaler()
    for rows in _blocks(X):
        block = _difference(X[rows], origin)
        weight = None if sample_weight is None else sample_weight[rows]
        if weight is not None and X.ndim > 2:
            weight = np.repeat(weight, block[0].size // X.shape[-1])
        scaler.partial_fit(block.reshape(-1, X.shape[-1]), sample_weight=weight)
    return origin + scaler.mean_, np.sqrt(scaler.var_)


def _extremes(X):
    axes = tuple(range(X.ndim - 1))
    return np.asarray([X.min(axis=axes), X.max(axis=axes)], dtype=np.float64)


def _is_exact(X, dtype):
    """Return which features the dtype holds bit for bit."""
    axes = tuple(range(X.ndim - 1))
    with np.errstate(invalid="ignore"):  # integers that are rounded up beyond their dtype
        return (X.astype(dtype).astype(X.dtype) == X).all(axis=axes)


def _difference(X, shift):
    """Return X - shift in float64; long integers are subtracted before they are rounded."""
    whole = np.rint(shift)
    limits = np.iinfo(X.dtype) if X.dtype in (np.int64, np.uint64) else None
    if limits is None or (whole < limits.min).any() or (whole >= float(limits.max)).any():
        return X.astype(np.float64) - shift
    whole = whole.astype(X.dtype)
    below = whole > X
    # As unsigned integers, whose differences wrap around to what is right.
    X, unsigned = X.astype(np.uint64), whole.astype(np.uint64)
    distance = np.where(below, unsigned - X, X - unsigned).astype(np.float64)
    return np.where(below, -distance, distance) - (shift - np.rint(shift))
