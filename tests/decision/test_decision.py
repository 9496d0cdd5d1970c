"""Decision rules against brute force over all thresholds and all label sets."""

import itertools
import pickle
from functools import partial

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score, fbeta_score, jaccard_score, precision_score, recall_score
from sklearn.model_selection import ParameterGrid

from skmultilabel_nn.decision import (
    RULES,
    CardinalityThreshold,
    ExpectedUtility,
    FixedThreshold,
    MinMaxLabels,
    PerLabelThreshold,
    SharedThreshold,
    TargetPrecision,
    TargetRecall,
    TopK,
    resolve_rule,
)

METRICS = [
    "f1_micro",
    "f1_samples",
    "f1_macro",
    "jaccard_micro",
    "jaccard_samples",
    "jaccard_macro",
]
EXACT = {"min_positives": 1, "shrink": 0}
TUNED = [
    *(SharedThreshold(metric) for metric in METRICS),
    SharedThreshold(partial(f1_score, average="micro", zero_division=0), n_candidates=31),
    PerLabelThreshold(**EXACT),
    PerLabelThreshold(),
    CardinalityThreshold(),
    CardinalityThreshold(per_label=True),
    TargetPrecision(0.6),
    TargetRecall(0.7),
    MinMaxLabels(1, 2, threshold="f1_macro"),
]
EVERY = [*TUNED, FixedThreshold(), TopK(2), ExpectedUtility("f1"), ExpectedUtility("jaccard")]
SEEDS = [0, 1]


def class_name(rule):
    """Test id; the repr of a callable metric holds an address."""
    return type(rule).__name__


