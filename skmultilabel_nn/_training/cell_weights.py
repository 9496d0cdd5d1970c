"""Weights of cells that are products of row and label weights, without the array of all of them."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from skmultilabel_nn._utils.weights import as_cells, has_uniform_cell_weights, row_weights

# A block of rows with so many cells takes a megabyte or two.
_CELLS_PER_BLOCK = 2**16


class LabelWeights(NamedTuple):
    """Class weights of independent labels.

    Attributes
    ----------
    positive, negative : ndarray of shape (n_outputs,), float64
        Factors of the weights of the positive and of the negative cells of each label.
    """

    positive: np.ndarray
    negative: np.ndarray

    def of_cells(self, Y, weight=None):
        """Return the weights of all cells of a few rows.

        Parameters
        ----------
        Y : ndarray or csr_array of shape (n_samples, n_outputs)
        weight : ndarray of shape (n_samples,), or None

        Returns
        -------
        ndarray of shape (n_samples, n_outputs), float32
        """
        Y = Y.toarray() if sp.issparse(Y) else Y
        cells = np.where(Y > 0, self.positive, self.negative)
        return (cells if weight is None else cells * as_cells(weight)).astype(np.float32)


def row_blocks(shape):
    """Yield slices of rows for an array of this shape, one after the other."""
    n_rows, n_columns = shape
    step = max(1, _CELLS_PER_BLOCK // max(1, n_columns))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def weight_blocks(samples):
    """Yield slices of rows with the effective weights of these.

    Parameters
    ----------
    samples : Samples

    Yields
    ------
    rows : slice
    weight : ndarray of shape (n_rows,) or (n_rows, n_outputs), or None
        As `Samples.weight`; with label weights the products.
    """
    if samples.label_weights is None:
        yield slice(None), samples.weight
        return
    for rows in row_blocks(samples.Y.shape):
        weight = None if samples.weight is None else samples.weight[rows]
        yield rows, samples.label_weights.of_cells(samples.Y[rows], weight)


def with_cell_weights(samples):
    """Return samples whose label weights are multiplied into an array of cell weights."""
    if samples.label_weights is None:
        return samples
    weight = np.empty(samples.Y.shape, np.float32)
    for rows, block in weight_blocks(samples):
        weight[rows] = block
    return samples._replace(weight=weight, label_weights=None)


def effective_row_weights(samples):
    """Return the mean weight of the cells of each sample, None if all weights are equal."""
    if samples.label_weights is None:
        return row_weights(samples.weight)
    return np.concatenate([row_weights(weight) for _, weight in weight_blocks(samples)])


def has_uniform_effective_weights(samples):
    """Return whether all nonzero cell weights of each sample are equal."""
    return all(has_uniform_cell_weights(weight) for _, weight in weight_blocks(samples))


def share_of_nonzero_weights(samples):
    """Return the share of the weights that are not zero."""
    if samples.weight is None and samples.label_weights is None:
        return 1.0
    parts = [(np.count_nonzero(weight), weight.size) for _, weight in weight_blocks(samples)]
    counts, sizes = zip(*parts, strict=True)
    return sum(counts) / sum(sizes)
