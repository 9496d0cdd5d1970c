"""From what the user gave as a network to a Keras model that gives logits."""

import contextlib
import json
import random
import threading

from ._backend import load_keras

keras = load_keras()

_SEEDING = threading.Lock()
# Weights of a network whose programs are kept: beyond, the memory held would cost more than the
# time to trace a program again, which such a network's training dwarfs.
LARGEST_KEPT = 1_000_000
_FINAL_ACTIVATIONS = ("sigmoid", "softmax")


@keras.saving.register_keras_serializable(package="skmultilabel_nn")
class InputScaling(keras.layers.Layer):
    """Standardise the features: ``(x - shift) * factor``.

    Not `keras.layers.Normalization`, whose statistics are constants of the compiled program, so
    that a program could not be used again for other data.

    Parameters
    ----------
    center : bool, default=True
        Whether there is a shift per feature. Without it one factor serves all features and zeros
        stay zeros, as sparse input needs.
    name, dtype : str or None
        As for every Keras layer.
    """

    def __init__(self, center=True, *, name=None, dtype=None):
        super().__init__(trainable=False, name=name, dtype=dtype)
        self.center = center

    def build(self, input_shape):
        """Create the statistics, which change nothing until they are set."""
        shape = (input_shape[-1],) if self.center else ()
        self.shift = None
        if self.center:
            self.shift = self.add_weight(shape=shape, initializer="zeros", name="shift")
        self.factor = self.add_weight(shape=shape, initializer="ones", name="factor")

    def call(self, inputs):
        """Scale a batch."""
        if self.center:
            inputs = keras.ops.subtract(inputs, self.shift)
        return keras.ops.multiply(inputs, self.factor)

    def get_config(self):
        """Return what rebuilds the layer."""
        return {"name": self.name, "dtype": self.dtype_policy.name, "center": self.center}


@contextlib.contextmanager
def seeded(seed):
    """Let what Keras draws while it builds a model come from `seed`, and nothing else change.

    Keras takes the seeds of unseeded layers and initializers from Python's `random`, and offers no
    other way to set them from outside; so its state is borrowed, and given back.
    """
    with _SEEDING:
        state = random.getstate()
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)


def assemble(network, input_shape, n_outputs, *, seed, scaling=None, dtype="float32"):
    """Build the model that is trained.

    Parameters
    ----------
    network : keras.Model or callable
        A model is copied with its weights; a callable is asked for a new one.
    input_shape : tuple of int
        Shape of one sample.
    n_outputs : int
        Number of logits wanted.
    seed : int
        Decides the initial weights and the dropout masks.
    scaling : {None, "center", "factor"}, default=None
        The `InputScaling` put in front, if any.
    dtype : str, default="float32"
        Dtype of the input scaling.

    Returns
    -------
    keras.Model
        A built model whose outputs are logits, ``(batch, n_outputs)``.
    """
    with seeded(seed):
        if isinstance(network, keras.Model):
            model = _copy(network, input_shape)
        else:
            model = _called(network, input_shape, n_outputs)
        model = _without_final_activation(model)
        _check_input(model, input_shape)
        _build(model, input_shape)
        _check_output(model, input_shape, n_outputs)
        if scaling is not None:
            model = _with_scaling(model, input_shape, scaling, dtype)
    return model


def _called(network, input_shape, n_outputs):
    model = network(tuple(input_shape), n_outputs)
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"network must return a keras.Model when it is called with (input_shape, n_outputs), "
            f"but {network!r} returned {type(model).__name__}."
        )
    return model


def _copy(model, input_shape):
    try:
        config = keras.saving.serialize_keras_object(model)
        config.pop("compile_config", None)
        copy = keras.saving.deserialize_keras_object(config, safe_mode=False)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            f"The network {model.name!r} cannot be copied from its configuration: {error} Give it "
            f"a get_config, or give a callable (input_shape, n_outputs) -> keras.Model instead."
        ) from error
    if model.built:
        _build(copy, input_shape)
        copy.set_weights(model.get_weights())
    return copy


def _build(model, input_shape):
    if not model.built:
        model.build((None, *input_shape))
    if not isinstance(model, keras.Sequential) and not _is_graph(model):
        model(keras.ops.zeros((1, *input_shape)))  # a subclass may create its layers in `call`


def _is_graph(model):
    return isinstance(getattr(model, "outputs", None), list)


