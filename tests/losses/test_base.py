"""What holds for all losses: weights, compiled and serialized by Keras."""

import copy
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn.losses import Asymmetric, BinaryCrossentropy, get_loss

from .common import CASES, IDS, NAMES, SEEDS, problem, slow_binary_crossentropy, value_and_gradient

# Slow transcriptions: one cell, one row or one label at a time, in float64, from probabilities.


class TestWeights:
    @pytest.fixture(params=NAMES)
    def loss(self, request):
        return type(get_loss(request.param, multilabel=True))(dtype="float64")

    @pytest.mark.parametrize("seed", SEEDS)
    def test_integer_weight_equals_repeated_row(self, loss, seed):
        rng = np.random.default_rng(seed)
        y, s, w = problem(seed)
        times = rng.integers(1, 4, len(y))
        value, gradient = value_and_gradient(loss, y, s, w * times[:, None])
        again = [np.repeat(a, times, axis=0) for a in (y, s, w)]
        repeated, gradients = value_and_gradient(loss, *again)
        starts = np.cumsum(times) - times
        assert value == pytest.approx(repeated, rel=1e-12)
        np.testing.assert_allclose(gradient, np.add.reduceat(gradients, starts, axis=0), atol=1e-13)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_weights_per_row_equal_them_in_every_cell(self, loss, seed):
        y, s, _ = problem(seed, n=5, n_labels=5)  # n == n_labels: the wrong axis would fit
        w = np.random.default_rng(seed).uniform(0.1, 3.0, 5)
        expected = float(loss(y, s, np.repeat(w[:, None], 5, axis=1)))
        assert float(loss(y, s, w)) == pytest.approx(expected, rel=1e-13)
        assert float(loss(y, s, w[:, None])) == pytest.approx(expected, rel=1e-13)
        assert float(loss(y, s, w[None, :] * np.ones((5, 1)))) != pytest.approx(expected, rel=1e-4)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_zero_weight_leaves_the_cell_out(self, loss, seed):
        y, s, w = problem(seed)
        value, gradient = value_and_gradient(loss, y, s, w)
        other_y = np.where(w == 0, 1 - y, y)
        other_s = np.where(w == 0, 40.0, s)
        other_value, other_gradient = value_and_gradient(loss, other_y, other_s, w)
        assert other_value == pytest.approx(value, rel=1e-13)
        np.testing.assert_allclose(other_gradient, gradient, atol=1e-14)
        # and so does taking the empty row and the empty label away
        kept = [np.delete(a[1:], 1, axis=1) for a in (y, s, w)]
        assert float(loss(*kept)) == pytest.approx(value, rel=1e-12)

    @pytest.mark.parametrize("factor", [1e-3, 7.0])
    def test_only_relative_weights_matter(self, loss, factor):
        y, s, w = problem(5)
        assert float(loss(y, s, factor * w)) == pytest.approx(float(loss(y, s, w)), rel=1e-12)

    def test_a_vanishing_weight_tends_to_leaving_out(self, loss):
        y, s, w = problem(6)
        w = w + 0.5
        left_out, nearly = w.copy(), w.copy()
        left_out[3, 2], nearly[3, 2] = 0, 1e-9
        assert float(loss(y, s, nearly)) == pytest.approx(float(loss(y, s, left_out)), rel=1e-7)

    def test_all_weights_zero_give_zero(self, loss):
        y, s, w = problem(7)
        value, gradient = value_and_gradient(loss, y, s, 0 * w)
        assert value == 0
        assert np.all(gradient == 0)

    def test_members_are_averaged(self, loss):
        y, s, w = problem(8)
        members = np.stack([s, s[::-1], 0.5 * s], axis=1)
        expected = np.mean([float(loss(y, members[:, k], w)) for k in range(3)])
        assert float(loss(y, members, w)) == pytest.approx(expected, rel=1e-12)
        rows = w.max(axis=1)
        expected = np.mean([float(loss(y, members[:, k], rows)) for k in range(3)])
        assert float(loss(y, members, rows)) == pytest.approx(expected, rel=1e-12)

    @pytest.mark.parametrize(
        ("y_shape", "w_shape"),
        [((4, 3), (3,)), ((4, 3), (4, 2)), ((4, 3), (3, 4)), ((4, 3), ()), ((4,), (4, 3))],
    )
    def test_wrong_shapes_are_refused(self, loss, y_shape, w_shape):
        with pytest.raises(ValueError, match="must have the shape"):
            loss(np.zeros(y_shape), np.zeros((4, 3)), np.ones(w_shape))

    def test_row_targets_never_meet_the_labels(self, loss):
        with pytest.raises(ValueError, match="y_true has the shape"):
            loss(np.zeros(3), np.zeros((3, 3)))

    @pytest.mark.parametrize("reduction", ["sum", "none"])
    def test_other_reductions(self, reduction):
        y, s, w = problem(9)
        value = BinaryCrossentropy(reduction=reduction, dtype="float64")(y, s, w).numpy()
        expected = slow_binary_crossentropy(y, s, w) * w.sum()
        assert value.sum() == pytest.approx(expected, rel=1e-10)
        assert value.shape == (y.shape if reduction == "none" else ())


