"""Every bad input and parameter: refused in plain words before training, and nothing changes."""

import inspect
from typing import Any, NamedTuple

import keras
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST, make_problem, names_of_rows

X, Y = make_problem(40, 4, highest=0)
NAMES = ["a", "b", "c"]
SETS = names_of_rows(Y, set, NAMES)
FRAME = pd.DataFrame(X, columns=["w", "x", "y", "z"])
CLASSES = np.array(["no", "yes"])[Y[:, 0]]


class Case(NamedTuple):
    """One way to call `fit` wrongly; `words` must all be in the message."""

    words: list
    X: Any = X
    y: Any = Y
    fit: dict = {}
    parameters: dict = {}
    error: type = ValueError


def changed(array, value, dtype=float):
    array = np.array(array, dtype)
    array[3, 1] = value
    return array


BAD_X = {
    "NaN": Case(["X", "NaN"], X=changed(X, np.nan)),
    "infinity": Case(["X", "infinity"], X=changed(X, np.inf)),
    "too large": Case(["X", "too large for dtype('float32')"], X=changed(X, 1e300)),
    "sparse NaN": Case(["X", "NaN"], X=sp.csr_array(changed(X, np.nan))),
    "frame with NaN": Case(["X", "NaN"], X=pd.DataFrame(changed(X, np.nan))),
    "no rows": Case(["0 sample", "minimum of 1"], X=X[:0], y=Y[:0]),
    "no columns": Case(["0 feature", "minimum of 1"], X=X[:, :0]),
    "1-D": Case(["Expected 2D array, got 1D array", "Reshape"], X=X[:, 0]),
    "3-D": Case(["dim 3", "<= 2"], X=X[:, :, None]),
    "strings": Case(
        ["could not convert string to float", "'n/a'"],
        X=[*X.astype(str).tolist()[:39], ["n/a"] * 4],
    ),
    "complex": Case(["Complex data not supported"], X=X * 1j),
    "another length": Case(["inconsistent numbers of samples", "30", "40"], X=X[:30]),
    "None": Case(["Expected 2D array"], X=None),
}
BAD_Y = {
    "None": Case(["y", "None"], y=None),
    "one string": Case(["a lone string is not a set of characters"], y="abc"),
    "one set": Case(["single set", "one entry per row"], y={"a"}),
    "string among sets": Case(
        ["Row 3", "'abc'", "not a set of characters"], y=[*SETS[:3], "abc", *SETS[4:]]
    ),
    "number among sets": Case(
        ["Row 3", "7", "set, frozenset, list or tuple"], y=[*SETS[:3], 7, *SETS[4:]]
    ),
    "0 and 2": Case(["values 0 and 2", "0 and 1 only", "y == 2"], y=2 * Y),
    "-1 and 1": Case(["values -1 and 1", "0 and 1 only", "y == 1"], y=2 * Y - 1),
    "0, 1 and 2": Case(["values 0, 1, 2", "0 and 1 only"], y=changed(Y, 2, int)),
    "fractions": Case(["fractions such as 0.3", "y >= 0.5"], y=changed(Y, 0.3)),
    "infinity": Case(["y contains infinity"], y=changed(Y, np.inf)),
    "strings in a matrix": Case(
        ["'no', 'yes'", "0 and 1 only", "y == 'yes'"], y=np.array(["no", "yes"])[Y]
    ),
    "sparse 0 and 2": Case(["values", "2", "0 and 1 only"], y=sp.csr_array(2 * Y)),
    "frame of -1 and 1": Case(["-1", "0 and 1 only"], y=pd.DataFrame(2 * Y - 1, columns=NAMES)),
    "3-D": Case(["3 dimensions", "(40, 3, 1)", "(n_samples, n_labels)"], y=Y[:, :, None]),
    "no columns": Case(["(40, 0)", "no label columns"], y=Y[:, :0]),
    "mixed labels": Case(["cannot be ordered", "'int', 'str'", "classes="], y=[{"a", 1}] * 40),
    "missing label": Case(["missing value None"], y=[{None}] * 40),
    "nested sets": Case(["not be nested"], y=[[["a"]]] * 40),
    "mixed classes": Case(["mixes strings and numbers"], y=["a", 1] * 20),
    "NaN class": Case(["NaN"], y=np.where(Y[:, 0], np.nan, 1.0)),
    "no labels at all": Case(["vocabulary is empty", "classes="], y=[set()] * 40),
    "continuous": Case(["Unknown label type", "continuous"], y=X[:, 0]),
    "another length": Case(["inconsistent numbers of samples", "40", "30"], y=Y[:30]),
    "sets of another length": Case(["inconsistent numbers of samples"], y=SETS[:30]),
    "label of which nothing is known": Case(
        ["no observed values", "1"], y=np.where([0, 1, 0], np.nan, Y)
    ),
}
BAD_WEIGHTS = {
    "negative": Case(["sample_weight", "negative", "-1"], fit={"sample_weight": [-1.0] + [1] * 39}),
    "all zero": Case(["sample_weight", "zero"], fit={"sample_weight": np.zeros(40)}),
    "NaN": Case(["sample_weight", "NaN"], fit={"sample_weight": [np.nan] + [1] * 39}),
    "another length": Case(["(30,)", "(40,)", "(40, 3)"], fit={"sample_weight": np.ones(30)}),
    "another width": Case(["(40, 2)", "(40, 3)"], fit={"sample_weight": np.ones((40, 2))}),
    "cells of classes": Case(
        ["(40, 2)", "(40,)"], y=CLASSES, fit={"sample_weight": np.ones((40, 2))}
    ),
}
BAD_VALIDATION = {
    "no tuple": Case(["tuple (X, y)", "ndarray"], fit={"validation_data": X}),
    "one item": Case(["tuple (X, y)"], fit={"validation_data": (X,)}),
    "another width": Case(["2 features", "4 features"], fit={"validation_data": (X[:, :2], Y)}),
    "other labels": Case(["2 column", "3 labels"], fit={"validation_data": (X, Y[:, :2])}),
    "unknown label": Case(["'z'", "classes="], y=SETS, fit={"validation_data": (X, [{"z"}] * 40)}),
    "other lengths": Case(["inconsistent"], fit={"validation_data": (X, Y[:30])}),
    "negative weights": Case(["negative"], fit={"validation_data": (X, Y, -np.ones(40))}),
    "NaN": Case(["NaN"], fit={"validation_data": (changed(X, np.nan), Y)}),
}


