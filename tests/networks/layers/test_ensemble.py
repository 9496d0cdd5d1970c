"""Layers of a packed ensemble: each against the same arithmetic, one member at a time."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit, softmax

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks.layers._ensemble import (
    EnsembleMean,
    EnsembleOutput,
    InputDropout,
    PackedDense,
)

N, MEMBERS, INPUTS, UNITS = 5, 3, 4, 2


@pytest.fixture(params=[0, 1])
def rng(request):
    return np.random.RandomState(request.param)


def drawn(layer, shape, rng):
    """Build a layer and give all its weights random values."""
    layer.build(shape)
    for variable in layer.variables:
        variable.assign(rng.standard_normal(variable.shape))
    return layer


class TestPackedDense:
    def test_common_inputs(self, rng):
        X = rng.standard_normal((N, INPUTS)).astype(np.float32)
        layer = drawn(PackedDense(UNITS, MEMBERS, "tanh"), X.shape, rng)
        kernel, sign, bias = layer.get_weights()
        for k in range(MEMBERS):
            expected = np.tanh(X @ kernel * sign[k] + bias[k])
            np.testing.assert_allclose(np.asarray(layer(X))[:, k], expected, rtol=1e-4, atol=1e-6)

    def test_inputs_of_members(self, rng):
        X = rng.standard_normal((N, MEMBERS, INPUTS)).astype(np.float32)
        layer = drawn(PackedDense(UNITS, MEMBERS), X.shape, rng)
        kernel, scale, sign, bias = layer.get_weights()
        for k in range(MEMBERS):
            expected = X[:, k] * scale[k] @ kernel * sign[k] + bias[k]
            np.testing.assert_allclose(np.asarray(layer(X))[:, k], expected, rtol=1e-4, atol=1e-5)

    def test_sparse_inputs(self, rng):
        X = rng.standard_normal((N, INPUTS)).astype(np.float32)
        layer = drawn(PackedDense(UNITS, MEMBERS), X.shape, rng)
        np.testing.assert_allclose(layer(tf.sparse.from_dense(X)), layer(X), rtol=1e-5, atol=1e-6)

    def test_members_start_different(self):
        layer = PackedDense(64, MEMBERS)
        layer.build((None, INPUTS))
        sign = np.asarray(layer.sign)
        assert set(np.unique(sign)) == {-1.0, 1.0}
        assert len(np.unique(sign, axis=0)) == MEMBERS


def test_heads(rng):
    X = rng.standard_normal((N, MEMBERS, INPUTS)).astype(np.float32)
    layer = drawn(EnsembleOutput(UNITS), X.shape, rng)
    kernel, bias = layer.get_weights()
    expected = np.stack([X[:, k] @ kernel[k] + bias[k] for k in range(MEMBERS)], axis=1)
    np.testing.assert_allclose(layer(X), expected, rtol=1e-4, atol=1e-5)


def test_heads_start_as_those_of_a_plain_network():
    layer = EnsembleOutput(50)
    layer.build((None, MEMBERS, 70))
    limit = np.sqrt(6 / 120)
    assert 0.9 * limit < np.abs(layer.kernel).max() <= limit


class TestMeanOfMembers:
    def test_labels(self, rng):
        logits = rng.standard_normal((N, MEMBERS, UNITS)).astype(np.float32) * 5
        found = expit(np.asarray(EnsembleMean()(logits)))
        np.testing.assert_allclose(found, expit(logits).mean(axis=1), rtol=1e-5)

    def test_classes(self, rng):
        logits = rng.standard_normal((N, MEMBERS, UNITS)).astype(np.float32) * 5
        found = softmax(np.asarray(EnsembleMean(multiclass=True)(logits)), axis=1)
        np.testing.assert_allclose(found, softmax(logits, axis=2).mean(axis=1), rtol=1e-5)

    @pytest.mark.parametrize("multiclass", [False, True])
    def test_finite_far_out(self, multiclass):
        logits = np.array([[[90.0, -90.0], [88.0, -91.0]]], np.float32)
        found = np.asarray(EnsembleMean(multiclass)(logits))
        assert np.isfinite(found).all()
        assert found[0, 0] > found[0, 1] + 170

    def test_one_member_is_itself(self, rng):
        logits = rng.standard_normal((N, 1, UNITS)).astype(np.float32)
        np.testing.assert_allclose(EnsembleMean()(logits), logits[:, 0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_dropout_of_sparse_inputs(rate):
    X = np.ones((50, 80), np.float32)
    layer = InputDropout(rate, seed=0)
    found = tf.sparse.to_dense(layer(tf.sparse.from_dense(X), training=True)).numpy()
    assert (found == 0).mean() == pytest.approx(rate, abs=0.05)
    assert found.max() == pytest.approx(1 / (1 - rate))
    np.testing.assert_array_equal(tf.sparse.to_dense(layer(tf.sparse.from_dense(X))), X)


@pytest.mark.parametrize(
    "layer", [PackedDense(3, 2, "relu", name="a"), EnsembleOutput(4), EnsembleMean(True, False)]
)
def test_configuration(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.slow
class TestInTheEstimator:
    given = {"hidden_layer_sizes": (8,), "n_members": 3, "epochs": 3, "random_state": 0}

    @pytest.mark.parametrize("one_class", [False, True])
    def test_answer_is_the_mean_of_the_members(self, data, one_class):
        X, Y = data
        clf = KerasMultiLabelClassifier(**self.given)
        clf.fit(X, Y.argmax(axis=1) if one_class else Y)
        network = clf.network_.build()
        inner = network.get_layer("mlp")
        members = keras.Model(inner.inputs, inner.get_layer("logits").output)
        logits = np.asarray(members(network.get_layer("input_scaling")(X.astype(np.float32))))
        each = softmax(logits, axis=2) if one_class else expit(logits)
        np.testing.assert_allclose(clf.predict_proba(X), each.mean(axis=1), rtol=1e-4)

    @pytest.mark.parametrize("loss", ["focal", "zlpr", "soft_f1", keras.losses.MeanSquaredError()])
    def test_losses(self, data, loss):
        clf = KerasMultiLabelClassifier(**self.given, loss=loss, metrics=["accuracy"]).fit(*data)
        assert np.isfinite(clf.history_["loss"]).all()
        assert 0 <= clf.history_["accuracy"][-1] <= 1

    def test_rows_and_members_of_one_number(self, data):
        X, Y = data[0][:3], data[1][:3]
        given = {**self.given, "input_dropout": 0, "dropout": 0, "batch_size": 3}
        weight = np.array([1.0, 2.0, 3.0])
        rows = KerasMultiLabelClassifier(**given).fit(X, Y, weight)
        cells = KerasMultiLabelClassifier(**given).fit(X, Y, np.repeat(weight[:, None], 4, axis=1))
        np.testing.assert_allclose(rows.history_["loss"], cells.history_["loss"], rtol=1e-5)
