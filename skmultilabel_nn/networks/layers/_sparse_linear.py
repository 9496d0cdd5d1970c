"""A linear network for texts with many labels, each of which few samples have."""

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize

from skmultilabel_nn._backend.loading import load_keras, load_tensorflow, serializable

keras = load_keras()
tf = load_tensorflow()
ops = keras.ops

# Step size of a feature or a label, proportional to frequency ** exponent ...
_FREQUENCY_EXPONENT = -0.25
# ... and equal to the common step for a label with this many samples.
_COMMON_LABEL = 10.0
# Change of a logit of a row of length 1 by one step at the maximum learning rate, if the gradient
# is 1 and there are as many samples as features. Fewer samples per feature need longer steps:
# proportional to (n_samples / n_features) ** -exponent, where the ratio is at least the minimum.
_STEP = 3.0
_SAMPLE_RATIO_EXPONENT = 0.75
_MIN_SAMPLES_PER_FEATURE = 1 / 6
# Stability bound: batch_size * step * squared length of the mean row must stay below it. It is
# proportional to step * curvature of a batch, and training was seen to diverge above.
_MAX_STABLE_STEP = 200.0


@serializable
class SparseLinear(keras.layers.Layer):
    """Rows of length 1 times a matrix that starts at zero, for plain gradient descent.

    Optimizers that adapt the step to each weight, as Adam does, move the weights of a feature that
    occurs twice as far as those of one that occurs a thousand times, which overfits rare features.
    Plain descent from zero does not: its weights stay sums of the rows that were predicted wrongly,
    as those of a support vector machine are. In between lies what this layer has: a scale for each
    feature and each label, ``logits = (x / |x| * feature_scale) @ kernel * label_scale + bias``, so
    that the steps of rare ones are somewhat longer.

    Parameters
    ----------
    units : int
        Number of outputs.
    name, dtype : str or None
        Name and dtype policy, see `keras.layers.Layer`.

    Notes
    -----
    The scales are constants, 1 until `adapt` is called; so is the bias. In training, only the
    features that occur in a sparse batch are looked at, and only their weights are moved.
    """

    def __init__(self, units, *, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.units = units

    def build(self, input_shape):
        """Create the matrix, the scales and the bias."""
        n_features = input_shape[-1]
        self.kernel = self.add_weight((n_features, self.units), "zeros", name="kernel")
        self.feature_scale = self._constant("feature_scale", n_features, "ones")
        self.label_scale = self._constant("label_scale", self.units, "ones")
        self.bias = self._constant("bias", self.units, "zeros")

    def _constant(self, name, length, initializer):
        return self.add_weight((length,), initializer, trainable=False, name=name)

    def adapt(self, X, Y, max_learning_rate, share=1.0, batch_size=1):
        """Set the scales by the numbers of samples that have each feature and each label.

        Parameters
        ----------
        X : csr_matrix of shape (n_samples, n_features)
        Y : ndarray or csr_matrix of shape (n_samples, n_labels)
        max_learning_rate : float
            Learning rate at which the steps are as long as they are meant to be.
        share : float, default=1.0
            Share of the cells that count. The loss is the mean over them.
        batch_size : int, default=1
            Rows whose steps are added up. Where these are many and alike, each is made shorter.
        """
        rates = _feature_rates(X)
        step = (
            min(_step(X), _longest_step(X, rates, batch_size))
            * self.units
            * share
            / max_learning_rate
        )
        self.feature_scale.assign(np.sqrt(step * rates))
        self.label_scale.assign(np.sqrt(_label_rates(Y)))

    def call(self, inputs, training=False):
        """Multiply a dense or sparse batch."""
        if not isinstance(inputs, tf.SparseTensor):
            length = tf.norm(inputs, axis=1, keepdims=True)
            scaled = tf.math.divide_no_nan(inputs, length) * self.feature_scale
            product = ops.matmul(scaled, self.kernel)
        elif training:
            product = self._product_of_occurring(self._scaled(inputs))
        else:
            product = tf.sparse.sparse_dense_matmul(self._scaled(inputs), self.kernel.value)
        if training:
            product = _sum_gradient(product)
        return product * self.label_scale + self.bias

    def _scaled(self, inputs):
        rows, columns = inputs.indices[:, 0], inputs.indices[:, 1]
        n_rows = inputs.dense_shape[0]
        squares = tf.math.unsorted_segment_sum(inputs.values**2, rows, n_rows)
        unit = tf.math.divide_no_nan(inputs.values, tf.gather(tf.sqrt(squares), rows))
        return inputs.with_values(unit * tf.gather(self.feature_scale.value, columns))

    def _product_of_occurring(self, scaled):
        """Multiply by the rows of the kernel that count, so that the gradient has only these."""
        columns, places = tf.unique(scaled.indices[:, 1])
        # Places are in the order of first occurrence, which the product does not mind.
        cells = tf.stack([scaled.indices[:, 0], tf.cast(places, tf.int64)], axis=1)
        shape = tf.stack([scaled.dense_shape[0], tf.size(columns, tf.int64)])
        batch = tf.SparseTensor(cells, scaled.values, shape)
        # Gathered from the variable: its gradient is of slices.
        return tf.sparse.sparse_dense_matmul(batch, tf.gather(self.kernel.value, columns))

    def compute_output_shape(self, input_shape):
        """Return the shape of the outputs."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """Return what rebuilds the layer."""
        return {"name": self.name, "dtype": self.dtype_policy.name, "units": self.units}


@tf.custom_gradient
def _sum_gradient(values):
    """Make the gradients of a mean over rows those of their sum.

    A row then moves the weights by as much in a small batch, as an epoch's last, as in a large one.
    """
    n_rows = tf.cast(tf.shape(values)[0], values.dtype)
    return tf.identity(values), lambda gradient: gradient * n_rows


def _step(X):
    n_samples, n_features = X.shape[0], np.count_nonzero(_counts(X))
    samples_per_feature = max(n_samples / max(n_features, 1), _MIN_SAMPLES_PER_FEATURE)
    return _STEP * samples_per_feature**-_SAMPLE_RATIO_EXPONENT


def _longest_step(X, feature_rates, batch_size):
    """Return how long a step may be so that a batch's sum does not overshoot.

    The curvature of a batch is in proportion to its rows and to the squared length of the mean row.
    """
    mean = np.asarray(normalize(X).mean(axis=0)).ravel()
    alike = np.sum(mean**2 * feature_rates)
    return _MAX_STABLE_STEP / (min(batch_size, X.shape[0]) * max(alike, 1e-9))


def _feature_rates(X):
    """Return a rate for each feature, whose mean over all stored values is 1."""
    counts = _counts(X)
    rates = np.maximum(counts, 1.0) ** _FREQUENCY_EXPONENT
    return rates / (np.average(rates, weights=counts) if counts.any() else 1.0)


def _label_rates(Y):
    return (np.maximum(_counts(Y), 1.0) / _COMMON_LABEL) ** _FREQUENCY_EXPONENT


def _counts(matrix):
    """Return how many values of each column are not zero."""
    if not sp.issparse(matrix):
        return np.count_nonzero(matrix, axis=0)
    return np.bincount(matrix.indices[matrix.data != 0], minlength=matrix.shape[1])
