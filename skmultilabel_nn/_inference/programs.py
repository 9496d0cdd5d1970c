"""Compiled functions that compute logits; fits of the same architecture share them."""

import inspect
from functools import partial

from skmultilabel_nn._backend import batches
from skmultilabel_nn._backend.loading import load_keras, load_tensorflow
from skmultilabel_nn._backend.program_cache import ProgramCache, compiled
from skmultilabel_nn.networks._final_activation import without_final_activation
from skmultilabel_nn.networks._introspection import iter_keras_objects, n_token_ids, set_values
from skmultilabel_nn.networks._preparation import copy_model
from skmultilabel_nn.networks._probabilities import with_probabilities
from skmultilabel_nn.networks._serialization import as_stored, describe, deserialize

__all__ = [
    "add_probabilities",
    "as_stored",
    "batches",
    "copy_of",
    "describe",
    "deserialize",
    "n_prediction_threads",
    "n_token_ids",
    "set_values",
    "shared_program",
    "weight_tensors",
]

keras = load_keras()
tf = load_tensorflow()

# A program keeps the model that was traced.
_PROGRAMS = ProgramCache(max_programs=16, max_weights=2**26)


def shared_program(key, build, layout, n_weights):
    """Return the program of an architecture for inputs of a layout.

    Parameters
    ----------
    key : str or None
        Of the architecture; None: the program is not shared.
    build : callable
        Returns the Keras model.
    layout : Layout
    n_weights : int
    """
    if key is None:
        return _compile(build, layout)
    return _PROGRAMS.share((key, layout), partial(_compile, build, layout), n_weights)


def _compile(build, layout):
    """Compile the network as a function of its weights, so that all fits can share it."""
    model = build()
    takes_training = "training" in inspect.signature(model.call).parameters
    training = {"training": False} if takes_training else {}

    def logits(trainable, non_trainable, x):
        x = tf.cast(x, layout.dtype)
        outputs, _ = model.stateless_call(trainable, non_trainable, x, **training)
        return tf.cast(outputs, layout.dtype)  # mixed precision computes in less

    def specs(variables):
        return [tf.TensorSpec(v.shape, v.dtype) for v in variables]

    signature = [
        specs(model.trainable_variables),
        specs(model.non_trainable_variables),
        batches.batch_signature(layout),
    ]
    return compiled(logits, signature)


def weight_tensors(values, architecture):
    """Return the first two arguments of a program: the weights that train, and the others."""
    return tuple(
        [tf.constant(values[i]) for i in positions]
        for positions in (architecture.trainable, architecture.fixed)
    )


def n_prediction_threads():
    """Return how many batches are computed at a time.

    Two, so that one's copies and sigmoid, for one core, meet the products of the other. One if
    TensorFlow has one core, as in a worker of many.
    """
    return 1 if tf.config.threading.get_intra_op_parallelism_threads() == 1 else 2


def copy_of(model, input_shape):
    """Return a copy of a model that gives logits; itself if Keras cannot copy it."""
    try:
        return without_final_activation(copy_model(model, input_shape), input_shape)
    except ValueError:
        return model


def add_probabilities(model, activation, input_shape):
    """Return a model that gives probabilities, always, in place of a new model's logits."""
    for part in iter_keras_objects(model):
        if hasattr(
            part, "train_members_separately"
        ):  # members of an ensemble, for a loss on logits
            part.train_members_separately = False
        if hasattr(part, "double_precision"):  # which converters to other formats do not know
            part.double_precision = False
    names = {getattr(part, "name", None) for part in iter_keras_objects(model)}
    model = with_probabilities(model, activation, names)
    model(keras.ops.zeros((1, *input_shape)))  # Keras exports only what was called
    return model
