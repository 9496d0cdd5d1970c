"""From what the user gave as a network to a Keras model that gives logits."""

import inspect
import random
from typing import Any, NamedTuple

import numpy as np

from skmultilabel_nn._backend.loading import load_keras, start_runtime
from skmultilabel_nn._backend.seeding import seeded
from skmultilabel_nn._utils.text import format_value

from ._convnet import ConvNet
from ._embedding_bag import EmbeddingBag
from ._final_activation import warn_of_probabilities, without_final_activation
from ._introspection import build, finalize, is_functional, iter_keras_objects
from ._mlp import MLP
from ._seeding import reseed
from ._serialization import configuration, user_code
from .layers._ensemble import EnsembleMean
from .layers._input_scaling import InputScaling
from .layers._piecewise_linear import PiecewiseLinear
from .layers._sparse_linear import SparseLinear

keras = load_keras()


class PreparedNetwork(NamedTuple):
    """A built model that gives logits, and those of its layers that `fit` sets.

    Attributes
    ----------
    model : keras.Model
    input_scaling : InputScaling or None
    output_layers : list of keras.layers.Layer
        Those called "logits" that have a bias.
    piecewise_linear : list of PiecewiseLinear
    sparse_linear : SparseLinear or None
    """

    model: Any
    input_scaling: Any
    output_layers: list
    piecewise_linear: list
    sparse_linear: Any


