"""Out-of-fold predictions for every type of target."""

import functools

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
import sklearn.model_selection
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_multilabel_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV
from skmultilabel_nn.model_selection import (
    MultilabelStratifiedKFold,
    TunedThresholdsClassifierCV,
    cross_val_predict,
)
from tests.common import FAST, TARGET_FORMS

from .common import CLASSIFIERS, FOREST, LOGISTIC, NAMES, make_problem, positives

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning"),
]
KERAS = KerasMultiLabelClassifier(**{**FAST, "epochs": 2})
BY_METHOD = pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
# Folds in an order that is not that of the samples.
FOLDS = KFold(3, shuffle=True, random_state=0)


def written(Y, form):
    return Y if form == "array" else TARGET_FORMS[form](Y, NAMES.tolist())


def naive(estimator, X, Y, method, cv=FOLDS):
    """Out-of-fold predictions on an indicator, by hand."""
    out = np.empty(Y.shape)
    for train, test in cv.split(X):
        fitted = clone(estimator).fit(X[train], Y[train])
        answer = getattr(fitted, method)(X[test])
        out[test] = positives(answer, fitted.classes_) if method == "predict_proba" else answer
    return out


def check_same_labels(predicted, Y, y):
    """The predictions are those of an indicator, in the type of y."""
    expected = learn_targets(y)[0].decode(Y.astype(int))
    assert type(predicted) is type(expected)
    if sp.issparse(expected):
        predicted, expected = predicted.toarray(), expected.toarray()
    if isinstance(expected, np.ndarray) and expected.dtype == object:
        assert [type(labels) for labels in predicted] == [type(labels) for labels in expected]
        assert predicted.tolist() == expected.tolist()
    else:
        np.testing.assert_array_equal(np.asarray(predicted), np.asarray(expected))
    if hasattr(y, "iloc") and hasattr(predicted, "iloc"):
        assert predicted.index.equals(y.index)


@functools.cache
def expected_of_neighbors(method):
    return naive(KNeighborsClassifier(), *make_problem(0), method)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("form", TARGET_FORMS)
def test_every_type_of_target_gives_what_an_indicator_gives(form, method, problem):
    X, Y = problem
    expected, y = expected_of_neighbors(method), written(Y, form)
    predicted = cross_val_predict(KNeighborsClassifier(), X, y, cv=FOLDS, method=method)
    if method == "predict":
        check_same_labels(predicted, expected, y)
    else:
        np.testing.assert_allclose(predicted, expected)


@BY_METHOD
@pytest.mark.parametrize(
    "form", ["array", "label sets", "list of lists", "pandas frame", "csr_matrix"]
)
def test_the_network_gives_what_it_gives_for_an_indicator(form, method, problem):
    X, Y = problem
    expected = naive(KERAS, X, Y, method, KFold(2))
    y = written(Y, form)
    predicted = cross_val_predict(KERAS, X, y, cv=KFold(2), method=method)
    if method == "predict":
        check_same_labels(predicted, expected, y)
    else:
        np.testing.assert_allclose(predicted, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if name not in ("keras", "mlp")])
def test_every_classifier(name, problem):
    X, Y = problem
    y = written(Y, "label sets")
    expected = naive(CLASSIFIERS[name], X, Y, "predict_proba")
    P = cross_val_predict(CLASSIFIERS[name], X, y, cv=FOLDS, method="predict_proba")
    np.testing.assert_allclose(P, expected)
    predicted = cross_val_predict(CLASSIFIERS[name], X, y, cv=FOLDS)
    check_same_labels(predicted, naive(CLASSIFIERS[name], X, Y, "predict"), y)


@pytest.mark.parametrize(
    "meta",
    [
        TunedThresholdsClassifierCV(FOREST, cv=2),
        MultilabelCalibratedClassifierCV(OneVsRestClassifier(LinearSVC()), cv=2),
    ],
)
def test_meta_estimators(meta, problem):
    X, Y = problem
    for form in ("list of lists", "pandas frame"):
        y = written(Y, form)
        P = cross_val_predict(meta, X, y, cv=KFold(2), method="predict_proba")
        expected = naive_of_array(meta, X, Y, "predict_proba")
        np.testing.assert_allclose(P, expected)
        predicted = cross_val_predict(meta, X, y, cv=KFold(2))
        check_same_labels(predicted, naive_of_array(meta, X, Y, "predict"), y)