def problem(seed, n=40, n_labels=5, ties=True):
    """Correlated truth and probabilities, with equal scores and labels of different frequency."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(np.linspace(-2, 0.5, n_labels), 1.5, (n, n_labels))
    P = 1 / (1 + np.exp(-logits))
    Y = (rng.random((n, n_labels)) < P).astype(np.int64)
    Y[0] = 1
    return Y, np.round(P, 2) if ties else P


def all_thresholds(scores):
    """A threshold at each distinct score and one above all."""
    return np.append(np.unique(scores), 1.5)


def sklearn_metric(name, zero_division=0.0):
    measure, average = name.split("_")
    score = f1_score if measure == "f1" else jaccard_score
    return partial(score, average=average, zero_division=zero_division)


def same_decisions(rule, other, P):
    np.testing.assert_array_equal(rule.decide(P), other.decide(P))


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
    with pytest.raises(ValueError, match="differs within rows"):
        weighted.fit(Y, P, sample_weight=1.0 + np.arange(Y.size).reshape(Y.shape))


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


# Sizes and extremes


@pytest.mark.parametrize("rule", EVERY, ids=class_name)
def test_decisions_are_an_indicator_and_rows_do_not_depend_on_each_other(rule):
    Y, P = problem(4, n=200, n_labels=7, ties=False)
    before = P.copy()
    fitted = clone(rule).fit(Y, P)
    whole = fitted.decide(P)
    assert whole.dtype == np.int64
    assert set(np.unique(whole)) == {0, 1}
    blocks = [fitted.decide(P[start : start + 33]) for start in range(0, len(P), 33)]
    np.testing.assert_array_equal(np.vstack(blocks), whole)
    np.testing.assert_array_equal(np.vstack([fitted.decide(row[None]) for row in P]), whole)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).decide(P), whole)
    assert fitted.decide(P[:0]).shape == (0, 7)
    np.testing.assert_array_equal(P, before)


@pytest.mark.parametrize("per_label", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_perfect_scores_give_perfect_decisions(per_label, seed):
    Y, P = problem(seed, ties=False)
    P = 0.5 * P + 0.5 * Y
    rules = [SharedThreshold(metric) for metric in METRICS] + [
        PerLabelThreshold(**EXACT),
        PerLabelThreshold(),
        CardinalityThreshold(per_label=per_label),
        TargetPrecision(1.0),
        TargetRecall(1.0),
    ]
    for rule in rules:
        np.testing.assert_array_equal(rule.fit(Y, P).decide(P), Y)


@pytest.mark.parametrize("rule", EVERY, ids=class_name)
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_constant_scores_give_thresholds_that_are_numbers(rule, value):
    Y, _ = problem(0)
    P = np.full(Y.shape, value)
    rule = clone(rule).fit(Y, P)
    rule.decide(P)
    if hasattr(rule, "thresholds_"):
        assert np.all((rule.thresholds_ >= 0) & (rule.thresholds_ < 1.001))


@pytest.mark.parametrize("rule", [r for r in EVERY if not isinstance(r, TopK)], ids=class_name)
@pytest.mark.parametrize("truth", [0, 1])
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (9, 1)])
def test_one_row_one_label_and_labels_of_one_kind(rule, truth, shape):
    P = np.random.default_rng(0).uniform(0.1, 0.9, shape)
    rule = clone(rule)
    if isinstance(rule, MinMaxLabels):
        rule.set_params(max_labels=1)
    assert rule.fit(np.full(shape, truth), P).decide(P).shape == shape
    if isinstance(rule, SharedThreshold | CardinalityThreshold):
        assert np.all(rule.decide(P) == truth)


def test_of_equally_good_thresholds_the_highest_is_taken():
    Y, P = np.array([[1], [0], [0], [1]]), np.array([[0.8], [0.6], [0.4], [0.2]])
    # F1 is 2/3 for the first row alone and for all four.
    assert PerLabelThreshold(**EXACT).fit(Y, P).thresholds_[0] == pytest.approx(0.7)
    assert SharedThreshold("f1_micro").fit(Y, P).thresholds_[0] == pytest.approx(0.7)


def test_a_threshold_between_neighbouring_floats_separates_them():
    low, high = 0.3, np.nextafter(0.3, 1)
    rule = PerLabelThreshold(**EXACT).fit([[1], [0]], [[high], [low]])
    np.testing.assert_array_equal(rule.decide([[high], [low]]), [[1], [0]])


# Label sets


def enumerate_best(p, utility, zero_division):
    """Highest expected utility over all label sets, by all possible truths."""
    sets = np.array(list(itertools.product([0, 1], repeat=len(p))))
    chance = np.prod(np.where(sets == 1, p, 1 - p), axis=1)
    both = sets @ sets.T
    size = sets.sum(axis=1)
    total = size[:, None] + size[None, :]
    top, bottom = (2 * both, total) if utility == "f1" else (both, total - both)
    worth = np.where(bottom > 0, top / np.maximum(bottom, 1), zero_division)
    expected = worth @ chance
    return expected.max(), {tuple(s): e for s, e in zip(sets, expected, strict=True)}


@pytest.mark.parametrize("utility", ["f1", "jaccard"])
@pytest.mark.parametrize("zero_division", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("n_labels", [1, 2, 3, 5, 8])
def test_expected_utility_is_the_best_of_all_label_sets(utility, zero_division, n_labels):
    rng = np.random.default_rng(n_labels)
    P = np.vstack(
        [
            rng.random((6, n_labels)),
            rng.beta(0.2, 1, (6, n_labels)),
            rng.integers(0, 2, (3, n_labels)),
            np.full((1, n_labels), 0.5),
            np.full((1, n_labels), 1e-9),
        ]
    )
    rule = ExpectedUtility(utility, zero_division=zero_division).fit(None, P)
    chosen, value = rule.decide(P), rule.expected_utility(P)
    for p, row, reached in zip(P, chosen, value, strict=True):
        best, expected = enumerate_best(p, utility, zero_division)
        assert expected[tuple(row)] == pytest.approx(best, rel=1e-9, abs=1e-13)
        assert reached == pytest.approx(best, rel=1e-9, abs=1e-13)


def expected_by_counts(p, utility):
    """Expected utility of the first 1, ..., L labels by the distributions of the two counts."""

    def counts(part):
        out = np.ones(1)
        for q in part:
            out = np.convolve(out, [1 - q, q])
        return out

    p = np.sort(p)[::-1]
    expected = []
    for k in range(1, len(p) + 1):
        inside, outside = counts(p[:k]), counts(p[k:])
        hits, missed = np.ogrid[: len(inside), : len(outside)]
        worth = 2 * hits / (k + hits + missed) if utility == "f1" else hits / (k + missed)
        expected.append(inside @ worth @ outside)
    return np.array(expected)


@pytest.mark.parametrize("utility", ["f1", "jaccard"])
@pytest.mark.parametrize(("a", "b"), [(0.05, 1.0), (0.5, 0.5), (2.0, 1.0), (5.0, 0.1)])
def test_expected_utility_with_many_labels_equals_the_sum_over_counts(utility, a, b):
    P = np.random.default_rng(0).beta(a, b, (4, 150))
    rule = ExpectedUtility(utility).fit(None, P)
    for p, row, value in zip(P, rule.decide(P), rule.expected_utility(P), strict=True):
        expected = np.append(np.prod(1 - p), expected_by_counts(p, utility))
        assert value == pytest.approx(expected.max(), abs=1e-11)
        assert expected[row.sum()] == pytest.approx(expected.max(), abs=1e-11)
        assert p[row == 1].min(initial=1) >= p[row == 0].max(initial=0)


@pytest.mark.parametrize("utility", ["f1", "jaccard"])
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certain_labels_are_taken_and_impossible_ones_are_not(utility, p):
    P = np.full((3, 300), p)
    rule = ExpectedUtility(utility).fit(None, P)
    np.testing.assert_array_equal(rule.decide(P), P)
    np.testing.assert_allclose(rule.expected_utility(P), 1.0)


def test_expected_utility_without_credit_for_empty_sets_is_never_empty():
    P = np.random.default_rng(0).beta(0.1, 3, (200, 6))
    assert ExpectedUtility(zero_division=0).fit(None, P).decide(P).sum(axis=1).min() == 1
    assert ExpectedUtility(zero_division=1).fit(None, P).decide(P).sum(axis=1).min() == 0


@pytest.mark.parametrize("k", [1, 3, 6])
def test_top_k_is_k_and_takes_first_columns_of_equal_ones(k):
    P = np.round(np.random.default_rng(k).random((50, 6)), 1)
    chosen = TopK(k).fit(None, P).decide(P)
    for p, row in zip(P, chosen, strict=True):
        ranked = sorted(range(6), key=lambda j: (-p[j], j))
        assert set(np.flatnonzero(row)) == set(ranked[:k])


@pytest.mark.parametrize("low", [0, 1, 2])
@pytest.mark.parametrize("high", [2, 4, None])
@pytest.mark.parametrize("threshold", [0.5, [0.1, 0.9, 0.5, 0.3, 0.6], "f1_macro", "expected_f1"])
def test_min_max_changes_only_rows_outside_the_limits(low, high, threshold):
    Y, P = problem(5, n=150)
    rule = MinMaxLabels(low, high, threshold=threshold).fit(Y, P)
    inner, chosen = rule.rule_.decide(P), rule.decide(P)
    before, after = inner.sum(axis=1), chosen.sum(axis=1)
    np.testing.assert_array_equal(after, np.clip(before, low, high))
    assert np.all(chosen[before < low] >= inner[before < low])
    assert np.all(chosen[after < before] <= inner[after < before])
    np.testing.assert_array_equal(chosen[before == after], inner[before == after])
    for p, old, new in zip(P, inner, chosen, strict=True):
        added, left = p[(new == 1) & (old == 0)], p[(new == 0) & (old == 0)]
        dropped, kept = p[(new == 0) & (old == 1)], p[(new == 1) & (old == 1)]
        assert added.min(initial=1) >= left.max(initial=0) or added.size == 0
        assert dropped.max(initial=0) <= kept.min(initial=1) or dropped.size == 0


def test_labels_that_tie_with_float_noise_are_kept_apart():
    P = np.array([[1e-17, 2e-17, 0.0]])
    np.testing.assert_array_equal(MinMaxLabels(1).fit(None, P).decide(P), [[0, 1, 0]])


# Names, parameters and errors


@pytest.mark.parametrize("name", list(RULES))
def test_every_name_works_and_gives_a_fresh_copy(name):
    Y, P = problem(0)
    rule = resolve_rule(name)
    assert rule is not RULES[name]
    assert rule.fit(Y, P).decide(P).shape == Y.shape
    assert not hasattr(RULES[name], "n_labels_")
    with pytest.raises(NotFittedError):
        resolve_rule(rule).decide(P)


def test_numbers_and_arrays_become_fixed_thresholds():
    P = np.array([[0.3, 0.3]])
    for spec in (0.3, np.float32(0.25), [0.3, 0.1], np.array([0.3, 0.2]), 0, (0.1, 0.1)):
        np.testing.assert_array_equal(resolve_rule(spec).fit(None, P).decide(P), [[1, 1]])
    tuned = TargetPrecision().fit([[0, 1]], P).thresholds_
    np.testing.assert_array_equal(resolve_rule(tuned).fit(None, P).decide(P), [[0, 1]])


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("f1_mikro", ValueError, "Did you mean 'f1_micro'"),
        ("expected", ValueError, "'expected_jaccard'"),
        (True, TypeError, "must be a number"),
        (None, TypeError, "must be a number"),
        (TopK, TypeError, "must be a number"),
        (f1_score, TypeError, "SharedThreshold"),
        (["a", "b"], TypeError, "one number for each label"),
    ],
)
def test_other_specifications_are_refused(spec, error, message):
    with pytest.raises(error, match=message):
        resolve_rule(spec)


def test_rules_nest_in_searches():
    rule = MinMaxLabels(threshold=PerLabelThreshold())
    grid = ParameterGrid({"min_labels": [0, 1], "threshold__shrink": [0, 3]})
    assert {clone(rule).set_params(**p).threshold.shrink for p in grid} == {0, 3}
    assert rule.threshold.shrink == 10
    assert rule.tuned
    assert not MinMaxLabels().tuned


@pytest.mark.parametrize("rule", EVERY, ids=class_name)
def test_fit_changes_no_parameter_and_checks_its_input(rule):
    Y, P = problem(0)
    rule = clone(rule)
    before = rule.get_params(deep=False)
    assert rule.fit(Y, P) is rule
    assert rule.n_labels_ == 5
    assert all(rule.get_params(deep=False)[name] is value for name, value in before.items())
    holed = P.copy()
    holed[1, 1] = np.nan
    for bad, message in (
        (P[:, :3], "columns"),
        (holed, "NaN"),
        (P * 3, "probabilities"),
        (P[0], "shape"),
    ):
        with pytest.raises(ValueError, match=message):
            rule.decide(bad)
    with pytest.raises(ValueError, match="NaN"):
        clone(rule).fit(Y, holed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"Y": np.ones((3, 5))}, "must be equal"),
        ({"Y": np.full((40, 5), 0.5)}, "0 or 1"),
        ({"Y": np.full((40, 5), np.nan)}, "0 or 1"),
        ({"known": np.zeros((40, 5), dtype=bool)}, "No cell"),
        ({"known": np.zeros((40, 5))}, "bool"),
        ({"known": np.zeros((40, 4), dtype=bool)}, "shape"),
        ({"sample_weight": np.zeros(40)}, "No cell"),
        ({"sample_weight": np.ones(5)}, "shape"),
        ({"sample_weight": -np.ones(40)}, "negative"),
        ({"sample_weight": np.full(40, np.inf)}, "finite"),
        ({"P": np.array([["a"]])}, "numeric"),
    ],
)
def test_what_cannot_be_tuned_on_is_refused(arguments, message):
    Y, P = problem(0)
    with pytest.raises(ValueError, match=message):
        SharedThreshold().fit(**{"Y": Y, "P": P, **arguments})


@pytest.mark.parametrize(
    "rule",
    [
        FixedThreshold(1.5),
        FixedThreshold(-0.1),
        FixedThreshold(np.nan),
        FixedThreshold([0.1, 0.2]),
        SharedThreshold("f1_weighted"),
        SharedThreshold(zero_division=2),
        SharedThreshold(f1_score, n_candidates=2),
        SharedThreshold(lambda y_true, y_pred: np.nan),
        PerLabelThreshold(0),
        PerLabelThreshold(shrink=-1),
        PerLabelThreshold(min_positives=np.nan),
        TopK(0),
        TopK(6),
        TopK(1.0),
        MinMaxLabels(3, 2),
        MinMaxLabels(6),
        MinMaxLabels(0, 0),
        MinMaxLabels(-1),
        MinMaxLabels(threshold="nothing"),
        TargetPrecision(0),
        TargetPrecision(1.1),
        TargetRecall("high"),
        ExpectedUtility("f2"),
        ExpectedUtility(zero_division=-1),
    ],
    ids=class_name,
)
def test_bad_parameters_are_refused_when_fitted(rule):
    Y, P = problem(0)
    with pytest.raises(ValueError, match=r"must|Unknown|Needed|threshold|NaN"):
        rule.fit(Y, P)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["yeast", "enron", "birds"])
def test_on_real_sets_tuned_rules_reach_their_aim_on_the_tuning_rows(shared_data, name):
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import MaxAbsScaler

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
