"""Decoding of 0/1 matrices to label sets and DataFrames."""

import itertools

import numpy as np
import scipy.sparse

from .target_reading import CONTAINERS


def decode_sets(indicator, names, container):
    """Make an object array of label sets.

    Parameters
    ----------
    indicator : ndarray or scipy sparse, shape (n_samples, n_labels)
    names : list
    container : str
        Name of the type of the label sets.
    """
    Y = scipy.sparse.csr_array(indicator, copy=True)
    Y.eliminate_zeros()
    Y.sort_indices()
    labels = [names[column] for column in Y.indices.tolist()]
    ends = Y.indptr.tolist()
    items = (CONTAINERS[container](labels[a:b]) for a, b in itertools.pairwise(ends))
    return np.fromiter(items, dtype=object, count=Y.shape[0])


def decode_frame(indicator, names, library, index=None):
    """Make a DataFrame.

    Parameters
    ----------
    indicator : ndarray of int, shape (n_samples, n_labels)
    names : list
    library : {"pandas", "polars", "pyarrow"}
    index : pandas Index or None
        Used for pandas only.
    """
    if library == "polars":
        import polars  # noqa: PLC0415 (optional)

        return polars.DataFrame(indicator, schema=names, orient="row")
    if library == "pyarrow":
        import pyarrow  # noqa: PLC0415 (optional)

        columns = [np.ascontiguousarray(column) for column in indicator.T]
        return pyarrow.table(columns, names=list(map(str, names)))
    import pandas  # noqa: PLC0415 (optional)

    return pandas.DataFrame(indicator, columns=pandas.Index(names), index=index)
