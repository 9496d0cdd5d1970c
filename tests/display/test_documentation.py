"""Docstrings that are completed from those of the template."""

import inspect
import re

import pytest

from skmultilabel_nn.display import ThresholdDisplay
from skmultilabel_nn.display._documentation import inherit_parameters

from .common import DISPLAYS


@pytest.mark.parametrize("cls", DISPLAYS)
@pytest.mark.parametrize("name", ["from_estimator", "from_predictions", "plot"])
def test_every_parameter_of_a_method_is_documented_in_order(cls, name):
    method = getattr(cls, name)
    _, parameters, returns = re.split(r"\n\n(?:Parameters|Returns)\n-+\n", inspect.getdoc(method))
    documented = re.findall(r"^(\w+) : \S", parameters, flags=re.MULTILINE)
    assert documented == [p for p in inspect.signature(method).parameters if p != "self"]
    assert returns.startswith("display\n")


def test_own_entries_come_before_inherited_ones():
    text = inspect.getdoc(ThresholdDisplay.from_predictions)
    assert "default=0.5\n    The threshold in use" in text  # its own
    assert "sample_weight : array-like" in text  # of the template
    assert "y_score" not in text  # replaced by y_prob


def test_docstrings_may_be_stripped():
    def method(x):
        pass

    assert inherit_parameters(ThresholdDisplay.plot)(method).__doc__ is None
