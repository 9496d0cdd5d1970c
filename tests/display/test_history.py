"""Histories of training, and their best epoch."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.display import TrainingHistoryDisplay


def test_best_epoch_is_that_of_early_stopping():
    history = {
        "loss": [3.0, 2.0, 1.0, 0.5],
        "val_loss": [3.0, 1.0, 1.0, 2.0],
        "val_f1": [1, 0, 2, 2],
    }
    assert TrainingHistoryDisplay.from_history(history).best_epoch == 2
    of_f1 = TrainingHistoryDisplay.from_history(history, monitor="val_f1", mode="max")
    assert of_f1.best_epoch == 3
    assert TrainingHistoryDisplay.from_history({"loss": [1.0, 0.5]}).best_epoch is None
    gap = {"loss": [1.0, 0.5], "val_loss": [np.nan, 0.7]}
    assert TrainingHistoryDisplay.from_history(gap).best_epoch == 2
    with pytest.raises(ValueError, match="no 'val_auc'"):
        TrainingHistoryDisplay.from_history(history, monitor="val_auc")


def test_direction_is_never_guessed():
    history = {"loss": [1.0, 0.5, 0.2], "val_mean_squared_error": [0.3, 0.1, 0.2]}
    history["val_lrap"] = [0.5, 0.6, 0.9]
    draw = TrainingHistoryDisplay.from_history
    with pytest.raises(ValueError, match="mode='min'"):
        draw(history, monitor="val_mean_squared_error")
    assert draw(history, monitor="val_mean_squared_error", mode="min").best_epoch == 2
    assert draw(history, monitor="val_lrap").best_epoch == 3
    with pytest.raises(ValueError, match="mode must be"):
        draw(history, monitor="val_lrap", mode="up")


def test_direction_is_that_of_early_stopping():
    X = np.random.default_rng(0).normal(size=(60, 3))
    clf = KerasMultiLabelClassifier(
        (4,),
        epochs=4,
        early_stopping=True,
        metrics=["mean_squared_error"],
        monitor="val_mean_squared_error",
        random_state=0,
    ).fit(X, (X > 0).astype(int))
    values = clf.history_["val_mean_squared_error"]
    display = TrainingHistoryDisplay.from_estimator(clf)
    assert display.best_epoch == 1 + int(np.argmin(values))
    display = TrainingHistoryDisplay.from_estimator(clf, mode="max")
    assert display.best_epoch == 1 + int(np.argmax(values))
    assert clf.config_.monitor_mode == "min"


def test_history_of_an_estimator(network):
    display = TrainingHistoryDisplay.from_estimator(make_pipeline(network))
    assert display.history == network.history_
    assert display.best_epoch == 1 + int(np.argmin(network.history_["val_loss"]))
    assert set(display.line_) == set(network.history_)
    np.testing.assert_array_equal(
        display.line_["val_loss"].get_ydata(), network.history_["val_loss"]
    )
    assert display.line_["loss"].axes is display.ax_
    assert display.line_["val_binary_accuracy"].axes is display.metric_ax_
    with pytest.raises(TypeError, match="no history_"):
        TrainingHistoryDisplay.from_estimator(KNeighborsClassifier())
