"""Probabilities and decisions of the estimator, and predictions in batches."""

import pickle
import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from skmultilabel_nn import KerasMultiLabelClassifier, label_sets
from skmultilabel_nn.decision import _prediction
from tests.common import FAST, make_problem

from .targets import LEARNING, as_indicator, written

# Probabilities and decisions -----------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("one_class", [False, True])
def test_probabilities_are_inside_the_open_interval_at_huge_logits(dtype, one_class):
    X, Y = make_problem()
    y = X[:, :3].argmax(axis=1) if one_class else Y
    clf = KerasMultiLabelClassifier(**LEARNING, standardize=False, dtype=dtype).fit(X, y)
    far = clf.predict_proba(1e4 * X)
    assert abs(clf.decision_function(1e4 * X)).max() > 1000
    assert far.dtype == dtype
    assert far.min() > 0
    assert far.max() < 1


@pytest.mark.parametrize("form", ["int64 array", "list of sets", "pandas frame"])
def test_thresholds_change_after_fit_without_training(form):
    X, Y = make_problem()
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, written(form, Y))
    values, names = clf.network_.values, clf.label_names_.tolist()
    probabilities = clf.predict_proba(X)
    for threshold, numbers in [
        (0.9, [0.9, 0.9, 0.9]),
        ([0.1, 0.5, 0.95], [0.1, 0.5, 0.95]),
        (np.array([0.2, 0.3, 0.4]), [0.2, 0.3, 0.4]),
        ({names[1]: 0.05}, [0.5, 0.05, 0.5]),
        (0.5, [0.5, 0.5, 0.5]),
    ]:
        answer = clf.set_params(threshold=threshold).predict(X)
        assert_array_equal(as_indicator(answer, names), probabilities >= np.array(numbers))
        assert_allclose(clf.thresholds_, numbers)
    assert clf.network_.values is values


def test_named_rules():
    X, Y = make_problem()
    clf = KerasMultiLabelClassifier(**LEARNING, threshold="f1_macro").fit(X, Y)
    assert len(clf.held_out_.probabilities) == 12
    assert_array_equal(clf.predict(X), clf.predict_proba(X) >= clf.thresholds_)
    tuned = clf.thresholds_
    clf.set_params(threshold="at_least_one")
    assert clf.predict(X).any(axis=1).all()
    assert_array_equal(clf.set_params(threshold="f1_macro").thresholds_, tuned)


@pytest.mark.parametrize("threshold", ["f1_macro", "f1_micro", "at_least_one", {1: 0.2}])
def test_predictions_never_change_the_estimator(threshold):
    X, Y = make_problem()
    clf = KerasMultiLabelClassifier(**FAST, threshold="f1_macro").fit(X, Y)
    clf.set_params(threshold=threshold)
    before, bytes_before = dict(vars(clf)), pickle.dumps((clf.rule_, clf.held_out_, clf.targets_))
    clf.predict(X), clf.score(X, Y), hasattr(clf, "thresholds_")
    assert all(vars(clf)[name] is value for name, value in before.items())
    assert vars(clf).keys() == before.keys()
    assert pickle.dumps((clf.rule_, clf.held_out_, clf.targets_)) == bytes_before


def test_a_tuned_rule_needs_held_out_samples():
    X, Y = make_problem()
    clf = KerasMultiLabelClassifier(**LEARNING).fit(X, Y)
    with pytest.raises(ValueError, match="tuned on held-out samples.*early_stopping"):
        clf.set_params(threshold="f1_micro").predict(X)
    assert clf.set_params(threshold=0.5).predict(X).shape == Y.shape


# 1-D targets ---------------------------------------------------------------------------------


class TestManyLabels:
    """Answers that are made batch by batch."""

    @pytest.fixture
    def in_small_batches(self, monkeypatch):
        monkeypatch.setattr(_prediction, "_CELLS_AT_A_TIME", 7 * 3)

    @pytest.mark.parametrize("threshold", [0.5, "at_least_one", [0.2, 0.5, 0.8]])
    @pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csr_array])
    def test_sparse_answers(self, in_small_batches, threshold, kind):
        X, Y = make_problem()
        dense, sparse = (
            KerasMultiLabelClassifier(**FAST, threshold=threshold).fit(X, y) for y in (Y, kind(Y))
        )
        found = sparse.predict(X)
        assert isinstance(found, kind)
        assert found.dtype == np.int64
        assert_array_equal(found.toarray(), dense.predict(X))

    @pytest.mark.parametrize("form", ["csr_array", "list of sets"])
    def test_memory_of_answers(self, monkeypatch, form):
        monkeypatch.setattr(_prediction, "_CELLS_AT_A_TIME", 2**15)
        n_samples, n_labels = 1000, 2000
        X = np.random.default_rng(0).normal(size=(n_samples, 3))
        Y = sp.csr_array(sp.eye(n_samples, n_labels, dtype=int))
        y = Y if form == "csr_array" else label_sets(Y)
        options = FAST | {"epochs": 1, "hidden_layer_sizes": (2,), "n_members": 1}
        clf = KerasMultiLabelClassifier(**options, classes=range(n_labels)).fit(X, y)
        clf.predict_topk(X[:2], 2)
        for call in (
            lambda: clf.predict(X),
            lambda: clf.predict_topk(X, 3),
            lambda: clf.score(X, y),
        ):
            tracemalloc.start()
            call()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < n_samples * n_labels  # a byte for each cell is more than is needed

    @pytest.mark.parametrize("k", [1, 2, 3])
    @pytest.mark.parametrize("form", ["int64 array", "list of sets", "pandas frame"])
    def test_top_k(self, in_small_batches, k, form):
        X, Y = make_problem()
        clf = KerasMultiLabelClassifier(**FAST).fit(X, written(form, Y))
        labels, scores = clf.predict_topk(X, k)
        P = clf.predict_proba(X)
        assert labels.shape == scores.shape == (len(X), k)
        assert_allclose(scores, -np.sort(-P, axis=1)[:, :k], rtol=1e-5)
        assert (np.diff(scores, axis=1) <= 0).all()
        assert_array_equal(labels[:, 0], clf.label_names_[P.argmax(axis=1)])

    def test_top_k_of_classes(self):
        X, Y = make_problem()
        clf = KerasMultiLabelClassifier(**FAST).fit(
            X, np.array(["b", "a", "c"])[X[:, :3].argmax(1)]
        )
        assert_array_equal(clf.predict_topk(X, 2)[0][:, 0], clf.predict(X))

    @pytest.mark.parametrize("k", [0, 4, 1.5, "2", True])
    def test_top_k_refuses(self, k):
        X, Y = make_problem()
        with pytest.raises(ValueError, match="from 1 to 3"):
            KerasMultiLabelClassifier(**FAST).fit(X, Y).predict_topk(X, k)
