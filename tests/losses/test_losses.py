"""Losses against plain transcriptions of their papers' formulas."""

import keras
import numpy as np
import pytest

from skmultilabel_nn.losses import ZLPR, Asymmetric, BinaryCrossentropy, Focal, get_loss

from .common import (
    CASES,
    IDS,
    NAMES,
    SEEDS,
    problem,
    sigmoid,
    slow_binary_crossentropy,
    value_and_gradient,
)


def numeric_gradient(function, s, step=1e-5):
    gradient = np.zeros_like(s)
    for index in np.ndindex(*s.shape):
        moved = np.zeros_like(s)
        moved[index] = step
        gradient[index] = (function(s + moved) - function(s - moved)) / (2 * step)
    return gradient


# Slow transcriptions: one cell, one row or one label at a time, in float64, from probabilities.


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
