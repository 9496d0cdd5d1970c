"""Programs are used again by fits of the same architecture, and by no other."""

import gc
import threading

import keras
import numpy as np
import pytest
import scipy.sparse as sp
import tensorflow as tf

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._backend.program_cache import ProgramCache
from skmultilabel_nn._inference import programs
from skmultilabel_nn._training import train
from skmultilabel_nn.losses import Focal

layers = keras.layers
# Raised by Keras itself with numpy 2.4, under `Model.fit` too.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
SMALL = {"hidden_layer_sizes": (8,), "epochs": 3, "batch_size": 64, "random_state": 0}


@pytest.fixture
def fresh(monkeypatch):
    """Return a function that forgets all programs."""

    def forget():
        monkeypatch.setattr(train, "_COMPILED_MODELS", ProgramCache(16))
        monkeypatch.setattr(programs, "_PROGRAMS", ProgramCache(16))

    forget()
    return forget


@pytest.fixture
def traced(monkeypatch, fresh):
    """Return a list that grows when a training step is traced."""
    calls = []
    step = keras.Model.train_step

    def train_step(self, data):
        calls.append(self)
        return step(self, data)

    monkeypatch.setattr(keras.Model, "train_step", train_step)
    return calls


def fitted(data, **given):
    return KerasMultiLabelClassifier(**{**SMALL, **given}).fit(*data)


def test_programs_of_large_networks_are_not_kept(data, fresh, monkeypatch):
    monkeypatch.setattr(train._COMPILED_MODELS, "max_weights", 10)
    a, b = fitted(data), fitted(data)
    assert len(train._COMPILED_MODELS) == 0
    np.testing.assert_array_equal(a.predict_proba(data[0]), b.predict_proba(data[0]))


