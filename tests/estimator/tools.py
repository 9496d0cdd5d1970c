"""Classifiers, problems and target forms of the tests with scikit-learn's tools."""

import numpy as np

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST, TARGET_FORMS

LEARNING = {**FAST, "epochs": 20, "batch_size": 16, "learning_rate": 0.02}
_MULTILABEL = [
    "int64 array",
    "bool array",
    "pandas frame",
    "csr_matrix",
    "label sets",
    "array of sets",
]
# These, and one class per sample.
FORMS = {name: TARGET_FORMS[name] for name in _MULTILABEL} | {
    "classes": lambda Y: np.array(["no", "yes"])[Y[:, 0]]
}


def classifier(**parameters):
    return KerasMultiLabelClassifier(**{**LEARNING, **parameters})
