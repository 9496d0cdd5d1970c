"""Indicators of the tests of targets."""

import numpy as np
import scipy.sparse

from tests.common import LABELS

NAMES = LABELS[:4]
SEEDS = [0, 1]


def indicator(seed=0, n=30, width=4, dtype=np.int64):
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, width)) < 0.4).astype(dtype)
    Y[0] = 0  # a row without labels
    Y[1] = 1
    return Y


def dense(Y):
    return Y.toarray() if scipy.sparse.issparse(Y) else Y


HOLES = np.array([[1, np.nan, 0], [0, 1, np.nan], [np.nan, np.nan, np.nan], [1, 0, 1]])