def naive_of_array(meta, X, Y, method):
    out = np.empty(Y.shape)
    for train, test in KFold(2).split(X):
        out[test] = getattr(clone(meta).fit(X[train], Y[train]), method)(X[test])
    return out


@BY_METHOD
@pytest.mark.parametrize("wrap", [np.asarray, lambda y: pd.DataFrame(y, columns=NAMES)])
def test_unknown_cells_are_no_class(wrap, method, problem):
    """scikit-learn's function numbers them, and inverts a column of 1 and NaN."""
    X, Y = problem
    y = np.where(np.random.default_rng(0).random(Y.shape) < 0.2, np.nan, Y)
    y[:, 1] = np.where(Y[:, 1] == 1, 1, np.nan)
    predicted = cross_val_predict(KERAS, X, wrap(y), cv=KFold(2), method=method)
    for train, test in KFold(2).split(X):
        expected = getattr(clone(KERAS).fit(X[train], y[train]), method)(X[test])
        np.testing.assert_allclose(np.asarray(predicted)[test], expected, rtol=1e-4, atol=1e-5)
    assert type(predicted) is (type(wrap(y)) if method == "predict" else np.ndarray)


def test_unknown_cells_are_refused_for_classifiers_that_cannot_have_them(problem):
    X, Y = problem
    with pytest.raises(ValueError, match=r"unknown cells .* RandomForestClassifier cannot"):
        cross_val_predict(FOREST, X, np.where(np.arange(4) == 1, np.nan, Y))


@BY_METHOD
def test_classes_as_scikit_learn_predicts_them(method):
    X, Y = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    names = np.array(["red", "green", "blue"])[Y.argmax(axis=1)]
    arguments = {"cv": 3, "method": method}
    expected = sklearn.model_selection.cross_val_predict(LOGISTIC, X, names, **arguments)
    for y in (names, names.tolist(), pd.Series(names)):
        predicted = cross_val_predict(LOGISTIC, X, y, **arguments)
        np.testing.assert_array_equal(predicted, expected)


def test_single_label(problem):
    X, Y = problem
    for estimator in (LOGISTIC, FOREST):
        P = cross_val_predict(estimator, X, Y[:, :1], method="predict_proba")
        predicted = cross_val_predict(estimator, X, Y[:, :1])
        assert P.shape == predicted.shape == (len(X), 1)
        np.testing.assert_array_equal(predicted, P > 0.5)


@pytest.mark.filterwarnings("ignore:Label .* is present in all training examples")
def test_labels_that_a_fold_lacks(problem):
    X, Y = problem
    Y = Y.copy()
    Y[:, 3], Y[:, 2] = np.arange(len(Y)) == 0, np.arange(len(Y)) > 74
    for estimator in (FOREST, OneVsRestClassifier(LOGISTIC), KERAS):
        for form in ("array", "list of lists"):
            y = written(Y, form)
            P = cross_val_predict(estimator, X, y, cv=KFold(2), method="predict_proba")
            assert P.shape == Y.shape
            assert P[0, 3] < 0.5
            if form != "array" or estimator is not KERAS:
                assert P[0, 3] == 0
            predicted = cross_val_predict(estimator, X, y, cv=KFold(2))
            assert len(predicted) == len(Y)


def test_vocabulary_of_the_estimator(problem):
    X, Y = problem
    order = ["dog", "eel", "cat", "bee", "ant"]
    clf = clone(KERAS).set_params(classes=order)
    pipeline = make_pipeline(clf)
    for estimator in (clf, pipeline, TunedThresholdsClassifierCV(pipeline, 0.5)):
        P = cross_val_predict(
            estimator, X, written(Y, "list of lists"), cv=KFold(2), method="predict_proba"
        )
        fitted = clone(clf).fit(X[75:], written(Y[75:], "list of lists"))
        np.testing.assert_allclose(P[:75], fitted.predict_proba(X[:75]), rtol=1e-4)


