"""Curves and averages are those that scikit-learn computes."""

import numpy as np
import pytest
from sklearn.metrics import (
    auc,
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from skmultilabel_nn.display import MultilabelPrecisionRecallDisplay, MultilabelRocDisplay

from .common import problem


@pytest.mark.parametrize("seed", [0, 1])
def test_precision_recall_is_that_of_scikit_learn(seed):
    Y, P = problem(seed)
    display = MultilabelPrecisionRecallDisplay.from_predictions(Y, P)
    for j in range(Y.shape[1]):
        precision, recall, _ = precision_recall_curve(Y[:, j], P[:, j], drop_intermediate=True)
        np.testing.assert_array_equal(display.precision[j], precision)
        np.testing.assert_array_equal(display.recall[j], recall)
    np.testing.assert_allclose(
        display.average_precision, average_precision_score(Y, P, average=None)
    )
    assert display.micro.score == pytest.approx(average_precision_score(Y, P, average="micro"))
    assert display.macro.score == pytest.approx(average_precision_score(Y, P, average="macro"))
    assert display.prevalence == pytest.approx(Y.mean())
    # The area below the macro curve, read from right to left in steps, is the mean precision.
    area = -np.sum(np.diff(display.macro.x) * display.macro.y[:-1])
    assert area == pytest.approx(display.macro.score, abs=0.005)


@pytest.mark.parametrize("seed", [0, 1])
def test_roc_is_that_of_scikit_learn(seed):
    Y, P = problem(seed)
    display = MultilabelRocDisplay.from_predictions(Y, P)
    for j in range(Y.shape[1]):
        fpr, tpr, _ = roc_curve(Y[:, j], P[:, j])
        np.testing.assert_array_equal(display.fpr[j], fpr)
        np.testing.assert_array_equal(display.tpr[j], tpr)
    np.testing.assert_allclose(display.roc_auc, roc_auc_score(Y, P, average=None))
    assert display.micro.score == pytest.approx(roc_auc_score(Y, P, average="micro"))
    assert display.macro.score == pytest.approx(roc_auc_score(Y, P, average="macro"))
    assert auc(display.macro.x, display.macro.y) == pytest.approx(display.macro.score, abs=0.005)


def test_pooled_curves_hold_known_cells_only():
    Y, P = problem(0)
    unknown = np.random.default_rng(10).random(Y.shape) < 0.4
    masked = np.where(unknown, np.nan, Y)
    roc = MultilabelRocDisplay.from_predictions(masked, P)
    assert roc.micro.score == pytest.approx(roc_auc_score(Y[~unknown], P[~unknown]))
