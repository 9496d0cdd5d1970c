"""One seed for all that a new model draws: its initial weights and its dropout masks.

Keras takes a seed for every layer and initializer that has none from Python's global `random`, in
which other threads draw as well. So a model is built with whatever seeds Keras takes, and what it
drew is drawn again.
"""

import random

import numpy as np

from skmultilabel_nn._backend.loading import load_keras

from ._introspection import iter_keras_objects

keras = load_keras()

_KINDS = (keras.Variable, keras.random.SeedGenerator, keras.initializers.Initializer)
_LARGEST_SEED = 10**9


def reseed(model, seed, *, weights=True, untouched=False, state=None):
    """Let everything that a model draws come from one seed.

    Generators and initializers that were given a seed, and weights that none of their layer's
    initializers gives, as pretrained ones, stay as they are.

    Parameters
    ----------
    model : keras.Model
        Built.
    seed : int
    weights : bool, default=True
        Whether weights are drawn again; False for a copy, which has those of its original.
    untouched : bool, default=False
        Whether nobody can have set weights yet, as in a network of this package: an initializer
        that is named after a weight gave it then, and need not be asked.
    state : tuple or None, default=None
        What `random.getstate` returned before the model was built, for `undo_draws`.

    Returns
    -------
    bool
        Whether the seed decides all; False if some weights may be random, but no initializer that
        is an attribute of their layer gives them.
    """
    layers = _layers(model)
    if state is not None:
        _undo_draws(layers, state)
    seeds = _Seeds(seed)
    explained = set()
    for layer, parts in layers:
        for part in parts:
            if isinstance(part, keras.random.SeedGenerator) and _is_unseeded(part):
                part.state.assign([seeds.of(part), 0])
        if weights:
            explained |= _redraw_weights(layer, parts, seeds, untouched)
        if _starts_without_drawing(layer):
            explained |= set(map(id, parts))
    left = [v for v in model.weights if id(v) not in explained] if weights else []
    return not any(map(_may_be_random, left))


def undo_draws(model, state):
    """Give Python's `random` the state that it had before a model was built.

    Only if nothing but the seeds of this model was drawn since: another thread, or a builder of
    the user's, would get the same numbers twice.

    Parameters
    ----------
    model : keras.Model
        Its seeds are still those that Keras took.
    state : tuple
        What `random.getstate` returned before.
    """
    _undo_draws(_layers(model), state)


def _undo_draws(layers, state):
    seeds = {_taken_seed(part) for _, parts in layers for part in parts} - {None}
    now, replay = random.getstate(), random.Random()
    replay.setstate(state)
    while replay.getstate() != now:
        if replay.randint(1, _LARGEST_SEED) not in seeds:
            return
    if random.getstate() == now:
        random.setstate(state)


class _Seeds:
    """Seeds for objects in the order in which they are found, the same one for the same object."""

    def __init__(self, seed):
        self._rng = np.random.RandomState(seed)
        self._found = {}

    def of(self, part):
        if id(part) not in self._found:
            self._found[id(part)] = int(self._rng.randint(1, _LARGEST_SEED))
        return self._found[id(part)]


def _layers(model):
    """Return the layers of a model, itself among them, each with what `_parts` tells."""
    parts = iter_keras_objects(model)
    return [(part, _parts(part)) for part in parts if isinstance(part, keras.layers.Layer)]


def _parts(layer):
    """Return the variables, generators and initializers of a layer, each once."""
    found = {}
    for value in vars(layer).values():
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, _KINDS):
                found[id(item)] = item
    return list(found.values())


def _is_unseeded(part):
    return part.get_config().get("seed", 0) is None


def _taken_seed(part):
    """Return the seed that Keras took for an object from `random`, None if it took none."""
    if isinstance(part, keras.Variable) or not _is_unseeded(part):
        return None
    is_generator = isinstance(part, keras.random.SeedGenerator)
    return int(part.state.numpy()[0]) if is_generator else part.seed


def _redraw_weights(layer, parts, seeds, untouched):
    """Draw those weights of a layer again that its initializers gave; return which these are."""
    initializers = [part for part in parts if _is_repeatable(part)]
    explained = set()
    for variable in (part for part in parts if isinstance(part, keras.Variable)):
        initializer = _initializer_of(layer, variable, initializers, untouched)
        if initializer is None:
            continue
        explained.add(id(variable))
        if _is_unseeded(initializer):
            config = {**initializer.get_config(), "seed": seeds.of(initializer)}
            variable.assign(_draw(layer, variable, type(initializer).from_config(config)))
    return explained


def _starts_without_drawing(layer):
    """Whether a layer draws nothing but by initializers that it keeps.

    As ours, and those that learn constants from data.
    """
    return type(layer).__module__.startswith("skmultilabel_nn.") or hasattr(layer, "finalize_state")


def _is_repeatable(part):
    """Whether an object is an initializer that draws the same each time.

    Those with a generator as their seed do not, and the user's may not.
    """
    is_initializer = isinstance(part, keras.initializers.Initializer)
    return is_initializer and isinstance(getattr(part, "seed", None), int)


def _initializer_of(layer, variable, initializers, untouched):
    """Return which of a layer's initializers gave a variable, None if none did."""
    likely = getattr(layer, f"{variable.name}_initializer", None)
    candidates = sorted(initializers, key=lambda initializer: initializer is not likely)
    is_named = candidates[:1] == [likely]
    if is_named and untouched:
        return likely
    if not is_named and _is_constant(variable):
        return None
    return next((c for c in candidates if _is_drawn_by(layer, variable, c)), None)


def _is_drawn_by(layer, variable, initializer):
    try:
        drawn = _draw(layer, variable, initializer)
    except ValueError:  # of another number of dimensions
        return False
    return np.array_equal(drawn, variable.numpy())


def _draw(layer, variable, initializer):
    """Return what an initializer gives as a variable of a layer."""
    is_einsum = isinstance(layer, keras.layers.EinsumDense)
    if not is_einsum or variable is not layer.kernel:
        return np.asarray(initializer(variable.shape, dtype=variable.dtype))
    # It lets the initializer know which axes are inputs.
    twin = keras.layers.EinsumDense(
        layer.equation,
        layer.get_config()["output_shape"],
        kernel_initializer=initializer,
        dtype=layer.dtype_policy,
        name=layer.name,
    )
    twin.build_from_config(layer.get_build_config())
    return twin.kernel.numpy()


def _is_constant(variable):
    value = variable.numpy()
    return value.size > 1 and (value == value.flat[0]).all()


def _may_be_random(variable):
    """Whether a value is none of those that layers start with without drawing."""
    if not keras.backend.is_float_dtype(variable.dtype) or _is_constant(variable):
        return False
    return not np.isin(variable.numpy(), (0, 1)).all()  # as the bias of an LSTM
