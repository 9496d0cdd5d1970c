"""F-beta at each threshold is that of scikit-learn."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import fbeta_score

from skmultilabel_nn.decision import TopK
from skmultilabel_nn.display import ThresholdDisplay
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

from .common import problem


@pytest.mark.parametrize("beta", [1.0, 0.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_threshold_scores_are_those_of_scikit_learn(beta, seed):
    Y, P = problem(seed)
    grid = [0.0, 0.2, 0.37, 0.5, 1.0]
    chosen = np.array([0.1, 0.2, 0.3, 0.45, 0.6])
    display = ThresholdDisplay.from_predictions(Y, P, threshold=chosen, grid=grid, beta=beta)
    options = {"beta": beta, "zero_division": 0}
    for at, column in zip(grid, display.f_score.T, strict=True):
        np.testing.assert_allclose(
            column, fbeta_score(Y, at <= P, average=None, **options), err_msg=str(at)
        )
    for average, curve in (("micro", display.micro), ("macro", display.macro)):
        expected = [fbeta_score(Y, at <= P, average=average, **options) for at in grid]
        np.testing.assert_allclose(curve.y, expected)
        assert curve.score == pytest.approx(fbeta_score(Y, chosen <= P, average=average, **options))
    np.testing.assert_allclose(
        display.threshold_score, fbeta_score(Y, chosen <= P, average=None, **options)
    )


def test_thresholds_are_marked_where_they_are():
    Y, P = problem(0)
    chosen = [0.1, 0.2, 0.3, 0.45, np.nextafter(1.0, 2.0)]  # the last label is never predicted
    display = ThresholdDisplay.from_predictions(Y, P, threshold=chosen)
    marks = {mark.get_xdata()[0]: mark.get_ydata()[0] for mark in display.threshold_marks_}
    assert marks == pytest.approx(
        dict(zip(np.minimum(chosen, 1.0), display.threshold_score, strict=True))
    )
    assert marks[1.0] == 0.0
    assert ThresholdDisplay.from_predictions(Y, P, threshold=None).threshold_marks_ == []


def test_errors_say_what_to_do():
    Y, P = problem(0)
    with pytest.raises(ValueError, match="predict_proba, not of decision_function"):
        ThresholdDisplay.from_predictions(Y, P - 3)
    with pytest.raises(ValueError, match=r"grid .* numbers in \[0, 1\]"):
        ThresholdDisplay.from_predictions(Y, P, grid=[0.5, 1.5])
    with pytest.raises(ValueError, match="grid must be an integer of at least 2, got 1"):
        ThresholdDisplay.from_predictions(Y, P, grid=1)
    with pytest.raises(ValueError, match="beta"):
        ThresholdDisplay.from_predictions(Y, P, beta=0)


def test_thresholds_in_use_are_those_of_the_estimator(samples, network):
    X, Y = samples
    display = ThresholdDisplay.from_estimator(network, X, Y)
    assert display.threshold.tolist() == [0.4, 0.5, 0.5, 0.3]
    forest = RandomForestClassifier(5, random_state=0).fit(X, Y)
    assert ThresholdDisplay.from_estimator(forest, X, Y).threshold.tolist() == [0.5] * 4
    top = TunedThresholdsClassifierCV(forest, threshold=TopK(2), cv=2).fit(X, Y)
    display = ThresholdDisplay.from_estimator(top, X, Y)
    assert display.threshold is None
    assert display.threshold_marks_ == []
