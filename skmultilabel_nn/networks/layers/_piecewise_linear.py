"""Numeric features as piecewise linear functions, so that a network can tell their ranges apart."""

import numpy as np

from skmultilabel_nn._backend.loading import load_keras, serializable

keras = load_keras()
ops = keras.ops

# Rows from which the quantiles are taken; more of them would hardly move a quantile.
_MAX_SAMPLES = 20_000
# What the bins weigh beside the feature itself. With one weight for each bin a network fits any
# function of a feature; the smaller its inputs, the longer it takes to, and the later it overfits.
_WEIGHT = 0.25


@serializable
class PiecewiseLinear(keras.layers.Layer):
    """Put a piecewise linear encoding beside each feature, (n, d) to (n, 1 + n_bins, d).

    The quantiles of a feature cut its range into bins. Below a bin its value is 0, within it rises
    linearly, above it is 1; less the mean. A network that has them learns thresholds of a feature
    as easily as trees do (Gorishniy, Rubachev, Babenko: "On embeddings for numerical features in
    tabular deep learning", NeurIPS 2022).

    Parameters
    ----------
    n_bins : int
        Bins of each feature. Equal quantiles leave bins without width, which are always 0.
    name, dtype : str or None
        Name and dtype policy, see `keras.layers.Layer`.

    Notes
    -----
    Until `adapt` is called, the bins are those of a standard normal feature.
    """

    def __init__(self, n_bins, *, name=None, dtype=None):
        super().__init__(trainable=False, name=name, dtype=dtype)
        self.n_bins = n_bins

    def build(self, input_shape):
        """Create the bins."""
        shape = (self.n_bins, input_shape[-1])
        ends = np.linspace(-2.0, 2.0, self.n_bins + 1)[:, np.newaxis]
        self.start = self._constant("start", shape, ends[:-1])
        self.slope = self._constant("slope", shape, self.n_bins / 4.0)
        self.mean = self._constant("mean", shape, 0.5)

    def _constant(self, name, shape, value):
        weight = self.add_weight(shape=shape, initializer="zeros", name=name)
        weight.assign(np.broadcast_to(value, shape))
        return weight

    def adapt(self, X, sample_weight=None):
        """Set the bins by the quantiles of the features.

        Parameters
        ----------
        X : ndarray of shape (n_samples, d)
            As the layer will see them.
        sample_weight : ndarray of shape (n_samples,) or None
            Above zero; an integer weight is the same as so many rows.
        """
        X = X.astype(np.float64)
        weight = np.ones(len(X)) if sample_weight is None else sample_weight.astype(np.float64)
        ends = _quantiles(X, np.linspace(0.0, 1.0, self.n_bins + 1), weight)
        width = np.diff(ends, axis=0)
        # Told by what float32 can tell apart there, not by the range, of which an outlier may take
        # all but a millionth.
        has_width = width > 1e-6 * np.maximum(np.abs(ends[1:]), np.abs(ends[:-1]))
        slope = np.divide(1.0, width, out=np.zeros_like(width), where=has_width)
        ramps = (_ramp(X, *bin_) for bin_ in zip(ends[:-1], slope, strict=True))
        self.start.assign(ends[:-1])
        self.slope.assign(slope)
        self.mean.assign([np.average(ramp, axis=0, weights=weight) for ramp in ramps])

    def call(self, inputs):
        """Encode a batch."""
        x = ops.expand_dims(inputs, 1)
        ramps = ops.clip((x - self.start) * self.slope, 0.0, 1.0)
        return ops.concatenate([x, (ramps - self.mean) * _WEIGHT], axis=1)

    def compute_output_shape(self, input_shape):
        """Return the shape of the encoding."""
        return input_shape[0], 1 + self.n_bins, input_shape[-1]

    def get_config(self):
        """Return what rebuilds the layer."""
        return {"name": self.name, "dtype": self.dtype_policy.name, "n_bins": self.n_bins}


def subsample(X, sample_weight=None):
    """Return at most 20,000 rows, drawn always alike, and their weights.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...)
    sample_weight : ndarray of shape (n_samples,) or None
        Rows of weight zero are left out.

    Returns
    -------
    X : ndarray
    sample_weight : ndarray or None
    """
    rows = np.arange(len(X)) if sample_weight is None else np.flatnonzero(sample_weight)
    if len(rows) > _MAX_SAMPLES:  # at random: every second row may be of another kind
        rows = np.sort(np.random.RandomState(0).choice(rows, _MAX_SAMPLES, replace=False))
    return X[rows], None if sample_weight is None else sample_weight[rows]


def _ramp(X, start, slope):
    return np.clip((X - start) * slope, 0.0, 1.0)


def _quantiles(X, shares, weight):
    """Return values of each column below or at which given shares of the weight lie.

    numpy's `quantile` with weights (method "inverted_cdf"), which older versions do not have.
    """
    order = np.argsort(X, axis=0, kind="stable")
    below = np.cumsum(weight[order], axis=0)
    # A little less, for sums in another order differ; of a share of 0 the least value.
    wanted = np.maximum(shares * below[-1].min() * (1 - 1e-9), weight.min() / 2)
    rows = np.transpose([np.searchsorted(column, wanted) for column in below.T])
    return np.take_along_axis(X, np.take_along_axis(order, rows, axis=0), axis=0)
