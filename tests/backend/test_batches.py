"""Batches inside of a program are the rows that numpy and scipy would take."""

import numpy as np
import pytest
import scipy.sparse as sp
import tensorflow as tf

from skmultilabel_nn._backend import batches

WIDE = batches.WIDEST_DENSE_BATCH + 1


def matrix(seed, kind, width=7):
    rng = np.random.RandomState(seed)
    X = sp.random(20, width, 0.3, "csr", np.float32, rng)
    X.data[X.indptr[3] : X.indptr[4]] = 0
    X.eliminate_zeros()
    if kind == "int64":
        X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    if kind == "unsorted":
        for row in range(20):
            inside = slice(X.indptr[row], X.indptr[row + 1])
            X.indices[inside], X.data[inside] = X.indices[inside][::-1], X.data[inside][::-1]
        X.has_sorted_indices = X.has_canonical_format = False
    if kind == "duplicates":
        rows, columns = rng.randint(0, 20, 60), rng.randint(0, width, 60)
        whole = sp.coo_matrix((rng.rand(60).astype(np.float32), (rows, columns)), (20, width))
        indptr = np.r_[0, np.cumsum(np.bincount(rows, minlength=20))]
        order = np.argsort(rows, kind="stable")
        X = sp.csr_matrix((whole.data[order], columns[order], indptr), (20, width))
        X.has_canonical_format = False
    return X


def dense(batch):
    batch = (
        tf.sparse.to_dense(tf.sparse.reorder(batch))
        if isinstance(batch, tf.SparseTensor)
        else batch
    )
    return batch.numpy()


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", ["sorted", "int64", "unsorted", "duplicates"])
@pytest.mark.parametrize("index", [[4, 3, 4, 0], [3], [], list(range(20))], ids=len)
class TestSparse:
    def test_take(self, seed, kind, index):
        X = matrix(seed, kind)
        expected = X.toarray()[index]
        layout = batches.layout(X, "float32", max_dense_features=batches.WIDEST_DENSE_BATCH)
        assert layout.sparse
        assert not layout.sparse_batches
        tensors = batches.to_tensors(X, layout)
        batch = batches.gather_batch(tensors, tf.constant(index, tf.int32), layout)
        np.testing.assert_allclose(batch.numpy(), expected, rtol=1e-6)

    def test_take_of_wide_rows_stays_sparse(self, seed, kind, index):
        X = matrix(seed, kind, WIDE)
        layout = batches.layout(X, "float64", max_dense_features=batches.WIDEST_DENSE_BATCH)
        assert layout.sparse_batches
        batch = batches.gather_batch(
            batches.to_tensors(X, layout), tf.constant(index, tf.int32), layout
        )
        assert isinstance(batch, tf.SparseTensor)
        np.testing.assert_allclose(dense(batch), X.toarray()[index], rtol=1e-6)

    def test_piece(self, seed, kind, index):
        for width in (7, WIDE):
            X = matrix(seed, kind, width)
            layout = batches.layout(X, "float32", max_dense_features=batches.WIDEST_DENSE_BATCH)
            batch = batches.to_batch(X[index], layout)
            np.testing.assert_allclose(dense(batch), X.toarray()[index], rtol=1e-6)


def test_the_given_matrix_is_not_changed():
    X = matrix(0, "unsorted")
    before = X.indices.copy(), X.data.copy()
    layout = batches.layout(X, "float32")
    batches.to_tensors(X, layout)
    np.testing.assert_array_equal(X.indices, before[0])
    np.testing.assert_array_equal(X.data, before[1])


def test_wide_rows_are_made_dense_for_networks_that_need_it():
    layout = batches.layout(matrix(0, "sorted", WIDE), "float32")
    assert not layout.sparse_batches


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float32, np.float64, np.int64, bool])
def test_small_integers_are_kept_until_they_are_needed(dtype):
    X = np.random.RandomState(0).randint(0, 2, (10, 3, 2)).astype(dtype)
    layout = batches.layout(X, "float32")
    (stored,) = batches.to_tensors(X, layout)
    small = np.dtype(dtype) in (np.uint8, np.int8)
    assert stored.dtype == (np.dtype(dtype) if small else np.float32)
    batch = batches.gather_batch((stored,), tf.constant([2, 0]), layout)
    assert batch.dtype == tf.float32
    np.testing.assert_array_equal(batch, X[[2, 0]].astype(np.float32))


@pytest.mark.parametrize("n_rows", [4, 5, 9])
def test_padding_adds_zeros(n_rows):
    X = np.ones((4, 3), np.float32)
    (stored,) = batches.to_tensors(X, batches.layout(X, "float32"), n_rows=n_rows)
    assert stored.shape == (n_rows, 3)
    assert stored.numpy().sum() == 12
    np.testing.assert_array_equal(stored[:4], X)


def test_signatures_fit_the_tensors():
    for X in (matrix(0, "sorted"), np.ones((4, 3, 2), np.uint8), np.ones((5, 2))):
        layout = batches.layout(X, "float32")
        for spec, tensor in zip(layout.signature(), batches.to_tensors(X, layout), strict=True):
            assert spec.is_compatible_with(tensor)
        assert batches.batch_signature(layout).is_compatible_with(batches.to_batch(X, layout))
