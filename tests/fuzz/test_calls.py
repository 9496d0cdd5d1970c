"""Odd calls end in an answer or a clear error; ``python -m tests.fuzz`` makes more of them."""

import matplotlib as mpl
import pytest
from hypothesis import HealthCheck, given, settings

from .calls import CALLS, check


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@settings(
    max_examples=2000,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(CALLS)
def test_odd_calls(call):
    mpl.use("Agg")
    check(call)
