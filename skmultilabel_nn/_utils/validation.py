"""Checks of arrays."""

import numpy as np


def check_probabilities(P, n_labels=None):
    """Return `P` as a floating (n, L) ndarray with values in [0, 1], or raise ValueError."""
    P = np.asarray(P)
    if P.dtype.kind not in "fiub":
        raise ValueError(f"P must be a numeric array of probabilities; got dtype {P.dtype}.")
    if P.ndim != 2 or P.shape[1] == 0:
        raise ValueError(f"P must have shape (n_samples, n_labels); got {P.shape}.")
    if n_labels is not None and P.shape[1] != n_labels:
        raise ValueError(f"P has {P.shape[1]} columns; the rule was fitted with {n_labels} labels.")
    if P.dtype.kind != "f":
        P = P.astype(np.float64)
    if P.size == 0:
        return P
    lowest, highest = P.min(), P.max()
    if np.isnan(lowest):
        raise ValueError("P contains NaN; a decision needs a probability in every cell.")
    if lowest < -1e-6 or highest > 1 + 1e-6:
        raise ValueError(
            f"P must hold probabilities in [0, 1]; got values from {lowest:.4g} to {highest:.4g}. "
            "Pass the output of predict_proba, not of decision_function."
        )
    # Averages of many members may exceed the interval by a rounding error.
    return P if lowest >= 0 and highest <= 1 else np.clip(P, 0, 1)
