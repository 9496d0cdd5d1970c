"""Weights of samples and cells: checks and arithmetic on arrays.

Weights have the shape (n_samples,) or (n_samples, n_labels); None means that all weights are equal.
A cell of weight zero is ignored. The same arithmetic on tensors is in `losses`.
"""

from numbers import Real

import numpy as np
from sklearn.utils.validation import check_array

from .checks import check_number

# Sums and squares of weights between 2**-100 and 2**100 neither overflow nor underflow in float64.
_FLOAT64_EXPONENT = 100


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
        Scaled by a power of 2 if they are extremely large or small.

    Raises
    ------
    ValueError
        For another shape, NaN, infinity, a negative weight, or no weight above zero.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Real):
        sample_weight = np.full(n_samples, check_number("sample_weight", sample_weight))
    try:
        weight = check_array(
            sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
        )
    except (TypeError, ValueError, OverflowError) as error:
        if "sample_weight" in str(error):
            raise
        raise ValueError(f"sample_weight must be numbers: {error}") from error
    allowed = [(n_samples,)] + ([] if n_outputs is None else [(n_samples, n_outputs)])
    if weight.shape not in allowed:
        raise ValueError(
            f"sample_weight has the shape {weight.shape}, expected "
            + " or ".join(map(str, allowed))
            + "."
        )
    if (weight < 0).any():
        raise ValueError(f"sample_weight must not be negative, the minimum is {weight.min():g}.")
    if not weight.any():
        raise ValueError("sample_weight is zero for every sample.")
    return within_range(weight, _FLOAT64_EXPONENT)


def within_range(weight, max_exponent):
    """Return weights scaled by a power of 2 if they are too large or small to be summed.

    Only the ratios of weights matter, and scaling by a power of 2 keeps them exactly.

    Parameters
    ----------
    weight : ndarray
        Not negative.
    max_exponent : int
        Weights are not scaled if the largest is between ``2**-max_exponent`` and
        ``2**max_exponent``.

    Returns
    -------
    ndarray
    """
    _, exponent = np.frexp(weight.max())
    return weight if abs(exponent) <= max_exponent else np.ldexp(weight, -exponent)


# Integer weights up to here are numbers of repetitions, which float32 holds.
_LARGEST_COUNT = 2**20


def normalized_weights(weight):
    """Return weights on a common scale: those above zero get the mean 1.

    Integers are divided by their greatest common divisor and not by their mean, since they count
    repetitions of a sample.

    Parameters
    ----------
    weight : ndarray or None
        What `check_weights` returned.

    Returns
    -------
    ndarray of float64, or None where all weights are equal
    """
    if weight is None or (weight == weight.flat[0]).all():
        return None
    return weight / (common_divisor(weight) or weight.mean(where=weight > 0))


def common_divisor(weight):
    """Return the greatest common divisor of integer weights, None for others."""
    if weight.max() > _LARGEST_COUNT or (weight != np.rint(weight)).any():
        return None
    return int(np.gcd.reduce(weight.astype(np.int64), axis=None))


def as_cells(weight):
    """Return two-dimensional weights: one column for sample weights."""
    return weight if weight.ndim == 2 else weight[:, np.newaxis]


def cell_weights(weight, known, shape):
    """Return the weight of every cell, zero where a cell is unknown.

    Parameters
    ----------
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
    known : bool ndarray of shape (n_samples, n_labels), or None
    shape : tuple
        ``(n_samples, n_labels)``.

    Returns
    -------
    ndarray of shape (n_samples, n_labels), float64
        Read-only where it repeats weights of samples.
    """
    cells = np.broadcast_to(np.ones((1, 1)) if weight is None else as_cells(weight), shape)
    return cells if known is None else np.where(known, cells, 0.0)


def row_weights(weight):
    """Return the mean weight of the cells of each sample; 0 if no cell is known."""
    return weight.mean(axis=1) if weight is not None and weight.ndim == 2 else weight


def observed_row_weights(cells):
    """Return the mean nonzero cell weight of each sample, which keeps a constant weight."""
    return cells.sum(axis=1) / np.maximum(np.count_nonzero(cells > 0, axis=1), 1)


def has_uniform_cell_weights(weight):
    """Return whether all nonzero cell weights of each sample are equal."""
    if weight is None or weight.ndim == 1:
        return True
    smallest = np.where(weight > 0, weight, np.inf).min(axis=1)
    return bool(np.all(weight.max(axis=1) <= smallest * (1 + 1e-6)))


def observed_mask(known, weight, shape):
    """Return the mask of the known cells with a weight above zero.

    Parameters
    ----------
    known, weight, shape
        As in `cell_weights`.

    Returns
    -------
    bool ndarray of shape (n_samples, n_labels), or None if all count
    """
    if weight is None or weight.all():
        return known
    return cell_weights(weight, known, shape) > 0
