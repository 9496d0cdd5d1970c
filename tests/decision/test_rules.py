"""Decision rules: names, parameters, limits and extremes."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score
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

from .common import EXACT, METRICS, SEEDS, TUNED, class_name, problem

EVERY = [*TUNED, FixedThreshold(), TopK(2), ExpectedUtility("f1"), ExpectedUtility("jaccard")]


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


# Label sets


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
        (["a", "b"], TypeError, "threshold must be numbers"),
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
