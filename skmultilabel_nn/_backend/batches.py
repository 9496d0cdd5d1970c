"""Rows of arrays and sparse matrices as tensors, and batches of them inside a compiled program."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from .loading import load_tensorflow

tf = load_tensorflow()

# A batch of sparse rows wider than this stays sparse for networks that can take it: from here on
# the dense batch costs more memory than the rows, and its product more time than the sparse one.
WIDEST_DENSE_BATCH = 8192


class Layout(NamedTuple):
    """What a compiled program has to know of a matrix before it sees one.

    Attributes
    ----------
    shape : tuple of int
        Shape of one row.
    dtype : str
        Dtype of the batches.
    storage : str
        Dtype in which the values are kept; batches are cast.
    sparse : bool
        Whether the rows are kept as CSR.
    sparse_batches : bool
        Whether batches are `tf.SparseTensor`.
    """

    shape: tuple
    dtype: str
    storage: str
    sparse: bool = False
    sparse_batches: bool = False

    def signature(self):
        """Return the specifications of the tensors of `to_tensors`."""
        values = tf.TensorSpec((None,) if self.sparse else (None, *self.shape), self.storage)
        if not self.sparse:
            return (values,)
        return tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None,), tf.int32), values


def layout(rows, dtype, *, max_dense_features=None):
    """Return the `Layout` of an ndarray or CSR matrix whose batches are to have `dtype`.

    Batches of CSR rows with more than `max_dense_features` columns stay sparse; None: none do.
    """
    sparse = sp.issparse(rows)
    # Images and other small integers take a quarter of the memory until they are needed.
    storage = str(rows.dtype) if rows.dtype in (np.uint8, np.int8) and not sparse else dtype
    wide = sparse and max_dense_features is not None and rows.shape[1] > max_dense_features
    return Layout(tuple(rows.shape[1:]), dtype, storage, sparse, wide)


def convert_like(rows, other):
    """Return rows in the storage of `other`: sparse or dense; small integers only beside such."""
    if sp.issparse(rows) != sp.issparse(other):
        rows = rows.toarray() if sp.issparse(rows) else sp.csr_matrix(rows)
    return rows.astype(np.promote_types(rows.dtype, other.dtype), copy=False)


def to_tensors(rows, layout, *, n_rows=None):
    """Return the tensors that hold the rows, padded to `n_rows` rows if that is given."""
    if layout.sparse:
        rows = _canonical(rows)
        return (
            tf.constant(rows.indptr, tf.int64),
            tf.constant(rows.indices, tf.int32),
            tf.constant(rows.data, layout.storage),
        )
    if n_rows is not None and n_rows > len(rows):
        padded = np.zeros((n_rows, *rows.shape[1:]), layout.storage)
        padded[: len(rows)] = rows
        rows = padded
    return (tf.constant(rows, layout.storage),)


def _canonical(rows):
    """Return CSR with sorted columns, each at most once, as TensorFlow wants it."""
    if rows.has_canonical_format:
        return rows
    rows = rows.copy()
    rows.sum_duplicates()
    return rows


def gather_batch(tensors, index, layout):
    """Return a batch, the rows with the numbers `index`, in the batches' dtype."""
    if not layout.sparse:
        return tf.cast(tf.gather(tensors[0], index), layout.dtype)
    return _gather_sparse_batch(tensors, index, layout)


def _gather_sparse_batch(tensors, index, layout):
    indptr, indices, values = tensors
    positions = tf.ragged.range(tf.gather(indptr, index), tf.gather(indptr, index + 1))
    columns = tf.cast(tf.gather(indices, positions.flat_values), tf.int64)
    cells = tf.stack([positions.value_rowids(), columns], axis=1)
    values = tf.cast(tf.gather(values, positions.flat_values), layout.dtype)
    width = layout.shape[0]
    shape = tf.stack([tf.shape(index, tf.int64)[0], tf.constant(width, tf.int64)])
    batch = tf.SparseTensor(cells, values, shape)
    if layout.sparse_batches:
        return batch
    return tf.ensure_shape(tf.sparse.to_dense(batch), (None, width))


def to_batch(rows, layout):
    """Return a few rows of an ndarray or CSR matrix as one batch, outside of any program."""
    if not layout.sparse:
        return tf.constant(rows, layout.storage)
    if layout.sparse_batches:
        rows = _canonical(rows)
        row_numbers = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        cells = np.column_stack([row_numbers, rows.indices]).astype(np.int64)
        return tf.SparseTensor(cells, rows.data.astype(layout.dtype), rows.shape)
    return tf.constant(rows.toarray(), layout.dtype)


def batch_signature(layout):
    """Return the specification of what `to_batch` gives."""
    if layout.sparse_batches:
        return tf.SparseTensorSpec((None, *layout.shape), layout.dtype)
    storage = layout.dtype if layout.sparse else layout.storage
    return tf.TensorSpec((None, *layout.shape), storage)
