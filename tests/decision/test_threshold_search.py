"""Shared thresholds against brute force over all thresholds."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from skmultilabel_nn.decision import PerLabelThreshold, SharedThreshold

from .common import EXACT, METRICS, SEEDS, all_thresholds, problem, sklearn_metric

# Shared thresholds


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("zero_division", [0.0, 1.0])
@pytest.mark.parametrize("metric", METRICS)
def test_shared_threshold_is_the_best_of_all(metric, zero_division, seed):
    Y, P = problem(seed)
    Y[5:12] = 0
    score = sklearn_metric(metric, zero_division)
    best = max(score(Y, (t <= P).astype(int)) for t in all_thresholds(P))
    rule = SharedThreshold(metric, zero_division=zero_division).fit(Y, P)
    assert score(Y, rule.decide(P)) == pytest.approx(best, abs=1e-9)
    assert rule.best_score_ == pytest.approx(best, abs=1e-9)
    assert len(np.unique(rule.thresholds_)) == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("metric", ["f1_micro", "jaccard_micro"])
def test_pooled_search_is_exact_where_it_sorts_only_the_highest_scores(metric, seed):
    rng = np.random.default_rng(seed)
    P = np.round(rng.beta(0.3, 3, (200, 50)), 2)
    Y = (rng.random(P.shape) < 0.15 * P).astype(int)
    score = sklearn_metric(metric)
    best = max(score(Y, (t <= P).astype(int)) for t in all_thresholds(P))
    rule = SharedThreshold(metric).fit(Y, P)
    assert rule.best_score_ == pytest.approx(best, abs=1e-9)
    assert score(Y, rule.decide(P)) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("metric", ["f1_micro", "f1_samples", "f1_macro"])
def test_callable_with_all_candidates_equals_the_exact_search(metric, seed):
    Y, P = problem(seed)
    exact = SharedThreshold(metric).fit(Y, P)
    grid = SharedThreshold(sklearn_metric(metric), n_candidates=1000).fit(Y, P)
    assert grid.best_score_ == pytest.approx(exact.best_score_, abs=1e-9)
    np.testing.assert_allclose(grid.thresholds_, exact.thresholds_)


@pytest.mark.parametrize("seed", SEEDS)
def test_callable_on_a_coarse_grid_is_near_the_best(seed):
    Y, P = problem(seed, n=400, n_labels=8, ties=False)
    calls = []

    def metric(y_true, y_pred):
        calls.append(y_pred.sum())
        return f1_score(y_true, y_pred, average="micro")

    rule = SharedThreshold(metric, n_candidates=50).fit(Y, P)
    assert rule.best_score_ > SharedThreshold("f1_micro").fit(Y, P).best_score_ - 0.01
    assert len(calls) <= 50
    assert 0 in calls
    assert Y.size in calls


def test_callable_is_weighted_by_row_and_refuses_what_it_cannot_express():
    Y, P = problem(0)
    weight = np.arange(len(Y)) % 3
    weighted = SharedThreshold(sklearn_metric("f1_micro"), n_candidates=1000)
    weighted.fit(Y, P, sample_weight=weight)
    assert weighted.best_score_ == pytest.approx(
        SharedThreshold("f1_micro").fit(Y, P, sample_weight=weight).best_score_
    )
    plain = SharedThreshold(lambda y_true, y_pred: -abs(y_pred.sum() - y_true.sum()))
    assert plain.fit(Y, P, sample_weight=weight > 0).best_score_ <= 0
    with pytest.raises(ValueError, match="takes no sample_weight"):
        plain.fit(Y, P, sample_weight=weight)
    with pytest.raises(ValueError, match="differs within samples"):
        weighted.fit(Y, P, sample_weight=1.0 + np.arange(Y.size).reshape(Y.shape))


# Sizes and extremes


def test_of_equally_good_thresholds_the_highest_is_taken():
    Y, P = np.array([[1], [0], [0], [1]]), np.array([[0.8], [0.6], [0.4], [0.2]])
    # F1 is 2/3 for the first row alone and for all four.
    assert PerLabelThreshold(**EXACT).fit(Y, P).thresholds_[0] == pytest.approx(0.7)
    assert SharedThreshold("f1_micro").fit(Y, P).thresholds_[0] == pytest.approx(0.7)


def test_a_threshold_between_neighbouring_floats_separates_them():
    low, high = 0.3, np.nextafter(0.3, 1)
    rule = PerLabelThreshold(**EXACT).fit([[1], [0]], [[high], [low]])
    np.testing.assert_array_equal(rule.decide([[high], [low]]), [[1], [0]])
