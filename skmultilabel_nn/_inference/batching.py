"""Prediction batch by batch, in bounded memory and in few batch sizes."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.sparse as sp

# Numbers in one batch of inputs: enough for the products to be fast, and 8 MB in float32.
MAX_ELEMENTS_PER_BATCH = 2**21
# A sparse product looks up a row of weights for every stored value: a batch takes as many times
# the memory of its hidden layer as a row has values.
_SPARSE_ROWS_PER_BATCH = 256


def rows_per_batch(input_shape, *, sparse):
    """Return how many rows of a shape go into one batch."""
    if sparse:
        return _SPARSE_ROWS_PER_BATCH
    return max(2, MAX_ELEMENTS_PER_BATCH // int(np.prod(input_shape)))


def write_by_batches(X, compute, write, batch_size, n_threads):
    """Return an array into which ``write(part_of_it, logits)`` puts each batch.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ...)
    compute : callable
        Gives the logits of a batch of at least two rows.
    write : callable
    batch_size : int
    n_threads : int
        Batches computed at a time.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
    """

    def logits(start):
        return _of_padded(compute, X[start : start + batch_size], batch_size)

    n_rows = X.shape[0]
    first = logits(0)
    out = np.empty((n_rows, first.shape[1]), first.dtype)
    write(out[:batch_size], first)

    def one(start):
        write(out[start : start + batch_size], logits(start))

    starts = range(batch_size, n_rows, batch_size)
    if starts:
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(one, starts))  # raises what a batch raised
    return out


# Rows from which on the few that are left over are computed apart, without a copy of the others.
_MANY_ROWS = 1024


def _of_padded(compute, batch, batch_size):
    n_rows = batch.shape[0]
    size = min(padded_size(n_rows), batch_size)
    if n_rows == size:
        return compute(batch)
    if n_rows < _MANY_ROWS:
        return compute(_padded(batch, size))[:n_rows]
    n_whole = padded_size(n_rows) - _unit(n_rows)
    rest = _of_padded(compute, batch[n_whole:], batch_size)
    return np.concatenate([compute(batch[:n_whole]), rest])


def padded_size(n_rows):
    """Round up to one of eight sizes per power of two, and to at least 2.

    TensorFlow keeps some memory for every batch size that it has seen. And the product of one row
    is summed in another order than that of several, so that a row would not be bit for bit what it
    is among others.
    """
    unit = _unit(n_rows)
    return max(2, -(-n_rows // unit) * unit)


def _unit(n_rows):
    return max(1, 2 ** (n_rows.bit_length() - 4))


def _padded(rows, n_rows):
    """Repeat the last row, which the network is known to take."""
    n_missing = n_rows - rows.shape[0]
    if n_missing <= 0:
        return rows
    last = rows[[-1] * n_missing]
    return (
        sp.vstack([rows, last], format="csr") if sp.issparse(rows) else np.concatenate([rows, last])
    )
