"""Checks of sample weights."""

import numpy as np
import pytest

from skmultilabel_nn._utils.weights import check_weights


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
