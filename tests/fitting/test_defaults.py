"""The formulas behind "auto", as the documentation of the parameters gives them."""

import pickle

import keras
import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._fitting.defaults import Problem, describe_problem, resolve
from skmultilabel_nn._training.config import Samples
from skmultilabel_nn.networks._introspection import iter_keras_objects


def auto(name, n_samples=1000, n_features=100, n_labels=10, sparse=False):
    return resolve(name, "auto", Problem(n_samples, n_features, n_labels, sparse))


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("dropout", 0, 0.0),
        ("dropout", np.float32(0.25), 0.25),
        ("hidden_layer_sizes", (5,), (5,)),
        ("hidden_layer_sizes", 100, (100,)),
        ("hidden_layer_sizes", [np.int64(8), np.uint8(4)], (8, 4)),
        ("hidden_layer_sizes", (), ()),
        ("n_members", 8, 8),
        ("epochs", np.uint8(10), 10),
        ("batch_size", np.int32(16), 16),
    ],
)
def test_what_is_given_is_kept_as_numbers_of_python(name, given, expected):
    value = resolve(name, given, Problem(10, 10, 10, False))
    assert value == expected
    numbers = value if isinstance(value, tuple) else (value,)
    assert all(type(number) in (int, float) for number in numbers)


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
    assert (
        any(getattr(part, "name", "") == "linear_skip" for part in iter_keras_objects(clf.model_))
        == skip
    )
    assert clf.predict_proba(X).shape == (40, 2)


@pytest.mark.parametrize(("n_labels", "beside"), [(1000, True), (2000, False)])
def test_the_linear_model_has_its_limit(n_labels, beside):
    assert Problem(1000, 50_000, n_labels, True).linear_skip == beside


@pytest.mark.parametrize(
    ("change", "linear"),
    [
        ({}, True),
        ({"sparse": False}, False),
        ({"n_features": 2048}, False),
        ({"n_labels": 400}, False),
        ({"samples_per_label": 50.0}, False),
        ({"n_features": 2**18 + 1, "n_labels": 1024}, False),
        ({"allow_sgd": False}, False),
    ],
)
def test_many_rare_labels_of_words_are_learnt_by_a_linear_network(change, linear):
    problem = Problem(5000, 4000, 500, True, 10.0, True)._replace(**change)
    assert (problem.regime == "many_rare_labels") == linear
    assert (resolve("hidden_layer_sizes", "auto", problem) == ()) == linear
    assert (resolve("epochs", "auto", problem) == 5) == linear


def test_sizes_of_samples():
    Y = np.array([[0, 1]] * 5)
    assert describe_problem(Samples(np.zeros((5, 4, 3)), Y)) == (5, 12, 2, False, 2.5, False)
    sparse = Samples(sp.csr_matrix((5, 4)), sp.csr_matrix(Y))
    assert describe_problem(sparse) == (5, 4, 2, True, 2.5, False)


class TestConfig:
    """`config_` tells what "auto" means."""

    def test_of_the_default_network(self):
        X, Y = np.random.RandomState(0).rand(60, 5), np.arange(120).reshape(60, 2) % 3 == 0
        config = KerasMultiLabelClassifier(epochs=np.uint8(2)).fit(X, Y.astype(int)).config_
        assert config.regime == "dense"
        assert config.hidden_layer_sizes == (256, 256)
        assert (config.n_members, config.n_bins, config.batch_size, config.epochs) == (8, 8, 32, 2)
        assert (config.optimizer, config.one_cycle) == ("adam", True)
        assert config.loss == "binary_crossentropy"
        assert config.standardize

    def test_is_what_trained(self):
        X, Y = np.random.RandomState(0).rand(60, 5), np.arange(60) % 3
        auto = KerasMultiLabelClassifier(random_state=0, epochs=2).fit(X, Y)
        names = ("hidden_layer_sizes", "dropout", "input_dropout", "n_members", "n_bins")
        given = {name: getattr(auto.config_, name) for name in (*names, "batch_size", "epochs")}
        again = KerasMultiLabelClassifier(random_state=0, **given).fit(X, Y)
        np.testing.assert_array_equal(auto.predict_proba(X), again.predict_proba(X))
        assert again.config_ == auto.config_

    def test_of_a_network_of_the_user(self):
        def network(input_shape, n_outputs):
            return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(n_outputs)])

        X, Y = np.random.RandomState(0).rand(60, 5), np.arange(120).reshape(60, 2) % 2
        optimizer = keras.optimizers.SGD(0.1)
        clf = KerasMultiLabelClassifier(network=network, optimizer=optimizer, epochs=1).fit(X, Y)
        assert clf.config_.regime == "own_network"
        assert clf.config_.hidden_layer_sizes is None
        assert clf.config_.optimizer == "SGD"
        assert pickle.loads(pickle.dumps(clf.config_)) == clf.config_

    def test_of_a_resumed_fit_has_the_network_of_the_first(self):
        X, Y = np.random.RandomState(0).rand(60, 5), np.arange(120).reshape(60, 2) % 2
        clf = KerasMultiLabelClassifier((4,), epochs=1, warm_start=True).fit(X, Y)
        clf.set_params(hidden_layer_sizes=(8,), epochs=3).fit(X, Y)
        assert clf.config_.hidden_layer_sizes == (4,)
        assert clf.config_.epochs == 3
