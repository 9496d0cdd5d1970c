"""Values as short text for messages."""

import numpy as np
import pytest

from skmultilabel_nn._utils.text import (
    did_you_mean,
    format_options,
    format_value,
    format_values,
    unknown_name_message,
)


class Odd:
    def __repr__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (np.float64(0.5), "0.5"),
        (np.str_("a"), "'a'"),
        (Odd(), "<Odd>"),
        ("x" * 500, "'" + "x" * 199 + "... (502 characters)"),
    ],
)
def test_one_value(value, text):
    assert format_value(value) == text


def test_several_values():
    assert format_values(np.array([1, 2])) == "1, 2"
    assert format_values(dict.fromkeys("abcdef")) == "'a', 'b', 'c', 'd', 'e', ..."
    assert len(format_values(["x" * 9999] * 9)) < 500
    assert format_options(("a", "b", None)) == "'a', 'b' or None"


def test_similar_names_are_proposed():
    assert did_you_mean("f1_mikro", ["f1_micro", "accuracy"]) == " Did you mean 'f1_micro'?"
    assert did_you_mean(3, ["accuracy"]) == ""
    message = unknown_name_message("metric", "x" * 25_000, ["f1", "accuracy"])
    assert len(message) < 300
    assert message.endswith("known are 'f1', 'accuracy'.")
