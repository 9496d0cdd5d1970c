"""Networks that give logits are made to give probabilities, also where they are loaded."""

from skmultilabel_nn._backend.loading import load_keras, serializable

from ._final_activation import output_operation, without_final_activation
from ._introspection import float_dtype, is_functional

keras = load_keras()


@serializable
class Logits(keras.layers.Layer):
    """The logits of a network with its own `call`, also where it is loaded from a file.

    Its final activation was taken off, but the configuration, written by the user's code, says
    nothing of that: the network that Keras builds from it ends in the activation again.

    Parameters
    ----------
    network : keras.Model or dict
        The network, or its configuration.
    """

    def __init__(self, network, **options):
        super().__init__(**options)
        self._is_loaded = isinstance(network, dict)
        if self._is_loaded:
            network = keras.saving.deserialize_keras_object(network)
        self.network = network

    def build(self, input_shape):
        """Take the final activation off again, where the network was built anew."""
        if self._is_loaded:
            self.network = without_final_activation(self.network, tuple(input_shape)[1:])

    def call(self, inputs, training=None):
        """Return the logits."""
        return self.network(inputs, training=training)

    def get_config(self):
        """Return what rebuilds the layer."""
        network = keras.saving.serialize_keras_object(self.network)
        return {**super().get_config(), "network": network}


def with_probabilities(model, activation, taken=()):
    """Return a model that shares the weights of `model` and gives probabilities.

    `taken` are the names of the model's layers, among which may be that of another fit's answers.
    """
    name = "probabilities"
    while name in taken:
        name += "_again"
    # In mixed precision, too, in full precision, and whatever the process's policy is by now.
    final = keras.layers.Activation(activation, name=name, dtype=float_dtype(model))
    model = _recorded(model)
    if is_functional(model):
        return keras.Model(model.inputs[0], final(model.outputs[0]), name=name)
    return keras.Sequential([model, final], name=name)


def _recorded(operation):
    """Let a network with its own `call`, also one that ends another, be saved as giving logits."""
    if not isinstance(operation, keras.Model):
        return operation
    if isinstance(operation, keras.Sequential):
        last = operation.layers[-1] if operation.layers else None
    elif is_functional(operation):
        last = output_operation(operation)
    else:
        return Logits(operation, name=f"{operation.name}_logits")
    new = _recorded(last)
    if new is last:
        return operation
    if isinstance(operation, keras.Sequential):
        return keras.Sequential(
            [*_inputs(operation), *operation.layers[:-1], new], name=operation.name
        )
    return keras.models.clone_model(operation, clone_function=lambda op: new if op is last else op)


def _inputs(model):
    inputs = model.inputs if is_functional(model) else ()
    return [keras.Input(tensor.shape[1:], dtype=tensor.dtype) for tensor in inputs]
