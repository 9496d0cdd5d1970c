"""Samples of words with many rare labels."""

import numpy as np
import scipy.sparse as sp


def texts(n_samples=400, n_features=2100, n_labels=410, seed=0):
    """Return rows of words of which one names each label, and CSR labels, all of length 1."""
    rng = np.random.RandomState(seed)
    labels = rng.randint(n_labels, size=(n_samples, 2))
    words = np.column_stack(
        [labels, n_labels + rng.randint(n_features - n_labels, size=(n_samples, 3))]
    )
    rows = np.repeat(np.arange(n_samples), 5)
    X = sp.csr_matrix(
        (np.full(rows.size, 0.4, np.float32), (rows, words.ravel())), (n_samples, n_features)
    )
    ones = np.ones(labels.size, np.int64)
    Y = sp.csr_matrix(
        (ones, (np.repeat(np.arange(n_samples), 2), labels.ravel())), (n_samples, n_labels)
    )
    Y.data[:] = 1
    return X, Y
