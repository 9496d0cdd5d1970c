"""Keras models as plain text, and the keys under which their programs are shared."""

import inspect
import json
from typing import NamedTuple

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._backend.seeding import seeded

from ._final_activation import without_final_activation
from ._introspection import build, float_dtype, is_graph, parts_of
from .layers import _registry  # noqa: F401  (its import makes Keras know our layers)

keras = load_keras()

# Where a configuration has names of layers.
_NAMES = ("name", "keras_history", "input_layers", "output_layers")
_OURS = ("keras.", "skmultilabel_nn.")


def configuration(part):
    """Return the configuration of a Keras object, without what it is compiled with."""
    config = keras.saving.serialize_keras_object(part)
    config.pop("compile_config", None)
    if isinstance(part, keras.Model) and not is_graph(part):
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


def plain_config(thing):
    """Return the configuration of a Keras object as JSON text if it tells all of it, else None.

    What tells all is made of Keras's own parts and this package's, without code of the user and
    without constants that were learnt from data.
    """
    parts = parts_of(thing)
    told = all(map(_is_plain, parts)) and all(map(_tells_its_arguments, parts))
    return serialize(thing) if told else None


def _is_plain(part):
    if not type(part).__module__.startswith(_OURS) or isinstance(part, keras.layers.Lambda):
        return False
    return not hasattr(part, "finalize_state") and all(map(_is_known, vars(part).values()))


def _is_known(value):
    if not callable(value):
        return True
    code = value if inspect.isroutine(value) or inspect.isclass(value) else type(value)
    return (code.__module__ or "").startswith(_OURS)


def _tells_its_arguments(part):
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
    config = plain_config(model)
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
