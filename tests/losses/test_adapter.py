"""Losses of Keras and of users, adapted to logits and to weights per cell."""

import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn.losses import LossAdapter, get_loss

from .common import SEEDS, problem, sigmoid


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


# Slow transcriptions: one cell, one row or one label at a time, in float64, from probabilities.


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