class TestReuse:
    def test_same_architecture_is_traced_once(self, data, traced):
        fitted(data)
        fitted(data, optimizer="adam")
        n_traced = len(traced)
        assert n_traced > 0
        X, Y = data
        fitted(data, random_state=1)
        fitted(data, learning_rate=0.1)
        fitted(data, optimizer=keras.optimizers.Adam(0.3))
        fitted(data, epochs=2, batch_size=50, shuffle=False)
        fitted((X[:90], Y[:90]))
        fitted((X * 100 - 3, Y))
        assert len(traced) == n_traced

    @pytest.mark.parametrize(
        "other",
        [
            {"hidden_layer_sizes": (9,)},
            {"activation": "tanh"},
            {"dropout": 0.1},
            {"optimizer": "sgd"},
            {"optimizer": keras.optimizers.Adam(clipnorm=1.0)},
            {"loss": "focal"},
            {"metrics": ["accuracy"]},
            {"dtype": "float64"},
            {"standardize": False},
        ],
        ids=lambda other: f"{next(iter(other))}={type(next(iter(other.values()))).__name__}",
    )
    def test_others_are_traced_anew(self, data, traced, other):
        fitted(data)
        n_traced = len(traced)
        fitted(data, **other)
        assert len(traced) > n_traced

    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("dropout", [0, 0.5])
    def test_result_is_that_of_a_new_program(self, data, fresh, seed, dropout):
        given = {"dropout": dropout, "random_state": seed}
        alone = fitted(data, **given)
        fitted((data[0] * 5, 1 - data[1]), **{**given, "random_state": seed + 5})
        again = fitted(data, **given)
        fresh()
        anew = fitted(data, **given)
        for other in (again, anew):
            assert alone.history_ == other.history_
            for a, b in zip(alone.network_.values, other.network_.values, strict=True):
                np.testing.assert_array_equal(a, b)

    def test_learning_rate_is_that_of_each_fit(self, data, fresh):
        """A program that was made for one learning rate must not go on with it."""
        Adam = keras.optimizers.Adam
        one = {"optimizer": Adam(0.001)}
        other = {"optimizer": Adam(0.2)}
        first = fitted(data, **one)
        second = fitted(data, **other)
        fresh()
        np.testing.assert_array_equal(
            second.predict_proba(data[0]), fitted(data, **other).predict_proba(data[0])
        )
        assert first.history_["loss"][-1] != second.history_["loss"][-1]
        same = fitted(data, learning_rate=np.float32(0.25))
        np.testing.assert_allclose(
            same.history_["loss"], fitted(data, learning_rate=0.25).history_["loss"]
        )

    def test_callbacks_leave_no_trace(self, data, fresh):
        alone = fitted(data).history_
        halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=100)
        fitted(data, callbacks=[halve, stop])
        assert fitted(data).history_ == alone

    def test_earlier_fits_keep_their_weights(self, data):
        first = fitted(data)
        before = [value.copy() for value in first.network_.values]
        expected = first.predict_proba(data[0])
        fitted(data, random_state=7).predict(data[0])
        for a, b in zip(before, first.network_.values, strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(first.predict_proba(data[0]), expected)

    def test_few_are_kept(self, data, fresh):
        for cache in (train._COMPILED_MODELS, programs._PROGRAMS):
            cache.max_programs = 2
        for units in (1, 2, 3):
            fitted(data, hidden_layer_sizes=(units,), epochs=1).predict(data[0])
        assert len(train._COMPILED_MODELS) == 2
        assert len(programs._PROGRAMS) == 2

    @pytest.mark.slow
    @pytest.mark.parametrize("given", [{}, {"callbacks": [keras.callbacks.Callback()]}], ids=len)
    def test_those_not_kept_leave_memory(self, data, fresh, given):
        def graphs_after(units):
            fitted(data, hidden_layer_sizes=(units,), epochs=1, **given).predict(data[0])
            gc.collect()
            return sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects())

        for cache in (train._COMPILED_MODELS, programs._PROGRAMS):
            cache.max_programs = 1
        first = graphs_after(1)
        assert [graphs_after(units) for units in (2, 3, 4)] == [first] * 3

    @pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
    def test_an_interrupted_program_is_dropped(self, data, fresh, error):
        class Stop(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                raise error

        expected = fitted(data).predict_proba(data[0])
        model = KerasMultiLabelClassifier(**SMALL, callbacks=[Stop()])
        with pytest.raises(error):
            model.fit(*data)
        assert not hasattr(model, "network_")
        assert len(train._COMPILED_MODELS) == 0
        np.testing.assert_array_equal(fitted(data).predict_proba(data[0]), expected)


class Scale(layers.Layer):
    """A layer whose configuration does not tell its factor."""

    def __init__(self, factor=1.0, **options):
        super().__init__(**options)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


class Pull(keras.regularizers.Regularizer):
    """A regularizer whose configuration does not tell where it pulls."""

    def __init__(self, to=0.0):
        self.to = to

    def __call__(self, x):
        return keras.ops.sum((x - self.to) ** 2)

    def get_config(self):
        return {}


def relu(x):
    """Not what Keras means by this name."""
    return -x


def normalization(shift):
    layer = layers.Normalization()
    layer.adapt(np.random.RandomState(0).standard_normal((50, 8)) + shift)
    return layer


def dense(**options):
    return layers.Dense(8, kernel_initializer=keras.initializers.GlorotUniform(0), **options)


def sequential(*hidden, dtype=None):
    def build(input_shape, n_outputs):
        out = layers.Dense(
            n_outputs, kernel_initializer=keras.initializers.GlorotUniform(1), dtype=dtype
        )
        return keras.Sequential([keras.Input(input_shape), *(make() for make in hidden), out])

    return build


def branches(first, second):
    """Return two networks of the same layers that differ in which one comes first."""

    def build(input_shape, n_outputs):
        inputs = keras.Input(input_shape)
        a, b = dense(activation=first, name="one"), dense(activation=second, name="two")
        return keras.Model(inputs, layers.Dense(n_outputs, kernel_initializer="ones")(b(a(inputs))))

    return build


ALIKE = {
    "closures": [
        sequential(lambda k=k: dense(activation=lambda x: k * x)) for k in (1.0, -2.0)
    ],
    "names that are activations": [
        sequential(lambda k=k: dense(activation=k, name=k)) for k in ("relu", "tanh")
    ],
    "a function with a name of Keras": [
        sequential(lambda k=k: dense(activation=k)) for k in ("relu", relu)
    ],
    "regularizers": [
        sequential(lambda k=k: dense(kernel_regularizer=keras.regularizers.L2(k)))
        for k in (0.01, 1.0)
    ],
    "own regularizers": [
        sequential(lambda k=k: dense(kernel_regularizer=Pull(k))) for k in (0.0, 1.0)
    ],
    "dropout": [sequential(dense, lambda k=k: layers.Dropout(k, seed=1)) for k in (0.1, 0.9)],
    "dropout seeds": [sequential(dense, lambda k=k: layers.Dropout(0.5, seed=k)) for k in (1, 2)],
    "frozen": [sequential(lambda k=k: dense(trainable=k)) for k in (True, False)],
    "precision": [
        sequential(lambda k=k: dense(dtype=k), dtype=k) for k in ("float32", "mixed_bfloat16")
    ],
    "own layers": [sequential(lambda k=k: Scale(k), dense) for k in (1.0, 5.0)],
    "lambda layers": [
        sequential(lambda k=k: layers.Lambda(lambda x: k * x), dense) for k in (1.0, 5.0)
    ],
    "adapted layers": [sequential(lambda k=k: normalization(k), dense) for k in (0.0, 30.0)],
    "order of layers": [branches("relu", "tanh"), branches("tanh", "relu")],
}  # fmt: skip


class TestNeverSharedWrongly:
    @pytest.mark.parametrize("networks", ALIKE.values(), ids=ALIKE.keys())
    def test_networks(self, data, fresh, networks):
        given = {"standardize": False, "optimizer": "sgd", "learning_rate": 0.01, "epochs": 2}
        expected = []
        for network in networks:
            fresh()
            expected.append(fitted(data, network=network, **given).predict_proba(data[0]))
        fresh()
        models = [fitted(data, network=network, **given) for network in networks]
        for model, wanted in zip(models, expected, strict=True):
            np.testing.assert_array_equal(model.predict_proba(data[0]), wanted)
        assert np.abs(expected[0] - expected[1]).max() > 1e-6

    @pytest.mark.parametrize(
        "losses",
        [
            [Focal(gamma=1.0), Focal(gamma=4.0)],
            [lambda y, p, k=k: k * (y - p) ** 2 for k in (1.0, 3.0)],
            [keras.losses.Huber(0.1), keras.losses.Huber(0.9)],
        ],
        ids=["focal", "functions", "huber"],
    )
    def test_losses(self, data, fresh, losses):
        first, second = (fitted(data, loss=loss, dropout=0).history_["loss"] for loss in losses)
        fresh()
        assert fitted(data, loss=losses[1], dropout=0).history_["loss"] == second
        assert first[0] != second[0]

    def test_metrics(self, data, fresh):
        one, other = (
            fitted(data, metrics=[keras.metrics.BinaryAccuracy(name="a", threshold=t)]).history_[
                "a"
            ]
            for t in (0.01, 0.99)
        )
        assert one != other

    def test_labels_and_classes(self, data, fresh):
        X, Y = data
        one_hot = np.eye(4)[Y.argmax(axis=1)]
        labels = fitted((X, one_hot)).history_["loss"]
        classes = fitted((X, Y.argmax(axis=1))).history_["loss"]
        fresh()
        assert fitted((X, Y.argmax(axis=1))).history_["loss"] == classes
        assert classes != labels


class TestThreads:
    def test_at_once_is_one_after_the_other(self, data):
        seeds = [0, 1, 2, 3]
        expected = {seed: fitted(data, random_state=seed).predict_proba(data[0]) for seed in seeds}
        found = {}

        def work(seed):
            model = fitted(data, random_state=seed)
            for _ in range(5):
                found[seed] = model.predict_proba(data[0])

        threads = [threading.Thread(target=work, args=(seed,)) for seed in seeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for seed in seeds:
            np.testing.assert_array_equal(found[seed], expected[seed])

    def test_one_model_in_many_threads(self, data):
        model = fitted(data)
        expected = fitted(data).predict_proba(data[0])
        found = []
        threads = [
            threading.Thread(target=lambda: found.append(model.predict_proba(data[0])))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        for each in found:
            np.testing.assert_array_equal(each, expected)


@pytest.mark.slow
def test_auto_goes_on_without_xla_where_it_cannot_compile(data):
    class Print(layers.Layer):
        def call(self, inputs):
            same = tf.numpy_function(lambda x: x, [inputs], inputs.dtype)
            return inputs + 0 * tf.stop_gradient(tf.reshape(same, tf.shape(inputs)))

    X, Y = data[0][:64], data[1][:64]
    given = {"epochs": 130, "batch_size": 1, "standardize": False}
    network = sequential(Print)
    model = fitted((X, Y), network=network, **given)
    plain = fitted((X, Y), network=network, **given, jit_compile=False)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    with pytest.raises(tf.errors.OpError):
        fitted((X, Y), network=network, jit_compile=True, standardize=False)


def test_kept_programs_have_a_bounded_number_of_weights():
    cache = ProgramCache(10, max_weights=100)
    for name, n_weights in [("a", 40), ("b", 40), ("c", 40), ("too large", 101)]:
        cache.put(name, name, n_weights)
    assert [cache.take(name) for name in ("a", "b", "c", "too large")] == [None, "b", "c", None]


def test_programs_of_a_million_weights_are_used_again(fresh):
    X = sp.random(40, 20_000, 0.001, "csr", np.float32, np.random.RandomState(0))
    Y = np.arange(80).reshape(40, 2) % 2
    for seed in range(2):
        KerasMultiLabelClassifier((64,), epochs=1, random_state=seed).fit(X, Y)
    assert len(train._COMPILED_MODELS) == 1
