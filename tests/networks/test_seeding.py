"""One seed decides what a model draws, whatever other threads draw meanwhile."""

import random
import threading

import keras
import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP, ConvNet, EmbeddingBag
from skmultilabel_nn.networks._preparation import prepare_network
from skmultilabel_nn.networks._seeding import reseed

layers = keras.layers
L = 3


@pytest.fixture
def noise():
    """Another thread that draws from Python's global generator."""
    stop = threading.Event()

    def draw():
        while not stop.is_set():
            random.random()
            stop.wait(1e-5)

    thread = threading.Thread(target=draw)
    thread.start()
    yield
    stop.set()
    thread.join()


# Networks of Keras's layers ------------------------------------------------------------------


def plain(input_shape, n_outputs):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Dense(8, "relu", kernel_initializer="he_normal", bias_initializer="normal"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.GaussianNoise(0.1),
            layers.Dense(n_outputs),
        ]
    )


def recurrent(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    x = layers.Reshape((input_shape[0] // 2, 2))(inputs)
    x = layers.LSTM(4, dropout=0.2, return_sequences=True)(x)
    x = layers.GRU(4, recurrent_dropout=0.2, return_sequences=True)(x)
    return keras.Model(inputs, layers.Dense(n_outputs)(layers.Flatten()(x)))


def both_directions(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    x = layers.Bidirectional(layers.LSTM(4, bias_initializer="normal"))(
        layers.Reshape((input_shape[0] // 2, 2))(inputs)
    )
    return keras.Model(inputs, layers.Dense(n_outputs)(x))


def attention(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    n = input_shape[0] // 2
    x = layers.Reshape((n, 2))(inputs)
    x = layers.EinsumDense("abc,ce->abe", (n, 4), bias_axes="e")(x)
    x = layers.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = layers.GroupQueryAttention(4, 2, 1)(x, x)
    x = layers.SeparableConv1D(4, 2)(x)
    return keras.Model(inputs, layers.Dense(n_outputs)(layers.Flatten()(x)))


def images(input_shape, n_outputs):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.RandomFlip(),
            layers.RandomRotation(0.1),
            layers.Conv2D(4, 3),
            layers.SpatialDropout2D(0.2),
            layers.DepthwiseConv2D(3, depthwise_initializer="orthogonal"),
            layers.Flatten(),
            layers.Dense(n_outputs),
        ]
    )


def embedding(input_shape, n_outputs):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Embedding(9, 4),
            layers.Flatten(),
            layers.Dense(n_outputs),
        ]
    )


def shared_initializer(input_shape, n_outputs):
    initializer = keras.initializers.GlorotNormal()
    dense = [layers.Dense(6, kernel_initializer=initializer) for _ in range(2)]
    return keras.Sequential([keras.Input(input_shape), *dense, layers.Dense(n_outputs)])


class Own(keras.Model):
    def __init__(self, n_outputs):
        super().__init__()
        self.parts = [layers.Dense(4), layers.Dropout(0.1), layers.Dense(n_outputs)]

    def call(self, inputs, training=False):
        for part in self.parts:
            inputs = part(inputs, training=training) if "drop" in part.name else part(inputs)
        return inputs


NETWORKS = {
    "mlp": (MLP((4, 4)), (6,)),
    "one member": (MLP((4,), n_members=1), (6,)),
    "bins and skip": (MLP((4,), n_bins=2, linear_skip=True), (6,)),
    "our images": (ConvNet((2, 2)), (8, 8, 3)),
    "our tokens": (EmbeddingBag(9, 4, 3), (6,)),
    "plain": (plain, (6,)),
    "recurrent": (recurrent, (6,)),
    "attention": (attention, (6,)),
    "images": (images, (8, 8, 3)),
    "embedding": (embedding, (6,)),
    "shared initializer": (shared_initializer, (6,)),
    "subclass": (lambda _, n: Own(n), (6,)),
    "unbuilt model": (
        keras.Sequential([layers.Dense(4), layers.Dropout(0.1), layers.Dense(L)]),
        (6,),
    ),
}


def values(network, shape, seed=0):
    model = prepare_network(network, shape, L, seed=seed).model
    return [v.numpy() for v in model.variables]


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        assert_array_equal(a, b)


def is_drawn(value):
    return len(np.unique(value)) > 2  # the bias of an LSTM has zeros and ones


def is_state_of_generator(value):
    return value.shape == (2,) and value.dtype.kind != "f"


class TestReseed:
    @pytest.mark.parametrize("name", NETWORKS)
    def test_a_seed_decides_alone(self, noise, name):
        network, shape = NETWORKS[name]
        first, *others = [values(network, shape) for _ in range(3)]
        for other in others:
            assert_equal(first, other)

    @pytest.mark.parametrize("name", NETWORKS)
    def test_another_seed_gives_other_weights(self, name):
        network, shape = NETWORKS[name]
        pairs = list(zip(values(network, shape), values(network, shape, seed=1), strict=True))
        drawn = [
            (a, b) for a, b in pairs if is_drawn(a) or (a.shape == (2,) and a.dtype.kind != "f")
        ]
        assert drawn
        for a, b in drawn:
            assert not np.array_equal(a, b)

    @pytest.mark.parametrize("name", NETWORKS)
    def test_nothing_is_left_to_the_global_state(self, name, monkeypatch):
        """As a state that is borrowed would be that of other threads, too."""

        def seeded(seed):
            raise AssertionError

        monkeypatch.setattr("skmultilabel_nn.networks._preparation.seeded", seeded)
        network, shape = NETWORKS[name]
        random.seed(0)
        state = random.getstate()
        values(network, shape)
        assert random.getstate() == state

    def test_weights_of_one_layer_differ_from_those_of_the_next(self):
        first, second = (
            layer.kernel.numpy()
            for layer in prepare_network(
                lambda s, n: keras.Sequential(
                    [keras.Input(s), layers.Dense(6), layers.Dense(6), layers.Dense(n)]
                ),
                (6,),
                L,
                seed=0,
            ).model.layers[:2]
        )
        assert not np.array_equal(first, second)

    def test_one_initializer_draws_the_same(self):
        first, second, _ = prepare_network(shared_initializer, (6,), L, seed=0).model.layers
        assert_array_equal(first.kernel, second.kernel)

    @pytest.mark.parametrize("kernel_initializer", ["he_normal", "glorot_uniform", "orthogonal"])
    def test_weights_keep_their_distribution(self, kernel_initializer):
        dense = layers.Dense(200, kernel_initializer=kernel_initializer)
        model = keras.Sequential([keras.Input((300,)), dense])
        before = dense.kernel.numpy()
        assert reseed(model, 0)
        after = dense.kernel.numpy()
        assert not np.array_equal(before, after)
        assert after.std() == pytest.approx(before.std(), rel=0.02)
        assert after.max() == pytest.approx(before.max(), rel=0.2)

    def test_attention_keeps_its_distribution(self):
        layer = layers.MultiHeadAttention(8, 16)
        layer.build((None, 5, 64), (None, 5, 64))
        before = [w.numpy().std() for w in layer.weights]
        inputs = keras.Input((5, 64))
        assert reseed(keras.Model(inputs, layer(inputs, inputs)), 0)
        after = [w.numpy().std() for w in layer.weights]
        np.testing.assert_allclose(after, before, rtol=0.05)

    def test_names_do_not_matter(self):
        first = values(plain, (6,))
        for _ in range(3):
            layers.Dense(2), layers.Dropout(0.1), keras.random.SeedGenerator(0)
        assert_equal(first, values(plain, (6,)))

    def test_what_was_set_on_purpose_stays(self):
        kernel = np.arange(18.0).reshape(6, 3)
        seeded = keras.initializers.GlorotUniform(seed=5)

        def network(shape, n):
            model = keras.Sequential(
                [
                    keras.Input(shape),
                    layers.Dense(6, kernel_initializer=seeded),
                    layers.Dropout(0.5, seed=7),
                    layers.Dense(n),
                ]
            )
            model.layers[-1].kernel.assign(kernel)
            return model

        for seed in (0, 1):
            first, dropout, last = prepare_network(network, (6,), L, seed=seed).model.layers
            assert_array_equal(first.kernel, seeded((6, 6)))
            assert_array_equal(dropout.seed_generator.state, [7, 0])
            assert_array_equal(last.kernel, kernel)

    def test_weights_of_a_given_model_stay(self):
        given = plain((6,), L)
        first, second = (prepare_network(given, (6,), L, seed=seed).model for seed in (0, 1))
        assert_equal(given.get_weights(), first.get_weights())
        assert_equal(given.get_weights(), second.get_weights())
        states = [model.layers[2].seed_generator.state.numpy() for model in (first, second)]
        assert states[0][0] != states[1][0]


class NotKept(layers.Layer):
    """A layer with a weight of which nothing tells the initializer."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4))

    def call(self, inputs):
        return inputs @ self.kernel


def with_unknown_initializer(input_shape, n_outputs):
    return keras.Sequential([keras.Input(input_shape), NotKept(), layers.Dense(n_outputs)])


def spectral(input_shape, n_outputs):
    normalized = layers.SpectralNormalization(layers.Dense(4))
    return keras.Sequential([keras.Input(input_shape), normalized, layers.Dense(n_outputs)])


@pytest.mark.parametrize("network", [with_unknown_initializer, spectral, both_directions])
class TestUnknownInitializers:
    """Python's `random` is borrowed for them, in a thread that is alone."""

    def test_the_seed_decides(self, network):
        first, same, other = (values(network, (6,), seed) for seed in (0, 0, 1))
        assert_equal(first, same)
        for a, b in zip(first, other, strict=True):
            assert not is_drawn(a) or not np.array_equal(a, b)

    def test_the_state_does_not_matter(self, network):
        random.seed(0)
        first = values(network, (6,))
        random.seed(1)
        assert_equal(first, values(network, (6,)))


# Whole fits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [None, plain, recurrent])
def test_a_fit_repeats_itself(noise, data, network):
    X, Y = data

    def fit():
        clf = KerasMultiLabelClassifier(network=network, epochs=3, random_state=0)
        return clf.fit(X, Y).predict_proba(X)

    assert_array_equal(fit(), fit())


@pytest.mark.parametrize("network", [None, plain, attention])
def test_the_global_state_stays_during_a_fit(data, network):
    seen = []
    note = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append(random.getstate()),
        on_epoch_end=lambda epoch, logs: seen.append(random.getstate()),
    )

    def build(input_shape, n_outputs):
        seen.append(random.getstate())
        return (network or MLP((4,)))(input_shape, n_outputs)

    random.seed(3)
    state = random.getstate()
    clf = KerasMultiLabelClassifier(network=build, epochs=2, random_state=0, callbacks=[note])
    clf.fit(*data).predict(data[0])
    assert len(seen) >= 4
    assert all(found == state for found in [*seen, random.getstate()])


def test_draws_of_a_builder_are_its_own(data):
    """It does not get the same numbers in the next fit."""
    drawn = []

    def build(input_shape, n_outputs):
        drawn.append(random.random())
        return plain(input_shape, n_outputs)

    for _ in range(2):
        KerasMultiLabelClassifier(network=build, epochs=1, random_state=0).fit(*data)
    assert len(set(drawn)) == len(drawn) == 2


def test_numbers_of_other_threads_do_not_come_twice():
    stop, drawn = threading.Event(), []

    def draw():
        while not stop.is_set():
            drawn.append(random.random())
            stop.wait(1e-5)

    thread = threading.Thread(target=draw)
    thread.start()
    for seed in range(10):
        prepare_network(MLP((4,)), (6,), L, seed=seed)
    stop.set()
    thread.join()
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_a_search_gives_the_same_in_every_backend(noise, data, backend):
    X, Y = data
    sizes = {"hidden_layer_sizes": [(4,), (6,)], "dropout": [0.0, 0.3]}

    def search(n_jobs):
        clf = KerasMultiLabelClassifier(epochs=2, random_state=0)
        found = GridSearchCV(clf, sizes, cv=2, n_jobs=n_jobs, scoring="average_precision")
        found.fit(X, Y)
        scores = [found.cv_results_[f"split{i}_test_score"] for i in range(2)]
        return scores, found.predict_proba(X)

    alone = search(None)
    with parallel_config(backend, n_jobs=2):
        other = search(2)
    assert_array_equal(alone[0], other[0])
    assert_array_equal(alone[1], other[1])
