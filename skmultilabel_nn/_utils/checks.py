"""Checks of scalar arguments, and their messages."""

from difflib import get_close_matches
from numbers import Integral, Real

import numpy as np


def check_k(k, n_labels):
    """Refuse what is no number of labels."""
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"k must be an integer above 0, got {k!r}.")
    if n_labels is not None and k > n_labels:
        raise ValueError(f"k={k}, but there are only {n_labels} label(s). Choose a smaller k.")


def is_real(value):
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def integer(name, value):
    if not isinstance(value, Integral) or isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be an integer; got {value!r}.")
    return int(value)


def in_unit(name, value, *, above_zero=False):
    if not (is_real(value) and 0 <= value <= 1 and (value > 0 or not above_zero)):
        raise ValueError(
            f"{name} must lie {'above 0 and at most 1' if above_zero else 'in [0, 1]'}; "
            f"got {value!r}."
        )
    return float(value)


def unknown_name(what, given, allowed):
    near = get_close_matches(str(given), list(allowed), n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"Unknown {what} {given!r}; known are {', '.join(map(repr, allowed))}.{hint}"


def is_auto(value):
    """Whether a parameter is "auto", and no array that would be compared cell by cell."""
    return isinstance(value, str) and value == "auto"
