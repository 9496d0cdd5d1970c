"""What comes out of the estimator, for every form of target."""

import functools

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from sklearn.base import clone

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import make_problem, names_of_rows

from .targets import INDEX, LEARNING, NAMES, as_indicator, written

SEEDS = [0, 1]
FORMS = [
    "list of sets",
    "list of frozensets",
    "list of lists",
    "tuple of tuples",
    "sets of integers",
    "array of sets",
    "array of lists",
    "pandas Series of sets",
    "polars Series of lists",
    "int64 array",
    "bool array",
    "float32 array",
    "uint8 array",
    "nested lists",
    "csr_matrix",
    "csc_matrix",
    "csr_array",
    "coo_array",
    "pandas frame",
    "polars frame",
]
ITEMS = {
    "list of sets": set,
    "list of frozensets": frozenset,
    "list of lists": list,
    "tuple of tuples": tuple,
    "sets of integers": set,
    "array of sets": set,
    "array of lists": list,
    "pandas Series of sets": set,
    "polars Series of lists": list,
}


def frame_of(X, form):
    """X with the index that pandas answers have to keep."""
    return pd.DataFrame(X, index=INDEX).rename(columns=str) if form == "pandas frame" else X


CASES = [(form, 3) for form in FORMS] + [
    (form, n_labels)
    for form in ("list of sets", "array of lists", "int64 array", "csr_matrix", "pandas frame")
    for n_labels in (1, 2)
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}, {case[1]} label(s)")
def case(request):
    """Form of the target, X, Y as an array in the order of `label_names_`, y, fitted classifier."""
    form, n_labels = request.param
    X, Y = make_problem(n_labels=n_labels)
    X, y = frame_of(X, form), written(form, Y)
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, y)
    if form in ITEMS and form != "sets of integers":
        Y = Y[:, np.argsort(NAMES[:n_labels])]
    return form, X, Y, y, clf


def test_label_names(case):
    form, _, Y, _, clf = case
    n_labels = Y.shape[1]
    if form == "sets of integers":
        expected = [10, 11, 12][:n_labels]
    elif form in ITEMS:
        expected = sorted(NAMES[:n_labels])
    else:
        expected = NAMES[:n_labels] if "frame" in form else [0, 1, 2][:n_labels]
    assert clf.label_names_.tolist() == expected
    assert_array_equal(clf.classes_, [[0, 1]] * n_labels)


def test_predict_answers_in_the_form_of_y(case):
    form, X, Y, y, clf = case
    answer = clf.predict(X)
    if form in ITEMS:
        assert isinstance(answer, np.ndarray)
        assert answer.dtype == object
        assert answer.shape == (120,)
        assert {type(item) for item in answer} == {ITEMS[form]}
    elif sp.issparse(y):
        assert answer.format == "csr"
        assert isinstance(answer, sp.sparray) == isinstance(y, sp.sparray)
        assert answer.dtype == np.int64
    elif "frame" in form:
        assert type(answer) is type(y)
        assert list(answer.columns) == list(y.columns)
        assert form != "pandas frame" or answer.index.tolist() == INDEX
        assert answer.to_numpy().dtype == np.int64
    else:
        assert type(answer) is np.ndarray
        assert answer.dtype == np.int64
    assert_array_equal(as_indicator(answer, clf.label_names_), clf.predict_proba(X) >= 0.5)


def test_it_learns(case):
    _, X, Y, _, clf = case
    assert (as_indicator(clf.predict(X), clf.label_names_) == Y).mean() > 0.9


def test_probabilities_are_sigmoids_of_the_logits(case):
    _, X, Y, _, clf = case
    logits, probabilities = clf.decision_function(X), clf.predict_proba(X)
    assert logits.shape == probabilities.shape == Y.shape
    assert probabilities.dtype == np.float32
    assert_allclose(probabilities, expit(logits), rtol=1e-5)


