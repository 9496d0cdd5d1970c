"""The formulas behind "auto", as the documentation of the parameters gives them."""

import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._fitting.defaults import Problem, choose, problem_of
from skmultilabel_nn.networks._introspection import parts_of


def auto(name, n_samples=1000, n_features=100, n_labels=10, sparse=False):
    return choose("auto", name, Problem(n_samples, n_features, n_labels, sparse))


@pytest.mark.parametrize("given", [0, 0.3, (5,), 8])
def test_what_is_given_is_kept(given):
    assert choose(given, "dropout", Problem(10, 10, 10, False)) is given


@pytest.mark.parametrize(
    ("name", "sizes", "expected"),
    [
        ("hidden_layer_sizes", {}, (256, 256)),
        ("hidden_layer_sizes", {"n_features": 2048, "sparse": True}, (256, 256)),
        ("hidden_layer_sizes", {"n_features": 2049, "sparse": True}, (64,)),
        ("hidden_layer_sizes", {"n_features": 2049}, (256, 256)),
        ("dropout", {"n_samples": 100}, 0.4),
        ("dropout", {"n_samples": 3200}, 0.25),
        ("dropout", {"n_samples": 50_000}, 0.2),
        ("dropout", {"n_features": 3000, "sparse": True}, 0.5),
        ("input_dropout", {}, 0.5),
        ("input_dropout", {"sparse": True}, 0.4),
        ("input_dropout", {"n_features": 3000, "sparse": True}, 0.1),
        ("n_members", {"n_labels": 400}, 8),
        ("n_members", {"n_labels": 800}, 4),
        ("n_members", {"n_labels": 10_000}, 1),
        ("n_bins", {"n_features": 512}, 8),
        ("n_bins", {"n_features": 1024}, 4),
        ("n_bins", {"n_features": 2049}, 0),
        ("n_bins", {"sparse": True}, 0),
        ("batch_size", {"n_samples": 5}, 32),
        ("batch_size", {"n_samples": 2560}, 64),
        ("batch_size", {"n_samples": 10**6}, 512),
        ("epochs", {}, 30),
        ("epochs", {"n_labels": 400}, 60),
        ("epochs", {"n_labels": 10_000}, 75),
        ("epochs", {"n_samples": 40_000}, 15),
        ("epochs", {"n_samples": 10**6}, 5),
        ("epochs", {"n_features": 3000, "sparse": True}, 10),
    ],
)
def test_formulas(name, sizes, expected):
    assert auto(name, **sizes) == expected


@pytest.mark.parametrize("n_features", [50, 2100])
@pytest.mark.parametrize(("sizes", "skip"), [("auto", True), ((4,), False), ((), False)])
def test_sparse_features_have_a_linear_model_beside_the_network(sizes, skip, n_features):
    X = sp.random(40, n_features, 0.01, "csr", np.float32, np.random.RandomState(0))
    Y = np.arange(80).reshape(40, 2) % 2
    clf = KerasMultiLabelClassifier(sizes, epochs=1, random_state=0).fit(X, Y)
    assert any(getattr(part, "name", "") == "skip" for part in parts_of(clf.model_)) == skip
    assert clf.predict_proba(X).shape == (40, 2)


@pytest.mark.parametrize(("n_labels", "beside"), [(1000, True), (2000, False)])
def test_the_linear_model_has_its_limit(n_labels, beside):
    assert Problem(1000, 50_000, n_labels, True).linear_beside == beside


@pytest.mark.parametrize(
    ("change", "linear"),
    [
        ({}, True),
        ({"sparse": False}, False),
        ({"n_features": 2048}, False),
        ({"n_labels": 400}, False),
        ({"samples_a_label": 50.0}, False),
        ({"n_features": 2**18 + 1, "n_labels": 1024}, False),
        ({"plain_descent": False}, False),
    ],
)
def test_many_rare_labels_of_words_are_learnt_by_a_linear_network(change, linear):
    problem = Problem(5000, 4000, 500, True, 10.0, True)._replace(**change)
    assert problem.linear == linear
    assert (choose("auto", "hidden_layer_sizes", problem) == ()) == linear
    assert (choose("auto", "epochs", problem) == 5) == linear


def test_sizes_of_samples():
    Y = np.array([[0, 1]] * 5)
    assert problem_of(np.zeros((5, 4, 3)), Y) == (5, 12, 2, False, 2.5, False)
    assert problem_of(sp.csr_matrix((5, 4)), sp.csr_matrix(Y)) == (5, 4, 2, True, 2.5, False)
