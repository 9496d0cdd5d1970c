"""Checks of the constructor's parameters."""

from collections.abc import Sequence
from functools import partial

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


def _check_layers(name, value):
    if is_auto(value):
        return value
    if is_integer(value) and value > 0:
        return (int(value),)
    listed = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    listed = listed or (isinstance(value, np.ndarray) and value.ndim == 1)
    if listed and all(is_integer(size) and size > 0 for size in value):
        return tuple(map(int, value))
    allowed = "'auto', an integer above 0 or a tuple of integers above 0, () for a linear model"
    _refuse(name, value, allowed)


def _check_learning_rate(name, value):
    if value is None or (callable(value) and not isinstance(value, type)):
        return value
    if is_real_number(value) and 0 < value < np.inf:
        return float(value)
    _refuse(name, value, "None, a number above 0 or a Keras learning-rate schedule")


def _check_string_or_callable(name, value):
    if isinstance(value, str) or callable(value):
        return value
    _refuse(name, value, _ACTIVATION)


def _check_monitor(name, value):
    if isinstance(value, str):
        return value
    _refuse(name, value, "the name of a value in history_, such as 'val_loss'")


def _check_callbacks(name, value):
    if value is None:
        return value
    if isinstance(value, list | tuple) and all(hasattr(v, "on_train_begin") for v in value):
        return value
    _refuse(name, value, "None or a list of Keras callbacks")


def _refuse(name, value, allowed):
    raise ValueError(f"{name} must be {allowed}, got {format_value(value)}.")


_auto_or_count = partial(check_integer, minimum=1, alternatives=("auto",))
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
    "n_bins": partial(check_integer, minimum=0, alternatives=("auto",)),
    "standardize": _auto_or_boolean,
    "batch_size": _auto_or_count,
    "epochs": _auto_or_count,
    "learning_rate": _check_learning_rate,
    "shuffle": check_boolean,
    "early_stopping": check_boolean,
    "validation_fraction": partial(
        check_number, minimum=0, maximum=1, include_boundaries="neither"
    ),
    "patience": partial(check_integer, minimum=0),
    "monitor": _check_monitor,
    "callbacks": _check_callbacks,
    "jit_compile": _auto_or_boolean,
    "warm_start": check_boolean,
    "dtype": partial(check_option, options=("float32", "float64")),
    "verbose": partial(check_option, options=(0, 1)),
}


def check_parameters(estimator):
    """Check the parameters, and convert their numbers to those of Python.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
        Estimator whose parameters are checked; they are not changed.

    Returns
    -------
    dict
        The checked parameters by name: NumPy numbers as int and float, sizes as a tuple.

    Raises
    ------
    ValueError
        If a parameter is not allowed.
    """
    return {name: check(name, getattr(estimator, name)) for name, check in _CHECKS.items()}


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
    try:
        load_keras().activations.get(activation)
    except ValueError:
        raise ValueError(
            f"activation must be {_ACTIVATION}, got {format_value(activation)}."
        ) from None
