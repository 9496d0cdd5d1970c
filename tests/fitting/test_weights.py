"""Weights of samples, cells and classes in one array."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import expit, softmax
from sklearn.utils.class_weight import compute_sample_weight

from skmultilabel_nn._fitting import weights as final_weights
from skmultilabel_nn._fitting.weights import training_weights
from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._training.cell_weights import with_cell_weights
from skmultilabel_nn._training.config import Samples


def weights(y, sample_weight=None, class_weight=None, classes=None):
    codec, target = learn_targets(y, classes=classes)
    found = training_weights(target, codec, sample_weight, class_weight)
    return with_cell_weights(Samples(None, target.Y, target.known, *found)).weight


def log_odds(Y, weight, *, multilabel):
    return final_weights.log_odds(Samples(None, Y, weight=weight), multilabel=multilabel)


def indicator(seed, n=30, n_labels=4):
    Y = (np.random.RandomState(seed).rand(n, n_labels) < [0.1, 0.3, 0.5, 0.8]).astype(int)
    Y[0], Y[1] = 1, 0
    return Y


def test_nothing_given_is_nothing():
    assert weights(indicator(0)) is None


@pytest.mark.parametrize("shape", [(30,), (30, 4)])
def test_sample_weight_alone(shape):
    given = np.random.RandomState(0).rand(*shape)
    found = weights(indicator(0), given)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, given, rtol=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("shape", [None, (30,), (30, 4)])
@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
def test_balanced(seed, shape, form):
    Y = indicator(seed)
    sample = None if shape is None else np.random.RandomState(seed).uniform(0.5, 2, shape)
    found = weights(form(Y), sample, "balanced")
    positives, negatives = (found * Y).sum(axis=0), (found * (1 - Y)).sum(axis=0)
    np.testing.assert_allclose(positives, negatives, rtol=1e-5)
    cells = np.ones(Y.shape) if sample is None else np.broadcast_to(sample.T, Y.T.shape).T
    np.testing.assert_allclose(found.sum(axis=0), cells.sum(axis=0), rtol=1e-5)
    ratio = found / cells
    for label in range(4):
        assert np.ptp(ratio[Y[:, label] == 1, label]) < 1e-5
        assert np.ptp(ratio[Y[:, label] == 0, label]) < 1e-5


@pytest.mark.parametrize("seed", [0, 1])
def test_balanced_with_unknown_cells(seed):
    Y = indicator(seed).astype(float)
    Y[np.random.RandomState(seed).rand(*Y.shape) < 0.2] = np.nan
    Y[0], Y[1] = 1, 0
    found = weights(Y, None, "balanced")
    assert (found[np.isnan(Y)] == 0).all()
    np.testing.assert_allclose(
        np.nansum(found * Y, axis=0), np.nansum(found * (1 - Y), axis=0), rtol=1e-5
    )


def test_balanced_with_constant_labels_is_finite():
    Y = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1]])
    found = weights(Y, None, "balanced")
    assert np.isfinite(found).all()
    assert (found > 0).all()


def test_unknown_cells_weigh_nothing():
    Y = np.array([[1, np.nan], [0, 1.0], [np.nan, 0]])
    np.testing.assert_array_equal(weights(Y), [[1, 0], [1, 1], [0, 1]])
    np.testing.assert_array_equal(weights(Y, np.array([2.0, 3, 4])), [[2, 0], [3, 3], [0, 4]])


def test_a_label_of_which_nothing_is_known_is_named():
    sets = np.array([[1, np.nan], [0, np.nan]])
    with pytest.raises(ValueError, match=r"Label\(s\) 'b' have no observed values"):
        weights(sets, classes=["a", "b"])


@pytest.mark.parametrize(
    ("class_weight", "positive"),
    [({"a": 5.0}, [5, 1, 1]), ({"b": 0, "c": 2}, [1, 0, 2]), ([1, 2, 3], [1, 2, 3])],
)
def test_by_label(class_weight, positive):
    y = [{"a"}, {"a", "b"}, set(), {"c"}]
    Y = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 0, 1]])
    found = weights(y, None, class_weight)
    np.testing.assert_array_equal(found, np.where(Y, positive, 1))
    sample = np.array([1.0, 2, 3, 4])
    found = weights(y, sample, class_weight)
    np.testing.assert_array_equal(found, np.where(Y, positive, 1) * sample[:, None])


def test_not_the_weight_of_the_first_label():
    """keras-team/keras: a row got the class weight of its first positive label."""
    found = weights([{"a", "b"}, {"b"}], None, {"a": 7, "b": 2})
    np.testing.assert_array_equal(found, [[7, 2], [1, 2]])


class TestClasses:
    y = np.array(["x", "y", "y", "y", "z", "z"])

    def test_balanced_as_in_scikit_learn(self):
        found = weights(self.y, None, "balanced")
        np.testing.assert_allclose(found, compute_sample_weight("balanced", self.y), rtol=1e-6)

    def test_by_class_and_sample(self):
        found = weights(self.y, np.arange(6.0), {"y": 3})
        np.testing.assert_array_equal(found, [0, 3, 6, 9, 4, 5])


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ("heavy", "must be None, 'balanced'"),
        ({"a": -1}, "must not be negative"),
        ([1, 2], "class_weight"),
    ],
)
def test_refused(class_weight, message):
    with pytest.raises(ValueError, match=message):
        weights([{"a"}, {"b"}, {"c"}], None, class_weight)


class TestLogOdds:
    """Where biases start: at the labels' frequencies, smoothed by one sample."""

    @pytest.mark.parametrize("n_samples", [1, 10, 100])
    @pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
    def test_few_samples_are_no_certainty(self, n_samples, form):
        Y = form(np.column_stack([np.zeros(n_samples), np.ones(n_samples)]))
        found = log_odds(Y, None, multilabel=True)
        expected = np.log(0.5 / (n_samples + 0.5))
        np.testing.assert_allclose(found, [expected, -expected])

    def test_many_samples_decide(self):
        Y = np.repeat([[1, 0], [0, 0]], [3000, 7000], axis=0)
        found = expit(log_odds(Y, None, multilabel=True))
        np.testing.assert_allclose(found, [0.3, 1e-4], rtol=1e-3)

    @pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
    @pytest.mark.parametrize("shape", [(30,), (30, 4)])
    def test_scale_of_weights_does_not_count(self, shape, scale):
        Y, weight = indicator(0), np.random.RandomState(0).uniform(0.5, 2, shape)
        expected = log_odds(Y, weight, multilabel=True)
        np.testing.assert_allclose(log_odds(Y, scale * weight, multilabel=True), expected)

    def test_equal_weights_are_none(self):
        Y = indicator(0)
        expected = log_odds(Y, None, multilabel=True)
        np.testing.assert_array_equal(log_odds(Y, np.ones(30), multilabel=True), expected)
        np.testing.assert_array_equal(log_odds(Y, np.ones(Y.shape), multilabel=True), expected)

    def test_one_sample_that_weighs_all_is_one_sample(self):
        Y, weight = np.array([[0], [1], [1]]), np.array([1, 1e-9, 1e-9])
        np.testing.assert_allclose(log_odds(Y, weight, multilabel=True), np.log(1 / 3), rtol=1e-6)

    def test_unknown_cells_do_not_count(self):
        Y = np.array([[1, 0], [1, 0], [0, 0]])
        weight = np.array([[1.0, 0], [1, 0], [0, 0]], np.float32)
        np.testing.assert_allclose(log_odds(Y, weight, multilabel=True), [np.log(5), 0])

    @pytest.mark.parametrize("weight", [None, np.full(10, 3.0)])
    def test_classes(self, weight):
        Y = np.repeat([[1, 0, 0], [0, 1, 0]], [6, 4], axis=0)
        found = softmax(log_odds(Y, weight, multilabel=False))
        np.testing.assert_allclose(found, (np.array([6, 4, 0]) + 1 / 3) / 11)

    @pytest.mark.parametrize("n_labels", [50, 1000])
    def test_many_rare_labels_do_not_add_up(self, n_labels):
        Y = (np.random.RandomState(0).rand(60, n_labels) < 1 / n_labels).astype(int)
        expected = expit(log_odds(Y, None, multilabel=True)).sum()
        assert Y.mean(axis=0).sum() <= expected < 1.2 * Y.mean(axis=0).sum()


