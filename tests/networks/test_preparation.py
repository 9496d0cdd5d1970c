"""From the user's network to a model that gives logits, and the user's network unchanged."""

import keras
import numpy as np
import pytest

from skmultilabel_nn.networks._preparation import prepare_network

from .common import SHAPE, L, Sub, X, built, dense, graph, layers, nested, out, sequential


class Twice(layers.Layer):
    """A layer without `get_config` that Keras has never heard of."""

    def call(self, inputs):
        return 2 * inputs


class TestCopy:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: sequential(dense("sigmoid")),
            lambda: graph(dense("sigmoid")),
            lambda: nested(sequential(dense("sigmoid"))),
            lambda: sequential(layers.BatchNormalization(), layers.Dropout(0.5), dense()),
            lambda: sequential(Twice(), dense()),
            lambda: sequential(layers.Lambda(lambda x: x + 1), dense()),
        ],
        ids=["sequential", "graph", "nested", "batchnorm", "own layer", "lambda"],
    )
    @pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
    def test_starts_from_the_weights_and_leaves_them(self, make):
        network = make()
        network.compile("adam", "binary_crossentropy")
        before, optimizer = network.get_weights(), network.optimizer
        expected = out(network)
        model = built(network)
        ends_in_sigmoid = (expected > 0).all()
        found = out(model)
        found = 1 / (1 + np.exp(-found)) if ends_in_sigmoid else found
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
        for variable in model.variables:
            variable.assign(np.ones(variable.shape))
        np.testing.assert_array_equal(out(network), expected)
        for a, b in zip(network.get_weights(), before, strict=True):
            np.testing.assert_array_equal(a, b)
        assert network.optimizer is optimizer

    def test_initializers_that_forget_their_arguments(self):
        """keras.initializers.Identity has no gain in its configuration."""
        layer = layers.Dense(6, kernel_initializer=keras.initializers.Identity(gain=5.0))
        network = keras.Sequential([keras.Input(SHAPE), layer, dense()])
        np.testing.assert_allclose(out(built(network)), out(network), rtol=1e-6)

    def test_normalization_that_learnt_its_statistics(self):
        layer = layers.Normalization()
        layer.adapt(X * 3 + 5)
        network = keras.Sequential([keras.Input(SHAPE), layer, dense()])
        np.testing.assert_allclose(out(built(network)), out(network), rtol=1e-5)

    def test_unbuilt_model(self):
        network = keras.Sequential([layers.Dense(4), dense("sigmoid")])
        assert built(network).output_shape == (None, L)
        assert not network.built

    def test_subclass(self):
        with keras.saving.custom_object_scope({}):
            network = Sub()
            network(X)
            np.testing.assert_allclose(out(built(network)), out(network), rtol=1e-6)

    @pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
    def test_code_that_keras_cannot_copy(self):
        network = sequential(layers.Dense(4, lambda x: x * 2), dense())
        with pytest.raises(ValueError, match="cannot be copied.*callable"):
            built(network)

    def test_what_cannot_be_copied(self):
        class Needs(layers.Layer):
            def __init__(self, needed):
                super().__init__()
                self.inner = needed

            def call(self, inputs):
                return self.inner(inputs)

        network = sequential(Needs(layers.Dense(2)), dense())
        with pytest.raises(ValueError, match="cannot be copied.*callable"):
            built(network)
        assert built(lambda *_: network).output_shape == (None, L)


class TestRefused:
    @pytest.mark.parametrize(
        ("network", "shape", "error", "message"),
        [
            (lambda *_: 3, SHAPE, TypeError, "must return a keras.Model"),
            (sequential(layers.Dense(5)), SHAPE, ValueError, "has 5 outputs, but y has 3 labels"),
            (
                keras.Sequential([keras.Input(SHAPE), layers.Reshape((2, 3))]),
                SHAPE,
                ValueError,
                r"has shape \(2, 3\) outputs, but y has 3",
            ),
            (
                sequential(dense()),
                (9,),
                ValueError,
                r"shape \(6,\), but those of X have shape \(9,\)",
            ),
            (
                sequential(dense()),
                (6, 6),
                ValueError,
                r"\(6,\), but those of X have shape \(6, 6\)",
            ),
        ],
    )
    def test_what_does_not_fit(self, network, shape, error, message):
        with pytest.raises(error, match=message):
            prepare_network(network, shape, L, seed=0)

    def test_subclass_built_for_another_width(self):
        network = Sub()
        network(X)
        with pytest.raises(ValueError, match=r"(?s)samples of shape \(9,\).*value 6"):
            prepare_network(network, (9,), L, seed=0)

    def test_several_inputs(self):
        a, b = keras.Input(SHAPE), keras.Input(SHAPE)
        network = keras.Model([a, b], dense()(layers.concatenate([a, b])))
        with pytest.raises(ValueError, match="2 inputs and 1 outputs"):
            built(network)

    def test_several_outputs(self):
        a = keras.Input(SHAPE)
        with pytest.raises(ValueError, match="1 inputs and 2 outputs"):
            built(keras.Model(a, [dense()(a), dense()(a)]))

    def test_scaling_around_an_own_train_step(self):
        class Own(keras.Model):
            def train_step(self, data):
                return super().train_step(data)

        inputs = keras.Input(SHAPE)
        with pytest.raises(ValueError, match="Set standardize=False"):
            built(lambda *_: Own(inputs, dense()(inputs)), scaling="center")
