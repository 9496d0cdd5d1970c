"""Adam for networks on high-dimensional sparse features."""

from skmultilabel_nn._backend.loading import load_keras, load_tensorflow, serializable

keras = load_keras()
tf = load_tensorflow()
ops = keras.ops


@serializable
class SharedSecondMomentAdam(keras.optimizers.Optimizer):
    """Adam with one second moment for all weights from the features to one unit.

    Adam divides the step of each weight by the root mean square of its gradients. The weights of a
    feature that occurs twice then change as much as those of a feature that occurs a thousand
    times, and the network overfits rare features. With one second moment for all features, as in
    NovoGrad and Adam-mini, steps are proportional to gradients, and the weights of rare features
    change slowly.

    Parameters
    ----------
    input_layers : list of str
        Names of the layers whose inputs are the features. Their kernels share second moments; all
        other weights are updated as by Adam.
    learning_rate, name, **options
        Parameters of `keras.optimizers.Optimizer`.
    beta_1, beta_2, epsilon : float
        Parameters of `keras.optimizers.Adam`.

    References
    ----------
    Ginsburg et al.: "Stochastic gradient methods with layer-wise adaptive moments for training of
    deep networks", 2019. Zhang et al.: "Adam-mini: use fewer learning rates to gain more", ICLR
    2025.
    """

    def __init__(
        self,
        input_layers,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        name="shared_second_moment_adam",
        **options,
    ):
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self.input_layers = list(input_layers)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        """Create the moments."""
        if self.built:
            return
        super().build(variables)
        # Keras passes TensorFlow variables to `update_step`.
        self._moments = {v.value.ref(): self._get_moments(v) for v in variables}

    def _get_moments(self, variable):
        first = self.add_variable_from_reference(variable, name="momentum")
        shares = self._is_input_kernel(variable)
        shape = (1, variable.shape[1]) if shares else variable.shape
        second = self.add_variable(shape=shape, dtype=variable.dtype, name="velocity")
        return first, second, shares

    def _is_input_kernel(self, variable):
        layer, _, name = variable.path.rpartition("/")
        return name == "kernel" and layer.split("/")[-1] in self.input_layers

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        first, second, shares = self._moments[variable.ref()]
        # For sparse rows the gradient consists of slices, several of which may have one feature.
        gradient = tf.cast(tf.convert_to_tensor(gradient), variable.dtype)
        step = ops.cast(self.iterations + 1, variable.dtype)
        square = ops.square(gradient)
        if shares:
            square = ops.mean(square, axis=0, keepdims=True)
        self.assign_add(first, (gradient - first) * (1 - self.beta_1))
        self.assign_add(second, (square - second) * (1 - self.beta_2))
        correction = ops.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        rate = ops.cast(learning_rate, variable.dtype) * correction
        self.assign_sub(variable, first * (rate / (ops.sqrt(second) + self.epsilon)))

    def get_config(self):
        """Return the configuration from which the optimizer can be rebuilt."""
        own = ("input_layers", "beta_1", "beta_2", "epsilon")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
