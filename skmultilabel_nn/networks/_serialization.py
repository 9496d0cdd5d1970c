"""Keras models as plain text, and the keys under which their programs are shared."""

import inspect
import json
import random
import sys
from typing import NamedTuple

from skmultilabel_nn._backend.loading import load_keras

from ._final_activation import without_final_activation
from ._introspection import build, float_dtype, is_functional, iter_keras_objects, set_values
from ._seeding import undo_draws
from .layers import _registry  # noqa: F401  (its import makes Keras know our layers)

keras = load_keras()

# Where a configuration has names of layers.
_NAMES = ("name", "keras_history", "input_layers", "output_layers")
_OURS = ("keras.", "skmultilabel_nn.")


def configuration(part):
    """Return the configuration of a Keras object, without what it is compiled with."""
    config = keras.saving.serialize_keras_object(part)
    config.pop("compile_config", None)
    if isinstance(part, keras.Model) and not is_functional(part):
        # Keras adds arguments of its own, which the constructor need not take.
        parameters = inspect.signature(type(part)).parameters.values()
        if all(parameter.kind != parameter.VAR_KEYWORD for parameter in parameters):
            names = {parameter.name for parameter in parameters}
            config["config"] = {k: v for k, v in config["config"].items() if k in names}
    return config


def serialize(part):
    """Return the configuration of a Keras object as JSON text, None where Keras cannot tell it."""
    try:
        return json.dumps(configuration(part), sort_keys=True)
    except (NotImplementedError, TypeError, ValueError):
        return None


def deserialize(text, input_shape, code=None):
    """Rebuild a model that gives logits from its configuration; its weights are not yet set.

    Parameters
    ----------
    text : str
        What `serialize` gave.
    input_shape : tuple of int
    code : dict of str to type or function, or None
        What `user_code` gave.

    Raises
    ------
    TypeError, ValueError
        By Keras, for classes and functions that it does not know and for code in the text, see
        `keras.saving.register_keras_serializable`.
    """
    state = random.getstate()
    model = keras.saving.deserialize_keras_object(json.loads(text), custom_objects=code)
    build(model, input_shape)
    undo_draws(model, state)
    # A model with its own `call` has no activation that was taken off in its configuration.
    return without_final_activation(model, input_shape)


def user_code(*things):
    """Return the classes and functions of models and their parts that are not Keras's or ours.

    Returns
    -------
    dict of str to type or function
        By their names, by which Keras looks for them.

    Raises
    ------
    ValueError
        If two of them have the same name, so that Keras would take one for the other.
    """
    parts = [part for thing in things for part in iter_keras_objects(thing)]
    found = {}
    for codes in [filter(inspect.isfunction, things), *map(_code_of, parts)]:
        for code in codes:
            if (code.__module__ or "").startswith(_OURS):
                continue
            if found.setdefault(code.__name__, code) is not code:
                raise ValueError(
                    f"The network has two classes or functions called {code.__name__!r}, of which "
                    f"Keras would take one for the other when it is copied or stored. Give them "
                    f"different names."
                )
    return found


def _code_of(part):
    """Return the class of a Keras object and the functions that are its attributes."""
    yield type(part)
    for name, value in vars(part).items():
        # Keras wraps methods such as `build` for each object; they come with the class.
        if inspect.isfunction(value) and not hasattr(type(part), name):
            yield value


def as_stored(model):
    """Return a model's configuration as text, and the user's code in it.

    Raises
    ------
    TypeError
        If these would not rebuild the model in another process, with what to do about it.
    """
    text = serialize(model)
    if text is None:
        raise TypeError(
            "This network cannot be stored: Keras cannot serialize it. Give every layer and "
            "model of yours a get_config method, see keras.saving.register_keras_serializable."
        )
    return text, _storable_code(model)


def _storable_code(*things):
    try:
        code = user_code(*things)
    except ValueError as error:
        raise TypeError(f"This network cannot be stored. {error}") from None
    if "<lambda>" in code:
        raise TypeError(
            "This network cannot be stored: a lambda in it cannot be found again by another "
            "process. Define a function by def at the top level of a module in its place."
        )
    return {name: value for name, value in code.items() if not _is_registered_only(value)}


