"""Classifiers, problems and target forms of the tests with scikit-learn's tools."""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier, label_sets
from tests.common import FAST

LEARNING = {**FAST, "epochs": 20, "batch_size": 16, "learning_rate": 0.02}
NAMES = ["ant", "bee", "cat", "dog", "elk"]


def problem(n_labels=3):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 6))
    return X, (X[:, :n_labels] > np.linspace(0, 0.5, n_labels)).astype(int)


def named(Y):
    return pd.DataFrame(Y, columns=NAMES[: Y.shape[1]])


def sets(Y):
    return label_sets(named(Y))


FORMS = {
    "array": lambda Y: Y,
    "bool array": lambda Y: Y.astype(bool),
    "frame": named,
    "csr": sp.csr_matrix,
    "label sets": sets,
    "object array of sets": lambda Y: np.array([set(labels) for labels in sets(Y)], dtype=object),
    "classes": lambda Y: np.array(["no", "yes"])[Y[:, 0]],
}


def classifier(**parameters):
    return KerasMultiLabelClassifier(**{**LEARNING, **parameters})


def fast(**parameters):
    return KerasMultiLabelClassifier(**{**FAST, **parameters})