@pytest.mark.parametrize("scale", [1e-300, 1e-45, 1e38, 1e300])
def test_extreme_class_weights_stay_finite_numbers_of_float32(scale):
    y = np.array([0, 1, 2, 2])
    found = weights(y, None, {0: scale, 1: 2 * scale, 2: scale})
    np.testing.assert_allclose(found / found[0], [1, 2, 1, 1], rtol=1e-6)
    assert 0.1 < found.max() < 10


@pytest.mark.parametrize("class_weight", ["balanced", "large", "small"])
@pytest.mark.parametrize("row_weights", [False, True])
@pytest.mark.parametrize("form", [sp.csr_array, sp.csr_array.toarray])
def test_class_weights_take_no_memory_per_cell(form, row_weights, class_weight):
    scale = {"large": 1e300, "small": 3.0}.get(class_weight)
    class_weight = class_weight if scale is None else np.linspace(1, scale, 1000)
    Y = sp.random(10_000, 1000, 0.002, "csr", random_state=0)
    Y.data[:] = 1
    codec, target = learn_targets(form(sp.csr_array(Y)))
    sample = np.random.RandomState(0).uniform(0.1, 1, 10_000) if row_weights else None
    tracemalloc.start()
    weight, label_weights = training_weights(target, codec, sample, class_weight)
    samples = Samples(None, target.Y, None, weight, label_weights)
    assert np.isfinite(final_weights.log_odds(samples, multilabel=True)).all()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.5 * Y.shape[0] * Y.shape[1]  # half a byte per cell
    assert (weight is not None) == row_weights
    assert label_weights is not None


@pytest.mark.parametrize("class_weight", ["balanced", [3.0, 1e-3, 0.1, 7.0]])
@pytest.mark.parametrize("row_weights", [False, True])
def test_label_weights_are_the_products_with_cell_weights(row_weights, class_weight):
    Y = indicator(0)
    sample = np.random.RandomState(0).uniform(0.1, 1, 30) if row_weights else np.ones(30)
    found = weights(Y, sample if row_weights else None, class_weight)
    cells = np.repeat(sample[:, np.newaxis], 4, axis=1)
    np.testing.assert_array_equal(found, weights(Y, cells, class_weight))


@pytest.mark.parametrize("scale", [1e-30, 1e20, 1e30, 1e300])
def test_extreme_products_with_row_weights_stay_in_the_range_of_float32(scale):
    sample = np.linspace(1, 2, 30) * 1e28
    found = weights(indicator(0), sample, scale * np.arange(1.0, 5))
    assert np.isfinite(found).all()
    assert 0 < found.max() < 2.0**32