def prepare_network(
    network, input_shape, n_outputs, *, seed, scaling=None, multiclass=False, dtype="float32"
):
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
    multiclass : bool, default=False
        Whether the outputs are exclusive classes.
    dtype : str, default="float32"
        Dtype of the input scaling.

    Returns
    -------
    PreparedNetwork
        Its outputs are logits, ``(batch, n_outputs)``.

    Raises
    ------
    TypeError, ValueError
        If the network is no Keras model, cannot be copied, or does not fit X or y.
    """
    start_runtime()
    model = _seeded_model(network, input_shape, n_outputs, seed)
    model = without_final_activation(model, input_shape)
    warn_of_probabilities(model, input_shape)
    input_scaling = None
    if scaling is not None:
        model, input_scaling = _with_scaling(model, input_shape, scaling, dtype)
    layers = iter_keras_objects(model)
    for layer in layers:
        if isinstance(layer, EnsembleMean):
            layer.multiclass = multiclass
    return PreparedNetwork(
        model,
        input_scaling,
        [layer for layer in layers if _is_output_layer(layer)],
        [layer for layer in layers if isinstance(layer, PiecewiseLinear)],
        next((layer for layer in layers if isinstance(layer, SparseLinear)), None),
    )


def _is_output_layer(layer):
    is_named = getattr(layer, "name", None) == "logits"
    return is_named and getattr(layer, "bias", None) is not None


def initialize_output_bias(prepared, log_odds):
    """Set the bias of the layers called "logits", so that training starts at these predictions.

    From a bias of zero, every label starts at 0.5, and a network with many rare labels spends its
    first epochs on unlearning that.

    Parameters
    ----------
    prepared : PreparedNetwork
        Without such a layer, nothing is done.
    log_odds : ndarray of shape (n_outputs,)
        Logits of the labels' frequencies.
    """
    for layer in prepared.output_layers:
        layer.bias.assign(np.broadcast_to(log_odds, layer.bias.shape))


def _seeded_model(network, input_shape, n_outputs, seed):
    """Build a model of which `seed` decides all that is drawn."""
    state = random.getstate()
    model = _unseeded_model(network, input_shape, n_outputs)
    is_trained = isinstance(network, keras.Model) and network.built
    is_ours = type(network) in (MLP, ConvNet, EmbeddingBag)
    if reseed(model, seed, weights=not is_trained, untouched=is_ours, state=state):
        return model
    # Nothing but Python's global `random` decides weights of which the initializer is not kept, as
    # those of a layer of the user's that calls `add_weight` without an initializer.
    with seeded(seed):
        model = _unseeded_model(network, input_shape, n_outputs)
    reseed(model, seed)
    return model


def _unseeded_model(network, input_shape, n_outputs):
    if isinstance(network, keras.Model):
        _check_input(network, input_shape)
        model = copy_model(network, input_shape)
    else:
        model = _build_from_callable(network, input_shape, n_outputs)
        _check_input(model, input_shape)
        _build(model, input_shape)
    _check_output(model, input_shape, n_outputs)
    return model


def _build_from_callable(network, input_shape, n_outputs):
    model = network(tuple(input_shape), n_outputs)
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"network must return a keras.Model when it is called with (input_shape, n_outputs), "
            f"but {format_value(network)} returned {type(model).__name__}."
        )
    return model


def copy_model(model, input_shape):
    """Return a copy of a model with its weights, made by its own classes and functions."""
    copy = _from_configuration(model)
    _build(copy, input_shape)
    if model.built:
        _check_same_shapes(model, copy, input_shape)
        copy.set_weights(model.get_weights())
        finalize(copy)
    return copy


def _build(model, input_shape):
    try:
        build(model, input_shape)
    except ValueError as error:
        raise ValueError(
            f"The network {model.name!r} does not take samples of shape {tuple(input_shape)}, "
            f"which those of X have: {error}"
        ) from error


def _from_configuration(model):
    code = user_code(model)
    try:
        return keras.saving.deserialize_keras_object(
            configuration(model), custom_objects=code, safe_mode=False
        )
    except Exception as error:  # what fails is the user's code as well as Keras
        raise ValueError(
            f"The network {model.name!r} cannot be copied from its configuration. Give its layers "
            f"a get_config, or give a callable (input_shape, n_outputs) -> keras.Model that builds "
            f"it. Keras says: {(str(error) or repr(error)).splitlines()[0]}"
        ) from error


def _check_same_shapes(model, copy, input_shape):
    given, wanted = ([w.shape for w in m.get_weights()] for m in (model, copy))
    if given != wanted:
        raise ValueError(
            f"The network {model.name!r} was built for samples of another shape than those of X, "
            f"{tuple(input_shape)}: its weights have the shapes {given}, but X needs {wanted}."
        )


def _check_input(model, input_shape):
    if not is_functional(model):
        return
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(
            f"The network has {len(model.inputs)} inputs and {len(model.outputs)} outputs, but X "
            f"is one array and y one target: it must have one of each."
        )
    expected, given = tuple(model.inputs[0].shape), (None, *input_shape)
    if len(expected) != len(given) or any(
        e not in (None, g) for e, g in zip(expected[1:], given[1:], strict=True)
    ):
        raise ValueError(
            f"The network takes samples of shape {expected[1:]}, but those of X have shape "
            f"{tuple(input_shape)}."
        )


def _check_output(model, input_shape, n_outputs):
    shape = tuple(model.compute_output_spec(keras.KerasTensor((None, *input_shape))).shape)
    if len(shape) != 2 or shape[1] != n_outputs:
        given = shape[1] if len(shape) == 2 else f"shape {shape[1:]}"
        raise ValueError(
            f"The network has {given} outputs, but y has {n_outputs} labels. Give its last layer "
            f"{n_outputs} units, or give a callable (input_shape, n_outputs) -> keras.Model."
        )


def _with_scaling(model, input_shape, scaling, dtype):
    if type(model).train_step is not keras.Model.train_step:
        raise ValueError(
            f"standardize=True would wrap the network {model.name!r} and so leave out its own "
            f"train_step. Set standardize=False and scale X before, or inside the network."
        )
    layer = InputScaling(center=scaling == "center", name="input_scaling", dtype=dtype)
    sparse = is_functional(model) and model.inputs[0].sparse
    inputs = keras.Input(input_shape, dtype=dtype, sparse=sparse, name="features")
    return keras.Model(inputs, model(layer(inputs)), name="scaled"), layer


def check_builder(network):
    """Refuse a `network` that cannot be asked for a Keras model.

    Parameters
    ----------
    network : object
        What was given, and is no Keras model.

    Raises
    ------
    TypeError
        If it is not callable with the shape of a sample and the number of outputs.
    """
    allowed = (
        "network must be None, a keras.Model or a callable (input_shape, n_outputs) -> keras.Model"
    )
    if not callable(network):
        raise TypeError(f"{allowed}, got {format_value(network)}.")
    if inspect.isclass(network):
        raise TypeError(f"{allowed}, got a class. Give an object: {network.__name__}().")
    try:
        signature = inspect.signature(network)
    except ValueError:  # written in C
        return
    try:
        signature.bind((1,), 1)
    except TypeError as error:
        raise TypeError(
            f"{allowed}, got {format_value(network)} with arguments {signature}: {error}."
        ) from None
