"""Copies of estimators: clone, pickle, joblib, skops, another process."""

import copy
import pickle
import subprocess
import sys

import joblib
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.common import TARGET_FORMS, fast_classifier, make_problem

from .tools import FORMS, classifier

pytestmark = pytest.mark.slow
KERAS_COPIES = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def through_joblib(clf, path):
    joblib.dump(clf, path / "clf.joblib")
    return joblib.load(path / "clf.joblib")


COPIES = {
    "deepcopy": lambda clf, path: copy.deepcopy(clf),
    "pickle": lambda clf, path: pickle.loads(pickle.dumps(clf)),
    "joblib": through_joblib,
}


@pytest.mark.parametrize("how", COPIES)
def test_copies_of_fitted_estimators(form, how, tmp_path):
    X, Y = make_problem(120, 6)
    y = FORMS[form](Y)
    clf = fast_classifier(threshold={} if form == "classes" else 0.4).fit(X, y)
    for original in (clf, make_pipeline(StandardScaler(), fast_classifier()).fit(X, y)):
        copied = COPIES[how](original, tmp_path)
        assert_array_equal(copied.predict_proba(X), original.predict_proba(X))
        assert type(copied.predict(X)) is type(original.predict(X))
        assert copied.score(X, y) == original.score(X, y)
    assert copied[-1].label_names_.tolist() == original[-1].label_names_.tolist()
    again = COPIES[how](COPIES[how](clf, tmp_path), tmp_path)
    assert_array_equal(again.fit(X, y).predict_proba(X), clf.fit(X, y).predict_proba(X))


@pytest.mark.parametrize("how", [*COPIES, "clone"])
def test_copies_of_unfitted_estimators(how, tmp_path):
    X, Y = make_problem(120, 6)
    clf = fast_classifier(
        threshold={0: 0.3}, class_weight={1: 2.0}, callbacks=[], metrics=["accuracy"]
    )
    copied = clone(clf) if how == "clone" else COPIES[how](clf, tmp_path)
    assert copied.get_params() == clf.get_params()
    assert not hasattr(copied, "network_")
    assert_array_equal(copied.fit(X, Y).predict(X), clf.fit(X, Y).predict(X))


def test_clones_are_not_fitted():
    X, Y = make_problem(120, 6)
    copied = clone(fast_classifier().fit(X, Y))
    assert vars(copied).keys() == copied.get_params(deep=False).keys()


@KERAS_COPIES
@pytest.mark.parametrize("how", COPIES)
def test_copies_with_a_keras_model(how, tmp_path):
    import keras  # noqa: PLC0415 (workers import this module, and one test is of what they load)

    X, Y = make_problem(120, 6)
    layers = [keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dense(3, activation="sigmoid")]
    clf = fast_classifier(network=keras.Sequential(layers)).fit(X, Y)
    copied = COPIES[how](clf, tmp_path)
    assert_array_equal(copied.predict_proba(X), clf.predict_proba(X))
    assert_allclose(copied.fit(X, Y).predict_proba(X), clf.predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("how", COPIES)
def test_training_goes_on_in_a_copy(how, tmp_path):
    X, Y = make_problem(120, 6)
    clf = fast_classifier().partial_fit(X, Y).partial_fit(X, Y)
    copied = COPIES[how](clf, tmp_path)
    clf.set_params(random_state=5).partial_fit(X, Y)
    copied.set_params(random_state=5).partial_fit(X, Y)
    assert_allclose(copied.predict_proba(X), clf.predict_proba(X), rtol=1e-5)


def test_pickles_are_small():
    X, Y = make_problem(120, 6)
    clf = fast_classifier().fit(X, Y)
    clf.predict(X)
    n_weights = sum(np.size(value) for value in clf.network_.values)
    assert len(pickle.dumps(clf)) < 4 * n_weights + 12_000


LOADING = """
import sys, joblib, numpy as np
clf = joblib.load(sys.argv[1])
X = np.load(sys.argv[2])
np.save(sys.argv[3], clf.predict_proba(X))
print(*sorted(clf.predict(X)[0]), sep=",")
clf.fit(X, [{"z"}, {"y", "z"}] * 60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("predicted", [False, True])
def test_another_process_loads_it(predicted, tmp_path):
    X, Y = make_problem(120, 6)
    clf = classifier().fit(X, TARGET_FORMS["label sets"](Y))
    if predicted:
        clf.predict(X)
    joblib.dump(clf, tmp_path / "clf.joblib")
    np.save(tmp_path / "X.npy", X)
    files = [str(tmp_path / name) for name in ("clf.joblib", "X.npy", "P.npy")]
    done = subprocess.run(
        [sys.executable, "-c", LOADING, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.strip() == ",".join(sorted(clf.predict(X)[0]))
    assert_allclose(np.load(tmp_path / "P.npy"), clf.predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_skops(form, early_stopping):
    io = pytest.importorskip("skops.io")
    X, Y = make_problem(120, 6)
    y = FORMS[form](Y)
    clf = fast_classifier(early_stopping=early_stopping).fit(X, y)
    stored = io.dumps(make_pipeline(clf))
    untrusted = io.get_untrusted_types(data=stored)
    assert all(name.startswith(("skmultilabel_nn.", "scipy.sparse.")) for name in untrusted)
    loaded = io.loads(stored, trusted=untrusted)
    assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    assert loaded.score(X, y) == clf.score(X, y)
    assert type(loaded.predict(X)) is type(clf.predict(X))


class Live:
    """What must not be copied, such as the trial of a search."""

    def __deepcopy__(self, memo):
        raise TypeError("a copied trial reports to nobody")


@pytest.mark.parametrize("container", [list, tuple])
def test_clones_share_what_callbacks_refer_to(container):
    X, Y = make_problem(60, 6)
    epochs = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))
    callback.trial = Live()
    clf = fast_classifier(callbacks=container([callback]), epochs=2)
    cross_val_score(clf, X, Y, cv=3)
    assert epochs == [0, 1] * 3
    assert callback.model is None


@KERAS_COPIES
def test_a_finished_run_that_is_restored_trains_no_epoch(tmp_path):
    X, Y = make_problem(60, 6)

    def fitted():
        restore = keras.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
        return fast_classifier(callbacks=[restore], epochs=2).fit(X, Y)

    first, again = fitted(), fitted()
    assert again.n_iter_ == 0
    assert np.isnan(again.loss_)
    assert_array_equal(again.predict_proba(X), first.predict_proba(X))
