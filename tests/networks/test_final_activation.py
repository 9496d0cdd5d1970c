"""Sigmoid and softmax at the end of a network are removed and put back."""

import pickle

import keras
import numpy as np
import pytest

from skmultilabel_nn.networks import custom_objects
from skmultilabel_nn.networks._preparation import prepare_network
from skmultilabel_nn.networks._probabilities import with_probabilities
from skmultilabel_nn.networks._serialization import user_code
from skmultilabel_nn.networks._storage import StoredKerasObject

from .common import SHAPE, L, Sub, built, dense, graph, layers, nested, out, sequential


class Ends(keras.Model):
    """A model that ends in a function."""

    def __init__(self):
        super().__init__()
        self.out = layers.Dense(L)

    def call(self, inputs):
        return keras.ops.sigmoid(self.out(inputs))


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
        model = prepare_network(network, SHAPE, 6, seed=0).model
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


@keras.saving.register_keras_serializable(package="test_final_activation")
class Head(layers.Layer):
    """A layer with a sigmoid inside."""

    def __init__(self, **options):
        super().__init__(**options)
        self.out = dense("sigmoid")

    def build(self, input_shape):
        self.out.build(input_shape)

    def call(self, inputs):
        return self.out(inputs)


@pytest.mark.parametrize(
    "make",
    [
        lambda: graph(Head()),
        lambda: sequential(Head()),
        lambda: sequential(dense("hard_sigmoid")),
        lambda: graph(lambda x: 1 / (1 + keras.ops.exp(-dense()(x)))),
    ],
    ids=["layer in a graph", "layer in a sequential", "another activation", "operations"],
)
def test_probabilities_that_cannot_be_taken_off_are_warned_of(make):
    with pytest.warns(UserWarning, match="seems to give probabilities"):
        built(make())


@keras.saving.register_keras_serializable(package="test_final_activation")
class Configured(keras.Model):
    """A model with its own `call` and the configuration of its constructor."""

    def __init__(self, activation=None, **options):
        super().__init__(**options)
        self.activation = activation
        self.out = dense(activation)

    def call(self, inputs):
        return self.out(inputs)

    def get_config(self):
        return {**super().get_config(), "activation": self.activation}


@pytest.mark.parametrize(
    "make",
    [
        Configured,
        lambda name: nested(Configured(name)),
        lambda name: keras.Sequential([Configured(name)]),
        lambda name: keras.Sequential([keras.Input(SHAPE), Configured(name)]),
        lambda name: nested(nested(Configured(name))),
    ],
    ids=["subclass", "in a graph", "in a sequential", "in a built sequential", "in a nested graph"],
)
@pytest.mark.filterwarnings("ignore:__array__ implementation")
@pytest.mark.parametrize("name", ["sigmoid", "softmax", None])
def test_probabilities_of_subclasses_survive_saving(make, name, tmp_path):
    model = with_probabilities(built(make(name)), name or "sigmoid")
    expected = out(model)
    model.save(tmp_path / "model.keras")
    objects = custom_objects()
    loaded = keras.saving.load_model(tmp_path / "model.keras", custom_objects=objects)
    np.testing.assert_allclose(out(loaded), expected, rtol=1e-5)


class Built(layers.Layer):
    """A layer with a `build`, not registered with Keras."""

    def __init__(self, **options):
        super().__init__(**options)
        self.out = dense()

    def build(self, input_shape):
        self.out.build(input_shape)

    def call(self, inputs):
        return self.out(inputs)


class AlsoBuilt(Built):
    """Another one."""

    def build(self, input_shape):
        self.out.build(input_shape)


def test_layers_with_their_own_build_are_copied_and_stored():
    model = keras.Sequential([keras.Input(SHAPE), Built(), AlsoBuilt()])
    assert set(user_code(model)) == {"Built", "AlsoBuilt"}
    stored = pickle.loads(pickle.dumps(StoredKerasObject(built(model))))
    np.testing.assert_array_equal(out(stored), out(model))
