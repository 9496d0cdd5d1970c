"""The statistics of the input scaling."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn._fitting.statistics import scaling_statistics


class TestScalingStatistics:
    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("weighted", [False, True])
    def test_dense(self, seed, weighted):
        rng = np.random.RandomState(seed)
        X = rng.gamma(2, 3, (40, 5)).astype(np.float32)
        weight = rng.randint(0, 4, 40) if weighted else None
        shift, factor = scaling_statistics(X, weight)
        rows = X if weight is None else np.repeat(X, weight, axis=0)
        np.testing.assert_allclose(((rows - shift) * factor).mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(((rows - shift) * factor).std(axis=0), 1, rtol=1e-5)

    def test_constant_features_stay_finite(self):
        shift, factor = scaling_statistics(np.full((5, 2), 7.0))
        np.testing.assert_array_equal(shift, [7, 7])
        np.testing.assert_array_equal(factor, [1, 1])

    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csr_array])
    def test_sparse(self, seed, weighted, kind):
        rng = np.random.RandomState(seed)
        X = kind(sp.random(40, 30, 0.1, "csr", np.float32, rng) * 7)
        weight = rng.randint(0, 4, 40) if weighted else None
        shift, factor = scaling_statistics(X, weight)
        rows = X.toarray() if weight is None else np.repeat(X.toarray(), weight, axis=0)
        assert shift is None
        assert factor.shape == ()
        np.testing.assert_allclose(((rows * factor) ** 2).sum(axis=1).mean(), 1, rtol=1e-5)

    def test_all_zero_sparse(self):
        assert scaling_statistics(sp.csr_matrix((3, 4), dtype=np.float32))[1] == 1

    @pytest.mark.parametrize("weighted", [False, True])
    def test_images_by_channel(self, weighted):
        rng = np.random.RandomState(0)
        X = rng.rand(6, 4, 5, 3) * [1, 10, 100]
        weight = rng.randint(1, 4, 6) if weighted else None
        shift, factor = scaling_statistics(X, weight)
        repeated = X if weight is None else np.repeat(X, weight, axis=0)
        reference = StandardScaler().fit(repeated.reshape(-1, 3))
        np.testing.assert_allclose(shift, reference.mean_)
        np.testing.assert_allclose(factor, 1 / reference.scale_)
