"""Sample weights: checks and arithmetic."""

from numbers import Real

import numpy as np
from sklearn.utils.validation import check_array


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
