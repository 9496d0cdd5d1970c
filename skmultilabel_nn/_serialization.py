"""Keras models as plain text, and the keys under which their programs are shared."""

import inspect
import json
from typing import NamedTuple

from . import networks
from ._backend import load_keras
from ._final_activation import without_final_activation
from ._seeding import seeded

keras = load_keras()

# Weights of a network whose programs are kept: beyond, the memory held would cost more than the
# time to trace a program again, which such a network's training dwarfs.
LARGEST_KEPT = 1_000_000
# Where a configuration has names of layers.
_NAMES = ("name", "keras_history", "input_layers", "output_layers")
_OURS = ("keras.", "skmultilabel_nn.")
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


def parts_of(thing):
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
    if not isinstance(model, keras.Sequential) and not is_graph(model):
        model(keras.ops.zeros((1, *input_shape)))  # a subclass may create its layers in `call`
    elif not model.built:
        model.build((None, *input_shape))


def is_graph(model):
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
    for part in parts_of(model):
        if hasattr(part, "finalize_state"):
            part.finalize_state()


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
    networks.custom_objects()  # Keras learns of them

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
        Equal for two models that one compiled program can serve. None without `config`, and for
        models too large to keep their programs.
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
    if config is not None and model.count_params() <= LARGEST_KEPT:
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