def _is_registered_only(code):
    """Whether Keras knows a class or function by name, and its module does not."""
    name = keras.saving.get_registered_name(code)
    known = keras.saving.get_registered_object(name) is code
    return known and getattr(sys.modules.get(code.__module__), code.__name__, None) is not code


def as_stored_model(thing):
    """Return configuration, variables and code of a Keras model; None for what Keras pickles.

    Other Keras objects can be pickled as they are, and models without a configuration cannot.
    """
    if not isinstance(thing, keras.layers.Layer):
        return None
    try:
        text = json.dumps(_whole_configuration(thing), sort_keys=True)
    except (NotImplementedError, TypeError, ValueError):
        return None
    values = [v.numpy() for v in thing.variables] if thing.built else None
    return text, values, user_code(*_with_compiled(thing))


def as_stored_object(thing):
    """Return configuration, variables and code of any Keras object.

    Raises
    ------
    TypeError
        If these would not rebuild it in another process.
    """
    stored = as_stored_model(thing)
    if stored is not None:
        return *stored[:2], _storable_code(*_with_compiled(thing))
    text = serialize(thing)  # all that fit uses of an optimizer or metric
    if text is None:
        raise TypeError(
            f"{thing!r} cannot be stored: Keras cannot serialize it. Give it a get_config method, "
            f"or store the estimator by pickle."
        )
    return text, None, _storable_code(thing)


def _whole_configuration(model):
    """Return the configuration with what the model is compiled with."""
    config = configuration(model)
    if getattr(model, "compiled", False):
        config["compile_config"] = model.get_compile_config()
    return config


def _with_compiled(model):
    """Return a model, and what it is compiled with as far as that may be the user's code."""
    things = [model]
    if getattr(model, "compiled", False):
        things += [model.optimizer, *model.metrics]
        is_code = isinstance(model.loss, keras.losses.Loss) or inspect.isfunction(model.loss)
        things += [model.loss] if is_code else []
    return things


def restore(text, values, code, *, safe_mode):
    """Rebuild a Keras object from what `as_stored_object` gave."""
    config = json.loads(text)
    thing = keras.saving.deserialize_keras_object(config, custom_objects=code, safe_mode=safe_mode)
    if values is not None:
        set_values(thing, values)
    return thing


def self_contained_config(thing):
    """Return the configuration of a Keras object as JSON text if it tells all of it, else None.

    What tells all is made of Keras's own parts and this package's, without code of the user and
    without constants that were learned from data.
    """
    parts = iter_keras_objects(thing)
    told = all(map(_is_self_contained, parts)) and all(map(_config_is_complete, parts))
    return serialize(thing) if told else None


def _is_self_contained(part):
    if not type(part).__module__.startswith(_OURS) or isinstance(part, keras.layers.Lambda):
        return False
    return not hasattr(part, "finalize_state") and all(map(_is_known, vars(part).values()))


def _is_known(value):
    if not callable(value):
        return True
    code = value if inspect.isroutine(value) or inspect.isclass(value) else type(value)
    return (code.__module__ or "").startswith(_OURS)


def _config_is_complete(part):
    """Whether `get_config` has all arguments, as that of `keras.losses.Huber` has not."""
    if not isinstance(part, keras.losses.Loss | keras.metrics.Metric):
        return True  # Keras rebuilds all others from their configurations, as we do
    wanted = set(inspect.signature(type(part)).parameters) - {"name", "dtype", "args", "kwargs"}
    return wanted <= part.get_config().keys()


class Architecture(NamedTuple):
    """What is to be known of a model apart from the values of its variables.

    Attributes
    ----------
    config : str or None
        Configuration, if it tells all of the model.
    key : str or None
        Equal for two models that one compiled program can serve. None without `config`.
    dtype : str
        Dtype of the weights.
    trainable, fixed : list of int
        Positions among all variables of those that train and those that do not.
    """

    config: str | None
    key: str | None
    dtype: str
    trainable: list
    fixed: list


def describe(model):
    """Return the `Architecture` of a built model."""
    config = self_contained_config(model)
    key = None
    if config is not None:
        variables = [(v.shape, v.dtype, v.trainable) for v in model.variables]
        key = f"{json.dumps(_numbered(json.loads(config), {}))} {variables}"
    positions = {id(v): i for i, v in enumerate(model.variables)}
    trainable, fixed = (
        [positions[id(v)] for v in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    )
    return Architecture(config, key, float_dtype(model), trainable, fixed)


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
