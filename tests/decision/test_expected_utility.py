"""Label sets of highest expected utility against brute force over all label sets."""

import itertools

import numpy as np
import pytest

from skmultilabel_nn.decision import ExpectedUtility


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


# Label sets


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
