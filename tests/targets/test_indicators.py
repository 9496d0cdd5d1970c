"""Indicators: arrays, sparse matrices and unknown cells."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from numpy.testing import assert_array_equal
from sklearn.preprocessing import LabelBinarizer

from skmultilabel_nn._targets.codec import learn_targets
from tests.common import count_calls

from .common import HOLES, SEEDS, indicator

# Indicators -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool])
def test_wide_narrow_integers_keep_their_columns(dtype):
    Y = indicator(3, n=50, width=300, dtype=dtype)
    codec, encoded = learn_targets(Y)
    assert_array_equal(encoded.Y, Y)
    assert_array_equal(codec.decode(encoded.Y), Y)


def test_labelbinarizer_still_permutes_narrow_integers():
    """The reason for not passing that way; remove with the scikit-learn fault."""
    Y = indicator(3, n=50, width=300, dtype=np.uint8)
    if (LabelBinarizer().fit_transform(Y) == Y).all():
        pytest.skip("this scikit-learn has mended it")
    assert_array_equal(learn_targets(Y)[1].Y, Y)


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("fill", [0, 1])
def test_constant_and_narrow_indicators_stay_multilabel(width, fill):
    codec, encoded = learn_targets(np.full((5, width), fill))
    assert codec.kind == "indicator"
    assert codec.classes.shape == (width, 2)
    assert codec.decode(encoded.Y).tolist() == [[fill] * width] * 5


def test_float32_is_not_copied_and_input_is_not_changed():
    Y = indicator(dtype=np.float32)
    assert np.shares_memory(learn_targets(Y)[1].Y, Y)
    with_nan = Y.copy()
    with_nan[2, 1] = np.nan
    before = with_nan.copy()
    learn_targets(with_nan)
    assert_array_equal(with_nan, before)


def test_read_only_input_is_accepted():
    Y = indicator(dtype=np.float32)
    Y.flags.writeable = False
    assert_array_equal(learn_targets(Y)[1].Y, Y)


def with_holes(missing):
    return [[missing if np.isnan(v) else int(v) for v in row] for row in HOLES]


@pytest.mark.parametrize(
    "y",
    [
        HOLES,
        HOLES.astype(np.float16),
        np.asfortranarray(HOLES),
        HOLES.tolist(),
        with_holes(None),
        with_holes(pd.NA),
        np.array(with_holes(None), dtype=object),
        np.array(with_holes(pd.NA), dtype=object),
        np.ma.masked_invalid(HOLES),
        np.ma.MaskedArray(np.nan_to_num(HOLES).astype(int), mask=np.isnan(HOLES)),
        pd.DataFrame(HOLES),
        pd.DataFrame(with_holes(None), dtype=object),
        pd.DataFrame(with_holes(pd.NA), dtype="Int64"),
        pd.DataFrame(with_holes(pd.NA), dtype="boolean"),
        pd.DataFrame(with_holes(pd.NA), dtype="Float64"),
        pd.DataFrame({"a": HOLES[:, 0], "b": pd.array([None, 1, None, 0], "Int64"), "c": 1}),
        pl.DataFrame(with_holes(None), orient="row", schema=["a", "b", "c"]),
        pl.DataFrame(HOLES, schema=["a", "b", "c"]),
        pl.DataFrame(HOLES, schema=["a", "b", "c"], nan_to_null=True).cast(pl.Boolean),
    ],
    ids=str,
)
def test_missing_cells_are_unknown(y):
    _, encoded = learn_targets(y)
    columns = slice(0, 2) if isinstance(y, pd.DataFrame) and "c" in y else slice(None)
    assert_array_equal(encoded.known[:, columns], ~np.isnan(HOLES)[:, columns])
    assert_array_equal(encoded.Y[:, columns], np.nan_to_num(HOLES)[:, columns])
    assert encoded.known.dtype == bool
    assert encoded.Y.dtype == np.float32
    assert encoded.Y.flags.c_contiguous
    assert encoded.known.flags.c_contiguous


@pytest.mark.parametrize("seed", SEEDS)
def test_missing_cells_far_down_are_found(seed):
    rng = np.random.default_rng(seed)
    Y = indicator(seed, n=20_000, width=50, dtype=float)
    holes = rng.random(Y.shape) < 1e-4
    Y[holes] = np.nan
    assert_array_equal(learn_targets(Y)[1].known, ~holes)


def test_sparse_input_is_made_canonical_and_stays_as_it_was():
    data, row, column = [1, 0, 1, 0], [0, 0, 1, 1], [2, 1, 0, 0]
    y = scipy.sparse.coo_array((data, (row, column)), shape=(2, 3))
    _, encoded = learn_targets(y)
    assert encoded.Y.toarray().tolist() == [[0, 0, 1], [1, 0, 0]]
    assert encoded.Y.nnz == 2
    assert y.nnz == 4

    y = scipy.sparse.csr_array(([1, 1, 0], [2, 0, 1], [0, 3]), shape=(1, 3))
    assert learn_targets(y)[1].Y.indices.tolist() == [0, 2]
    assert y.indices.tolist() == [2, 0, 1]
    assert y.nnz == 3


def test_large_indicator_is_read_without_a_loop_over_its_cells():
    Y = (np.random.default_rng(0).random((20_000, 1_000)) < 0.02).astype(np.float32)
    assert count_calls(learn_targets, Y) < 1000
