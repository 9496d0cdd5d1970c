"""Keras models as plain text, and the keys under which their programs are shared."""

import inspect
import json

from ._backend import load_keras
from ._final_activation import without_final_activation
from ._seeding import seeded

keras = load_keras()

# Weights of a network whose programs are kept: beyond, the memory held would cost more than the
# time to trace a program again, which such a network's training dwarfs.
LARGEST_KEPT = 1_000_000
_OURS = ("keras.", "skmultilabel_nn.")


def layers_of(model):
    """Return a model and all layers inside of it, at any depth."""
    found, waiting = {}, [model]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting.extend(part)
        elif isinstance(part, keras.layers.Layer) and id(part) not in found:
            found[id(part)] = part
            waiting.extend(vars(part).values())
    return list(found.values())


def build(model, input_shape):
    """Create the variables of a model that has none yet."""
    if not isinstance(model, keras.Sequential) and not is_graph(model):
        model(keras.ops.zeros((1, *input_shape)))  # a subclass may create its layers in `call`
    elif not model.built:
        model.build((None, *input_shape))


def is_graph(model):
    """Whether Keras knows the graph of a model, as it does not of one with its own `call`."""
    return isinstance(getattr(model, "outputs", None), list)


def set_values(model, values):
    """Set all variables of a built model, and what some layers derive from theirs."""
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    finalize(model)


def finalize(model):
    """Let preprocessing layers derive their constants from their variables, once these are set."""
    for layer in layers_of(model):
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def serialize(part):
    """Return the configuration of a Keras object as JSON text, None where Keras cannot tell it."""
    try:
        config = keras.saving.serialize_keras_object(part)
        config.pop("compile_config", None)
        return json.dumps(config, sort_keys=True)
    except (NotImplementedError, TypeError, ValueError):
        return None


def deserialize(text, input_shape):
    """Rebuild a model that gives logits from its configuration; its weights are not yet set.

    Raises
    ------
    TypeError, ValueError
        By Keras, for classes and functions that it does not know and for code in the text, see
        `keras.saving.register_keras_serializable`.
    """
    with seeded(0):
        model = keras.saving.deserialize_keras_object(json.loads(text))
        build(model, input_shape)
        # A model with its own `call` has no activation that was taken off in its configuration.
        return without_final_activation(model, input_shape)


def is_plain(model):
    """Whether a configuration tells all of a model, as it need not with code of the user."""
    parts = layers_of(model)
    return not any(hasattr(p, "finalize_state") or _has_foreign_code(p) for p in parts)


def _has_foreign_code(layer):
    if not type(layer).__module__.startswith(_OURS) or isinstance(layer, keras.layers.Lambda):
        return True
    functions = filter(inspect.isroutine, vars(layer).values())
    return not all((f.__module__ or "").startswith(_OURS) for f in functions)


def program_key(model):
    """Return text that is equal for two models that one compiled program can serve, else None.

    Only models made of Keras's own parts (and this package's) have a key: the configuration of
    anything else may not tell all that its call depends on.
    """
    config = serialize(model) if is_plain(model) else None
    if config is None or not is_cacheable(config) or model.count_params() > LARGEST_KEPT:
        return None
    variables = [(v.shape, v.dtype, v.trainable) for v in model.variables]
    return f"{json.dumps(_numbered(json.loads(config), {}))} {variables}"


def _numbered(config, numbers, in_name=False):
    """Replace names, which Keras numbers through a process, by their order of appearance."""
    if isinstance(config, dict):
        # A dtype policy's name is its meaning.
        return {
            key: value if key == "dtype" else _numbered(value, numbers, in_name or key in _NAMES)
            for key, value in config.items()
        }
    if isinstance(config, list):
        return [_numbered(value, numbers, in_name) for value in config]
    if in_name and isinstance(config, str):
        return numbers.setdefault(config, f"#{len(numbers)}")
    return config


_NAMES = ("name", "keras_history", "input_layers", "output_layers")


def is_cacheable(config):
    """Whether a configuration has parts of Keras and this package only."""
    return all(_is_known(part) for part in _parts(json.loads(config)))


def _parts(config):
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _parts(value)
    elif isinstance(config, list):
        for value in config:
            yield from _parts(value)


def _is_known(part):
    name, module = part["class_name"], part.get("module") or ""
    if name in ("__lambda__", "function", "Lambda"):
        return False
    keras_own = f"{module}.".startswith("keras.") or name.startswith("__")
    return keras_own or (part.get("registered_name") or "").startswith("skmultilabel_nn>")