def parameter(name, value, *words, error=ValueError, **case):
    return Case([name.removesuffix("s"), *words], parameters={name: value}, error=error, **case)


BAD_PARAMETERS = [
    parameter("hidden_layer_sizes", (0,), "integers above 0", "(0,)"),
    parameter("hidden_layer_sizes", (2.5,), "integers above 0", "(2.5,)"),
    parameter("hidden_layer_sizes", "16", "integers above 0", "'16'"),
    parameter("hidden_layer_sizes", None, "integers above 0", "None"),
    parameter("hidden_layer_sizes", 16.0, "integers above 0", "16.0"),
    parameter("activation", 3, "Keras activation", "3"),
    parameter("activation", "no such", "Keras activation", "'no such'"),
    parameter("input_dropout", 1, "from 0 to below 1", "1"),
    parameter("input_dropout", "0.1", "from 0 to below 1", "'0.1'"),
    parameter("n_members", 0, "above 0", "0"),
    parameter("n_members", "all", "'auto'", "'all'"),
    parameter("n_bins", -1, "of at least 0", "-1"),
    parameter("n_bins", 2.5, "'auto'", "2.5"),
    parameter("dropout", 1, "from 0 to below 1", "1"),
    parameter("dropout", False, "from 0 to below 1", "False"),
    parameter("dropout", np.zeros(2), "from 0 to below 1", "array"),
    parameter("standardize", np.zeros(2), "True or False", "array"),
    parameter("jit_compile", np.zeros(2), "True or False", "array"),
    parameter("verbose", np.zeros(2), "0 or 1", "array"),
    parameter("dtype", np.zeros(2), "'float64'", "array"),
    parameter("dropout", -0.1, "from 0 to below 1", "-0.1"),
    parameter("dropout", None, "from 0 to below 1", "None"),
    parameter("network", 5, "keras.Model", "callable", "5", error=TypeError),
    parameter("standardize", "yes", "'auto', True or False", "'yes'"),
    parameter("optimizer", "no such", "no such"),
    parameter("optimizer", 3, "3"),
    parameter("learning_rate", 0, "above 0", "0"),
    parameter("learning_rate", -1.0, "above 0", "-1.0"),
    parameter("learning_rate", "fast", "above 0", "'fast'"),
    parameter("learning_rate", [0.1], "above 0", "[0.1]"),
    parameter("learning_rate", True, "above 0", "True"),
    parameter("loss", "no such", "'no such'", "zlpr"),
    parameter("loss", 3, "got int", error=TypeError),
    parameter("loss", "categorical_crossentropy", "one class per row"),
    parameter("loss", "zlpr", "one class per row", y=CLASSES),
    parameter("metrics", "accuracy", "list", "['accuracy']", error=TypeError),
    parameter("metrics", ["no such"], "no such"),
    parameter("batch_size", 0, "'auto' or an integer above 0", "0"),
    parameter("batch_size", 3.5, "'auto' or an integer above 0", "3.5"),
    parameter("batch_size", "big", "'auto' or an integer above 0", "'big'"),
    parameter("epochs", 0, "integer above 0", "0"),
    parameter("epochs", 2.0, "integer above 0", "2.0"),
    parameter("epochs", True, "integer above 0", "True"),
    parameter("shuffle", "yes", "True or False", "'yes'"),
    parameter("early_stopping", 1, "True or False", "1"),
    parameter("validation_fraction", 0, "between 0 and 1", "0"),
    parameter("validation_fraction", 1.0, "between 0 and 1", "1.0"),
    parameter("monitor", None, "history_", "None"),
    parameter("patience", -1, "of at least 0", "-1"),
    parameter("callbacks", "stop", "callbacks", "'stop'"),
    parameter("callbacks", [print], "callbacks", "print"),
    parameter("class_weight", "even", "'balanced'", "'even'"),
    parameter("class_weight", {7: 2.0}, "7", "3 labels"),
    parameter("class_weight", {"A": 2.0}, "'A'", "3 labels ('a', 'b', 'c')", y=SETS),
    parameter("class_weight", [1, 2], "(2,)", "3 labels"),
    parameter("class_weight", [1, -2, 1], "negative", "-2"),
    parameter("classes", [0, 1], "2 labels", "3 columns"),
    parameter("classes", ["a", "b"], "'c'", y=SETS),
    parameter("classes", ["a", "a", "b"], "more than once", "'a'", y=SETS),
    parameter("classes", "abc", "list or array", "str", y=SETS),
    parameter("classes", frozenset("a"), "order", "set", y=[{"a"}] * 8),
    parameter("classes", [], "empty"),
    parameter("threshold", 1.5, "1.5", "0", "1"),
    parameter("threshold", -0.1, "-0.1"),
    parameter("threshold", "no such", "'no such'", "f1_macro"),
    parameter("threshold", [0.5, 0.5], "2", "3"),
    parameter("threshold", {"A": 0.3}, "'A'", "3 labels ('a', 'b', 'c')", y=SETS),
    parameter("threshold", {"a": "high"}, "'high'", y=SETS),
    parameter("threshold", None, "None", "f1_micro", error=TypeError),
    parameter("warm_start", 1, "True or False", "1"),
    parameter("jit_compile", "yes", "'auto', True or False", "'yes'"),
    parameter("dtype", "float16", "'float32' or 'float64'", "'float16'"),
    parameter("dtype", 32, "'float32' or 'float64'", "32"),
    Case(["'seed' cannot be used to seed"], parameters={"random_state": "seed"}),
    parameter("verbose", 2, "0 or 1", "2"),
    parameter("verbose", "loud", "0 or 1", "'loud'"),
]
CASES = [
    *(pytest.param(case, id=f"X: {name}") for name, case in BAD_X.items()),
    *(pytest.param(case, id=f"y: {name}") for name, case in BAD_Y.items()),
    *(pytest.param(case, id=f"sample_weight: {name}") for name, case in BAD_WEIGHTS.items()),
    *(pytest.param(case, id=f"validation_data: {name}") for name, case in BAD_VALIDATION.items()),
    *(
        pytest.param(case, id="=".join(map(str, *case.parameters.items())))
        for case in BAD_PARAMETERS
    ),
]


