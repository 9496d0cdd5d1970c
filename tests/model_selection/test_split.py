"""Stratified splitters: partitions, exact sizes, target forms and seeds."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit, cross_val_score
from sklearn.model_selection import train_test_split as plain_train_test_split
from sklearn.multiclass import OneVsRestClassifier

from skmultilabel_nn.model_selection._split import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
    RepeatedMultilabelStratifiedKFold,
    train_test_split,
)
from skmultilabel_nn.model_selection._stratification import (
    stratified_groups,
    stratified_validation_rows,
)
from tests.common import TARGET_FORMS

from .splits import SEEDS, folds_of, long_tailed

ALL_SPLITTERS = [
    MultilabelStratifiedKFold(3, shuffle=True, random_state=0),
    MultilabelStratifiedKFold(3, order=2),
    RepeatedMultilabelStratifiedKFold(3, n_repeats=2, random_state=0),
    MultilabelStratifiedShuffleSplit(3, test_size=0.3, random_state=0),
]


def same_folds(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# -- partitions and sizes ------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("n_rows", "n_splits"), [(2, 2), (7, 7), (53, 5), (400, 3), (401, 10)])
def test_folds_are_a_partition_into_equal_sizes(n_rows, n_splits, order):
    Y = long_tailed(n_rows)
    cv = MultilabelStratifiedKFold(n_splits, order=order, shuffle=True, random_state=3)
    splits = list(cv.split(Y, Y))
    assert len(splits) == cv.get_n_splits() == n_splits
    np.testing.assert_array_equal(np.sort(np.concatenate([t for _, t in splits])), range(n_rows))
    for train, test in splits:
        np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), range(n_rows))
        assert np.all(np.diff(test) > 0)
        assert np.all(np.diff(train) > 0)
    assert np.ptp([len(test) for _, test in splits]) <= 1


@pytest.mark.parametrize(
    "sizes", [{"test_size": 0.2}, {"test_size": 7}, {"train_size": 0.5, "test_size": 11}, {}]
)
def test_shuffle_split_has_the_sizes_of_scikit_learn(sizes):
    Y = long_tailed(103)
    plain = next(ShuffleSplit(1, **sizes).split(Y))
    for train, test in MultilabelStratifiedShuffleSplit(2, **sizes, random_state=0).split(Y, Y):
        assert (len(train), len(test)) == (len(plain[0]), len(plain[1]))
        assert len(np.union1d(train, test)) == len(train) + len(test)


# -- target forms --------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2])
def test_every_form_gives_the_same_folds(order):
    Y = long_tailed(150, n_labels=9, seed=2)
    Y = Y[:, Y.any(axis=0)]
    Y[:, 0] |= np.random.default_rng(0).random(150) < 0.6  # more often there than not
    cv = MultilabelStratifiedKFold(4, order=order, shuffle=True, random_state=5)
    expected = folds_of(cv, Y)
    names = [f"label {column:02d}" for column in range(Y.shape[1])]
    for form, write in TARGET_FORMS.items():
        found = [test for _, test in cv.split(np.zeros((150, 1)), write(Y, names))]
        assert same_folds(found, expected), form


def test_polars_frames_with_null():
    y = long_tailed(60, n_labels=3).astype(float)
    y[::7, 1] = np.nan
    frame = pl.DataFrame(y, schema=["a", "b", "c"], nan_to_null=True)
    cv = MultilabelStratifiedKFold(3)
    assert same_folds(folds_of(cv, frame), folds_of(cv, y))
    train, test = train_test_split(frame, stratify=frame, random_state=0)
    assert type(train) is type(test) is pl.DataFrame
    assert train.height + test.height == 60


def test_a_single_column_is_stratified():
    y = (np.arange(50) < 10).astype(int)[:, None]
    assert [int(y[test].sum()) for test in folds_of(MultilabelStratifiedKFold(5), y)] == [2] * 5


def test_a_sparse_target_is_left_as_it_was():
    Y = sparse.csr_array((np.array([1.0, 0.0, 1.0]), ([0, 1, 2], [0, 0, 1])), shape=(4, 2))
    stratified_groups(Y, [2, 2], np.random.default_rng(0))
    np.testing.assert_array_equal(Y.data, [1.0, 0.0, 1.0])


# -- seeds ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_repeat_and_differ(seed):
    Y = long_tailed(200)
    makers = [
        lambda s: MultilabelStratifiedKFold(4, shuffle=True, random_state=s),
        lambda s: RepeatedMultilabelStratifiedKFold(4, n_repeats=2, random_state=s),
        lambda s: MultilabelStratifiedShuffleSplit(4, random_state=s),
    ]
    for make in makers:
        folds = folds_of(make(seed), Y)
        assert same_folds(folds, folds_of(make(seed), Y))
        assert not same_folds(folds, folds_of(make(seed + 100), Y))


def test_without_shuffle_the_folds_are_always_the_same():
    Y = long_tailed(200)
    assert same_folds(
        folds_of(MultilabelStratifiedKFold(4), Y), folds_of(MultilabelStratifiedKFold(4), Y)
    )


def test_repetitions_and_splits_differ_from_each_other():
    Y = long_tailed(200)
    repeated = folds_of(RepeatedMultilabelStratifiedKFold(4, n_repeats=2, random_state=0), Y)
    assert len(repeated) == 8
    assert not same_folds(repeated[:4], repeated[4:])
    one, other = folds_of(MultilabelStratifiedShuffleSplit(2, random_state=0), Y)
    assert not np.array_equal(np.sort(one), np.sort(other))


@pytest.mark.parametrize("cv", ALL_SPLITTERS, ids=repr)
def test_global_random_state_is_left_alone(cv):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the state that must not move
    folds_of(cv, long_tailed(60))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


# -- in scikit-learn -----------------------------------------------------------------------


@pytest.mark.parametrize("cv", ALL_SPLITTERS, ids=repr)
def test_splitters_work_in_cross_validation_and_search(cv):
    Y = long_tailed(150, n_labels=3)
    X = Y + 0.3 * np.random.default_rng(0).standard_normal(Y.shape)
    model = OneVsRestClassifier(LogisticRegression())
    scores = cross_val_score(model, X, Y, cv=cv)
    assert len(scores) == cv.get_n_splits(X, Y)
    assert scores.min() > 0.5
    search = GridSearchCV(model, {"estimator__C": [0.1, 1.0]}, cv=cv).fit(X, Y)
    assert clone(search).fit(X, Y).best_params_ == search.best_params_


@pytest.mark.parametrize("cv", ALL_SPLITTERS, ids=repr)
def test_representation_names_every_parameter(cv):
    names = ["n_splits", "order", "random_state"]
    assert all(f"{name}={getattr(cv, name)!r}" in repr(cv) for name in names)


@pytest.mark.parametrize("cv", ALL_SPLITTERS, ids=repr)
def test_groups_are_ignored_with_one_warning(cv):
    Y = long_tailed(40)
    with pytest.warns(UserWarning, match="groups parameter is ignored"):
        list(cv.split(Y, Y, groups=np.arange(40)))


def test_rare_labels_do_not_warn():
    Y = np.zeros((30, 3), dtype=int)
    Y[0, 0] = Y[1, 1] = Y[2, 1] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for cv in ALL_SPLITTERS:
            folds_of(cv, Y)


# -- train_test_split ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_train_test_split_is_stratified_and_keeps_types(seed):
    Y = long_tailed(200, n_labels=6, seed=seed)
    X = pd.DataFrame({"row": np.arange(200)}, index=np.arange(200) + 1000)
    texts = [f"text {row}" for row in range(200)]
    inputs = {"a": np.arange(200), "b": texts}
    stored = sparse.coo_array(Y)
    parts = train_test_split(X, texts, inputs, stored, Y, stratify=Y, random_state=seed)
    X_train, X_test, texts_train, texts_test, inputs_train, inputs_test, _, Ys_test, _, Y_test = (
        parts
    )
    assert len(X_test) == 50
    assert sorted([*X_train["row"], *X_test["row"]]) == list(range(200))
    np.testing.assert_array_equal(X_test.index, X_test["row"] + 1000)
    assert texts_test == [f"text {row}" for row in X_test["row"]] == inputs_test["b"]
    assert isinstance(texts_train, list)
    np.testing.assert_array_equal(inputs_train["a"], X_train["row"])
    np.testing.assert_array_equal(Y[X_test["row"]], Y_test)
    np.testing.assert_array_equal(Ys_test.toarray(), Y_test)
    assert np.all(np.abs(Y_test.sum(axis=0) - Y.sum(axis=0) / 4) < 1)


def test_train_test_split_without_stratify_is_scikit_learns():
    X = np.arange(20)
    for options in ({"random_state": 3}, {"shuffle": False, "test_size": 5}):
        ours, plain = train_test_split(X, **options), plain_train_test_split(X, **options)
        assert same_folds(ours, plain)


def test_train_test_split_by_label_sets_and_by_missing_labels():
    sets = [{"a"}, {"a", "b"}, set(), {"b"}] * 10
    left, right = train_test_split(sets, test_size=0.5, stratify=sets, random_state=0)
    assert sorted(map(sorted, left)) == sorted(map(sorted, right))
    y = np.tile([[1, np.nan], [0, 1], [np.nan, 0], [1, 1]], (10, 1))
    left, right = train_test_split(y, test_size=0.5, stratify=y, random_state=0)
    np.testing.assert_array_equal(np.isnan(left).sum(axis=0), np.isnan(right).sum(axis=0))
    np.testing.assert_array_equal(np.nansum(left, axis=0), np.nansum(right, axis=0))


# -- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (
            lambda: MultilabelStratifiedKFold(1),
            ValueError,
            "n_splits must be an integer of at least 2, got 1",
        ),
        (lambda: MultilabelStratifiedKFold(2.5), TypeError, "integer of at least 2, got 2.5"),
        (lambda: MultilabelStratifiedKFold(True), TypeError, "integer of at least 2, got True"),
        (lambda: MultilabelStratifiedKFold(shuffle=1), TypeError, "True or False, got 1"),
        (lambda: MultilabelStratifiedKFold(random_state=0), ValueError, "set shuffle=True"),
        (lambda: MultilabelStratifiedKFold(order=3), ValueError, "order must be 1 .* got 3"),
        (lambda: RepeatedMultilabelStratifiedKFold(n_repeats=0), ValueError, "n_repeats"),
        (
            lambda: MultilabelStratifiedShuffleSplit(0),
            ValueError,
            "n_splits must be an integer above 0",
        ),
        (lambda: train_test_split(stratify=[{1}, {2}]), ValueError, "at least one array"),
        (
            lambda: train_test_split([1, 2], stratify=[{1}, {2}], shuffle=False),
            ValueError,
            "leave shuffle=True",
        ),
        (
            lambda: train_test_split([1, 2], [1, 2, 3], stratify=[{1}, {2}]),
            ValueError,
            r"same number of rows, got \[2, 3\]",
        ),
        (
            lambda: stratified_validation_rows(np.ones((1, 1)), None, 0.5, None),
            ValueError,
            "at least 2",
        ),
        (
            lambda: stratified_validation_rows(np.ones((5, 1)), None, 1.0, None),
            ValueError,
            r"strictly between 0 and 1, got 1\.0",
        ),
    ],
)
def test_refusals_say_what_was_given(make, error, text):
    with pytest.raises(error, match=text):
        make()


@pytest.mark.parametrize("cv", ALL_SPLITTERS, ids=repr)
def test_splitting_refuses_targets_that_do_not_fit(cv):
    X, Y = np.zeros((12, 1)), long_tailed(12)
    with pytest.raises(ValueError, match="stratifies by y"):
        next(cv.split(X))
    with pytest.raises(ValueError, match="X has 12 rows and y has 11"):
        next(cv.split(X, Y[:11]))


def test_more_folds_than_rows_are_refused():
    with pytest.raises(ValueError, match="n_splits=5 folds of 3 rows"):
        next(MultilabelStratifiedKFold(5).split(np.zeros((3, 1)), np.eye(3)))
