"""Reading the responses of classifiers, and finding what predicts inside of other estimators."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skmultilabel_nn._utils.responses import (
    as_scores,
    final_estimator,
    iter_delegates,
    positive_class_scores,
    predict_scores,
    response_method,
)

X = np.arange(24.0).reshape(12, 2) % 7
y = np.arange(12) % 2


class Wrapper(ClassifierMixin, BaseEstimator):
    def __init__(self, estimator=None):
        self.estimator = estimator

    def fit(self, X, y):
        self.estimator_ = self.estimator.fit(X, y)
        return self


def nestings():
    tree = DecisionTreeClassifier()
    search = GridSearchCV(tree, {"max_depth": [1, 2]}, cv=2)
    fitted = GridSearchCV(tree, {"max_depth": [1]}, cv=2).fit(X, y)
    yield "pipeline", make_pipeline(StandardScaler(), tree), tree
    yield "search", search, tree
    yield "fitted search", fitted, fitted.best_estimator_
    yield "frozen", FrozenEstimator(tree), tree
    yield "all", FrozenEstimator(make_pipeline(StandardScaler(), search)), tree
    yield "pipeline in a search", GridSearchCV(make_pipeline(FrozenEstimator(tree)), {}), tree


@pytest.mark.parametrize(("outer", "inner"), [n[1:] for n in nestings()], ids=lambda e: "")
def test_what_predicts_is_found(outer, inner):
    assert final_estimator(outer) is inner
    assert list(iter_delegates(outer))[-1] is inner


def test_wrappers_delegate_to_what_they_fitted():
    tree = DecisionTreeClassifier()
    wrapper = Wrapper(make_pipeline(StandardScaler(), tree)).fit(X, y)
    assert list(iter_delegates(FrozenEstimator(wrapper)))[-1] is tree
    assert final_estimator(FrozenEstimator(wrapper)) is wrapper


def test_estimators_that_contain_each_other_end():
    first, second = Wrapper(), Wrapper()
    first.estimator_, second.estimator_ = second, first
    assert list(iter_delegates(first)) == [first, second]


def test_the_first_method_that_exists_is_taken():
    methods = ("decision_function", "predict_proba")
    assert response_method(LogisticRegression(), methods) == "decision_function"
    assert response_method(DecisionTreeClassifier(), methods) == "predict_proba"
    for error in (TypeError, AttributeError):
        with pytest.raises(error, match="StandardScaler has no decision_function and no predict"):
            response_method(StandardScaler(), methods)
    with pytest.raises(TypeError, match="the class DecisionTreeClassifier is not an instance"):
        response_method(DecisionTreeClassifier, methods)


@pytest.mark.parametrize("constant", [0, 1])
def test_a_constant_label_has_the_probability_of_its_class(constant):
    Y = np.column_stack([y, np.full(12, constant)])
    forest = RandomForestClassifier(5, random_state=0).fit(X, Y)
    P = predict_scores(forest, X, "predict_proba", 2)
    np.testing.assert_array_equal(P[:, 1], constant)
    np.testing.assert_array_equal(as_scores(forest.predict_proba(X), 2, forest.classes_), P)
    # A single label is a binary problem.
    tree = DecisionTreeClassifier().fit(X, Y[:, 1])
    for P in (
        predict_scores(tree, X, "predict_proba", 1),
        as_scores(tree.predict_proba(X), 1, tree.classes_),
    ):
        np.testing.assert_array_equal(P, np.full((12, 1), constant))


def test_lists_without_classes_need_two_columns_each():
    halves = np.full((3, 2), 0.5)
    np.testing.assert_array_equal(positive_class_scores([halves] * 4, None, 4), halves[:, [0] * 4])
    with pytest.raises(ValueError, match=r"\(n_samples, 2\), one per label"):
        positive_class_scores([halves, np.ones((3, 1))], None, 2)
    with pytest.raises(ValueError, match=r"\(n_samples, 1\), got \(3, 2\)"):
        positive_class_scores([halves], [np.array([1])], 1)


def test_sparse_probabilities_of_an_estimator_are_read():
    class Sparse(Wrapper):
        def predict_proba(self, X):
            return sp.csr_matrix(np.eye(3))

    np.testing.assert_array_equal(predict_scores(Sparse(), X, "predict_proba", 3), np.eye(3))


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="array of numbers"):
        as_scores([["a", "b"]], 2)
