"""What a Keras model is made of."""

from skmultilabel_nn._backend.loading import load_keras

from .layers._sparse_linear import SparseLinear

keras = load_keras()
_IN_MODELS = (
    keras.Operation,  # layers, models, and functions of keras.ops in a graph
    keras.regularizers.Regularizer,
    keras.initializers.Initializer,
    keras.constraints.Constraint,
)
_IN_COMPILING = (
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.optimizers.Optimizer,
    keras.optimizers.schedules.LearningRateSchedule,
)


def iter_keras_objects(thing):
    """Return a model, loss, metric or optimizer and all parts inside of it, at any depth.

    What a model is compiled with is no part of it.
    """
    kinds = _IN_MODELS if isinstance(thing, keras.Operation) else _IN_COMPILING
    found, waiting = {}, [thing]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting.extend(part)
        elif isinstance(part, kinds) and id(part) not in found:
            found[id(part)] = part
            waiting.extend(vars(part).values())
    return list(found.values())


def build(model, input_shape):
    """Create the variables of a model that has none yet."""
    if not isinstance(model, keras.Sequential) and not is_functional(model):
        model(keras.ops.zeros((1, *input_shape)))  # a subclass may create its layers in `call`
    elif not model.built:
        model.build((None, *input_shape))


def is_functional(model):
    """Whether Keras knows the graph of a model, as it does not of one with its own `call`."""
    return isinstance(getattr(model, "outputs", None), list)


def float_dtype(model):
    """Return the dtype of a model's weights, of which a functional model's policy says nothing."""
    return next((v.dtype for v in model.trainable_variables), model.variable_dtype)


def set_values(model, values):
    """Set all variables of a built model, and what some layers derive from theirs."""
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    finalize(model)


def finalize(model):
    """Let preprocessing layers derive their constants from their variables, once these are set."""
    for part in iter_keras_objects(model):
        if hasattr(part, "finalize_state"):
            part.finalize_state()


def has_sparse_linear(network):
    """Whether a Keras model holds the layer of a linear network that is trained by plain SGD."""
    if not isinstance(network, keras.Model):
        return False
    return any(isinstance(part, SparseLinear) for part in iter_keras_objects(network))


def n_token_ids(model):
    """Return how many token ids a model knows; None if its input does not go to an Embedding."""
    if not is_functional(model):
        return None
    if isinstance(model, keras.Sequential):
        first = [layer for layer in model.layers[:1] if isinstance(layer, keras.layers.Embedding)]
    else:
        first = [op for op in model.operations if _embeds(op, model.inputs[0])]
    return min((layer.input_dim for layer in first), default=None)


def _embeds(operation, tensor):
    if not isinstance(operation, keras.layers.Embedding):
        return False
    try:
        return operation.input is tensor
    except (AttributeError, ValueError):  # called several times, or never
        return False
