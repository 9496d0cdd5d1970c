"""Layers of a packed ensemble: members that share their weight matrices and little else.

After BatchEnsemble (Wen, Tran and Ba, ICLR 2020) and TabM (Gorishniy, Kotelnikov and Babenko,
ICLR 2025): each member has scales and biases of its own, the matrices between them are everybody's.
So one product serves all members, and one training run trains them all, each on its own loss.
"""

import math

from skmultilabel_nn._backend.loading import load_keras, serializable

keras = load_keras()
ops = keras.ops


class RandomSigns(keras.initializers.RandomUniform):
    """Draw -1 and 1, which make members differ from the start.

    Parameters
    ----------
    seed : int or None, default=None
    """

    def __init__(self, seed=None):
        super().__init__(-1.0, 1.0, seed)

    def __call__(self, shape, dtype=None):
        """Draw a tensor."""
        return ops.sign(super().__call__(shape, dtype))

    def get_config(self):
        """Return what rebuilds the initializer."""
        return {"seed": super().get_config()["seed"]}


@serializable
class InputDropout(keras.layers.Dropout):
    """Dropout of features, also of a sparse batch, of which it leaves out stored values."""

    def call(self, inputs, training=False):
        """Leave features out at random."""
        if hasattr(inputs, "with_values"):  # tf.SparseTensor
            return inputs.with_values(super().call(inputs.values, training=training))
        return super().call(inputs, training=training)


@serializable
class PackedDense(keras.layers.Layer):
    """One dense layer for all members: ``activation(((x * scale) @ kernel) * sign + bias)``.

    Parameters
    ----------
    units : int
        Outputs of each member.
    n_members : int
        Members of the ensemble.
    activation : str, callable or None, default=None
        By its Keras name.
    name, dtype : str or None
        Name and dtype policy, see `keras.layers.Layer`.

    Notes
    -----
    Inputs of shape (n, d) are common to all members: they are multiplied once, and only the
    results differ, by their signs and biases. Inputs of shape (n, n_members, d) are scaled first.
    The output has the shape (n, n_members, units).
    """

    def __init__(self, units, n_members, activation=None, *, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.units = units
        self.n_members = n_members
        self.activation = keras.activations.get(activation)
        # Attributes, by which `reseed` knows what drew a weight.
        self.kernel_initializer = keras.initializers.GlorotUniform()
        self.sign_initializer = RandomSigns()

    def build(self, input_shape):
        """Create the kernel of all members, and the scales and biases of each."""
        n_inputs, own = input_shape[-1], (self.n_members, self.units)
        self.kernel = self.add_weight(
            shape=(n_inputs, self.units), initializer=self.kernel_initializer, name="kernel"
        )
        self.scale = None
        if len(input_shape) == 3:
            shape = (self.n_members, n_inputs)
            self.scale = self.add_weight(shape=shape, initializer="ones", name="scale")
        self.sign = self.add_weight(shape=own, initializer=self.sign_initializer, name="sign")
        self.bias = self.add_weight(shape=own, initializer="zeros", name="bias")

    def call(self, inputs):
        """Compute the outputs of all members."""
        if self.scale is None:
            outputs = ops.expand_dims(ops.matmul(inputs, self.kernel), 1)
        else:
            outputs = ops.matmul(ops.multiply(inputs, self.scale), self.kernel)
        return self.activation(outputs * self.sign + self.bias)

    def compute_output_shape(self, input_shape):
        """Return the shape of the outputs."""
        return input_shape[0], self.n_members, self.units

    def get_config(self):
        """Return what rebuilds the layer."""
        return {
            "name": self.name,
            "dtype": self.dtype_policy.name,
            "units": self.units,
            "n_members": self.n_members,
            "activation": keras.activations.serialize(self.activation),
        }


@serializable
class EnsembleOutput(keras.layers.Layer):
    """A linear layer that every member has for itself, (n, n_members, d) to (n, n_members, units).

    Parameters
    ----------
    units : int
        Outputs of each member.
    name, dtype : str or None
        Name and dtype policy, see `keras.layers.Layer`.
    """

    def __init__(self, units, *, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.units = units

    def build(self, input_shape):
        """Create a kernel and a bias for each member."""
        _, n_members, n_inputs = input_shape
        # Glorot's limit for one member; Keras would take the first axis for a window.
        limit = math.sqrt(6.0 / (n_inputs + self.units))
        self.kernel_initializer = keras.initializers.RandomUniform(-limit, limit)
        self.kernel = self.add_weight(
            shape=(n_members, n_inputs, self.units),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        shape = (n_members, self.units)
        self.bias = self.add_weight(shape=shape, initializer="zeros", name="bias")

    def call(self, inputs):
        """Compute the outputs of all members."""
        return ops.einsum("nki,kio->nko", inputs, self.kernel) + self.bias

    def compute_output_shape(self, input_shape):
        """Return the shape of the outputs."""
        return (*input_shape[:2], self.units)

    def get_config(self):
        """Return what rebuilds the layer."""
        return {"name": self.name, "dtype": self.dtype_policy.name, "units": self.units}


def _log_of_mean_softmax(logits):
    return ops.logsumexp(ops.log_softmax(logits, axis=-1), axis=1)  # up to a common constant


def _logit_of_mean_sigmoid(logits):
    small = ops.exp(-ops.abs(logits))
    greater = 1.0 / (1.0 + small)
    less = small * greater
    is_positive = logits > 0
    positive = ops.sum(ops.where(is_positive, greater, less), axis=1)
    negative = ops.sum(ops.where(is_positive, less, greater), axis=1)
    return ops.log(positive) - ops.log(negative)


@serializable
class EnsembleMean(keras.layers.Layer):
    """The logits of the members' mean probability; in training, the logits of every member.

    Parameters
    ----------
    multiclass : bool, default=False
        Whether the outputs are exclusive classes, whose probabilities come of a softmax.
    train_members_separately : bool, default=True
        Whether each member learns by its own error: in training nothing is averaged then, and the
        loss sees logits of shape (n, n_members, n_outputs).
    double_precision : bool, default=True
        Whether the mean is computed in float64: no logit is too far out then, and the rounding of
        a row does not depend on its place in memory.
    name, dtype : str or None
        Name and dtype policy, see `keras.layers.Layer`.
    """

    def __init__(
        self,
        multiclass=False,
        train_members_separately=True,
        double_precision=True,
        *,
        name=None,
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.double_precision = double_precision
        self.multiclass = multiclass
        self.train_members_separately = train_members_separately

    def call(self, inputs, training=False):
        """Average over the members."""
        if training and self.train_members_separately:
            return inputs
        logits = ops.cast(inputs, "float64") if self.double_precision else inputs
        combine = _log_of_mean_softmax if self.multiclass else _logit_of_mean_sigmoid
        return ops.cast(combine(logits), inputs.dtype)

    def compute_output_shape(self, input_shape):
        """Return the shape of the average."""
        return input_shape[0], input_shape[2]

    def get_config(self):
        """Return what rebuilds the layer."""
        return {
            "name": self.name,
            "dtype": self.dtype_policy.name,
            "multiclass": self.multiclass,
            "train_members_separately": self.train_members_separately,
            "double_precision": self.double_precision,
        }
