"""Targets and folds of the tests of splitters."""

import numpy as np

SEEDS = [0, 1, 7]


def long_tailed(n_rows=400, n_labels=12, seed=0):
    """Indicator with correlated labels from frequent to rare, and rows without a label."""
    rng = np.random.default_rng(seed)
    trait = rng.random((n_rows, 1))
    return (rng.random((n_rows, n_labels)) < trait / np.arange(1, n_labels + 1)).astype(int)


def folds_of(cv, Y):
    return [test for _, test in cv.split(Y, Y)]
