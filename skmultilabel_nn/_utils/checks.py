"""Checks of scalar arguments.

Each returns the value as a plain Python number, string or bool: small NumPy integers overflow
silently, and Keras rejects NumPy scalars in some places.
"""

import math
from numbers import Integral, Real

import numpy as np

from .text import format_options, format_value


class InvalidParameterError(ValueError, TypeError):
    """Invalid type or value of a parameter; named as in scikit-learn."""


def is_auto(value):
    """Return whether a parameter is the string "auto", without comparing arrays cell by cell."""
    return isinstance(value, str) and value == "auto"


def is_real_number(value):
    """Return whether a value is a real number of Python or NumPy other than a bool."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def is_integer(value):
    """Return whether a value is an integer of Python or NumPy other than a bool."""
    return isinstance(value, Integral) and not isinstance(value, bool | np.bool_)


def check_integer(name, value, *, minimum=None, maximum=None, alternatives=()):
    """Return an integer as int.

    Parameters
    ----------
    name : str
        What the message calls it.
    value : object
        What the user gave.
    minimum, maximum : int or None
        Bounds, both allowed.
    alternatives : tuple
        Other values that are allowed, such as "auto" or None.

    Returns
    -------
    int, or one of the alternatives

    Raises
    ------
    InvalidParameterError
        If `value` is no integer, a bool, or out of bounds.
    """
    if is_integer(value):
        number = int(value)
        if (minimum is None or minimum <= number) and (maximum is None or number <= maximum):
            return number
    return _alternative(name, value, alternatives, integer_text(minimum, maximum))


def check_number(
    name,
    value,
    *,
    minimum=None,
    maximum=None,
    include_boundaries="both",
    finite=True,
    alternatives=(),
):
    """Return a real number as float.

    Parameters
    ----------
    name : str
        What the message calls it.
    value : object
        What the user gave.
    minimum, maximum : float or None
        Bounds.
    include_boundaries : {"both", "left", "right", "neither"}
        Which bounds are allowed themselves, as in `sklearn.utils.check_scalar`.
    finite : bool
        Whether infinity is refused.
    alternatives : tuple
        Other values that are allowed, such as "auto" or None.

    Returns
    -------
    float, or one of the alternatives

    Raises
    ------
    InvalidParameterError
        If `value` is no number, a bool, NaN, or out of bounds.
    """
    number = _to_float(value)
    above = minimum is None or minimum < number
    below = maximum is None or number < maximum
    if include_boundaries in ("both", "left"):
        above = above or number == minimum
    if include_boundaries in ("both", "right"):
        below = below or number == maximum
    if above and below and not math.isnan(number) and not (finite and math.isinf(number)):
        return number
    allowed = _number_text(minimum, maximum, include_boundaries)
    if math.isinf(number):
        allowed = allowed.replace("a number", "a finite number")
    return _alternative(name, value, alternatives, allowed)


def check_numbers(name, values):
    """Return an array-like of numbers as an ndarray of float64; NaN is allowed."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidParameterError(f"{name} must be numbers: {error}.") from error


def check_unit_interval(name, value, *, above_zero=False):
    """Return a number in [0, 1], or in (0, 1] with `above_zero`, as float."""
    boundaries = "right" if above_zero else "both"
    return check_number(name, value, minimum=0, maximum=1, include_boundaries=boundaries)


def check_boolean(name, value, *, alternatives=()):
    """Return True or False as bool."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return _alternative(name, value, alternatives, "True or False")


def check_option(name, value, options):
    """Return the option that a value equals."""
    for option in options:
        if _is_same(value, option):
            return option
    raise InvalidParameterError(
        f"{name} must be {format_options(options)}, got {format_value(value)}."
    )


def integer_text(minimum=None, maximum=None, noun="an integer"):
    """Describe the allowed integers, for a message."""
    if minimum is None and maximum is None:
        return noun
    if minimum is None:
        return f"{noun} of at most {maximum}"
    if maximum is None:
        return f"{noun} above 0" if minimum == 1 else f"{noun} of at least {minimum}"
    return f"{noun} from {minimum} to {maximum}"


def _number_text(minimum, maximum, include_boundaries):
    if minimum is None and maximum is None:
        return "a number"
    left, right = include_boundaries in ("both", "left"), include_boundaries in ("both", "right")
    if maximum is None:
        return f"a number {'of at least' if left else 'above'} {minimum}"
    if minimum is None:
        return f"a number {'of at most' if right else 'below'} {maximum}"
    if left:
        return f"a number from {minimum} to {'' if right else 'below '}{maximum}"
    if right:
        return f"a number above {minimum} and at most {maximum}"
    return f"a number between {minimum} and {maximum}"


def _to_float(value):
    """Return a real number as float, infinity if it is too large, NaN for anything else."""
    if not is_real_number(value):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _alternative(name, value, alternatives, allowed):
    for alternative in alternatives:
        if _is_same(value, alternative):
            return alternative
    listed = "".join(f"{alternative!r}, " for alternative in alternatives)
    text = f"{listed[:-2]} or {allowed}" if alternatives else allowed
    if alternatives and " or " in allowed:  # "'auto', True or False"
        text = listed + allowed
    raise InvalidParameterError(f"{name} must be {text}, got {format_value(value)}.")


def _is_same(value, option):
    """Return whether a value equals an option of a similar type; arrays are never compared."""
    if value is option:
        return True
    types = {str: str, int: Integral | np.bool_, float: Real, bool: bool | np.bool_}
    return isinstance(value, types.get(type(option), ())) and bool(value == option)
