"""Checks of X and of sample weights, and the statistics of the input scaling."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn._fitting.statistics import scaling_statistics
from skmultilabel_nn._inputs.checks import check_inputs, check_sample_shape
from skmultilabel_nn._utils.weights import check_weights


def checked(X, *, reset=True, estimator=None, allow_nd=False):
    estimator = BaseEstimator() if estimator is None else estimator
    return check_inputs(estimator, X, reset=reset, dtype="float32", allow_nd=allow_nd)


class TestInputs:
    @pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, bool, object])
    def test_becomes_floats(self, dtype):
        X = checked(np.eye(3).astype(dtype))
        assert X.dtype == np.float32
        np.testing.assert_array_equal(X, np.eye(3))

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8])
    def test_small_integers_do_not_overflow(self, dtype):
        X = sp.csr_matrix(np.full((10, 4), 100, dtype))
        assert scaling_statistics(X)[1] == pytest.approx(1 / 200)

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8])
    def test_small_integers_stay(self, dtype):
        assert checked(np.eye(3, dtype=dtype)).dtype == dtype

    @pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
    @pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csr_array])
    def test_sparse_becomes_csr(self, form, kind):
        X = checked(kind(np.eye(3)).asformat(form))
        assert X.format == "csr"
        np.testing.assert_array_equal(X.toarray(), np.eye(3))

    def test_frames(self):
        estimator = BaseEstimator()
        frame = pd.DataFrame({"a": [1, 2], "b": [3.5, 4.5]})
        np.testing.assert_array_equal(checked(frame, estimator=estimator), frame)
        assert estimator.feature_names_in_.tolist() == ["a", "b"]
        with pytest.raises(ValueError, match="feature names should match"):
            checked(frame[["b", "a"]], reset=False, estimator=estimator)

    @pytest.mark.parametrize("seed", [0, 1])
    def test_images(self, seed):
        X = np.random.RandomState(seed).rand(4, 3, 3, 2)
        np.testing.assert_allclose(checked(X, allow_nd=True), X, rtol=1e-6)
        with pytest.raises(ValueError, match="dim 4"):
            checked(X)

    @pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
    @pytest.mark.parametrize("sparse", [False, True])
    def test_not_finite(self, bad, sparse):
        X = np.eye(3)
        X[1, 1] = bad
        with (
            pytest.raises(ValueError, match=r"NaN|infinity|too large"),
            np.errstate(over="ignore"),
        ):
            checked(sp.csr_matrix(X) if sparse else X)

    def test_another_width(self):
        estimator = BaseEstimator()
        checked(np.eye(3), estimator=estimator)
        with pytest.raises(ValueError, match="X has 2 features, but BaseEstimator is expecting 3"):
            checked(np.eye(2), reset=False, estimator=estimator)

    @pytest.mark.parametrize("X", [np.empty((0, 3)), [], [[]]])
    def test_empty(self, X):
        with pytest.raises(ValueError, match=r"minimum of 1|Expected 2D"):
            checked(X)

    def test_sample_shape(self):
        check_sample_shape(np.ones((2, 3, 4)), [3, 4])
        with pytest.raises(ValueError, match=r"\(4, 3\).*\(3, 4\)"):
            check_sample_shape(np.ones((2, 4, 3)), (3, 4))


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
            ([1, -1, 1], 2, "must not be negative, the least is -1"),
            ([0, 0, 0], 2, "zero for every sample"),
            ([1, np.nan, 1], 2, "sample_weight contains NaN"),
            ([1, np.inf, 1], 2, "sample_weight contains infinity"),
        ],
    )
    def test_refused(self, weight, n_outputs, message):
        with pytest.raises(ValueError, match=message):
            check_weights(weight, 3, n_outputs)


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