def test_score_is_subset_accuracy_in_every_form(case):
    _, X, Y, y, clf = case
    right = (as_indicator(clf.predict(X), clf.label_names_) == Y).all(axis=1)
    weight = np.arange(120.0)
    assert clf.score(X, y) == pytest.approx(right.mean())
    assert clf.score(X, Y) == pytest.approx(right.mean())
    assert clf.score(X, y, sample_weight=weight) == pytest.approx(np.average(right, weights=weight))


def test_a_row_equals_its_place_in_a_batch(case):
    _, X, _, _, clf = case
    whole, labels = clf.predict_proba(X), clf.predict(X)
    for i in (0, 57, 119):
        row = X[i : i + 1]
        assert clf.predict_proba(row).shape == (1, whole.shape[1])
        assert_allclose(clf.predict_proba(row), whole[i : i + 1], rtol=1e-5)
        assert_array_equal(
            as_indicator(clf.predict(row), clf.label_names_),
            as_indicator(labels, clf.label_names_)[i : i + 1],
        )


@functools.cache
def probabilities_of_indicator(order):
    X, Y = make_problem(n_labels=len(order))
    return KerasMultiLabelClassifier(**LEARNING).fit(X, Y[:, order]).predict_proba(X)


def test_every_form_trains_the_same_network(case):
    form, X, Y, _, clf = case
    sorts = form in ITEMS and form != "sets of integers"
    order = np.argsort(NAMES[: Y.shape[1]]) if sorts else np.arange(Y.shape[1])
    assert_array_equal(clf.predict_proba(X), probabilities_of_indicator(tuple(order.tolist())))


# Unusual targets -----------------------------------------------------------------------------


@pytest.mark.parametrize("n_labels", [1, 2, 4])
@pytest.mark.parametrize("fill", [0, 1])
def test_constant_targets(n_labels, fill):
    X, _ = make_problem()
    Y = np.full((120, n_labels), fill)
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, Y)
    assert clf.predict_proba(X).shape == (120, n_labels)
    assert clf.score(X, Y) == 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_never_or_always_present(seed):
    X, Y = make_problem(seed=seed)
    Y[:, 0], Y[:, 2] = 0, 1
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, Y)
    answer = clf.predict(X)
    assert_array_equal(answer[:, [0, 2]], [[0, 1]] * 120)
    assert (answer[:, 1] == Y[:, 1]).mean() > 0.9


def test_one_label_per_row_stays_multilabel():
    X, _ = make_problem()
    Y = np.eye(3, dtype=int)[X[:, :3].argmax(axis=1)]
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, Y)
    assert np.ptp(clf.predict_proba(X).sum(axis=1)) > 0.01
    assert_array_equal(clf.predict_proba(X) >= 0.5, clf.predict(X))


def test_all_label_sets_empty_needs_classes():
    X, _ = make_problem()
    clf = KerasMultiLabelClassifier(**LEARNING, classes=NAMES).fit(X, [set()] * 120)
    assert clf.predict(X).tolist() == [set()] * 120


@pytest.mark.parametrize("form", ["list of sets", "list of lists", "pandas frame", "polars frame"])
def test_classes_fix_the_order(form):
    X, Y = make_problem()
    names = ["bee", "dog", "cat", "ant"] if form in ITEMS else ["bee", "cat", "ant"]
    clf = KerasMultiLabelClassifier(**LEARNING, classes=names).fit(X, written(form, Y))
    assert clf.label_names_.tolist() == names
    learned = clf.predict_proba(X)[:, [names.index(name) for name in NAMES]]
    assert ((learned >= 0.5) == Y).mean() > 0.9
    if form == "list of lists":
        assert max(clf.predict(X), key=len) == ["bee", "cat", "ant"]


def test_classes_name_the_columns_of_arrays():
    X, Y = make_problem()
    clf = KerasMultiLabelClassifier(**LEARNING, classes=NAMES, threshold={"cat": 0.99}).fit(X, Y)
    assert clf.label_names_.tolist() == NAMES
    assert_array_equal(clf.predict(X), clf.predict_proba(X) >= np.float64([0.99, 0.5, 0.5]))


