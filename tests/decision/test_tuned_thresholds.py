"""Thresholds per label, and what holds for all tuned rules."""

from functools import partial

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import fbeta_score, precision_score, recall_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MaxAbsScaler

from skmultilabel_nn.decision import (
    CardinalityThreshold,
    FixedThreshold,
    PerLabelThreshold,
    SharedThreshold,
    TargetPrecision,
    TargetRecall,
)

from .common import (
    EXACT,
    METRICS,
    SEEDS,
    TUNED,
    all_thresholds,
    class_name,
    problem,
    sklearn_metric,
)


def same_decisions(rule, other, P):
    np.testing.assert_array_equal(rule.decide(P), other.decide(P))


# Thresholds per label


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_per_label_threshold_is_the_best_of_all_for_every_label(beta, seed):
    Y, P = problem(seed)
    chosen = PerLabelThreshold(beta, **EXACT).fit(Y, P).decide(P)
    for j in range(Y.shape[1]):
        score = partial(fbeta_score, beta=beta, zero_division=0)
        best = max(score(Y[:, j], t <= P[:, j]) for t in all_thresholds(P[:, j]))
        assert score(Y[:, j], chosen[:, j]) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_shrinkage_lies_between_own_and_shared_threshold_by_the_formula(seed):
    Y, P = problem(seed)
    own = PerLabelThreshold(**EXACT).fit(Y, P).thresholds_
    rule = PerLabelThreshold(min_positives=1, shrink=7).fit(Y, P)
    shared = SharedThreshold("f1_micro").fit(Y, P).thresholds_[0]
    n = Y.sum(axis=0)
    odds = (own / (1 - own)) ** (n / (n + 7)) * (shared / (1 - shared)) ** (7 / (n + 7))
    np.testing.assert_allclose(rule.thresholds_, odds / (1 + odds))
    np.testing.assert_array_equal(rule.positives_, n)
    assert rule.shared_threshold_ == shared


@pytest.mark.parametrize("shrink", [0, 10])
def test_rare_and_absent_labels_take_the_shared_threshold(shrink):
    Y, P = problem(0)
    Y[:, 1] = 0
    Y[3:, 2] = 0
    Y[:3, 2] = 1
    rule = PerLabelThreshold(min_positives=4, shrink=shrink).fit(Y, P)
    assert rule.thresholds_[1] == rule.thresholds_[2] == rule.shared_threshold_
    assert rule.thresholds_[4] != rule.shared_threshold_
    never_trusted = PerLabelThreshold(min_positives=0, shrink=shrink).fit(Y, P)
    assert never_trusted.thresholds_[1] == never_trusted.shared_threshold_


@pytest.mark.parametrize("seed", SEEDS)
def test_cardinality_is_matched(seed):
    Y, P = problem(seed, n=100, ties=False)
    assert CardinalityThreshold().fit(Y, P).decide(P).sum() == Y.sum()
    proportional = CardinalityThreshold(per_label=True).fit(Y, P).decide(P)
    np.testing.assert_array_equal(proportional.sum(axis=0), Y.sum(axis=0))


@pytest.mark.parametrize("seed", SEEDS)
def test_cardinality_is_as_near_as_equal_scores_allow(seed):
    Y, P = problem(seed)
    P = np.round(P, 1)
    nearest = min(abs((t <= P).sum() - Y.sum()) for t in all_thresholds(P))
    assert abs(CardinalityThreshold().fit(Y, P).decide(P).sum() - Y.sum()) == nearest


