"""Fixtures of the displays' tests; they need matplotlib, which is optional."""

import importlib.util

import numpy as np
import pytest
from sklearn.datasets import make_multilabel_classification

from skmultilabel_nn import KerasMultiLabelClassifier

if importlib.util.find_spec("matplotlib") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def samples():
    X, Y = make_multilabel_classification(
        200, 8, n_classes=4, n_labels=2, allow_unlabeled=True, random_state=0
    )
    return X.astype(np.float64), Y


@pytest.fixture(scope="module")
def network(samples):
    X, Y = samples
    y = [{"wxyz"[j] for j in np.flatnonzero(row)} for row in Y]
    clf = KerasMultiLabelClassifier(
        hidden_layer_sizes=(16,),
        epochs=5,
        batch_size=32,
        early_stopping=True,
        metrics=["binary_accuracy"],
        threshold={"w": 0.4, "z": 0.3},
        random_state=0,
    )
    return clf.fit(X, y)
