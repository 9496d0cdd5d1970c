"""Checks of scalar parameters: what passes comes back as a plain Python value."""

from fractions import Fraction

import numpy as np
import pytest

from skmultilabel_nn._utils.checks import (
    check_boolean,
    check_integer,
    check_number,
    check_numbers,
    check_option,
    check_unit_interval,
)

INTEGERS = [3, np.int64(3), np.uint8(3), np.int8(3)]
NO_INTEGERS = [True, np.True_, 3.0, np.float64(3), "3", None, [3], np.array(3), np.array([3]), 3j]


@pytest.mark.parametrize("value", INTEGERS, ids=repr)
def test_integers_come_back_as_int(value):
    for minimum, maximum in ((None, None), (3, None), (None, 3), (3, 3)):
        assert type(check_integer("k", value, minimum=minimum, maximum=maximum)) is int
    with pytest.raises(ValueError, match="k must be an integer of at least 4, got 3"):
        check_integer("k", value, minimum=4)
    with pytest.raises(ValueError, match="k must be an integer from 0 to 2, got 3"):
        check_integer("k", value, minimum=0, maximum=2)


@pytest.mark.parametrize("value", NO_INTEGERS, ids=repr)
@pytest.mark.parametrize("error", [ValueError, TypeError])
def test_what_is_no_integer_is_refused(value, error):
    with pytest.raises(error, match="k must be an integer above 0, got"):
        check_integer("k", value, minimum=1)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.uint8(2), Fraction(2)], ids=repr)
def test_numbers_come_back_as_float(value):
    assert type(check_number("beta", value, minimum=0)) is float
    assert check_number("beta", value) == 2.0


@pytest.mark.parametrize(
    "value", [True, np.nan, "2", None, [2.0], 2j, np.inf, -(10**400)], ids=repr
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"beta must be a (finite )?number"):
        check_number("beta", value)


@pytest.mark.parametrize(
    ("boundaries", "passes"),
    [("both", (0, 1)), ("left", (0,)), ("right", (1,)), ("neither", ())],
)
def test_boundaries(boundaries, passes):
    for value in (0, 1):
        arguments = {"minimum": 0, "maximum": 1, "include_boundaries": boundaries}
        if value in passes:
            assert check_number("x", value, **arguments) == value
        else:
            with pytest.raises(ValueError, match=f"x must be a number .*got {value}"):
                check_number("x", value, **arguments)
    assert check_number("x", 0.5, **arguments) == 0.5


def test_zero_may_be_left_out_of_the_unit_interval():
    assert check_unit_interval("x", np.float32(0)) == 0.0
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        check_unit_interval("x", 0, above_zero=True)


def test_alternatives_come_back_as_they_are():
    assert check_integer("k", "auto", minimum=1, alternatives=("auto",)) == "auto"
    assert check_integer("k", None, minimum=1, alternatives=(None,)) is None
    for value in ("Auto", np.array(["auto"]), None):
        with pytest.raises(ValueError, match="k must be 'auto' or an integer above 0, got"):
            check_integer("k", value, minimum=1, alternatives=("auto",))


def test_booleans_and_options():
    assert check_boolean("shuffle", np.True_) is True
    with pytest.raises(ValueError, match="shuffle must be 'auto', True or False, got 1"):
        check_boolean("shuffle", 1, alternatives=("auto",))
    assert check_option("order", np.int64(2), (1, 2)) == 2
    assert type(check_option("zero_division", 1, (0.0, 1.0))) is float
    for value in ("c", ["a"], np.array(["a", "b"]), None):
        with pytest.raises(ValueError, match="what must be 'a' or 'b', got"):
            check_option("what", value, ("a", "b"))


@pytest.mark.parametrize("values", ["a", ["a"], {"a": 1}, [10**400], [[1], [1, 2]], object()])
def test_arrays_of_what_is_no_number_are_refused(values):
    with pytest.raises(ValueError, match="propensities must be numbers"):
        check_numbers("propensities", values)


@pytest.mark.parametrize(
    "value", ["x" * 25_000, 10**5000, np.zeros(25_000), list(range(9000))], ids=type
)
def test_messages_echo_a_short_piece_of_long_values(value):
    with pytest.raises(ValueError, match="k must be") as error:
        check_integer("k", value, maximum=3)
    assert len(str(error.value)) < 300
