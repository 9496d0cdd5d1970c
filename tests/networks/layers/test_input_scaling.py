"""The scaling of inputs inside of a network."""

import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn.networks import MLP
from skmultilabel_nn.networks._serialization import describe, deserialize
from skmultilabel_nn.networks.layers._input_scaling import InputScaling
from tests.networks.common import SHAPE, X, built, out


class TestInputScaling:
    def test_a_factor_changes_nothing_until_it_is_set(self):
        plain, scaled = built(MLP((4,)), seed=1), built(MLP((4,)), seed=1, scaling="factor")
        np.testing.assert_allclose(out(plain), out(scaled), rtol=1e-6)

    def test_far_values_are_bent(self):
        layer = InputScaling()
        layer.build((None, 1))
        values = np.array([[-1e6], [-0.1], [0.0], [0.1], [1e6]], np.float32)
        soft_clipped = np.ravel(layer(values))
        np.testing.assert_allclose(soft_clipped[1:4], [-0.1, 0, 0.1], rtol=1e-3)
        np.testing.assert_allclose(soft_clipped[[0, 4]], [-3, 3], rtol=1e-5)
        assert (np.diff(soft_clipped) > 0).all()

    @pytest.mark.parametrize("seed", [0, 1])
    def test_arithmetic(self, seed):
        rng = np.random.RandomState(seed)
        shift, factor = rng.rand(2, 6)
        layer = InputScaling()
        layer.build((None, 6))
        layer.set_weights([shift, factor])
        z = (X - shift) * factor
        np.testing.assert_allclose(layer(X), z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-5)
        one = InputScaling(center=False)
        one.build((None, 6))
        one.set_weights([np.float32(3.0)])
        np.testing.assert_allclose(one(X), X * 3, rtol=1e-6)
        sparse = one(tf.sparse.from_dense(X))
        np.testing.assert_allclose(tf.sparse.to_dense(sparse), X * 3, rtol=1e-6)

    def test_does_not_train_and_is_stored(self):
        model = built(MLP((4,), n_members=1), scaling="center")
        assert len(model.trainable_variables) == 4
        again = deserialize(describe(model).config, SHAPE)
        for a, b in zip(again.variables, model.variables, strict=True):
            assert a.shape == b.shape
            a.assign(b)
        np.testing.assert_array_equal(out(again), out(model))
