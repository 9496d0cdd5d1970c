"""Losses by name, and what is refused."""

import keras
import numpy as np
import pytest

from skmultilabel_nn.losses import ZLPR, Asymmetric, BinaryCrossentropy, CellLoss, Focal, get_loss

from .common import NAMES, SEEDS

# Slow transcriptions: one cell, one row or one label at a time, in float64, from probabilities.


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
        [
            ("focl", "focal"),
            ("binary-crossentropy_", "binary_crossentropy"),
            ("asymetric", "asym"),  # codespell:ignore
        ],
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
