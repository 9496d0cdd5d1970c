"""Stratification: the balance of labels in folds and validation samples."""

import time

import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import KFold, StratifiedKFold

from skmultilabel_nn.model_selection._split import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
)
from skmultilabel_nn.model_selection._stratification import (
    stratified_groups,
    stratified_validation_rows,
)

from .splits import SEEDS, folds_of, long_tailed


def deviation(Y, groups):
    """Mean absolute difference between label proportions in the groups and in the whole."""
    Y = np.asarray(Y, dtype=float)
    return np.mean([np.abs(Y[rows].mean(axis=0) - Y.mean(axis=0)).mean() for rows in groups])


def pairs_of(Y):
    first, second = np.triu_indices(Y.shape[1], 1)
    return Y[:, first] * Y[:, second]


# -- partitions and sizes ------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_have_any_sizes_asked_for(seed):
    Y = long_tailed(200, seed=seed)
    sizes = [1, 100, 0, 59, 40]
    group = stratified_groups(Y, sizes, np.random.default_rng(seed))
    np.testing.assert_array_equal(np.bincount(group, minlength=5), sizes)


# -- balance -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_within_one_row_of_their_share(seed):
    Y = long_tailed(600, n_labels=6, seed=seed)
    cv = MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    for test in folds_of(cv, Y):
        assert np.all(np.abs(Y[test].sum(axis=0) - Y.sum(axis=0) / 5) < 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_balance_is_far_better_than_without_stratification(seed):
    Y = long_tailed(500, n_labels=40, seed=seed)
    ours = MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    plain = KFold(5, shuffle=True, random_state=seed)
    assert deviation(Y, folds_of(ours, Y)) < 0.3 * deviation(Y, folds_of(plain, Y))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_label_with_enough_positives_is_in_every_fold(seed):
    rng = np.random.default_rng(seed)
    Y = np.zeros((300, 30), dtype=int)
    for label, count in enumerate(range(5, 35)):
        Y[rng.choice(300, count, replace=False), label] = 1
    cv = MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    assert all(np.all(Y[test].sum(axis=0) > 0) for test in folds_of(cv, Y))


@pytest.mark.parametrize("seed", SEEDS)
def test_frequent_labels_are_balanced_by_their_negatives(seed):
    rng = np.random.default_rng(seed)
    Y = (rng.random((200, 3)) < [0.97, 0.9, 0.5]).astype(int)
    cv = MultilabelStratifiedKFold(4, shuffle=True, random_state=seed)
    for test in folds_of(cv, Y):
        assert np.all(np.abs((1 - Y[test]).sum(axis=0) - (1 - Y).sum(axis=0) / 4) < 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_second_order_balances_pairs_of_labels_better(seed):
    Y = long_tailed(500, n_labels=8, seed=seed)
    first = MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    second = MultilabelStratifiedKFold(5, order=2, shuffle=True, random_state=seed)
    pairs = pairs_of(Y)
    assert deviation(pairs, folds_of(second, Y)) < 0.8 * deviation(pairs, folds_of(first, Y))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_test_part_gets_a_rare_label_whose_share_is_half_a_row(seed):
    Y = np.zeros((100, 2), dtype=int)
    Y[:5, 0] = 1
    Y[20:60, 1] = 1
    cv = MultilabelStratifiedShuffleSplit(3, test_size=0.1, random_state=seed)
    for _, test in cv.split(Y, Y):
        np.testing.assert_array_equal(Y[test].sum(axis=0), [1, 4])


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_rows_and_labels_does_not_matter_for_the_balance(seed):
    Y = long_tailed(400, n_labels=6, seed=seed)
    rng = np.random.default_rng(seed)
    moved = Y[rng.permutation(400)][:, rng.permutation(6)]
    for given in (Y, moved, Y[np.lexsort(Y.T)]):
        for test in folds_of(MultilabelStratifiedKFold(5), given):
            assert np.all(np.abs(given[test].sum(axis=0) - given.sum(axis=0) / 5) < 1)


def test_one_dimensional_classes_are_stratified():
    rng = np.random.default_rng(0)
    y = rng.choice(["a", "b", "c"], size=120, p=[0.7, 0.25, 0.05])
    onehot = (y[:, None] == np.unique(y)).astype(int)
    ours = [test for _, test in MultilabelStratifiedKFold(4).split(y, y)]
    plain = [test for _, test in StratifiedKFold(4).split(y, y)]
    assert deviation(onehot, ours) <= deviation(onehot, plain) + 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_known_cells_and_positives_are_balanced(seed):
    rng = np.random.default_rng(seed)
    y = long_tailed(500, n_labels=5, seed=seed).astype(float)
    y[rng.random(y.shape) < 0.3] = np.nan
    known, positive = (~np.isnan(y)).astype(int), np.nan_to_num(y)
    cv = MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    plain = KFold(5, shuffle=True, random_state=seed)
    for part in (known, positive):
        assert deviation(part, folds_of(cv, y)) < 0.3 * deviation(part, folds_of(plain, y))


def test_rows_with_nothing_known_are_spread_evenly():
    y = long_tailed(100, n_labels=4).astype(float)
    y[:20] = np.nan
    for test in folds_of(MultilabelStratifiedKFold(5), y):
        assert np.count_nonzero(test < 20) == 4


@pytest.mark.parametrize("Y", [np.zeros((20, 3)), np.ones((20, 3)), np.eye(20)])
def test_targets_without_anything_to_balance(Y):
    assert [len(test) for test in folds_of(MultilabelStratifiedKFold(4), Y)] == [5] * 4


# -- validation rows -----------------------------------------------------------------------


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
@pytest.mark.parametrize("seed", SEEDS)
def test_validation_rows(make, seed):
    Y = long_tailed(305, n_labels=5, seed=seed)
    chosen = stratified_validation_rows(Y, None, 0.1, make(seed))
    assert chosen.dtype == bool
    assert chosen.shape == (305,)
    assert chosen.sum() == 31
    assert np.all(np.abs(Y[chosen].sum(axis=0) - Y.sum(axis=0) * 31 / 305) < 1)
    np.testing.assert_array_equal(chosen, stratified_validation_rows(Y, None, 0.1, make(seed)))


def test_validation_leaves_a_row_on_either_side():
    Y = np.ones((2, 1))
    for fraction in (0.01, 0.99):
        rng = np.random.default_rng(0)
        assert stratified_validation_rows(Y, None, fraction, rng).sum() == 1


def test_validation_rows_of_very_many_rows():
    Y = np.random.default_rng(0).random((250_000, 6)) < [0.5, 0.3, 0.2, 0.1, 0.01, 0.001]
    chosen = stratified_validation_rows(Y, None, 0.1, np.random.default_rng(0))
    assert chosen.sum() == 25_000
    assert np.all(np.abs(Y[chosen].sum(axis=0) - Y.sum(axis=0) / 10) < 1)


# -- real sets -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["emotions", "yeast", "birds", "enron"])
def test_label_distribution_is_not_worse_than_the_reference(shared_data, name):
    reference = pytest.importorskip("iterstrat.ml_stratifiers")
    Y = shared_data(name)[1]
    Y = Y.toarray() if sparse.issparse(Y) else Y
    ours, theirs = [], []
    for seed in SEEDS:
        options = {"n_splits": 5, "shuffle": True, "random_state": seed}
        folds = folds_of(MultilabelStratifiedKFold(**options), Y)
        assert np.ptp([len(rows) for rows in folds]) <= 1
        ours.append(deviation(Y, folds))
        theirs.append(deviation(Y, folds_of(reference.MultilabelStratifiedKFold(**options), Y)))
    assert np.mean(ours) <= np.mean(theirs) + 1e-12


@pytest.mark.slow
def test_large_sparse_targets_are_quick():
    rng = np.random.default_rng(0)
    place = (np.repeat(np.arange(100_000), 5), rng.integers(4000, size=500_000))
    Y = sparse.csr_array((np.ones(500_000), place), shape=(100_000, 4000)) > 0
    start = time.process_time()
    folds = [test for _, test in MultilabelStratifiedKFold(5).split(np.empty((100_000, 1)), Y)]
    assert time.process_time() - start < 20
    assert [len(rows) for rows in folds] == [20_000] * 5