def test_cardinality_of_a_label_with_nothing_known_is_the_shared_cut():
    Y, P = problem(0)
    known = np.ones(Y.shape, dtype=bool)
    known[:, 2] = False
    own = CardinalityThreshold(per_label=True).fit(Y, P, known=known).thresholds_
    shared = CardinalityThreshold().fit(Y, P, known=known).thresholds_
    assert own[2] == shared[2]
    assert own[0] != shared[0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("target", [0.3, 0.7, 0.9, 1.0])
def test_target_precision_is_the_lowest_threshold_that_reaches_it(target, seed):
    Y, P = problem(seed)
    rule = TargetPrecision(target).fit(Y, P)
    for j, threshold in enumerate(rule.thresholds_):
        reached = [
            (t <= P[:, j]).sum()
            for t in np.unique(P[:, j])
            if precision_score(Y[:, j], t <= P[:, j]) >= target - 1e-12
        ]
        assert rule.reachable_[j] == bool(reached)
        assert (threshold <= P[:, j]).sum() == max(reached, default=0)
        assert rule.reachable_[j] or threshold > 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("target", [0.3, 0.7, 0.9, 1.0])
def test_target_recall_is_the_highest_threshold_that_reaches_it(target, seed):
    Y, P = problem(seed)
    Y[:, 0] = 0
    rule = TargetRecall(target).fit(Y, P)
    for j in range(1, Y.shape[1]):
        fewest = min(
            (t <= P[:, j]).sum()
            for t in np.unique(P[:, j])
            if recall_score(Y[:, j], t <= P[:, j]) >= target - 1e-12
        )
        assert (rule.thresholds_[j] <= P[:, j]).sum() == fewest
    np.testing.assert_array_equal(rule.reachable_, [False, True, True, True, True])
    assert rule.decide(np.ones((1, 5)))[0, 0] == 0


@pytest.mark.parametrize("rule", [TargetPrecision(1.0), TargetRecall(0.7)])
def test_targets_are_not_missed_by_rounding(rule):
    Y = np.repeat([1, 0], [7, 3])[:, None]
    P = np.linspace(0.9, 0.1, 10)[:, None]
    weight = np.full(10, 0.1)
    same_decisions(clone(rule).fit(Y, P, sample_weight=weight), clone(rule).fit(Y, P), P)


# What holds for every tuned rule


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", TUNED, ids=class_name)
def test_the_order_of_the_rows_changes_nothing(rule, seed):
    Y, P = problem(seed)
    weight = np.random.default_rng(seed).uniform(0.1, 3, len(Y))
    order = np.random.default_rng(seed).permutation(len(Y))
    first = clone(rule).fit(Y, P, sample_weight=weight)
    second = clone(rule).fit(Y[order], P[order], sample_weight=weight[order])
    np.testing.assert_allclose(second.thresholds_, first.thresholds_, rtol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", TUNED, ids=class_name)
def test_integer_weight_is_repetition_and_zero_weight_leaves_out(rule, seed):
    Y, P = problem(seed)
    weight = np.random.default_rng(seed).integers(0, 4, len(Y))
    weighted = clone(rule).fit(Y, P, sample_weight=weight)
    repeated = clone(rule).fit(np.repeat(Y, weight, axis=0), np.repeat(P, weight, axis=0))
    np.testing.assert_allclose(weighted.thresholds_, repeated.thresholds_, rtol=1e-9)
    by_cell = np.tile(weight[:, None], (1, Y.shape[1]))
    celled = clone(rule).fit(Y, P, sample_weight=by_cell)
    np.testing.assert_allclose(weighted.thresholds_, celled.thresholds_, rtol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", TUNED, ids=class_name)
def test_unknown_cells_are_as_if_they_were_not_there(rule, seed):
    Y, P = problem(seed)
    rng = np.random.default_rng(seed)
    known = rng.random(Y.shape) < 0.7
    fitted = clone(rule).fit(np.where(known, Y, np.nan), P, known=known)
    other = clone(rule).fit(np.where(known, Y, 1 - Y), np.where(known, P, 0.5), known=known)
    zero = clone(rule).fit(Y, P, sample_weight=known)
    np.testing.assert_array_equal(fitted.thresholds_, other.thresholds_)
    np.testing.assert_allclose(fitted.thresholds_, zero.thresholds_, rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "rule", [PerLabelThreshold(**EXACT), TargetRecall(), CardinalityThreshold(per_label=True)]
)
def test_label_by_label_unknown_cells_equal_dropped_rows(rule, seed):
    Y, P = problem(seed)
    known = np.random.default_rng(seed).random(Y.shape) < 0.6
    known[0] = True
    together = clone(rule).fit(Y, P, known=known).thresholds_
    for j, rows in enumerate(known.T):
        alone = clone(rule).fit(Y[rows, j : j + 1], P[rows, j : j + 1]).thresholds_
        assert together[j] == alone[0]


@pytest.mark.parametrize("metric", ["f1_samples", "jaccard_samples", "f1_macro"])
@pytest.mark.parametrize("seed", SEEDS)
def test_mean_metrics_with_unknown_cells_and_row_weights_against_brute_force(metric, seed):
    Y, P = problem(seed)
    rng = np.random.default_rng(seed)
    known, weight = rng.random(Y.shape) < 0.7, rng.uniform(0, 2, len(Y))
    score = partial(sklearn_metric(metric), Y * known, sample_weight=weight * known.any(axis=1))
    best = max(score(y_pred=((t <= P) & known).astype(int)) for t in all_thresholds(P))
    rule = SharedThreshold(metric).fit(Y, P, known=known, sample_weight=weight)
    assert rule.best_score_ == pytest.approx(best, abs=1e-9)
    assert score(y_pred=rule.decide(P) * known) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("rule", TUNED, ids=class_name)
def test_sparse_truth_and_float32_probabilities_give_the_same(rule):
    Y, P = problem(3)
    P = P.astype(np.float32)
    dense = clone(rule).fit(Y.astype(np.float32), P)
    for form in (sparse.csr_array(Y), sparse.csr_matrix(Y.astype(np.float32)), Y.astype(bool)):
        np.testing.assert_array_equal(clone(rule).fit(form, P).thresholds_, dense.thresholds_)
    np.testing.assert_array_equal(
        clone(rule).fit(Y, P.astype(np.float64)).thresholds_, dense.thresholds_
    )
    same_decisions(dense, clone(rule).fit(Y, P.astype(np.float64)), P)


# Names, parameters and errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"Y": np.ones((3, 5))}, "must be equal"),
        ({"Y": np.full((40, 5), 0.5)}, "0 or 1"),
        ({"Y": np.full((40, 5), np.nan)}, "0 or 1"),
        ({"known": np.zeros((40, 5), dtype=bool)}, "No cell"),
        ({"known": np.zeros((40, 5))}, "bool"),
        ({"known": np.zeros((40, 4), dtype=bool)}, "shape"),
        ({"sample_weight": np.zeros(40)}, "zero for every sample"),
        ({"sample_weight": np.ones(5)}, "shape"),
        ({"sample_weight": -np.ones(40)}, "negative"),
        ({"sample_weight": np.full(40, np.inf)}, "infinity"),
        ({"P": np.array([["a"]])}, "numeric"),
    ],
)
def test_what_cannot_be_tuned_on_is_refused(arguments, message):
    Y, P = problem(0)
    with pytest.raises(ValueError, match=message):
        SharedThreshold().fit(**{"Y": Y, "P": P, **arguments})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["yeast", "enron", "birds"])
def test_on_real_sets_tuned_rules_reach_their_aim_on_the_tuning_rows(shared_data, name):
    X, Y, _ = shared_data(name)
    Y = Y.toarray() if sparse.issparse(Y) else np.asarray(Y)
    X, half = MaxAbsScaler().fit_transform(X), len(Y) // 2
    P = MLPClassifier(max_iter=20, random_state=0).fit(X[:half], Y[:half]).predict_proba(X[half:])
    Y = Y[half:]
    fixed = FixedThreshold().fit(Y, P).decide(P)
    for metric in METRICS:
        score = sklearn_metric(metric)
        assert score(Y, SharedThreshold(metric).fit(Y, P).decide(P)) >= score(Y, fixed) - 1e-9
    exact = PerLabelThreshold(**EXACT).fit(Y, P).decide(P)
    shared = SharedThreshold("f1_macro").fit(Y, P).decide(P)
    assert sklearn_metric("f1_macro")(Y, exact) >= sklearn_metric("f1_macro")(Y, shared)
