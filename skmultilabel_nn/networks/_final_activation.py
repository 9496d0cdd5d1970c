"""Networks that give logits: a final sigmoid or softmax is taken off."""

import warnings

import numpy as np

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn.networks.layers._identity import MaskedIdentity

from ._introspection import is_functional

keras = load_keras()

_FINAL = ("sigmoid", "softmax")


def without_final_activation(model, input_shape):
    """Return a built model that gives logits where the given one gave probabilities.

    Parameters
    ----------
    model : keras.Model
        Changed where that is possible.
    input_shape : tuple of int
        Shape of one sample.

    Returns
    -------
    keras.Model
        The same model, or another that shares its layers.

    Raises
    ------
    ValueError
        If a final activation is seen, but cannot be taken off.
    """
    if isinstance(model, keras.Sequential):
        return _of_sequential(model, input_shape)
    if is_functional(model):
        return _of_graph(model, input_shape)
    return _of_subclass(model, input_shape)


def warn_of_probabilities(model, input_shape):
    """Warn if the outputs of a model, from which no final activation was taken off, are bounded.

    Parameters
    ----------
    model : keras.Model
        Built.
    input_shape : tuple of int
        Shape of one sample.
    """
    if _ends_in_logits(model):
        return
    x = np.random.RandomState(0).random_sample((4, *input_shape))
    try:
        outputs = _outputs(model, x)
    except Exception:  # it takes other numbers than floats
        return
    if ((outputs > 0) & (outputs < 1)).all() and _is_bounded(model, input_shape):
        warnings.warn(
            f"The network {model.name!r} seems to give probabilities by a sigmoid or softmax that "
            f"cannot be taken off, but its outputs are used as logits. Leave it out.",
            UserWarning,
            stacklevel=2,
        )


def _of_sequential(model, input_shape):
    last = model.layers[-1] if model.layers else None
    new = _linear(last, input_shape)
    if new is not last:
        model.pop()
        model.add(new)
    return model


def _of_graph(model, input_shape):
    last = output_operation(model)
    new = _linear(last, input_shape)
    if new is last:
        return model
    changed = keras.models.clone_model(model, clone_function=lambda op: new if op is last else op)
    if type(changed).train_step is not type(model).train_step:
        raise ValueError(
            f"The network {model.name!r} has its own train_step and ends in {last.name!r}, which "
            f"cannot be taken off. Let it end in logits, or in a Dense layer with activation="
            f"'sigmoid'."
        )
    return changed


def output_operation(model):
    """Return what computes the output of a graph, None where that is also used inside of it."""
    last = model.operations[-1]  # they are sorted by their distance from the output
    if isinstance(last, keras.Model):
        return last
    try:
        return last if last.output is model.outputs[0] else None
    except (AttributeError, ValueError):  # called several times, so with several outputs
        return None


def _linear(operation, input_shape):
    """Return what gives logits in place of an operation; itself, if that is possible."""
    if isinstance(operation, keras.Model):
        shape = getattr(operation, "input_shape", None) or (None, *input_shape)
        return without_final_activation(operation, tuple(shape)[1:])
    if getattr(getattr(operation, "activation", None), "__name__", None) in _FINAL:
        operation.activation = keras.activations.get("linear")
    elif type(operation).__name__.lower() in _FINAL:  # a layer, or a function of keras.ops
        return MaskedIdentity(name=f"{operation.name}_logits")
    return operation


def _of_subclass(model, input_shape):
    """Find the final activation of a model with its own `call` by trying."""
    x = np.random.RandomState(0).random_sample((4, *input_shape))
    outputs = _outputs(model, x)
    for layer in reversed(_inner_layers(model)):
        given = getattr(layer, "activation", None)
        if getattr(given, "__name__", None) in _FINAL:
            layer.activation = keras.activations.get("linear")
            if _is_final(given, _outputs(model, x), outputs):
                return model
            layer.activation = given
    return model


def _outputs(model, x):
    x = keras.ops.convert_to_tensor(x, model.dtype_policy.variable_dtype)
    outputs = model(x)
    if keras.backend.standardize_dtype(outputs.dtype) == "bfloat16":  # which numpy does not have
        outputs = keras.ops.cast(outputs, "float32")
    return keras.ops.convert_to_numpy(outputs)


def _is_bounded(model, input_shape):
    """Whether outputs stay within [0, 1] for samples far apart."""
    x = 100 * np.random.RandomState(0).standard_normal((64, *input_shape))
    try:
        outputs = _outputs(model, x)
    except Exception:  # it takes other numbers, as an embedding does
        return False
    return ((outputs >= 0) & (outputs <= 1)).all()


def _inner_layers(model):
    inner = []
    for layer in getattr(model, "layers", ()):
        inner += [layer, *_inner_layers(layer)]
    return inner


def _is_final(activation, logits, outputs):
    if logits.shape != outputs.shape:
        return False
    wanted = keras.ops.convert_to_numpy(activation(keras.ops.convert_to_tensor(logits)))
    return np.allclose(wanted, outputs, rtol=1e-3, atol=1e-6)


def _ends_in_logits(model):
    """Whether the last layer is a linear one, or one of this package."""
    if isinstance(model, keras.Sequential):
        last = model.layers[-1] if model.layers else None
    else:
        last = output_operation(model) if is_functional(model) else None
    if isinstance(last, keras.layers.Dense):
        return last.activation is keras.activations.linear
    return type(last).__module__.startswith("skmultilabel_nn.")
