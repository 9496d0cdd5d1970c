"""Records: the content of a target, and the context in which it is read."""

from typing import Any, NamedTuple

import numpy as np

from .label_set import LabelSet

#: Types of an item that holds the labels of one row.
CONTAINERS = {
    "set": set,
    "label_set": LabelSet,
    "frozenset": frozenset,
    "list": list,
    "tuple": tuple,
}


class TargetReading(NamedTuple):
    """Type and content of a target.

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
        Column names of a DataFrame.
    container : str
        For sets the type of the first row, for DataFrames the library, for sparse input "matrix"
        or "array".
    rows : str
        Code whose items are the rows of ``y``, for advice in messages.
    """

    kind: str
    values: Any
    known: np.ndarray | None = None
    names: list | None = None
    container: str = ""
    rows: str = "y"


class Context(NamedTuple):
    """Context in which a target is read.

    Attributes
    ----------
    expected_kind : str or None
        Kind of the target in `fit`, which decides if ``y`` is ambiguous.
    vocabulary : list or None
        The labels, if they were given.
    wrapped : bool
        Whether the rows are the items of a Series or an object array, not of a list.
    table : str
        Code that converts ``y`` to an array or a DataFrame of cells, for messages.
    rows : str
        Code whose items are the rows of ``y``.
    library : str
        Library of a DataFrame.
    """

    expected_kind: str | None = None
    vocabulary: list | None = None
    wrapped: bool = False
    table: str = "y"
    rows: str = "y"
    library: str = ""

    @property
    def text_table(self):
        """The code `table` for cells that are text."""
        return self.table.replace(", dtype=float", "")