def test_default_folds_are_stratified(problem):
    X, Y = problem
    default = cross_val_predict(FOREST, X, Y, method="predict_proba")
    for cv in (5, MultilabelStratifiedKFold(5), list(MultilabelStratifiedKFold(5).split(X, Y))):
        same = cross_val_predict(FOREST, X, Y, cv=cv, method="predict_proba")
        np.testing.assert_array_equal(same, default)


def test_texts_in_a_pipeline(problem):
    Y = problem[1]
    texts = [" ".join(NAMES[row == 1]) or "none" for row in Y]
    pipeline = make_pipeline(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression()))
    y = written(Y, "list of sets")
    predicted = cross_val_predict(pipeline, texts, y)
    check_same_labels(predicted, Y, y)


def test_two_jobs_give_the_same(problem):
    X, Y = problem
    one, two = (cross_val_predict(FOREST, X, Y, cv=2, n_jobs=n_jobs) for n_jobs in (1, 2))
    np.testing.assert_array_equal(one, two)


class Recording(ClassifierMixin, BaseEstimator):
    """Predicts, for label 0, the mean weight of the samples that it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.mean_ = 0.0 if sample_weight is None else np.mean(sample_weight)
        self.n_labels_ = y.shape[1]
        return self

    def decision_function(self, X):
        return np.full((len(X), self.n_labels_), self.mean_)


@pytest.mark.parametrize("routing", [False, True])
def test_fit_parameters_and_groups(routing, problem):
    X, Y = problem
    weight, groups = np.arange(150.0), np.arange(150) % 2
    arguments = {"cv": GroupKFold(2), "method": "decision_function"}
    with sklearn.config_context(enable_metadata_routing=routing):
        estimator, params = Recording(), {"sample_weight": weight}
        if routing:
            estimator.set_fit_request(sample_weight=True)
            params["groups"] = groups
            with pytest.raises(ValueError, match="params="):
                cross_val_predict(estimator, X, Y, groups=groups, params=params, **arguments)
        else:
            arguments["groups"] = groups
        scores = cross_val_predict(
            estimator, X, written(Y, "list of lists"), params=params, **arguments
        )
    for group in (0, 1):
        np.testing.assert_array_equal(scores[groups == group], weight[groups != group].mean())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"method": "transform"}, ValueError, "predict_proba"),
        ({"estimator": LinearSVC(), "method": "predict_proba"}, TypeError, "Calibrated"),
        ({"cv": ShuffleSplit(3, random_state=0)}, ValueError, "exactly one test set"),
        ({"cv": 0.2}, ValueError, "exactly one test set"),
        ({"cv": [([0, 1], [2, 3])]}, ValueError, "148 of 150 samples in none"),
        ({"cv": "prefit"}, ValueError, r"of \(train, test\); got 'prefit'"),
        ({"params": {"sample_weight": np.ones((150, 4))}}, ValueError, "one weight per cell"),
        ({"X": np.zeros((149, 8))}, ValueError, "149"),
    ],
)
def test_wrong_arguments(arguments, error, message, problem):
    X, Y = problem
    with pytest.raises(error, match=message):
        cross_val_predict(**{"estimator": FOREST, "X": X, "y": Y, **arguments})


def test_sparse_predictions_of_many_labels():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    rows = [set(rng.integers(0, 5000, size=60).tolist()) for _ in range(40)]
    clf = KerasMultiLabelClassifier((), epochs=1, random_state=0)
    predicted = cross_val_predict(clf, X, rows, cv=2)
    assert {type(labels) for labels in predicted} == {set}
    Y = sp.csr_matrix(rng.random((40, 1500)) < 0.01, dtype=int)
    assert sp.isspmatrix_csr(cross_val_predict(clf, X, Y, cv=2))
