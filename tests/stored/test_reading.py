"""This version reads what all versions so far have stored, and predicts the same."""

import gzip
import importlib.util
import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from skmultilabel_nn import __version__
from skmultilabel_nn._inference import PROTOCOL

from .make import FOLDER, make, problem

FILES = sorted(path.name for path in FOLDER.glob("*.pkl.gz"))
CASES = [
    "label sets, tuned thresholds",
    "indicator, state of the optimizer",
    "classes",
    "sparse",
]


def read(path):
    content = pickle.loads(gzip.decompress(path.read_bytes()))
    by_numpy_2 = not content["versions"]["numpy"].startswith("1.")
    if by_numpy_2 and importlib.util.find_spec("numpy._core") is None:
        pytest.skip("the first releases of numpy 1.26 read no arrays that numpy 2 pickled")
    return pickle.loads(content["cases"])


def as_array(predicted):
    return predicted.toarray() if sp.issparse(predicted) else predicted


def test_this_protocol_has_a_file():
    assert f"{__version__}-protocol-{PROTOCOL}.pkl.gz" in FILES, "python -m tests.stored.make"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("file", FILES)
def test_predicts_the_same(file, case):
    stored = read(FOLDER / file)[case]
    estimator = pickle.loads(stored["estimator"])
    # Other processors and releases of TensorFlow add in another order.
    found = estimator.predict_proba(stored["X"])
    assert_allclose(found, stored["probabilities"], rtol=0, atol=1e-5)
    assert_array_equal(as_array(estimator.predict(stored["X"])), stored["predicted"])


@pytest.mark.parametrize("file", FILES)
def test_training_goes_on(file):
    stored = read(FOLDER / file)["indicator, state of the optimizer"]
    estimator = pickle.loads(stored["estimator"])
    estimator.partial_fit(*problem())
    assert np.abs(estimator.predict_proba(stored["X"]) - stored["probabilities"]).max() > 1e-4


@pytest.mark.parametrize("file", FILES)
def test_files_are_small(file):
    assert (FOLDER / file).stat().st_size < 50_000


def test_made_now_and_read_now_are_equal_bit_for_bit(tmp_path):
    make(tmp_path / "now")
    cases = read(tmp_path / "now")
    assert list(cases) == CASES
    for stored in cases.values():
        estimator = pickle.loads(stored["estimator"])
        assert_array_equal(estimator.predict_proba(stored["X"]), stored["probabilities"])
        assert_array_equal(as_array(estimator.predict(stored["X"])), stored["predicted"])
