"""What `fit` makes of X in every form, and of weights."""

import tracemalloc
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import fast_classifier, make_problem

SEEDS = [0, 1]
NAMES = [f"feature {i}" for i in range(8)]


@pytest.fixture(scope="module")
def problem():
    return make_problem(96, 8, highest=0)


def probabilities(X, y, *, fit=None, **parameters):
    return fast_classifier(**parameters).fit(X, y, **(fit or {})).predict_proba(X)


# Inputs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype", [np.float64, np.float32, np.float16, np.int64, np.int8, np.uint8, bool]
)
def test_dtypes(problem, dtype):
    X, Y = problem
    X = np.clip(np.round(10 * X), 0, 20).astype(dtype)
    expected = probabilities(X.astype(np.float32), Y)
    assert_allclose(probabilities(X, Y), expected, rtol=1e-4)


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_orders(problem, order):
    X, Y = problem
    assert_array_equal(probabilities(np.array(X, order=order), Y), probabilities(X, Y))
    assert_array_equal(probabilities(X.tolist(), Y), probabilities(X, Y))


@pytest.mark.parametrize("style", ["matrix", "array"])
@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
def test_sparse_formats(problem, kind, style):
    X, Y = problem
    X = X * (X > 0.5)
    given = getattr(sp, f"{kind}_{style}")(X)
    assert_allclose(
        probabilities(given, Y), probabilities(sp.csr_array(X), Y), rtol=1e-5, err_msg=kind
    )
    unscaled = fast_classifier(standardize=False).fit(X, Y)
    assert_allclose(unscaled.predict_proba(given), unscaled.predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("width", [8192, 8193])
def test_wide_sparse_input_equals_dense_input(width):
    """From a certain width on, batches stay sparse."""
    X = sp.random(64, width, 0.01, format="csr", random_state=0)
    Y = (X[:, :2].toarray() > 0).astype(int)
    clf = fast_classifier(standardize=False, dropout=0, input_dropout=0, optimizer="adam").fit(X, Y)
    dense = fast_classifier(standardize=False, dropout=0, input_dropout=0, optimizer="adam").fit(
        X.toarray(), Y
    )
    assert_allclose(clf.predict_proba(X), dense.predict_proba(X.toarray()), rtol=1e-3)


def test_the_whole_matrix_is_never_made_dense():
    X = sp.random(400, 50_000, 0.0005, format="csr", random_state=0, dtype=np.float32)
    Y = np.arange(1200).reshape(400, 3) % 2
    clf = fast_classifier(hidden_layer_sizes=(2,), epochs=1)
    tracemalloc.start()
    clf.fit(X, Y).predict(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.shape[0] * X.shape[1] * 4 / 10


@pytest.mark.parametrize("library", [pd, pl])
def test_feature_names(problem, library):
    X, Y = problem
    frame = pd.DataFrame(X, columns=NAMES) if library is pd else pl.DataFrame(X, schema=NAMES)
    clf = fast_classifier().fit(frame, Y)
    assert clf.n_features_in_ == 8
    assert clf.feature_names_in_.tolist() == NAMES
    assert_array_equal(clf.predict_proba(frame), probabilities(X, Y))
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(frame[NAMES[::-1]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        clf.predict(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf.predict(frame)
        clf.score(frame, Y)
        fast_classifier(early_stopping=True).fit(frame, Y, validation_data=(frame, Y))


def test_inputs_are_not_changed(problem):
    X, Y = (a.copy() for a in problem)
    weight = np.ones(96)
    for a in (X, Y, weight):
        a.flags.writeable = False
    fast_classifier(early_stopping=True).fit(X, Y, sample_weight=weight).score(X, Y)
    assert_array_equal(X, problem[0])


def test_scaling_is_inside(problem):
    X, Y = problem
    moved = 1e3 * X + 5e3
    assert_allclose(probabilities(moved, Y), probabilities(X, Y), atol=0.02)
    assert_allclose(
        fast_classifier().fit(moved, Y).model_(moved).numpy(), probabilities(moved, Y), rtol=1e-3
    )
    assert (abs(probabilities(moved, Y, standardize=False) - probabilities(X, Y)) > 0.1).any()


# Weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("per_cell", [False, True])
def test_weights_are_relative(problem, seed, per_cell):
    X, Y = problem
    weight = np.random.default_rng(seed).uniform(0.1, 3, size=Y.shape if per_cell else 96)
    once = probabilities(X, Y, fit={"sample_weight": weight})
    assert_allclose(once, probabilities(X, Y, fit={"sample_weight": 4 * weight}), rtol=1e-5)
    assert abs(once - probabilities(X, Y)).max() > 1e-3
    assert_allclose(
        probabilities(X, Y, fit={"sample_weight": np.full_like(weight, 7)}),
        probabilities(X, Y),
        rtol=1e-4,
    )


def test_rows_of_weight_zero_do_not_train(problem):
    X, Y = problem
    weight = np.repeat([1.0, 0.0], 48)
    changed = np.concatenate([Y[:48], 1 - Y[48:]])
    X2 = np.concatenate([X[:48], 100 + X[48:]])
    clf = fast_classifier().fit(X, Y, sample_weight=weight)
    other = fast_classifier().fit(X2, changed, sample_weight=weight)
    assert_allclose(clf.predict_proba(X), other.predict_proba(X), rtol=1e-4)


def test_weights_of_cells_equal_weights_of_rows(problem):
    X, Y = problem
    weight = np.random.default_rng(0).uniform(0.1, 3, size=96)
    cells = np.repeat(weight[:, None], 3, axis=1)
    assert_allclose(
        probabilities(X, Y, fit={"sample_weight": cells}),
        probabilities(X, Y, fit={"sample_weight": weight}),
        rtol=1e-4,
    )


@pytest.mark.parametrize(
    ("class_weight", "weights"), [([3, 1, 0.5], [3, 1, 0.5]), ({0: 3, 2: 0.5}, [3, 1, 0.5])]
)
def test_class_weight_is_the_weight_of_positives(problem, class_weight, weights):
    X, Y = problem
    clf = fast_classifier(standardize=False)  # the scaling looks at the weights of samples only
    by_cells = clone(clf).fit(X, Y, sample_weight=np.where(Y, weights, 1.0))
    clf.set_params(class_weight=class_weight).fit(X, Y)
    assert_allclose(clf.predict_proba(X), by_cells.predict_proba(X), rtol=1e-4)


def test_balanced_class_weight(problem):
    X, _ = problem
    Y = (X[:, :2] > [-1.0, 1.2]).astype(int)
    share = Y.mean(axis=0)
    cells = np.where(Y, 0.5 / share, 0.5 / (1 - share))
    clf = fast_classifier(standardize=False)
    by_cells = clone(clf).fit(X, Y, sample_weight=cells).predict_proba(X)
    plain = clone(clf).fit(X, Y).predict_proba(X)
    balanced = clf.set_params(class_weight="balanced").fit(X, Y).predict_proba(X)
    assert_allclose(balanced, by_cells, rtol=1e-4)
    assert balanced[:, 1].mean() > plain[:, 1].mean()


def test_class_weight_by_label_name(problem):
    X, Y = problem
    y = [{f"label {j}" for j in np.flatnonzero(row)} for row in Y]
    clf = fast_classifier(class_weight={"label 1": 5.0}).fit(X, y)
    assert_array_equal(clf.predict_proba(X), probabilities(X, Y, class_weight={1: 5.0}))


def test_class_weight_of_classes(problem):
    X, Y = problem
    y = np.array(["no", "yes"])[Y[:, 0]]
    rows = np.where(y == "yes", 4.0, 1.0)
    clf = fast_classifier(class_weight={"yes": 4.0}, standardize=False).fit(X, y)
    assert_allclose(
        clf.predict_proba(X),
        probabilities(X, y, fit={"sample_weight": rows}, standardize=False),
        rtol=1e-4,
    )


class TestRowsThatDoNotCount:
    """Samples of which nothing is known are as if they were not there."""

    given = {
        "hidden_layer_sizes": (8,),
        "n_members": 1,
        "dropout": 0,
        "input_dropout": 0,
        "epochs": 5,
        "batch_size": 1000,
        "random_state": 0,
    }

    def fitted(self, X, Y, weight=None, **given):
        return KerasMultiLabelClassifier(**{**self.given, **given}).fit(X, Y, weight)

    @pytest.mark.parametrize("left_out", ["unknown", "rows", "cells"])
    def test_they_do_not_scale_the_features(self, problem, left_out):
        X, Y = problem[0].copy(), problem[1].astype(float)
        X[:30] *= 1000
        weight = np.ones(Y.shape if left_out == "cells" else len(X))
        weight[:30] = 0
        expected = self.fitted(X[30:], Y[30:]).predict_proba(X[30:])
        if left_out == "unknown":
            Y[:30], weight = np.nan, None
        found = self.fitted(X, Y, weight).predict_proba(X[30:])
        assert_allclose(found, expected, rtol=1e-4, atol=1e-6)

    def test_class_weights_are_weights_of_cells(self, problem):
        X, Y = problem
        ratio = np.array([2.0, 0.5, 3.0])[: Y.shape[1]]
        cells = np.where(Y > 0, ratio, 1.0)
        one = self.fitted(X, Y, class_weight=ratio.tolist())
        other = self.fitted(X, Y, cells)
        assert_allclose(one.predict_proba(X), other.predict_proba(X), rtol=1e-4, atol=1e-6)

    def test_zero_weight_and_unknown_hold_out_the_same_rows(self, problem):
        X, Y = problem
        dropped = np.random.default_rng(0).random(Y.shape) < 0.3
        unknown = np.where(dropped, np.nan, Y)
        one = self.fitted(X, unknown, early_stopping=True)
        other = self.fitted(
            X, np.where(dropped, 0, Y), (~dropped).astype(float), early_stopping=True
        )
        assert_allclose(one.predict_proba(X), other.predict_proba(X), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("monitor", ["val_roc_auc", "val_average_precision"])
def test_an_undefined_monitor_is_an_error(problem, monitor):
    X, Y = problem
    clf = fast_classifier(early_stopping=True, monitor=monitor)
    with pytest.raises(ValueError, match="undefined on the held-out samples"):
        clf.fit(X, Y, validation_data=(X[:20], np.zeros_like(Y[:20])))
    assert not hasattr(clf, "network_")
