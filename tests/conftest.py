"""Fixtures that several test modules share."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_multilabel_classification

from tests.common import TARGET_FORMS

# Assertions in helpers show their values too.
pytest.register_assert_rewrite("tests.training.common")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data():
    """Loader of the real data sets: ``shared_data(name) -> X, Y, meta``."""
    if not (SHARED / "load.py").exists():
        if os.environ.get("CI"):
            pytest.fail("the folder of real data sets is missing")
        pytest.skip("the folder of real data sets is missing")
    spec = importlib.util.spec_from_file_location("load", SHARED / "load.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load


@pytest.fixture(scope="session")
def data():
    """Learnable indicator: ``X`` (200, 8) and ``Y`` (200, 4), some rows without labels."""
    X, Y = make_multilabel_classification(
        200, 8, n_classes=4, n_labels=2, allow_unlabeled=True, random_state=0
    )
    return np.asarray(X, np.float64), Y


@pytest.fixture(params=TARGET_FORMS)
def form(request):
    """Name of a target form; a test that is parametrized with some of them gets these."""
    return request.param
