"""Fixtures of these tests."""

import pytest

from .common import make_problem


@pytest.fixture
def problem():
    return make_problem(0)
