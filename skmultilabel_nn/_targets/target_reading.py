"""The record of what was read from a target."""

from typing import Any, NamedTuple

import numpy as np


class TargetReading(NamedTuple):
    """What was found in a ``y``.

    Attributes
    ----------
    kind : {"sets", "indicator", "sparse", "frame", "classes"}
    values : list of collections, ndarray, or csr_array
        For sets: the rows. For "indicator" and "frame": float32 0/1 of shape
        (n_samples, n_columns), which may share memory with the input. For "sparse": float32
        CSR. For "classes": a 1-D array.
    known : ndarray of bool (n_samples, n_columns), or None
        False at missing cells; None if there are none.
    names : list or None
        Column names of a frame.
    container : str
        For sets the type of the first row, for frames the library, for sparse input "matrix"
        or "array".
    """

    kind: str
    values: Any
    known: np.ndarray | None = None
    names: list | None = None
    container: str = ""
