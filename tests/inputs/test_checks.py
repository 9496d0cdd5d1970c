"""Checks of X."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from skmultilabel_nn._fitting.statistics import scaling_statistics
from skmultilabel_nn._inputs.checks import check_inputs, check_sample_shape


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
