"""From the user's network to a model that gives logits, and the user's network unchanged."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn._backend.seeding import seeded
from skmultilabel_nn.networks import MLP
from skmultilabel_nn.networks._final_activation import with_probabilities
from skmultilabel_nn.networks._preparation import assemble
from skmultilabel_nn.networks._serialization import describe, deserialize
from skmultilabel_nn.networks.layers._input_scaling import InputScaling

layers = keras.layers
SHAPE, L = (6,), 3
X = np.random.RandomState(0).standard_normal((5, 6)).astype(np.float32)


@pytest.fixture(autouse=True)
def same_weights():
    """Keras takes the seeds of unseeded layers from here."""
    random.seed(0)


def built(network, seed=0, **given):
    return assemble(network, SHAPE, L, seed=seed, **given)


def out(model, x=X):
    return keras.ops.convert_to_numpy(model(x))


class Sub(keras.Model):
    """A model with its own `call`, of which the last layer made is not the last one used."""

    def __init__(self, activation=None):
        super().__init__()
        self.out = layers.Dense(L, activation=activation)
        self.gate = layers.Dense(4, activation="sigmoid")

    def call(self, inputs):
        return self.out(self.gate(inputs))


class Ends(keras.Model):
    """A model that ends in a function."""

    def __init__(self):
        super().__init__()
        self.out = layers.Dense(L)

    def call(self, inputs):
        return keras.ops.sigmoid(self.out(inputs))


class Twice(layers.Layer):
    """A layer without `get_config` that Keras has never heard of."""

    def call(self, inputs):
        return 2 * inputs


def sequential(*end):
    return keras.Sequential([keras.Input(SHAPE), layers.Dense(4, "tanh"), *end])


def graph(end):
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, end(layers.Dense(4, "tanh")(inputs)))


def nested(inner):
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, inner(inputs))


def dense(activation=None):
    return layers.Dense(L, activation)


class TestSeeded:
    @pytest.mark.parametrize("seed", [0, 1])
    def test_same_seed_same_weights(self, seed):
        one, other = (built(MLP((4,)), seed=seed) for _ in range(2))
        for a, b in zip(one.variables, other.variables, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_other_seed_other_weights(self):
        one, other = (built(MLP((4,)), seed=seed) for seed in (0, 1))
        assert np.abs(out(one) - out(other)).max() > 0.01

    def test_the_state_is_given_back(self):
        state = random.getstate()
        with pytest.raises(RuntimeError), seeded(3):
            random.random()
            raise RuntimeError
        assert random.getstate() == state


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


class TestFinalActivation:
    @pytest.mark.parametrize("name", ["sigmoid", "softmax"])
    @pytest.mark.parametrize(
        "make",
        [
            lambda name: sequential(dense(name)),
            lambda name: sequential(dense(), layers.Activation(name)),
            lambda name: graph(dense(name)),
            lambda name: graph(lambda x: layers.Activation(name)(dense()(x))),
            lambda name: graph(lambda x: getattr(keras.ops, name)(dense()(x))),
            lambda name: graph(lambda x: keras.activations.get(name)(dense()(x))),
            lambda name: nested(sequential(dense(name))),
            lambda name: nested(graph(dense(name))),
            lambda name: nested(graph(lambda x: getattr(keras.ops, name)(dense()(x)))),
            lambda name: keras.Sequential([keras.Input(SHAPE), sequential(dense(name))]),
            lambda name: keras.Sequential(
                [keras.Input(SHAPE), graph(lambda x: getattr(keras.ops, name)(dense()(x)))]
            ),
            lambda name: Sub(name),
        ],
        ids=[
            "sequential dense",
            "sequential activation",
            "graph dense",
            "graph activation",
            "graph op",
            "graph function",
            "nested sequential",
            "nested graph",
            "nested op",
            "sequential in sequential",
            "graph in sequential",
            "subclass",
        ],
    )
    def test_is_taken_off(self, make, name):
        network = make(name)
        probabilities = out(network)
        model = built(network)
        logits = out(model)
        found = out(with_probabilities(model, name))
        np.testing.assert_allclose(found, probabilities, rtol=1e-4, atol=1e-6)
        assert np.abs(logits - probabilities).max() > 0.01
        np.testing.assert_array_equal(out(network), probabilities)

    def test_softmax_layer(self):
        for network in (sequential(dense(), layers.Softmax()),
                        graph(lambda x: layers.Softmax()(dense()(x)))):  # fmt: skip
            logits = out(built(network))
            shifted = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            np.testing.assert_allclose(shifted, out(network), rtol=1e-4)

    @pytest.mark.parametrize("make", [lambda: sequential(dense()), lambda: graph(dense()), Sub])
    def test_logits_stay_as_they_are(self, make):
        network = make()
        expected = out(network)
        np.testing.assert_allclose(out(built(network)), expected, rtol=1e-6)

    def test_a_layer_that_is_also_used_inside_is_left(self):
        shared = layers.Dense(6, "sigmoid")
        inputs = keras.Input(SHAPE)
        network = keras.Model(inputs, shared(shared(inputs)))
        expected = out(network)
        model = assemble(network, SHAPE, 6, seed=0)
        np.testing.assert_allclose(out(model), expected, rtol=1e-6)

    def test_what_cannot_be_taken_off_warns(self):
        with pytest.warns(UserWarning, match="seems to give probabilities"):
            built(lambda *_: Ends())

    def test_own_train_step_is_not_lost(self):
        class Own(keras.Model):
            def train_step(self, data):
                return super().train_step(data)

        inputs = keras.Input(SHAPE)
        network = Own(inputs, layers.Softmax()(dense()(inputs)))
        try:
            assert type(built(lambda *_: network)).train_step is Own.train_step
        except ValueError as error:
            assert "own train_step" in str(error)


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
            assemble(network, shape, L, seed=0)

    def test_subclass_built_for_another_width(self):
        network = Sub()
        network(X)
        with pytest.raises(ValueError, match=r"(?s)samples of shape \(9,\).*value 6"):
            assemble(network, (9,), L, seed=0)

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


class TestInputScaling:
    def test_a_factor_changes_nothing_until_it_is_set(self):
        plain, scaled = built(MLP((4,)), seed=1), built(MLP((4,)), seed=1, scaling="factor")
        np.testing.assert_allclose(out(plain), out(scaled), rtol=1e-6)

    def test_far_values_are_bent(self):
        layer = InputScaling()
        layer.build((None, 1))
        values = np.array([[-1e6], [-0.1], [0.0], [0.1], [1e6]], np.float32)
        bent = np.ravel(layer(values))
        np.testing.assert_allclose(bent[1:4], [-0.1, 0, 0.1], rtol=1e-3)
        np.testing.assert_allclose(bent[[0, 4]], [-3, 3], rtol=1e-5)
        assert (np.diff(bent) > 0).all()

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
