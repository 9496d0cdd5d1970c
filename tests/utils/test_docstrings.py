"""Docstrings that are completed from those of a base class or of an overridden method."""

import inspect
import re

import pytest

from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn.display import ThresholdDisplay
from tests.display.common import DISPLAYS


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


class _Base:
    """Base.

    Parameters
    ----------
    x, y : float
        Coordinates.
    z : float
        Of the base alone.

    Attributes
    ----------
    length_ : float
        The length.

    Notes
    -----
    Of the base.
    """


def test_classes_inherit_what_they_do_not_document():
    @inherit_docstring(_Base)
    class Derived(_Base):
        """Derived.

        Parameters
        ----------
        w : float
            Its own.

        Attributes
        ----------
        area_ : float
            The area.

        Examples
        --------
        >>> 1
        1
        """

        def __init__(self, x, y, w):
            pass

    parts = re.split(r"\n\n(?=\w+\n-+\n)", Derived.__doc__)
    assert parts == [
        "Derived.",
        "Parameters\n----------\nx, y : float\n    Coordinates.\nw : float\n    Its own.",
        "Attributes\n----------\narea_ : float\n    The area.\nlength_ : float\n    The length.",
        "Notes\n-----\nOf the base.",
        "Examples\n--------\n>>> 1\n1\n",
    ]


def test_docstrings_may_be_stripped():
    def method(x):
        pass

    assert inherit_docstring(ThresholdDisplay.plot)(method).__doc__ is None
