"""Weights as tensors, and those of a batch inside a compiled program."""

from typing import NamedTuple

import numpy as np

from skmultilabel_nn._backend import batches
from skmultilabel_nn._backend.loading import load_tensorflow

tf = load_tensorflow()


class WeightLayout(NamedTuple):
    """What a compiled program has to know of weights before it sees them.

    Attributes
    ----------
    ndim : {0, 1, 2}
        Sample weights: none, one per row, or one per cell.
    per_label : bool
        Whether label weights are multiplied with those of the rows; then `ndim` is 0 or 1.
    n_outputs : int
    dtype : str
        Dtype of the batches.
    """

    ndim: int
    per_label: bool
    n_outputs: int
    dtype: str

    @property
    def _storage(self):
        # A product is rounded once, to float32, as where all weights of cells are computed first.
        return "float64" if self.per_label else self.dtype

    def signature(self):
        """Return the specifications of the tensors of `to_tensors`."""
        shapes = [(None, self.n_outputs)[: self.ndim]] if self.ndim else []
        shapes += [(self.n_outputs,)] * 2 if self.per_label else []
        return tuple(tf.TensorSpec(shape, self._storage) for shape in shapes)

    def to_tensors(self, samples, *, n_rows=None):
        """Return the tensors that hold the weights, padded to `n_rows` rows if that is given."""
        tensors = (self._sample_weights(samples, n_rows),) if self.ndim else ()
        if not self.per_label:
            return tensors
        return tensors + tuple(tf.constant(w, self._storage) for w in samples.label_weights)

    def _sample_weights(self, samples, n_rows):
        weight = np.ones(samples.X.shape[0]) if samples.weight is None else samples.weight
        if weight.ndim < self.ndim:
            weight = np.repeat(weight[:, np.newaxis], self.n_outputs, axis=1)
        layout = batches.layout(weight, self._storage)
        return batches.to_tensors(weight, layout, n_rows=n_rows)[0]

    def gather_batch(self, tensors, index, y):
        """Return the weights of a batch with the targets `y`: a tuple, empty if there are none."""
        if not self.per_label:
            return tuple(tf.gather(weight, index) for weight in tensors)
        *rows, positive, negative = tensors
        cells = tf.where(y > 0, positive, negative)
        if rows:
            cells = cells * tf.gather(rows[0], index)[:, tf.newaxis]
        return (tf.cast(tf.cast(cells, tf.float32), self.dtype),)
