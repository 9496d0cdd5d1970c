"""Multi-label data sets of openml.org, for users without the data folder."""

import numpy as np
import scipy.sparse as sp

# Name: number at openml.org, labels it must have. Uploaded for Probst, Au, Casalicchio, Stachl and
# Bischl: "Multilabel classification with R package mlr", The R Journal, 2017.
OPENML = {
    "birds": (40588, 19),
    "emotions": (40589, 6),
    "enron": (40590, 53),
    "genbase": (40591, 27),
    "image": (40592, 5),
    "langlog": (40593, 75),
    "reuters": (40594, 7),
    "scene": (40595, 6),
    "slashdot": (40596, 22),
    "yeast": (40597, 14),
}
# Binary or count features of which most are zero, as words are, become a sparse matrix.
_SPARSE_BELOW = 0.2


class DataUnavailableError(RuntimeError):
    """A data set is unknown or cannot be downloaded."""


def load_openml(name):
    """Download a data set, or read it from scikit-learn's cache.

    Returns
    -------
    X : ndarray or csr_matrix of shape (n_samples, n_features)
    Y : ndarray of shape (n_samples, n_labels), int64

    Raises
    ------
    OSError
        If it cannot be downloaded.
    DataUnavailableError
        If it is not what it was.
    """
    import pandas as pd  # not at the top: the processes of `speed` do without
    from sklearn.datasets import fetch_openml

    number, n_labels = OPENML[name]
    found = fetch_openml(data_id=number, as_frame=True, n_retries=1)
    X, Y = to_numbers(found.data), to_indicator(pd.DataFrame(found.target))
    if Y.shape[1] != n_labels:
        raise DataUnavailableError(
            f"Data set {number} of openml.org has {Y.shape[1]} labels, but {name} has {n_labels}."
        )
    return sp.csr_matrix(X) if is_mostly_zero(X) else X, Y


def to_numbers(frame):
    """Return numbers as they are and categories one-hot, as float32."""
    import pandas as pd

    numbers = frame.apply(lambda column: pd.to_numeric(column.astype(str), errors="coerce"))
    if frame.isna().any(axis=None):
        raise ValueError("There are missing values, which no baseline is set up for.")
    named = [name for name in frame if numbers[name].isna().any()]
    others = pd.get_dummies(frame[named].astype(str)) if named else frame[named]
    return np.hstack([numbers.drop(columns=named), others]).astype(np.float32)


def to_indicator(frame):
    """Return 1 where a label's column says so: TRUE, True or 1."""
    return frame.astype(str).isin(["TRUE", "True", "1", "1.0"]).to_numpy().astype(np.int64)


def is_mostly_zero(X):
    """Return whether few enough features are nonzero for a sparse matrix."""
    return np.count_nonzero(X) < _SPARSE_BELOW * X.size
