"""Checks of sample weights."""

import numpy as np
import pytest

from skmultilabel_nn._utils.weights import check_weights, within_range


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
