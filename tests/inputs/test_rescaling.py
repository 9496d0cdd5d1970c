"""Features whose differences a network's dtype does not hold."""

import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn._inputs.rescaling import Rescaling, cast_inputs, learn_rescaling

STEPS = np.arange(200)
TIMES = 1_700_000_000_000 + 10 * STEPS


def features(times, dtype):
    return np.column_stack([np.asarray(times, dtype), STEPS.astype(dtype)])


@pytest.mark.parametrize(
    "X",
    [
        pytest.param(features(TIMES, np.float64), id="milliseconds"),
        pytest.param(features(TIMES, np.int64), id="integers"),
        pytest.param(features(TIMES * 10**6, np.int64), id="nanoseconds"),
        pytest.param(features(2**63 + STEPS.astype(np.uint64), np.uint64), id="unsigned"),
        pytest.param(features(-(2**62) - STEPS, np.int64), id="negative"),
        pytest.param(features(1 + 1e-9 * STEPS, np.float64), id="close to 1"),
        pytest.param(features(1e-60 * STEPS, np.float64), id="tiny"),
        pytest.param(features(2**31 + STEPS, np.uint32), id="32 bits"),
    ],
)
def test_differences_are_kept(X):
    rescaling = learn_rescaling(X, "float32")
    found = cast_inputs(X, "float32", rescaling)
    assert found.dtype == np.float32
    expected = (STEPS - STEPS.mean()) / STEPS.std()
    scaled = (found[:, 0] - found[:, 0].mean(dtype=float)) / found[:, 0].std(dtype=float)
    np.testing.assert_allclose(np.sign(scaled[-1]) * scaled, expected, atol=1e-4)
    np.testing.assert_array_equal(found[:, 1], STEPS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "column",
    [
        pytest.param(np.float64(0.1) * np.ones(200), id="constant"),
        pytest.param(np.where(STEPS % 2, 0.3, 0.1 + 0.2), id="rounding errors"),
        pytest.param(STEPS * 0.1, id="fractions"),
        pytest.param(np.random.default_rng(0).normal(300, 1, 200), id="far from 0"),
        pytest.param(2.0**40 + 2.0**20 * STEPS, id="numbers of float32"),
        pytest.param((2**40 + 2**20 * STEPS).astype(np.int64), id="integers of float32"),
        pytest.param(STEPS.astype(np.uint8), id="small integers"),
        pytest.param(np.float32(1e9) + STEPS.astype(np.float32), id="float32"),
    ],
)
def test_nothing_is_done_where_nothing_is_lost(column, dtype):
    X = column[:, np.newaxis]
    assert learn_rescaling(X, dtype) is None
    expected = X.dtype if X.dtype == np.uint8 else dtype
    assert cast_inputs(X, dtype).dtype == expected


def test_float64_holds_milliseconds_but_not_nanoseconds():
    assert learn_rescaling(features(TIMES, np.float64), "float64") is None
    assert learn_rescaling(features(10**18 + STEPS, np.int64), "float64") is not None


def test_sparse_features_are_never_shifted():
    assert learn_rescaling(sp.csr_matrix(features(TIMES, float)), "float32") is None


def test_other_forms_of_the_same_numbers():
    X = features(TIMES, np.int64)
    rescaling = learn_rescaling(X, "float32")
    expected = cast_inputs(X, "float32", rescaling)
    for form in (X.astype(float), X.astype(np.uint64), sp.csr_matrix(X), np.asfortranarray(X)):
        np.testing.assert_array_equal(cast_inputs(form, "float32", rescaling), expected)


@pytest.mark.parametrize("far", [-1e300, 0, 2**63 - 1, 1e300])
def test_far_values_stay_finite_and_on_their_side(far):
    rescaling = Rescaling(np.array([1.7e12]), np.array([1e-3]))
    found = cast_inputs(np.array([[far]]), "float32", rescaling)
    assert np.isfinite(found).all()
    assert np.sign(found[0, 0]) == np.sign(far - 1.7e12)


def test_many_samples_in_blocks():
    X = 1.7e12 + np.arange(1_200_000.0).reshape(-1, 2)
    found = cast_inputs(X, "float32", learn_rescaling(X, "float32"))
    np.testing.assert_allclose(found.mean(axis=0, dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(found.std(axis=0, dtype=float), 1, rtol=1e-6)


def test_images_by_channel():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 4, 5, 2)) * [1e-3, 1] + [1e6, 0]
    rescaling = learn_rescaling(X, "float32", rng.uniform(size=30))
    np.testing.assert_array_equal(rescaling.shift[1], 0)
    found = cast_inputs(X, "float32", rescaling)
    np.testing.assert_allclose(found[..., 0].std(), 1, rtol=0.1)
    np.testing.assert_array_equal(found[..., 1], X[..., 1].astype(np.float32))


def test_weights_decide():
    X = np.concatenate([features(TIMES, np.float64), np.zeros((5, 2))])
    weight = np.append(np.ones(200), np.zeros(5))
    rescaling = learn_rescaling(X, "float32", weight)
    np.testing.assert_allclose(rescaling.shift[0], TIMES.mean())
