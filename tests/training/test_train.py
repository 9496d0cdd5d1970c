"""Training against `keras.Model.fit`: the same weights and history, seeds and weights."""

import copy
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn import KerasMultiLabelClassifier

from .common import (
    D,
    L,
    N,
    assert_same_history,
    assert_same_weights,
    by_keras,
    network,
    ours,
    problem,
)

# Raised by Keras itself with numpy 2.4, under `Model.fit` too.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class OwnStep(keras.Model):
    """Train on doubled gradients, and report a value of its own."""

    def train_step(self, data):
        x, y = data[:2]
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(
            [(2 * g, v) for g, v in zip(gradients, self.trainable_variables, strict=True)]
        )
        return {"loss": loss, "norm": tf.linalg.global_norm(gradients)}


@pytest.mark.slow
class TestLikeKeras:
    @pytest.mark.parametrize("seed", [1, 2])
    @pytest.mark.parametrize(
        ("optimizer", "batch_size"), [("adam", 10), ("adam", 16), ("sgd", 50), ("rmsprop", 16)]
    )
    def test_weights_and_history(self, seed, batch_size, optimizer):
        X, Y = problem(seed)
        given = {"batch_size": batch_size, "optimizer": optimizer}
        outcome = ours(network(seed), X, Y, **given)
        reference = network(seed, final="sigmoid")
        assert_same_history(outcome.history, by_keras(reference, X, Y, **given))
        assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_metrics_and_validation(self, seed):
        X, Y = problem(seed)
        validation = problem(seed + 10, 23)
        metrics = ["accuracy", keras.metrics.AUC(name="auc"), "precision"]
        outcome = ours(network(seed), X, Y, validation=validation, metrics=metrics)
        binary = [keras.metrics.BinaryAccuracy(name="accuracy"), *metrics[1:]]
        reference = network(seed, final="sigmoid")
        history = by_keras(reference, X, Y, metrics=binary, validation_data=validation)
        assert_same_history(outcome.history, {k.lower(): v for k, v in history.items()}, 1e-3)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_regularizer(self, seed):
        X, Y = problem(seed)
        outcome = ours(network(seed, regularizer="l2"), X, Y)
        reference = network(seed, final="sigmoid", regularizer="l2")
        assert_same_history(outcome.history, by_keras(reference, X, Y))
        assert_same_weights(outcome.values, reference)
        without = ours(network(seed), X, Y)
        assert outcome.history["loss"][0] > without.history["loss"][0] + 0.01

    @pytest.mark.parametrize("seed", [1, 2])
    def test_batch_normalization(self, seed):
        X, Y = problem(seed)
        validation = problem(seed + 10, 23)
        hidden = [keras.layers.BatchNormalization()]
        outcome = ours(network(seed, hidden=hidden), X, Y, validation=validation)
        hidden = [keras.layers.BatchNormalization()]
        reference = network(seed, final="sigmoid", hidden=hidden)
        history = by_keras(reference, X, Y, validation_data=validation)
        assert_same_history(outcome.history, history)
        assert_same_weights(outcome.values, reference)

    def test_dropout_with_a_seed(self):
        X, Y = problem(0)
        outcome = ours(network(0, hidden=[keras.layers.Dropout(0.5, seed=7)]), X, Y)
        reference = network(0, final="sigmoid", hidden=[keras.layers.Dropout(0.5, seed=7)])
        by_keras(reference, X, Y)
        assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_schedule(self, seed):
        X, Y = problem(seed)

        schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.7)
        given = {"optimizer": keras.optimizers.SGD(schedule)}
        reference = network(seed, final="sigmoid")
        expected = by_keras(reference, X, Y, optimizer=keras.optimizers.SGD(schedule))
        for equal in (given, {"optimizer": "sgd", "learning_rate": schedule}):
            outcome = ours(network(seed), X, Y, **equal)
            assert_same_history(outcome.history, expected)
            assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize(
        "options",
        [
            {"use_ema": True, "ema_momentum": 0.5},
            {"gradient_accumulation_steps": 2},
            {"clipnorm": 0.01},
            {"weight_decay": 0.1},
        ],
        ids=lambda options: next(iter(options)),
    )
    def test_options_of_optimizers(self, options):
        X, Y = problem(0)
        outcome = ours(network(0), X, Y, optimizer=keras.optimizers.Adam(0.05, **options))
        reference = network(0, final="sigmoid")
        by_keras(reference, X, Y, optimizer=keras.optimizers.Adam(0.05, **options))
        assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_own_train_step(self, seed):
        X, Y = problem(seed)
        outcome = ours(network(seed, cls=OwnStep), X, Y, optimizer="sgd")
        reference = network(seed, final="sigmoid", cls=OwnStep)
        history = by_keras(reference, X, Y, optimizer="sgd")
        assert "norm" in outcome.history
        assert_same_history(outcome.history, history)
        assert_same_weights(outcome.values, reference)

    def test_sample_weights_divide_by_their_sum(self):
        X, Y = problem(0)
        weight = np.random.RandomState(0).uniform(0, 3, N).astype(np.float32)
        outcome = ours(network(0), X, Y, weight=weight, batch_size=N)
        reference = network(0, final="sigmoid")
        loss = keras.losses.BinaryCrossentropy(reduction="mean_with_sample_weight")
        reference.compile("adam", loss)
        reference.fit(X, Y, N, 4, sample_weight=weight, verbose=0, shuffle=False)
        assert_same_weights(outcome.values, reference)

    def test_frozen_layers_stay(self):
        X, Y = problem(0)
        model = network(0)
        model.layers[1].trainable = False
        before = [w.copy() for w in model.layers[1].get_weights()]
        outcome = ours(model, X, Y)
        by_shape = {value.shape: value for value in outcome.values}
        np.testing.assert_array_equal(by_shape[D, 8], before[0])
        assert np.abs(by_shape[8, L] - network(0).layers[2].get_weights()[0]).max() > 1e-3

    def test_images_in_bytes_train_as_floats(self):
        rng = np.random.RandomState(0)
        X = rng.randint(0, 255, (40, 6, 6, 1)).astype(np.uint8)
        Y = rng.randint(0, 2, (40, 2)).astype(np.float32)

        def model():
            init = keras.initializers.GlorotUniform(0)
            layers = [keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
            return keras.Sequential(
                [keras.Input((6, 6, 1)), *layers, keras.layers.Dense(2, kernel_initializer=init)]
            )

        as_bytes, as_floats = (ours(model(), x, Y).values for x in (X, X.astype(np.float32)))
        for a, b in zip(as_bytes, as_floats, strict=True):
            np.testing.assert_array_equal(a, b)


class TestRandomState:
    given = {"hidden_layer_sizes": (8,), "dropout": 0.3, "epochs": 3, "batch_size": 16}

    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("jit_compile", [False, True])
    def test_same_seed_same_bits(self, data, seed, jit_compile):
        given = {**self.given, "random_state": seed, "jit_compile": jit_compile}
        a, b, c = (KerasMultiLabelClassifier(**given).fit(*data) for _ in range(3))
        for other in (b, c):
            np.testing.assert_array_equal(
                a.decision_function(data[0]), other.decision_function(data[0])
            )
            assert a.history_ == other.history_

    def test_dropout_follows_the_seed(self, data):
        one, other = (
            KerasMultiLabelClassifier(**self.given, random_state=seed, shuffle=False).fit(*data)
            for seed in (0, 1)
        )
        assert one.history_ != other.history_

    def test_global_states_are_untouched(self, data):
        def states():
            numpy_state = np.random.get_state()  # noqa: NPY002
            return random.getstate(), tuple(numpy_state[1]), numpy_state[2]

        def draws():  # Keras's own generator, which old releases do not reset: see test_fit.py
            return float(tf.random.uniform(()))

        keras.utils.set_random_seed(3)
        expected = draws()
        keras.utils.set_random_seed(3)
        before = states()
        model = KerasMultiLabelClassifier(**self.given, random_state=0).fit(*data)
        assert states() == before
        model.predict(data[0])
        assert states() == before
        assert copy.deepcopy(model).partial_fit(*data).model_ is not None
        assert states() == before
        assert draws() == expected


class TestWeights:
    """With full batches in float64, weights are what they claim to be."""

    given = {"hidden_layer_sizes": (8,), "epochs": 20, "dtype": "float64"}
    given |= {"dropout": 0, "input_dropout": 0}
    given |= {"batch_size": 10_000, "random_state": 0, "learning_rate": 0.05}

    def fit(self, X, Y, weight=None, **given):
        model = KerasMultiLabelClassifier(**{**self.given, **given})
        return model.fit(X, Y, sample_weight=weight).network_.values

    def assert_equal(self, one, other):
        for a, b in zip(one, other, strict=True):
            if a.dtype.kind == "f":
                np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)

    @pytest.mark.parametrize("seed", [0, 1])
    def test_integer_weight_is_repetition(self, data, seed):
        X, Y = data
        weight = np.random.RandomState(seed).randint(0, 4, len(X))
        repeated = np.repeat(np.arange(len(X)), weight)
        self.assert_equal(self.fit(X, Y, weight), self.fit(X[repeated], Y[repeated]))

    @pytest.mark.parametrize("seed", [0, 1])
    def test_zero_weight_is_leaving_out(self, data, seed):
        X, Y = data
        kept = np.random.RandomState(seed).rand(len(X)) < 0.6
        self.assert_equal(self.fit(X, Y, kept * 2.0), self.fit(X[kept], Y[kept]))

    def test_equal_cells_are_a_row(self, data):
        X, Y = data
        weight = np.random.RandomState(0).randint(1, 4, len(X))
        cells = np.repeat(weight[:, None], Y.shape[1], axis=1)
        self.assert_equal(self.fit(X, Y, weight), self.fit(X, Y, cells))

    def test_as_many_rows_as_labels(self, data):
        """keras-team/keras: weights of rows are taken for those of labels if n equals L."""
        X, Y = data[0][:4], data[1][:4]
        weight = np.array([3.0, 1.0, 1.0, 2.0])
        repeated = np.repeat(np.arange(4), weight.astype(int))
        self.assert_equal(self.fit(X, Y, weight), self.fit(X[repeated], Y[repeated]))

    @pytest.mark.parametrize("batch_size", [3, 4, 5])
    def test_batches_as_long_as_labels(self, data, batch_size):
        X, Y = data[0][:12], data[1][:12]
        ones = np.ones(12)
        given = {"batch_size": batch_size, "shuffle": False}
        self.assert_equal(self.fit(X, Y, **given), self.fit(X, Y, ones, **given))
        self.assert_equal(self.fit(X, Y, **given), self.fit(X, Y, ones * 7, **given))
        np.testing.assert_equal(Y.shape[1], 4)

    def test_unweighted_cell_does_not_train(self, data):
        X, Y = data
        weight = np.ones(Y.shape)
        weight[::3, 1] = 0
        other = Y.copy()
        other[::3, 1] = 1 - other[::3, 1]
        self.assert_equal(self.fit(X, Y, weight), self.fit(X, other, weight))
