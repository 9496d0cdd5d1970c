"""Classifiers, scores and problems of the tests of calibration."""

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB

METHODS = ("sigmoid", "isotonic", "temperature")
every_method = pytest.mark.parametrize("method", METHODS)
seeds = pytest.mark.parametrize("seed", [0, 1])
BAYES = OneVsRestClassifier(GaussianNB())


def loss(Y, P, weights=None):
    return log_loss(
        np.ravel(Y), np.ravel(P), sample_weight=None if weights is None else weights.ravel()
    )
