"""Checks of the constructor's parameters."""

import math
from collections.abc import Sequence
from functools import partial
from numbers import Integral
from types import SimpleNamespace

import numpy as np

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.checks import (
    check_boolean,
    check_integer,
    check_number,
    check_option,
    is_auto,
    is_integer,
    is_real_number,
)
from skmultilabel_nn._utils.text import format_value

_ACTIVATION = "the name of a Keras activation or a callable"
# TensorFlow counts units, samples and epochs in 32 bits.
_MAX_COUNT = 2**31 - 1


def _check_layers(name, value):
    if is_auto(value):
        return value
    if _is_count(value):
        return (int(value),)
    text = str | bytes | bytearray | memoryview
    listed = isinstance(value, Sequence) and not isinstance(value, text)
    listed = listed or (isinstance(value, np.ndarray) and value.ndim == 1)
    if listed and all(map(_is_count, value)):
        return tuple(map(int, value))
    allowed = "'auto', an integer above 0 or a tuple of integers above 0, () for a linear model"
    _refuse(name, value, allowed)


def _is_count(value):
    return is_integer(value) and 0 < value <= _MAX_COUNT


def _check_learning_rate(name, value):
    if value is None or (callable(value) and not isinstance(value, type)):
        return value
    if is_real_number(value) and value > 0 and _is_finite(value):
        return float(value)
    _refuse(name, value, "None, a number above 0 or a Keras learning-rate schedule")


def _is_finite(number):
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond floats
        return False


def _check_string_or_callable(name, value):
    if isinstance(value, str) or callable(value):
        return value
    _refuse(name, value, _ACTIVATION)


def _check_monitor(name, value):
    if isinstance(value, str):
        return value
    _refuse(name, value, "the name of a value in history_, such as 'val_loss'")


def _is_callback(value):
    return hasattr(value, "on_train_begin") and not isinstance(value, type)


def _check_callbacks(name, value):
    if value is None:
        return value
    if isinstance(value, list | tuple) and all(map(_is_callback, value)):
        return value
    _refuse(name, value, "None or a list of Keras callbacks")


def _check_random_state(name, value):
    if value is None or isinstance(value, np.random.RandomState):
        return value
    if isinstance(value, Integral) and 0 <= value < 2**32:
        return int(value)
    raise ValueError(
        f"{name}: {format_value(value)} cannot be used to seed. Give None, an integer from 0 to "
        "2**32 - 1 or a numpy.random.RandomState."
    )


def _refuse(name, value, allowed):
    raise ValueError(f"{name} must be {allowed}, got {format_value(value)}.")


def _check_count(name, value, *, minimum=1, alternatives=()):
    number = check_integer(name, value, minimum=minimum, alternatives=alternatives)
    if is_integer(value) and number > _MAX_COUNT:
        _refuse(name, value, f"at most {_MAX_COUNT}")
    return number


_auto_or_count = partial(_check_count, alternatives=("auto",))
_auto_or_boolean = partial(check_boolean, alternatives=("auto",))
_dropout = partial(
    check_number, minimum=0, maximum=1, include_boundaries="left", alternatives=("auto",)
)

_CHECKS = {
    "hidden_layer_sizes": _check_layers,
    "activation": _check_string_or_callable,
    "dropout": _dropout,
    "input_dropout": _dropout,
    "n_members": _auto_or_count,
    "n_bins": partial(_check_count, minimum=0, alternatives=("auto",)),
    "standardize": _auto_or_boolean,
    "batch_size": _auto_or_count,
    "epochs": _auto_or_count,
    "learning_rate": _check_learning_rate,
    "shuffle": check_boolean,
    "early_stopping": check_boolean,
    "validation_fraction": partial(
        check_number, minimum=0, maximum=1, include_boundaries="neither"
    ),
    "patience": partial(_check_count, minimum=0),
    "monitor": _check_monitor,
    "callbacks": _check_callbacks,
    "jit_compile": _auto_or_boolean,
    "warm_start": check_boolean,
    "random_state": _check_random_state,
    "dtype": partial(check_option, options=("float32", "float64")),
    "verbose": partial(check_option, options=(0, 1)),
}

# Checked where they are used: by Keras, or with the labels.
_OTHERS = "network", "optimizer", "loss", "metrics", "class_weight", "classes", "threshold"


def check_parameters(estimator):
    """Check the parameters, and convert their numbers to those of Python.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
        Estimator whose parameters are checked; they are not changed.

    Returns
    -------
    SimpleNamespace
        All parameters by name: NumPy numbers as int and float, sizes as a tuple.

    Raises
    ------
    ValueError
        If a parameter is not allowed.
    """
    checked = {name: check(name, getattr(estimator, name)) for name, check in _CHECKS.items()}
    return SimpleNamespace(**{name: getattr(estimator, name) for name in _OTHERS}, **checked)


def check_activation(activation):
    """Raise ValueError for an activation that Keras does not know.

    Parameters
    ----------
    activation : str or callable
        The constructor's parameter.

    Raises
    ------
    ValueError
        If it is not an activation.
    """
    keras = load_keras()
    try:
        function = keras.activations.get(activation)
        if not isinstance(activation, str):
            keras.ops.add(function(keras.ops.zeros((1, 2))), keras.ops.zeros((1, 2)))
    except Exception as error:  # what the user's code raises is not known
        raise ValueError(
            f"activation must be {_ACTIVATION} that takes and returns a tensor of floats, got "
            f"{format_value(activation)}."
        ) from error