class Tripwire(keras.callbacks.Callback):
    """Stops whatever gets as far as training."""

    def on_train_begin(self, logs=None):
        raise AssertionError("training has started")


def classifier(**parameters):
    return KerasMultiLabelClassifier(**{**FAST, "callbacks": [Tripwire()], **parameters})


def check_refused(clf, call, case):
    before = dict(vars(clf))
    with pytest.raises(case.error) as raised:
        call()
    message = str(raised.value)
    assert [word for word in case.words if word not in message] == [], message
    assert vars(clf).keys() == before.keys()
    assert all(vars(clf)[name] is value for name, value in before.items())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize("case", CASES)
def test_fit_refuses(case):
    clf = classifier(**case.parameters)
    check_refused(clf, lambda: clf.fit(case.X, case.y, **case.fit), case)
    with pytest.raises(NotFittedError):
        clf.predict(X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize("case", CASES)
def test_a_second_fit_refuses_and_leaves_the_first(case):
    clf = KerasMultiLabelClassifier(**FAST).fit(X, Y)
    expected = clf.predict_proba(X)
    clf.set_params(callbacks=[Tripwire()]).set_params(**case.parameters)
    check_refused(clf, lambda: clf.fit(case.X, case.y, **case.fit), case)
    assert_array_equal(clf.predict_proba(X), expected)


# After fit -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted():
    return KerasMultiLabelClassifier(**FAST).fit(FRAME, SETS)


METHODS = ["predict", "predict_proba", "decision_function", "score", "partial_fit"]
# A frame with the names of the features, so that nothing warns of missing ones.
BAD_X_LATER = {
    "NaN": Case(["X", "NaN"], X=FRAME.replace(FRAME.iloc[3, 1], np.nan)),
    "no rows": Case(["0 sample", "minimum of 1"], X=FRAME[:0], y=SETS[:0]),
    "other names": Case(["feature names", "unseen", "v"], X=FRAME.rename(columns={"w": "v"})),
    "other order": Case(["feature names", "same order"], X=FRAME[["z", "y", "x", "w"]]),
    "a feature too few": Case(["feature names", "missing"], X=FRAME[["w", "x", "y"]]),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", BAD_X_LATER)
def test_methods_refuse_x(fitted, method, name):
    case = BAD_X_LATER[name]
    arguments = [case.X, case.y] if method in ("score", "partial_fit") else [case.X]
    check_refused(fitted, lambda: getattr(fitted, method)(*arguments), case)


@pytest.mark.parametrize("method", METHODS)
def test_methods_refuse_another_width(method):
    clf = KerasMultiLabelClassifier(**FAST).fit(X, Y)
    arguments = [X[:, :3], Y] if method in ("score", "partial_fit") else [X[:, :3]]
    case = Case(["X has 3 features", "expecting 4 features"])
    check_refused(clf, lambda: getattr(clf, method)(*arguments), case)


@pytest.mark.parametrize("method", METHODS)
def test_methods_refuse_an_unfitted_estimator(method):
    clf = KerasMultiLabelClassifier(**FAST)
    if method == "partial_fit":
        assert clf.partial_fit(X, Y).n_iter_ == 1
        return
    arguments = [X, Y] if method == "score" else [X]
    case = Case(["not fitted yet", "Call 'fit'"], error=NotFittedError)
    check_refused(clf, lambda: getattr(clf, method)(*arguments), case)


@pytest.mark.parametrize("name", ["model_", "thresholds_"])
def test_fitted_attributes_of_an_unfitted_estimator(name):
    with pytest.raises(NotFittedError):
        getattr(KerasMultiLabelClassifier(), name)


BAD_Y_LATER = {
    "classes": Case(["one class label per row", "multi-label"], y=CLASSES),
    "another width": Case(["2 column", "3 labels"], y=Y[:, :2]),
    "0 and 2": Case(["0 and 2", "0 and 1 only"], y=2 * Y),
    "missing column": Case(
        ["no column for 1 of 3 labels", "'c'"], y=pd.DataFrame(Y[:, :2], columns=NAMES[:2])
    ),
    "another length": Case(["30", "40"], y=SETS[:30]),
    "string among sets": Case(["not a set of characters"], y=["abc", *SETS[1:]]),
}


@pytest.mark.parametrize("method", ["score", "partial_fit"])
@pytest.mark.parametrize("name", BAD_Y_LATER)
def test_methods_refuse_y(fitted, method, name):
    case = BAD_Y_LATER[name]
    check_refused(fitted, lambda: getattr(fitted, method)(FRAME, case.y), case)


def test_partial_fit_refuses_labels_that_it_does_not_know(fitted):
    case = Case(["'z'", "classes="])
    check_refused(fitted, lambda: fitted.partial_fit(FRAME, [{"z"}] * 40), case)


@pytest.mark.parametrize("method", ["score", "partial_fit"])
@pytest.mark.parametrize("weight", [-np.ones(40), np.zeros(40), np.ones(30), np.full(40, np.nan)])
def test_methods_refuse_weights(fitted, method, weight):
    case = Case(["sample_weight"])
    check_refused(fitted, lambda: getattr(fitted, method)(FRAME, SETS, sample_weight=weight), case)


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (2.0, ["threshold", "2.0"]),
        ([0.1], ["threshold", "3"]),
        ({"A": 0.5}, ["'A'", "3 labels"]),
        ("f1_macro", ["tuned on held-out samples", "early_stopping=True"]),
        ("no such", ["'no such'", "f1_macro"]),
    ],
)
def test_thresholds_set_after_fit(threshold, words):
    clf = KerasMultiLabelClassifier(**FAST).fit(X, SETS).set_params(threshold=threshold)
    for method in (clf.predict, lambda X: clf.score(X, SETS)):
        check_refused(clf, lambda method=method: method(X), Case(words))
    assert clf.predict_proba(X).shape == (40, 3)


def test_every_parameter_has_a_bad_value():
    named = {name for case in BAD_PARAMETERS for name in case.parameters}
    assert named == set(inspect.signature(KerasMultiLabelClassifier).parameters)


def test_weights_that_become_nan_where_the_loss_does_not():
    def network(input_shape, n_outputs):
        layers = keras.layers
        parts = [layers.Embedding(20, 8, mask_zero=True), layers.GlobalAveragePooling1D()]
        parts += [layers.Dense(8, activation="relu"), layers.Dense(n_outputs)]
        return keras.Sequential([keras.Input(input_shape), *parts])

    rng = np.random.RandomState(0)
    X, Y = rng.randint(1, 20, (60, 4)), rng.randint(0, 2, (60, 3))
    X[:10] = 0  # no token, of which Keras's mean is NaN
    with pytest.raises(ValueError, match="became NaN or infinite"):
        KerasMultiLabelClassifier(network=network, epochs=2, random_state=0).fit(X, Y)
