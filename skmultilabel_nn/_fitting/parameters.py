"""The constructor's parameters: what is allowed, and the message where it is not."""

from numbers import Integral, Real

import numpy as np

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.checks import is_auto


def _is_int(value, low=1):
    return isinstance(value, Integral) and not isinstance(value, bool | np.bool_) and value >= low


def _is_count(value):
    return is_auto(value) or _is_int(value)


def _is_real(value, low, high=np.inf):
    number = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    return number and low < value < high


def _is_bool(value):
    return isinstance(value, bool | np.bool_)


def _is_layers(value):
    return np.iterable(value) and not isinstance(value, str) and all(map(_is_int, value))


def _are_callbacks(value):
    return isinstance(value, list | tuple) and all(hasattr(v, "on_train_begin") for v in value)


def _is_dropout(value):
    return is_auto(value) or (_is_real(value, -np.inf, 1) and value >= 0)


_DROPOUT = (_is_dropout, "'auto' or a number from 0 to below 1")
_RULES = {
    "hidden_layer_sizes": (
        lambda v: is_auto(v) or _is_layers(v),
        "'auto' or a tuple of integers above 0, () for a linear model",
    ),
    "activation": (
        lambda v: isinstance(v, str) or callable(v),
        "the name of a Keras activation or a callable",
    ),
    "dropout": _DROPOUT,
    "input_dropout": _DROPOUT,
    "n_members": (_is_count, "'auto' or an integer above 0"),
    "n_bins": (lambda v: is_auto(v) or _is_int(v, 0), "'auto' or an integer, 0 or above"),
    "standardize": (lambda v: _is_bool(v) or is_auto(v), "'auto', True or False"),
    "batch_size": (_is_count, "'auto' or an integer above 0"),
    "epochs": (_is_count, "'auto' or an integer above 0"),
    "learning_rate": (
        lambda v: v is None or _is_real(v, 0) or callable(v),
        "None, a number above 0 or a Keras learning rate schedule",
    ),
    "shuffle": (_is_bool, "True or False"),
    "early_stopping": (_is_bool, "True or False"),
    "validation_fraction": (lambda v: _is_real(v, 0, 1), "a number between 0 and 1"),
    "patience": (lambda v: _is_int(v, 0), "an integer, 0 or above"),
    "monitor": (lambda v: isinstance(v, str), "the name of a value in history_, as 'val_loss'"),
    "callbacks": (lambda v: v is None or _are_callbacks(v), "None or a list of Keras callbacks"),
    "jit_compile": (lambda v: _is_bool(v) or is_auto(v), "'auto', True or False"),
    "warm_start": (_is_bool, "True or False"),
    "dtype": (
        lambda v: isinstance(v, str) and v in ("float32", "float64"),
        "'float32' or 'float64'",
    ),
    "verbose": (lambda v: isinstance(v, Integral | np.bool_) and v in (0, 1), "0 or 1"),
}


def check_parameters(estimator):
    """Refuse parameters that cannot be meant.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
        Whose parameters are looked at, and not changed.

    Raises
    ------
    ValueError
        That names the parameter, what was given and what is allowed.
    """
    for name, (is_allowed, allowed) in _RULES.items():
        value = getattr(estimator, name)
        if not is_allowed(value):
            raise ValueError(f"{name} must be {allowed}, got {value!r}.")


def check_activation(activation):
    """Refuse an activation that Keras does not know.

    Parameters
    ----------
    activation : str or callable

    Raises
    ------
    ValueError
        That names the parameter and what was given.
    """
    try:
        load_keras().activations.get(activation)
    except ValueError:
        allowed = _RULES["activation"][1]
        raise ValueError(f"activation must be {allowed}, got {activation!r}.") from None
