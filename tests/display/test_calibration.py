"""Bins are those of scikit-learn, also with weights."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from skmultilabel_nn.display import MultilabelCalibrationDisplay

from .common import problem


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("seed", [0, 1])
def test_calibration_is_that_of_scikit_learn(strategy, seed):
    Y, P = problem(seed)
    display = MultilabelCalibrationDisplay.from_predictions(Y, P, n_bins=7, strategy=strategy)
    for j in range(Y.shape[1]):
        prob_true, prob_pred = calibration_curve(Y[:, j], P[:, j], n_bins=7, strategy=strategy)
        np.testing.assert_allclose(display.prob_true[j], prob_true)
        np.testing.assert_allclose(display.prob_pred[j], prob_pred)
        # Counts that belong to these bins give back all positives and the mean probability.
        counts = display.bin_counts[j]
        assert counts.sum() == len(Y)
        assert counts @ prob_true == pytest.approx(Y[:, j].sum())
        assert counts @ prob_pred == pytest.approx(P[:, j].sum())
        error = np.abs(prob_true - prob_pred) @ counts / len(Y)
        assert display.calibration_error[j] == pytest.approx(error)
    pooled_true, pooled_pred = calibration_curve(Y.ravel(), P.ravel(), n_bins=7, strategy=strategy)
    np.testing.assert_allclose(display.pooled.x, pooled_pred)
    np.testing.assert_allclose(display.pooled.y, pooled_true)


def test_bins_of_few_cells_are_not_drawn():
    Y, P = problem(0, n=1000, n_labels=2)
    P[0] = 0.999
    P[1:] = np.clip(P[1:], 0, 0.8)
    display = MultilabelCalibrationDisplay.from_predictions(Y, P)
    assert display.bin_counts[0][-1] == 1
    assert display.prob_pred[0][-1] == 0.999
    assert max(line.get_xdata().max() for line in display.line_) < 0.9


@pytest.mark.parametrize("seed", [0, 1])
def test_quantiles_of_weights_are_those_of_repetitions(seed):
    Y, P = problem(seed, n=60, n_labels=3)
    weight = np.random.default_rng(seed).integers(1, 4, len(Y))
    weight[-1] += -weight.sum() % 5  # bins of equal weight exist
    rows = np.repeat(np.arange(len(Y)), weight)
    options = {"n_bins": 5, "strategy": "quantile"}
    display = MultilabelCalibrationDisplay.from_predictions(Y, P, sample_weight=weight, **options)
    for j in range(3):
        prob_true, prob_pred = calibration_curve(Y[rows, j], P[rows, j], **options)
        np.testing.assert_allclose(display.prob_true[j], prob_true)
        np.testing.assert_allclose(display.prob_pred[j], prob_pred)


def test_cells_of_no_weight_are_in_no_bin():
    Y, P = problem(0)
    weight = (np.random.default_rng(0).random(Y.shape) < 0.5).astype(float)
    display = MultilabelCalibrationDisplay.from_predictions(Y, P, sample_weight=weight)
    assert [counts.sum() for counts in display.bin_counts] == weight.sum(axis=0).tolist()
    masked = MultilabelCalibrationDisplay.from_predictions(np.where(weight, Y, np.nan), P)
    for name in ("prob_true", "prob_pred", "bin_counts"):
        for mine, its in zip(getattr(display, name), getattr(masked, name), strict=True):
            np.testing.assert_allclose(mine, its)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_bins": 0}, "n_bins must be an integer above 0, got 0"),
        ({"n_bins": 2.5}, "n_bins must be an integer above 0, got 2.5"),
        ({"strategy": "kmeans"}, "'uniform' or 'quantile', got 'kmeans'"),
    ],
)
def test_wrong_bins_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MultilabelCalibrationDisplay.from_predictions(*problem(0), **options)


def test_decisions_are_no_probabilities():
    Y, P = problem(0)
    with pytest.raises(ValueError, match="predict_proba, not of decision_function"):
        MultilabelCalibrationDisplay.from_predictions(Y, P - 3)


def test_pooled_bins_hold_known_cells_only():
    Y, P = problem(0)
    unknown = np.random.default_rng(10).random(Y.shape) < 0.4
    display = MultilabelCalibrationDisplay.from_predictions(np.where(unknown, np.nan, Y), P)
    assert display.pooled_counts.sum() == (~unknown).sum()
