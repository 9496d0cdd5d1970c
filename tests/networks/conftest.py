"""Fixtures of these tests."""

import random

import pytest


@pytest.fixture(autouse=True)
def same_weights():
    """Keras takes the seeds of unseeded layers from here."""
    random.seed(0)
