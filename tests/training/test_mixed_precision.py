"""Networks of the user's in mixed precision, the usual setting on GPUs."""

import keras
import numpy as np
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier

POLICIES = ["mixed_float16", "mixed_bfloat16"]


class BatchCallback(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        assert np.isfinite(logs["loss"])


OPTIONS = {
    "plain": {},
    "standardize": {"standardize": True},
    "early stopping": {"early_stopping": True},
    "batch hooks": {"callbacks": [BatchCallback()]},
    "own optimizer": {"optimizer": keras.optimizers.SGD(momentum=0.9), "learning_rate": 0.3},
    "metrics": {"metrics": ["auc"]},
    "XLA": {"jit_compile": True},
}


class Subclass(keras.Model):
    def __init__(self, n_outputs):
        super().__init__()
        self.hidden = keras.layers.Dense(16, activation="relu")
        self.last = keras.layers.Dense(n_outputs)

    def call(self, inputs):
        return self.last(self.hidden(inputs))


def functional(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(16, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="sigmoid")(x))


def subclass(input_shape, n_outputs):
    return Subclass(n_outputs)


@pytest.fixture(params=POLICIES)
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


@pytest.fixture
def separable():
    X = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    return X, (X[:, :3] > 0).astype(int)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("given", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("network", [functional, subclass])
def test_learns(policy, separable, network, given):
    X, Y = separable
    options = {"optimizer": "adam", "learning_rate": 0.01, "epochs": 30, "random_state": 0} | given
    clf = KerasMultiLabelClassifier(network=network, **options).fit(X, Y)
    probabilities = clf.predict_proba(X)
    assert ((probabilities > 0.5) == Y).mean() > 0.85
    shown = clf.model_.predict(X, verbose=0)
    assert shown.dtype == np.float32
    np.testing.assert_allclose(shown, probabilities, atol=0.05)


def test_goes_on(policy, separable):
    clf = KerasMultiLabelClassifier(network=functional, random_state=0)
    for _ in range(30):
        clf.partial_fit(*separable)
    assert clf.history_["loss"][-1] < clf.history_["loss"][0]


def test_a_given_model(policy, separable):
    X, Y = separable
    clf = KerasMultiLabelClassifier(network=functional((8,), 3), epochs=40, random_state=0)
    assert clf.fit(X, Y).score(X, Y) > 0.4


def test_the_default_network_is_exact_still(policy, separable):
    X, Y = separable
    clf = KerasMultiLabelClassifier((8,), epochs=3, random_state=0).fit(X, Y)
    np.testing.assert_allclose(clf.model_.predict(X, verbose=0), clf.predict_proba(X), rtol=1e-5)