@pytest.mark.parametrize("seed", SEEDS)
def test_unseen_labels_count_as_missed(seed):
    X, Y = make_problem(seed=seed)
    y = written("list of sets", Y)
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, y)
    right = np.array([a == b for a, b in zip(clf.predict(X), y, strict=True)])
    y[::2] = [labels | {"unicorn"} for labels in y[::2]]
    right[::2] = False
    assert clf.score(X, y) == pytest.approx(right.mean())
    frame = pd.DataFrame(Y, columns=NAMES).assign(unicorn=np.arange(120) % 2 == 0)
    assert clf.score(X, frame) == pytest.approx(right.mean())


@pytest.mark.parametrize("seed", SEEDS)
def test_unknown_labels_neither_train_nor_score(seed):
    X, Y = make_problem(seed=seed)
    unknown = np.random.default_rng(seed).random(Y.shape) < 0.3
    partly = np.where(unknown, np.nan, Y)
    # Unscaled, because the scaling looks at every row, also at those of which no label is known.
    clf = KerasMultiLabelClassifier(**LEARNING, standardize=False).fit(X, partly)
    for lie in (0, 1):
        weighted = clone(clf).fit(X, np.where(unknown, lie, Y), sample_weight=1.0 - unknown)
        assert_allclose(weighted.predict_proba(X), clf.predict_proba(X), rtol=1e-5)
    assert (clf.predict(X) == Y).mean() > 0.85
    right = ((clf.predict(X) == Y) | unknown).all(axis=1)[~unknown.all(axis=1)]
    assert clf.score(X, partly) == pytest.approx(right.mean())
    assert clf.score(X, pd.DataFrame(partly)) == pytest.approx(right.mean())


CLASSES = {
    "strings": ["red", "green", "blue"],
    "integers": [3, 1, 2],
    "negative": [-1, 7, 1],
    "bool-like": [1, 0, 2],
}


# 1-D targets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", CLASSES)
def test_one_dimensional_targets(kind, n_classes):
    X, _ = make_problem()
    y = np.array(CLASSES[kind])[X[:, :n_classes].argmax(axis=1)]
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, y)
    assert_array_equal(clf.classes_, np.unique(y))
    assert_array_equal(clf.label_names_, np.unique(y))
    answer, probabilities = clf.predict(X), clf.predict_proba(X)
    assert answer.shape == (120,)
    assert answer.dtype == y.dtype
    assert probabilities.shape == (120, n_classes)
    assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert_array_equal(answer, clf.classes_[probabilities.argmax(axis=1)])
    assert (answer == y).mean() > 0.9
    assert clf.score(X, y) == pytest.approx((answer == y).mean())
    decision = clf.decision_function(X)
    if n_classes == 2:
        assert_allclose(expit(decision), probabilities[:, 1], rtol=1e-4)
    else:
        assert_allclose(softmax(decision, axis=1), probabilities, rtol=1e-4)


@pytest.mark.parametrize(
    "wrap", [list, lambda y: pd.Series(y, index=INDEX), pl.Series, lambda y: y.astype(object)]
)
def test_one_dimensional_forms(wrap):
    X, Y = make_problem()
    y = np.array(["no", "yes"])[Y[:, 0]]
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, wrap(y))
    assert clf.predict(X).tolist() == clf.classes_[clf.predict_proba(X).argmax(axis=1)].tolist()
    assert clf.score(X, wrap(y)) > 0.9


def test_joined_label_lists_are_warned_of():
    X, Y = make_problem()
    y = ["|".join(names) or "none" for names in names_of_rows(Y, list, NAMES)]
    with pytest.warns(UserWarning, match="joined label lists"):
        clf = KerasMultiLabelClassifier(**LEARNING).fit(X, y)
    assert clf.classes_.ndim == 1
