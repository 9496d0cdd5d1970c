"""Checks of sample weights."""

import numpy as np
import pytest

from skmultilabel_nn._utils.weights import check_weights, normalized_weights, within_range


class TestWeights:
    def test_forms(self):
        assert check_weights(None, 3) is None
        np.testing.assert_array_equal(check_weights(2, 3), [2, 2, 2])
        np.testing.assert_array_equal(check_weights([1, 0, 2], 3), [1, 0, 2])
        cells = np.arange(6).reshape(3, 2)
        np.testing.assert_array_equal(check_weights(cells, 3, 2), cells)
        assert check_weights(cells, 3, 2).dtype == np.float64

    @pytest.mark.parametrize(
        ("weight", "n_outputs", "message"),
        [
            ([1, 2], 2, r"shape \(2,\), expected \(3,\) or \(3, 2\)"),
            (np.ones((3, 2)), None, r"shape \(3, 2\), expected \(3,\)"),
            (np.ones((2, 3)), 2, r"expected \(3,\) or \(3, 2\)"),
            (np.ones((3, 1)), 2, r"expected \(3,\) or \(3, 2\)"),
            ([1, -1, 1], 2, "must not be negative, the minimum is -1"),
            ([0, 0, 0], 2, "zero for every sample"),
            ([1, np.nan, 1], 2, "sample_weight contains NaN"),
            ([1, np.inf, 1], 2, "sample_weight contains infinity"),
        ],
    )
    def test_refused(self, weight, n_outputs, message):
        with pytest.raises(ValueError, match=message):
            check_weights(weight, 3, n_outputs)

    @pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e300])
    def test_extreme_ones_are_scaled(self, scale):
        found = check_weights(scale * np.array([1.0, 2, 0, 4]), 4)
        np.testing.assert_array_equal(found / found[0], [1, 2, 0, 4])
        assert 0.1 < found.max() < 10

    @pytest.mark.parametrize("scale", [1e-20, 1, 3e15])
    def test_others_are_kept(self, scale):
        given = scale * np.array([1.0, 2, 3])
        np.testing.assert_array_equal(check_weights(given, 3), given)
        assert within_range(given, 100) is given


class TestNormalized:
    @pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e-45, 0.3, 1e15, 1e38, 1e308])
    @pytest.mark.parametrize("shape", [(7,), (7, 3)])
    def test_equal_ones_are_none(self, scale, shape):
        assert normalized_weights(check_weights(np.full(shape, scale), 7, 3)) is None

    def test_mean_of_those_that_count(self):
        found = normalized_weights(np.array([1.5, 0, 4.5, 3]))
        np.testing.assert_array_equal(found, [0.5, 0, 1.5, 1])
        chosen = np.array([1.0, 0, 1])
        np.testing.assert_array_equal(normalized_weights(chosen), chosen)

    @pytest.mark.parametrize("scale", [1, 2, 2**15])
    def test_integers_count_repetitions(self, scale):
        found = normalized_weights(scale * np.array([1.0, 0, 3, 2]))
        np.testing.assert_array_equal(found, [1, 0, 3, 2])

    @pytest.mark.parametrize("scale", [1e-280, 1e-9, 1e9, 1e300])
    def test_scale_does_not_count(self, scale):
        weight = np.random.default_rng(0).uniform(0.1, 2, (20, 3))
        found = normalized_weights(check_weights(scale * weight, 20, 3))
        np.testing.assert_allclose(found, normalized_weights(weight), rtol=1e-12)

    def test_mixed_scales(self):
        found = normalized_weights(check_weights([1e-300, 1.0, 1e300], 3))
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, [0, 2e-300, 2], atol=0, rtol=1e-9)
