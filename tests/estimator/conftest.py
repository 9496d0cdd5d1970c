"""Fixtures of these tests."""

import pytest

from .tools import FORMS


@pytest.fixture(params=FORMS)
def form(request):
    return request.param