def _check_input(model, input_shape):
    expected = getattr(model, "input_shape", None) if model.built and _is_graph(model) else None
    if not isinstance(expected, tuple):
        return
    given = (None, *input_shape)
    if len(expected) != len(given) or any(
        e not in (None, g) for e, g in zip(expected, given, strict=True)
    ):
        raise ValueError(
            f"The network takes samples of shape {expected[1:]}, but those of X have shape "
            f"{tuple(input_shape)}."
        )


def _check_output(model, input_shape, n_outputs):
    shape = tuple(model.compute_output_shape((None, *input_shape)))
    if len(shape) != 2 or shape[1] != n_outputs:
        given = shape[1] if len(shape) == 2 else f"shape {shape[1:]}"
        raise ValueError(
            f"The network has {given} outputs, but y has {n_outputs} labels. Give its last layer "
            f"{n_outputs} units, or give a callable (input_shape, n_outputs) -> keras.Model."
        )


def _without_final_activation(model):
    """Make a model that ends in a sigmoid or softmax give its logits instead."""
    layer = _output_layer(model)
    name = getattr(getattr(layer, "activation", None), "__name__", None)
    if isinstance(layer, keras.Model):
        _without_final_activation(layer)
    elif name in _FINAL_ACTIVATIONS:
        layer.activation = keras.activations.get("linear")
    elif isinstance(layer, keras.layers.Softmax) or type(layer).__name__ in ("Sigmoid", "Softmax"):
        return _cut_before(model, layer)
    return model


def _output_layer(model):
    if isinstance(model, keras.Sequential) or not _is_graph(model):
        return model.layers[-1] if model.layers else None
    candidates = (op for op in model.operations if _gives(op, model.outputs[0]))
    return next(candidates, None)


def _gives(operation, tensor):
    try:
        return operation.output is tensor
    except (AttributeError, ValueError):  # called several times, so with several outputs
        return False


def _cut_before(model, layer):
    if isinstance(model, keras.Sequential):
        model.pop()
        return model
    return keras.Model(model.inputs, layer.input, name=model.name)


def _with_scaling(model, input_shape, scaling, dtype):
    if type(model).train_step is not keras.Model.train_step:
        raise ValueError(
            f"standardize=True would wrap the network {model.name!r} and so leave out its own "
            f"train_step. Set standardize=False and scale X before, or inside the network."
        )
    layer = InputScaling(center=scaling == "center", name="input_scaling", dtype=dtype)
    inputs = keras.Input(input_shape, dtype=dtype, name="features")
    return keras.Model(inputs, model(layer(inputs)), name="scaled")


def with_probabilities(model, activation):
    """Return a model that shares the weights of `model` and gives probabilities."""
    final = keras.layers.Activation(activation, name="probabilities")
    if _is_graph(model):
        return keras.Model(model.inputs, final(model.outputs[0]), name="probabilities")
    return keras.Sequential([model, final], name="probabilities")


def serialize(part):
    """Return the configuration of a Keras object as JSON text, None where Keras cannot tell it."""
    try:
        config = keras.saving.serialize_keras_object(part)
        config.pop("compile_config", None)
        return json.dumps(config, sort_keys=True)
    except (NotImplementedError, TypeError, ValueError):
        return None


def deserialize(text, input_shape):
    """Rebuild a model from its configuration; its weights are not yet set."""
    model = keras.saving.deserialize_keras_object(json.loads(text))
    _build(model, input_shape)
    return model


def program_key(config, model):
    """Return text that is equal for two models that one compiled program can serve, else None.

    Only models made of Keras's own parts (and this package's) have a key: the configuration of
    anything else may not tell all that its call depends on.
    """
    if config is None or not is_cacheable(config) or model.count_params() > LARGEST_KEPT:
        return None
    for i, name in enumerate(_names_in_order(config)):
        config = config.replace(json.dumps(name), f'"#{i}"')
    variables = [(v.shape, v.dtype, v.trainable) for v in model.variables]
    return f"{config} {variables}"


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
    module, registered = part.get("module"), part.get("registered_name") or ""
    keras_own = module is None or module == "keras" or module.startswith("keras.")
    tensor = part["class_name"] in ("__keras_tensor__", "__tensor__", "__numpy__")
    code = part["class_name"] in ("__lambda__", "function", "Lambda")
    return (keras_own or tensor or registered.startswith("skmultilabel_nn>")) and not code


def _names_in_order(config):
    """Keras numbers the names of layers through a process, so two builds of one network differ."""
    names = {
        part["config"]["name"]
        for part in _parts(json.loads(config))
        if isinstance(part.get("config"), dict) and isinstance(part["config"].get("name"), str)
    }
    return sorted(names, key=lambda name: config.index(json.dumps(name)))
