"""Early stopping on scores that need no threshold."""

import keras
import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import (
    average_precision_score,
    label_ranking_average_precision_score,
    roc_auc_score,
)

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST

pytestmark = pytest.mark.slow

SCORES = {
    "val_lrap": label_ranking_average_precision_score,
    "val_average_precision": average_precision_score,
    "val_roc_auc_micro": lambda Y, P: roc_auc_score(Y, P, average="micro"),
}


def stopped(X, Y, monitor, validation_data, **parameters):
    config = {**FAST, "epochs": 12, "early_stopping": True, "patience": 3, **parameters}
    clf = KerasMultiLabelClassifier(**config, monitor=monitor)
    return clf.fit(X[:120], Y[:120], validation_data=validation_data)


@pytest.mark.parametrize("monitor", SCORES)
def test_best_epoch_has_the_score_of_scikit_learn(data, monitor):
    X, Y = data
    clf = stopped(X, Y, monitor, (X[120:], Y[120:]))
    assert set(clf.history_) == {"loss", "val_loss", monitor}
    expected = SCORES[monitor](Y[120:], clf.decision_function(X[120:]))
    assert max(clf.history_[monitor]) == pytest.approx(expected, rel=1e-5)


def test_unknown_cells_do_not_count(data):
    X, Y = data
    Y = Y.astype(float)
    unknown = np.random.default_rng(0).random(Y.shape) < 0.3
    clf = stopped(X, Y, "val_roc_auc_micro", (X[120:], np.where(unknown, np.nan, Y)[120:]))
    known = ~unknown[120:]
    expected = roc_auc_score(Y[120:][known], clf.decision_function(X[120:])[known])
    assert max(clf.history_["val_roc_auc_micro"]) == pytest.approx(expected, rel=1e-5)


def test_the_other_history_is_the_same_with_any_monitor(data):
    X, Y = data
    validation = X[120:], Y[120:]
    by_loss = stopped(X, Y, "val_loss", validation, patience=50)
    by_score = stopped(X, Y, "val_lrap", validation, patience=50)
    assert by_loss.history_["val_loss"] == by_score.history_["val_loss"]


@pytest.mark.parametrize("monitor", ["val_f1_micro", "average_precision", "nonsense"])
def test_unknown_monitor_is_named(data, monitor):
    with pytest.raises(ValueError, match=f"monitor='{monitor}': it is unknown whether.*'val_loss'"):
        stopped(*data, monitor, None)


@pytest.mark.parametrize("weighted", ["training", "validation", "cells of training", "both"])
def test_weights_on_one_side_only(data, weighted):
    X, Y = data
    rows = np.random.default_rng(0).uniform(0.5, 2, size=(200, 1))
    cells = rows * np.ones((1, 4))
    given = {"training": rows[:, 0], "cells of training": cells, "both": rows[:, 0]}
    training = given.get(weighted)
    validation = {"validation": cells, "both": cells}.get(weighted)
    clf = KerasMultiLabelClassifier(**FAST).fit(
        X[:120],
        Y[:120],
        sample_weight=None if training is None else training[:120],
        validation_data=(X[120:], Y[120:], None if validation is None else validation[120:]),
    )
    P = clf.predict_proba(X[120:]).astype(float)
    loss = -np.where(Y[120:] == 1, np.log(P), np.log(1 - P))
    weight = None if validation is None else validation[120:]
    # Keras averages the batches' means by their rows, so weights make a small difference.
    assert clf.history_["val_loss"][-1] == pytest.approx(np.average(loss, weights=weight), rel=0.02)


@pytest.mark.parametrize("form", [sp.csr_matrix, np.asarray])
def test_validation_data_of_another_storage(data, form):
    X, Y = data
    other = np.asarray if form is sp.csr_matrix else sp.csr_array
    # What is chosen by the storage of X is set.
    config = {**FAST, "standardize": False, "n_bins": 0, "input_dropout": 0.4}
    config["optimizer"] = "adam"
    mixed = KerasMultiLabelClassifier(**config).fit(
        form(X[:120]), form(Y[:120]), validation_data=(other(X[120:]), other(Y[120:]))
    )
    plain = KerasMultiLabelClassifier(**config).fit(
        X[:120], Y[:120], validation_data=(X[120:], Y[120:])
    )
    np.testing.assert_allclose(mixed.history_["val_loss"], plain.history_["val_loss"], rtol=1e-4)


def test_validation_pictures_as_floats(data):
    pictures = np.random.default_rng(0).integers(0, 255, size=(40, 4, 4, 1)).astype(np.uint8)
    Y = data[1][:40]

    def network(input_shape, n_outputs):
        layers = [keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(n_outputs)]
        return keras.Sequential(layers)

    losses = [
        KerasMultiLabelClassifier(network=network, learning_rate=1e-4, epochs=2, random_state=0)
        .fit(pictures, Y, validation_data=(validation, Y))
        .history_["val_loss"]
        for validation in (pictures, pictures.astype(float) + 0.4)
    ]
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.1)
    assert losses[0] != losses[1]
