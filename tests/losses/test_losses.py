"""Losses against plain transcriptions of their papers' formulas, and their weights."""

import copy
import doctest
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn import losses as nn_losses
from skmultilabel_nn.losses import (
    ZLPR,
    Asymmetric,
    BinaryCrossentropy,
    CellLoss,
    Focal,
    LossAdapter,
    SoftF1,
    get_loss,
)

SEEDS = [0, 1, 2]
NAMES = ["binary_crossentropy", "focal", "asymmetric", "zlpr", "soft_f1"]


# Slow transcriptions: one cell, one row or one label at a time, in float64, from probabilities.


def sigmoid(s):
    return 1.0 / (1.0 + np.exp(-s))


def mean_of_cells(positive, negative, y, s, w, label_smoothing=0.0):
    total = 0.0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            t = y[i, j] * (1 - label_smoothing) + label_smoothing / 2
            p = sigmoid(s[i, j])
            total += w[i, j] * (t * positive(p) + (1 - t) * negative(p))
    return total / w.sum()


def slow_binary_crossentropy(y, s, w, label_smoothing=0.0):
    return mean_of_cells(lambda p: -np.log(p), lambda p: -np.log(1 - p), y, s, w, label_smoothing)


def slow_focal(y, s, w, gamma=2.0, alpha=None, label_smoothing=0.0):
    for_positive, for_negative = (1.0, 1.0) if alpha is None else (alpha, 1 - alpha)
    return mean_of_cells(
        lambda p: -for_positive * (1 - p) ** gamma * np.log(p),
        lambda p: -for_negative * p**gamma * np.log(1 - p),
        y,
        s,
        w,
        label_smoothing,
    )


def slow_asymmetric(y, s, w, gamma_pos=0.0, gamma_neg=4.0, clip=0.05, label_smoothing=0.0):
    def negative(p):
        p_m = max(p - clip, 0.0)
        return -(p_m**gamma_neg) * np.log(1 - p_m)

    return mean_of_cells(
        lambda p: -((1 - p) ** gamma_pos) * np.log(p), negative, y, s, w, label_smoothing
    )


def slow_zlpr(y, s, w, label_smoothing=0.0):
    total = weights = 0.0
    for i in range(y.shape[0]):
        row_weight = w[i].max()
        if row_weight == 0:
            continue
        t = y[i] * (1 - label_smoothing) + label_smoothing / 2
        share = w[i] / row_weight
        below = sum(share[j] * t[j] * np.exp(-s[i, j]) for j in range(y.shape[1]))
        above = sum(share[j] * (1 - t[j]) * np.exp(s[i, j]) for j in range(y.shape[1]))
        total += row_weight * (np.log(1 + below) + np.log(1 + above))
        weights += row_weight
    return total / weights


def slow_soft_f1(y, s, w):
    values = []
    for j in range(y.shape[1]):
        if not (w[:, j] > 0).any():
            continue
        p = sigmoid(s[:, j])
        tp = (w[:, j] * y[:, j] * p).sum()
        fp = (w[:, j] * (1 - y[:, j]) * p).sum()
        fn = (w[:, j] * y[:, j] * (1 - p)).sum()
        values.append(1 - 2 * tp / (2 * tp + fp + fn))
    return np.mean(values)


CASES = [
    (BinaryCrossentropy, slow_binary_crossentropy, {}),
    (BinaryCrossentropy, slow_binary_crossentropy, {"label_smoothing": 0.2}),
    (Focal, slow_focal, {}),
    (Focal, slow_focal, {"gamma": 0.5, "alpha": 0.25}),
    (Focal, slow_focal, {"gamma": 0.0, "alpha": 0.9, "label_smoothing": 0.1}),
    (Asymmetric, slow_asymmetric, {}),
    (Asymmetric, slow_asymmetric, {"gamma_pos": 1.0, "gamma_neg": 2.5, "clip": 0.2}),
    (Asymmetric, slow_asymmetric, {"clip": 0.0, "label_smoothing": 0.1}),
    (Asymmetric, slow_asymmetric, {"gamma_neg": 0.0, "clip": 0.1}),
    (ZLPR, slow_zlpr, {}),
    (ZLPR, slow_zlpr, {"label_smoothing": 0.2}),
    (SoftF1, slow_soft_f1, {}),
]
IDS = [f"{loss.__name__}-{options}" for loss, _, options in CASES]


