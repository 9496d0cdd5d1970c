"""Adam for networks on thousands of features that are mostly zero, as words are."""

from ._backend import load_keras, load_tensorflow, serializable

keras = load_keras()
tf = load_tensorflow()
ops = keras.ops


@serializable
class SparseInputAdam(keras.optimizers.Optimizer):
    """Adam, with one second moment for all weights from the features to one unit.

    Adam divides the step of every weight by the root mean square of its own gradient. The weights
    of a word that comes twice then move as far as those of a word that comes a thousand times, and
    the network learns rare words by heart. With one second moment for all features, as in
    NovoGrad and Adam-mini, steps stay proportional to gradients, and rare words learn slowly.

    Parameters
    ----------
    n_features : int
        Matrices with so many rows share; all other weights are updated as by Adam.
    learning_rate, name, **options
        As of all Keras optimizers.
    beta_1, beta_2, epsilon : float
        As of `keras.optimizers.Adam`.

    References
    ----------
    Ginsburg et al.: "Stochastic gradient methods with layer-wise adaptive moments for training of
    deep networks", 2019. Zhang et al.: "Adam-mini: use fewer learning rates to gain more", ICLR
    2025.
    """

    def __init__(
        self,
        n_features,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        name="sparse_input_adam",
        **options,
    ):
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self.n_features = n_features
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        """Create the moments."""
        if self.built:
            return
        super().build(variables)
        # Keras hands TensorFlow's variables to `update_step`.
        self._moments = {v.value.ref(): self._moments_of(v) for v in variables}

    def _moments_of(self, variable):
        first = self.add_variable_from_reference(variable, name="momentum")
        shape = (1, variable.shape[1]) if self._shares(variable) else variable.shape
        return first, self.add_variable(shape=shape, dtype=variable.dtype, name="velocity")

    def _shares(self, variable):
        return len(variable.shape) == 2 and variable.shape[0] == self.n_features

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        first, second = self._moments[variable.ref()]
        # Of sparse rows it comes as slices, of which a feature may have several.
        gradient = tf.cast(tf.convert_to_tensor(gradient), variable.dtype)
        step = ops.cast(self.iterations + 1, variable.dtype)
        square = ops.square(gradient)
        if self._shares(variable):
            square = ops.mean(square, axis=0, keepdims=True)
        self.assign_add(first, (gradient - first) * (1 - self.beta_1))
        self.assign_add(second, (square - second) * (1 - self.beta_2))
        correction = ops.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        rate = ops.cast(learning_rate, variable.dtype) * correction
        self.assign_sub(variable, first * (rate / (ops.sqrt(second) + self.epsilon)))

    def get_config(self):
        """Return what rebuilds the optimizer."""
        own = ("n_features", "beta_1", "beta_2", "epsilon")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
