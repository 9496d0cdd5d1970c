"""Number of samples and selection of samples in any container."""

from collections.abc import Mapping, Sequence

from scipy import sparse


def num_samples(data):
    if isinstance(data, Mapping) and data:
        return num_samples(next(iter(data.values())))
    return data.shape[0] if hasattr(data, "shape") else len(data)


def take_rows(data, rows):
    """Return rows of an array, a DataFrame, a sparse matrix, a list, or a dict of these."""
    if isinstance(data, Mapping):
        return {name: take_rows(part, rows) for name, part in data.items()}
    if hasattr(data, "iloc"):
        return data.iloc[rows]
    if isinstance(data, Sequence) and not hasattr(data, "shape"):
        return [data[row] for row in rows]
    return data.tocsr()[rows] if sparse.issparse(data) else data[rows]