@pytest.mark.slow
class TestInKeras:
    @pytest.mark.parametrize("name", NAMES)
    def test_compiled_equals_eager(self, name):
        y, s, w = (a.astype("float32") for a in problem(10))
        loss = get_loss(name, multilabel=True)

        def both(y, s, w):
            with tf.GradientTape() as tape:
                tape.watch(s)
                value = loss(y, s, w)
            return value, tape.gradient(value, s)

        eager = both(*map(tf.constant, (y, s, w)))
        for jit_compile in (False, True):
            compiled = tf.function(both, jit_compile=jit_compile)
            for a, b in zip(eager, compiled(*map(tf.constant, (y, s, w))), strict=True):
                np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-7)

    @pytest.mark.parametrize("name", NAMES)
    def test_unknown_batch_length(self, name):
        y, s, w = (a.astype("float32") for a in problem(11))
        loss = get_loss(name, multilabel=True)
        cells = tf.TensorSpec((None, 5), "float32")
        for weight, spec in [(w, cells), (w.max(1), tf.TensorSpec((None,), "float32"))]:
            traced = tf.function(loss, input_signature=[cells, cells, spec])
            assert float(traced(y, s, weight)) == pytest.approx(float(loss(y, s, weight)), rel=1e-5)

    @pytest.mark.parametrize(("loss", "slow", "options"), CASES, ids=IDS)
    def test_serialisation(self, loss, slow, options):
        y, s, w = problem(12)
        loss = loss(**options, dtype="float64", reduction="sum")
        expected = float(loss(y, s, w))
        config = keras.saving.serialize_keras_object(loss)
        assert "skmultilabel_nn" in config["registered_name"]
        copies = [keras.saving.deserialize_keras_object(config), copy.deepcopy(loss)]
        copies += [pickle.loads(pickle.dumps(loss)), type(loss).from_config(loss.get_config())]
        for other in copies:
            assert type(other) is type(loss)
            assert other.get_config() == loss.get_config()
            assert float(other(y, s, w)) == expected

    @pytest.mark.parametrize("name", [*NAMES, "mse", "BinaryFocalCrossentropy"])
    @pytest.mark.parametrize("run_eagerly", [False, True])
    def test_keras_fit(self, name, run_eagerly):
        rng = np.random.default_rng(0)
        x = rng.standard_normal((60, 4)).astype("float32")
        y = (x @ rng.standard_normal((4, 6)) > 0).astype("float32")
        w = rng.integers(0, 3, y.shape).astype("float32")
        model = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(6, kernel_initializer="zeros")]
        )
        loss = get_loss(name, multilabel=True)
        model.compile(optimizer=keras.optimizers.Adam(0.05), loss=loss, run_eagerly=run_eagerly)
        before = float(loss(y, model(x), w))
        epochs = 2 if run_eagerly else 8
        model.fit(x, y, sample_weight=w, batch_size=6, epochs=epochs, verbose=0)  # batch = labels
        assert float(loss(y, model(x), w)) < 0.8 * before

    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras
    def test_saved_with_the_model(self, tmp_path):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        loss = get_loss(keras.losses.MeanSquaredError(), multilabel=True)
        for given in (Asymmetric(gamma_neg=3.0), loss):
            model.compile(loss=given)
            model.save(tmp_path / "model.keras")
            loaded = keras.saving.load_model(tmp_path / "model.keras")
            assert loaded.loss.get_config() == given.get_config()