def problem(seed, n=7, n_labels=5, scale=3.0):
    """Targets, logits, and weights of which a third are zero: a row and a label have none."""
    rng = np.random.default_rng(seed)
    y = (rng.random((n, n_labels)) < 0.4).astype(float)
    s = scale * rng.standard_normal((n, n_labels))
    w = rng.uniform(0.1, 3.0, (n, n_labels)) * (rng.random((n, n_labels)) < 0.7)
    w[0] = 0
    w[:, 1] = 0
    return y, s, w


def value_and_gradient(loss, y, s, w=None):
    s = tf.constant(s, loss.dtype)
    with tf.GradientTape() as tape:
        tape.watch(s)
        value = loss(tf.constant(y, loss.dtype), s, w)
    return float(value), tape.gradient(value, s).numpy()


def numeric_gradient(function, s, step=1e-5):
    gradient = np.zeros_like(s)
    for index in np.ndindex(*s.shape):
        moved = np.zeros_like(s)
        moved[index] = step
        gradient[index] = (function(s + moved) - function(s - moved)) / (2 * step)
    return gradient


class TestFormulas:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize(("loss", "slow", "options"), CASES, ids=IDS)
    def test_value_and_gradient(self, loss, slow, options, seed):
        y, s, w = problem(seed)
        # the margin of the asymmetric loss is a kink: finite differences must not cross it
        assert np.abs(sigmoid(s) - options.get("clip", 0.05)).min() > 1e-4
        value, gradient = value_and_gradient(loss(**options, dtype="float64"), y, s, w)
        assert value == pytest.approx(slow(y, s, w, **options), rel=1e-10)
        expected = numeric_gradient(lambda moved: slow(y, moved, w, **options), s)
        np.testing.assert_allclose(gradient, expected, atol=1e-8)
        assert np.all(gradient[w == 0] == 0)
        assert np.abs(gradient).max() > 1e-4

    @pytest.mark.parametrize(("loss", "slow", "options"), CASES, ids=IDS)
    def test_without_weights_and_in_float32(self, loss, slow, options):
        y, s, _ = problem(3)
        expected = slow(y, s, np.ones_like(y), **options)
        assert float(loss(**options)(y, s)) == pytest.approx(expected, rel=1e-5)

    def test_alpha_of_focal_is_used(self):
        # tensorflow/tensorflow#61519: Keras ignores alpha unless another switch is on
        y, s = np.array([[0.0, 1.0, 0.0, 0.0]]), np.array([[-1.6, 0.51, 2.94, -1.8]])
        values = [float(Focal(alpha=alpha)(y, s)) for alpha in (0.25, 0.5, 0.75)]
        assert values[0] > values[1] > values[2]
        peer = keras.losses.BinaryFocalCrossentropy(
            apply_class_balancing=True, alpha=0.25, gamma=2.0, from_logits=True
        )
        assert values[0] == pytest.approx(float(peer(y, s)), rel=1e-5)

    def test_binary_crossentropy_equals_keras(self):
        y, s, _ = problem(4)
        peer = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)
        assert float(BinaryCrossentropy(0.1)(y, s)) == pytest.approx(float(peer(y, s)), rel=1e-6)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_zlpr_of_one_label_is_weighted_crossentropy(self, seed):
        y, s, w = problem(seed, n=9, n_labels=2)
        y, s, w = y[:, :1], s[:, :1], w[:, :1] + 0.1
        expected = slow_binary_crossentropy(y, s, w)
        assert float(ZLPR(dtype="float64")(y, s, w)) == pytest.approx(expected, rel=1e-10)

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("size", [50.0, 500.0])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_finite_at_large_logits(self, name, size, dtype):
        y = np.array([[0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
        s = size * np.array([[1, -1, -1, 1], [-1, -1, 1, 1], [-1, -1, -1, -1]])
        loss = type(get_loss(name, multilabel=True))(dtype=dtype)
        for w in (None, np.ones_like(y), np.eye(3, 4), np.zeros_like(y)):
            value, gradient = value_and_gradient(loss, y, s, w)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()

    @pytest.mark.parametrize(
        ("loss", "cost"),
        [(BinaryCrossentropy(), 1), (Focal(), 1), (Asymmetric(clip=0.0), 1), (ZLPR(), 2)],
    )
    @pytest.mark.parametrize("size", [50.0, 500.0])
    def test_a_wrong_logit_costs_its_size(self, loss, cost, size):
        value, gradient = value_and_gradient(loss, [[1.0, 0.0]], [[-size, size]])
        assert value == pytest.approx(cost * size, rel=1e-6)
        np.testing.assert_allclose(gradient, [[-cost / 2, cost / 2]], rtol=1e-6)

    @pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0])
    @pytest.mark.parametrize("clip", [0.0, 1e-8, 0.05])
    def test_asymmetric_finite_for_any_exponent(self, gamma, clip):
        y = np.array([[0.0, 0.0, 0.0, 1.0, 1.0]])
        s = np.array([[-500.0, np.log(0.05 / 0.95), 500.0, -500.0, 500.0]])
        loss = Asymmetric(gamma_pos=gamma, gamma_neg=gamma, clip=clip)
        value, gradient = value_and_gradient(loss, y, s)
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()


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


class RowHinge(keras.losses.Loss):
    """A loss of a user's own: one value per row."""

    def call(self, y_true, y_pred):
        return keras.ops.max(y_pred - y_true, axis=-1)


class OwnWeights(keras.losses.Loss):
    """A loss that applies the weights itself."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return keras.ops.sum(sample_weight * (y_true - y_pred) ** 2)


def cell_error(y_true, y_pred):
    return (y_true - y_pred) ** 2


class TestForeignLosses:
    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize(
        ("given", "cell"),
        [
            (keras.losses.BinaryCrossentropy(), lambda y, p: -np.log(np.where(y, p, 1 - p))),
            ("BinaryCrossentropy", lambda y, p: -np.log(np.where(y, p, 1 - p))),
            ("bce", lambda y, p: -np.log(np.where(y, p, 1 - p))),
            (
                keras.losses.BinaryFocalCrossentropy(gamma=1.0),
                lambda y, p: np.abs(y - p) * -np.log(np.where(y, p, 1 - p)),
            ),
            (keras.losses.MeanSquaredError(), lambda y, p: (y - p) ** 2),
            ("mse", lambda y, p: (y - p) ** 2),
            (keras.losses.mean_absolute_error, lambda y, p: np.abs(y - p)),
            (keras.losses.Hinge(), lambda y, p: np.maximum(1 - (2 * y - 1) * p, 0)),
            (cell_error, lambda y, p: (y - p) ** 2),
        ],
    )
    def test_weights_per_cell(self, given, cell, seed):
        y, s, w = problem(seed)
        expected = (w * cell(y, sigmoid(s))).sum() / w.sum()
        loss = get_loss(given, multilabel=True)
        assert float(loss(y, s, w)) == pytest.approx(expected, rel=1e-4)
        rows = w.max(axis=1)
        expected = (rows[:, None] * cell(y, sigmoid(s))).sum() / rows.sum() / 5
        assert float(loss(y, s, rows)) == pytest.approx(expected, rel=1e-4)

    @pytest.mark.parametrize("given", [RowHinge(), keras.losses.KLDivergence()])
    def test_weights_of_rows_for_row_losses(self, given):
        y, s, w = problem(0, n=5, n_labels=5)
        rows = w.max(axis=1)
        values = given.call(tf.constant(y, "float32"), tf.constant(sigmoid(s), "float32")).numpy()
        loss = get_loss(given, multilabel=True)
        expected = pytest.approx((rows * values).sum() / rows.sum(), rel=1e-5)
        assert float(loss(y, s, rows)) == expected
        assert float(loss(y, s, rows[:, None])) == expected
        for call in (loss, tf.function(loss)):
            with pytest.raises(ValueError, match="Weights per cell"):
                call(*map(tf.constant, (y, s, w)))

    @pytest.mark.parametrize("given", [keras.losses.Dice(), "dice"])
    def test_losses_of_the_whole_batch_take_no_weights(self, given):
        y, s, w = problem(0)
        loss = get_loss(given, multilabel=True)
        expected = float(keras.losses.Dice()(y, sigmoid(s)))
        assert float(loss(y, s)) == pytest.approx(expected, rel=1e-5)
        for weight in (w, w.max(axis=1)):
            with pytest.raises(ValueError, match="cannot be applied"):
                loss(y, s, weight)

    def test_a_loss_with_its_own_call_gets_the_weights(self):
        y, s, w = problem(0)
        value = float(get_loss(OwnWeights(), multilabel=True)(y, s, w))
        assert value == pytest.approx((w * (y - sigmoid(s)) ** 2).sum(), rel=1e-5)

    def test_given_objects_stay_as_they_were(self):
        for given in (keras.losses.BinaryCrossentropy(label_smoothing=0.1), RowHinge()):
            before = given.get_config()
            loss = get_loss(given, multilabel=True)
            assert given.get_config() == before
            assert loss.reduction == "mean_with_sample_weight"
        assert get_loss(keras.losses.Hinge(reduction="sum"), multilabel=True).reduction == "sum"

    def test_adapter_round_trip(self):
        y, s, w = problem(1)
        for given in ("mse", keras.losses.BinaryCrossentropy(label_smoothing=0.1)):
            loss = get_loss(given, multilabel=True)
            config = keras.saving.serialize_keras_object(loss)
            for other in (
                keras.saving.deserialize_keras_object(config),
                pickle.loads(pickle.dumps(loss)),
            ):
                assert other.activation == loss.activation
                assert float(other(y, s, w)) == float(loss(y, s, w))

    def test_adapter_refuses_other_activations(self):
        with pytest.raises(ValueError, match="activation must be one of"):
            LossAdapter(cell_error, activation="relu")


class TestGetLoss:
    @pytest.mark.parametrize("name", NAMES)
    def test_names(self, name):
        loss = get_loss(name, multilabel=True)
        assert isinstance(loss, CellLoss)
        assert loss.name == name
        assert get_loss(loss, multilabel=True) is loss
        assert type(get_loss(type(loss), multilabel=True)) is type(loss)
        with pytest.raises(ValueError, match="one class per row"):
            get_loss(name, multilabel=False)

    @pytest.mark.parametrize("identifier", [None, "auto"])
    def test_defaults(self, identifier):
        assert isinstance(get_loss(identifier, multilabel=True), BinaryCrossentropy)
        loss = get_loss(identifier, multilabel=False)
        assert isinstance(loss, keras.losses.CategoricalCrossentropy)

    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize(
        "given",
        [
            "auto",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "CategoricalCrossentropy",
            keras.losses.CategoricalCrossentropy(),
            keras.losses.SparseCategoricalCrossentropy(),
            keras.losses.categorical_crossentropy,
        ],
    )
    def test_one_class_per_row(self, given, seed):
        rng = np.random.default_rng(seed)
        s, classes, w = rng.standard_normal((4, 4)), rng.integers(0, 4, 4), rng.uniform(0.1, 2, 4)
        log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        expected = -(w * log_p[np.arange(4), classes]).sum() / w.sum()
        loss = get_loss(given, multilabel=False)
        assert float(loss(np.eye(4)[classes], s, w)) == pytest.approx(expected, rel=1e-5)

    def test_binary_object_for_classes_sees_softmax(self):
        s, y = np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 0.0, 1.0]])
        p = np.exp(s) / np.exp(s).sum()
        expected = -np.log(np.where(y, p, 1 - p)).mean()
        for from_logits in (False, True):
            given = keras.losses.BinaryCrossentropy(from_logits=from_logits)
            loss = get_loss(given, multilabel=False)
            assert float(loss(y, s)) == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize(
        "given",
        [
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "CategoricalHinge",
            keras.losses.CategoricalFocalCrossentropy(),
        ],
    )
    def test_exclusive_losses_are_refused_for_labels(self, given):
        with pytest.raises(ValueError, match="exactly one class per row"):
            get_loss(given, multilabel=True)

    @pytest.mark.parametrize(
        ("wrong", "meant"),
        [("focl", "focal"), ("binary-crossentropy_", "binary_crossentropy"), ("asymetric", "asym")],
    )
    @pytest.mark.parametrize("multilabel", [True, False])
    def test_unknown_names(self, wrong, meant, multilabel):
        with pytest.raises(ValueError, match=f"Did you mean '{meant}") as error:
            get_loss(wrong, multilabel=multilabel)
        assert "soft_f1" in str(error.value)

    @pytest.mark.parametrize("given", [3, ["focal"], 0.5])
    def test_other_types_are_refused(self, given):
        with pytest.raises(TypeError, match="loss must be"):
            get_loss(given, multilabel=True)

    @pytest.mark.parametrize(
        ("loss", "options"),
        [
            (BinaryCrossentropy, {"label_smoothing": 1.0}),
            (Focal, {"gamma": -1.0}),
            (Focal, {"alpha": 2.0}),
            (Asymmetric, {"clip": 1.0}),
            (Asymmetric, {"gamma_neg": -0.1}),
            (ZLPR, {"label_smoothing": -0.1}),
        ],
    )
    def test_options_out_of_range(self, loss, options):
        with pytest.raises(ValueError, match=next(iter(options))):
            loss(**options)


def test_docstring_examples():
    assert doctest.testmod(nn_losses).failed == 0
