"""Multi-label data sets of openml.org, for who does not have the packed ones."""

import numpy as np
import pandas as pd
from sklearn.datasets import fetch_openml

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
# Binary or count features of which most are zero, as words are, are given as sparse ones.
_SPARSE_BELOW = 0.2


def load_openml(name):
    """Download a data set, or take it from scikit-learn's cache.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    Y : ndarray of shape (n_samples, n_labels), int64

    Raises
    ------
    ValueError
        If there is no such set, or it is not what it was.
    """
    if name not in OPENML:
        raise ValueError(
            f"{name!r} is not at openml.org; those are {', '.join(OPENML)}. "
            f"Give the folder of the packed sets by --data."
        )
    number, n_labels = OPENML[name]
    found = fetch_openml(data_id=number, as_frame=True)
    X, Y = to_numbers(found.data), to_indicator(pd.DataFrame(found.target))
    if Y.shape[1] != n_labels:
        raise ValueError(f"Data set {number} has {Y.shape[1]} labels, {name} has {n_labels}.")
    return X, Y


def to_numbers(frame):
    """Return numbers as they are, names of categories one-hot, as float32."""
    numbers = frame.apply(lambda column: pd.to_numeric(column.astype(str), errors="coerce"))
    if frame.isna().any(axis=None):
        raise ValueError("There are missing values, which no contender is set up for.")
    named = [name for name in frame if numbers[name].isna().any()]
    others = pd.get_dummies(frame[named].astype(str)) if named else frame[named]
    return np.hstack([numbers.drop(columns=named), others]).astype(np.float32)


def to_indicator(frame):
    """Return 1 where a label's column says so: TRUE, True or 1."""
    return frame.astype(str).isin(["TRUE", "True", "1", "1.0"]).to_numpy().astype(np.int64)


def is_mostly_zero(X):
    """Whether features are given as sparse ones."""
    return np.count_nonzero(X) < _SPARSE_BELOW * X.size
