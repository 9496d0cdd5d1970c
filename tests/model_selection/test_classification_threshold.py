"""Thresholds that are tuned on held-out samples, around any classifier."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV
from skmultilabel_nn.decision import PerLabelThreshold, SharedThreshold, resolve_rule
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

from .common import CLASSIFIERS, FOREST, every_classifier, make_problem, positives

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def out_of_fold(estimator, X, Y, cv):
    P = np.empty(Y.shape)
    for train, test in cv.split(X, Y):
        fitted = clone(estimator).fit(X[train], Y[train])
        P[test] = positives(fitted.predict_proba(X[test]), fitted.classes_)
    return P


# The rule is fitted on what did not train ----------------------------------------------------


@every_classifier
@pytest.mark.parametrize(("rule", "seed"), [("f1_macro", 0), ("f1_micro", 2)])
def test_thresholds_are_those_of_the_rule_on_out_of_fold_probabilities(name, rule, seed):
    if name == "keras" and seed > 0:
        pytest.skip("slow, and nothing new")
    X, Y = make_problem(seed)
    cv = KFold(2, shuffle=True, random_state=0)
    clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], rule, cv=cv)
    clf.fit(X, Y)
    P = out_of_fold(CLASSIFIERS[name], X, Y, cv)
    rows = clf.held_out_.indices
    np.testing.assert_allclose(clf.held_out_.probabilities, P[rows], atol=1e-6)
    expected = resolve_rule(rule).fit(Y, P)
    np.testing.assert_allclose(clf.thresholds_, expected.thresholds_, atol=1e-6)
    alone = clone(CLASSIFIERS[name]).fit(X, Y)
    P = positives(alone.predict_proba(X), alone.classes_)
    np.testing.assert_allclose(clf.predict_proba(X), P, atol=1e-6)
    np.testing.assert_array_equal(clf.predict(X), clf.predict_proba(X) >= clf.thresholds_)
    assert clf.predict(X).dtype == np.int64


@pytest.mark.parametrize("name", ["mlp", "one_vs_rest"])
@pytest.mark.parametrize("seed", [0, 2])
def test_thresholds_agree_with_cross_val_predict(name, seed):
    X, Y = make_problem(seed)
    P = cross_val_predict(CLASSIFIERS[name], X, Y, cv=KFold(3), method="predict_proba")
    clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=KFold(3)).fit(X, Y)
    np.testing.assert_allclose(clf.thresholds_, PerLabelThreshold().fit(Y, P).thresholds_)


def assert_tuning_raises_macro_f1(classifier, X, Y, train, test):
    plain = clone(classifier).fit(X[train], Y[train])
    tuned = TunedThresholdsClassifierCV(classifier).fit(X[train], Y[train])
    before, after = (
        f1_score(Y[test], clf.predict(X[test]), average="macro", zero_division=0)
        for clf in (plain, tuned)
    )
    assert after > before + 0.1


def test_tuning_raises_macro_f1_where_half_is_the_wrong_threshold():
    X, Y = make_multilabel_classification(900, 20, n_classes=8, n_labels=1, random_state=3)
    train, test = np.arange(450), np.arange(450, 900)
    assert_tuning_raises_macro_f1(FOREST, X, Y, train, test)


@pytest.mark.parametrize("rule", [0.3, [0.1, 0.2, 0.3, 0.4], {2: 0.9}, "expected_f1", "top_1"])
def test_rules_that_learn_nothing_cost_no_cross_validation(rule, problem):
    X, Y = problem

    class Refusing(KFold):
        def split(self, *args, **kwargs):
            raise AssertionError("nobody needs folds")

    clf = TunedThresholdsClassifierCV(FOREST, rule, cv=Refusing(3))
    clf.fit(X, Y)
    assert clf.held_out_ is None
    if rule == {2: 0.9}:
        np.testing.assert_array_equal(clf.thresholds_, [0.5, 0.5, 0.9, 0.5])


def test_rule_without_thresholds_has_no_such_attribute(problem):
    clf = TunedThresholdsClassifierCV(FOREST, "top_1").fit(*problem)
    assert not hasattr(clf, "thresholds_")
    np.testing.assert_array_equal(clf.predict(problem[0]).sum(axis=1), 1)


def test_rule_object_is_not_changed(problem):
    rule = SharedThreshold("jaccard_samples")
    clf = TunedThresholdsClassifierCV(FOREST, rule, cv=2).fit(*problem)
    assert not hasattr(rule, "thresholds_")
    assert clf.threshold is rule


# Errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"threshold": "f1"}, ValueError, "Unknown threshold 'f1'"),
        ({"threshold": None}, TypeError, "threshold must be"),
        ({"threshold": {"ant": 0.5}}, ValueError, "ant"),
        ({"cv": "fold"}, ValueError, "cv must be"),
        ({"cv": 1.5}, ValueError, "cv must be"),
        ({"cv": 1}, ValueError, "n_splits"),
        ({"cv": "prefit"}, ValueError, "set refit=False"),
        ({"cv": "prefit", "refit": False}, NotFittedError, "not fitted"),
        ({"refit": False}, ValueError, "single split, but cv makes 5"),
        ({"refit": "yes"}, ValueError, "refit must be"),
        ({"estimator": OneVsRestClassifier(LinearSVC())}, TypeError, "MultilabelCalibrated"),
        ({"estimator": StandardScaler()}, TypeError, "classifier with fit and predict_proba"),
        ({"estimator": GaussianNB}, TypeError, "classifier with fit and predict_proba"),
        ({"estimator": None}, TypeError, "classifier with fit and predict_proba"),
    ],
)
def test_wrong_parameters(parameters, error, message, problem):
    clf = TunedThresholdsClassifierCV(FOREST).set_params(**parameters)
    with pytest.raises(error, match=message):
        clf.fit(*problem)


def test_wrong_data(problem):
    X, Y = problem
    clf = TunedThresholdsClassifierCV(FOREST, cv=2)
    with pytest.raises(ValueError, match="one class per sample"):
        clf.fit(X, Y[:, 0])
    with pytest.raises(ValueError, match="X has 150 rows and y has 149"):
        clf.fit(X, Y[1:])
    with pytest.raises(ValueError, match=r"unknown cells .* RandomForestClassifier cannot"):
        clf.fit(X, np.where(np.arange(4) == 1, np.nan, Y))
    with pytest.raises(ValueError, match="zero"):
        clf.fit(X, Y, sample_weight=np.zeros(len(X)))
    fitted = clone(FOREST).fit(X, Y[:, :3])
    with pytest.raises(ValueError, match="one column per label"):
        TunedThresholdsClassifierCV(fitted, cv="prefit", refit=False).fit(X, Y)
    with pytest.raises(ValueError, match="features"):
        clf.fit(X, Y).predict(X[:, 1:])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["yeast", "birds"])
def test_real_sets(name, shared_data):
    X, Y, meta = shared_data(name)
    train, test = meta["train_idx"], meta["test_idx"]
    forest = RandomForestClassifier(100, random_state=0)
    assert_tuning_raises_macro_f1(forest, X, Y, train, test)


# A threshold set after fit ---------------------------------------------------------------------


def fitted_pair(kind, old, new, problem):
    """The same estimator, whose threshold was changed after and before fit."""
    X, Y = problem
    make = {
        "tuned": lambda: TunedThresholdsClassifierCV(FOREST, old, cv=2),
        "prefit": lambda: TunedThresholdsClassifierCV(
            clone(FOREST).fit(X, Y), old, cv="prefit", refit=False
        ),
        "calibrated": lambda: MultilabelCalibratedClassifierCV(FOREST, threshold=old, cv=2),
    }[kind]
    return make().fit(X, Y).set_params(threshold=new), make().set_params(threshold=new).fit(X, Y)


@pytest.mark.parametrize("kind", ["tuned", "prefit", "calibrated"])
@pytest.mark.parametrize("new", ["f1_micro", PerLabelThreshold(shrink=0), {2: 0.9}, "top_1"])
def test_threshold_set_after_fit_takes_effect_at_once(kind, new, problem):
    X, Y = problem
    changed, fitted = fitted_pair(kind, "f1_macro", new, problem)
    before, stored = dict(vars(changed)), pickle.dumps((changed.rule_, changed.held_out_))
    np.testing.assert_array_equal(changed.predict(X), fitted.predict(X))
    assert changed.score(X, Y) == fitted.score(X, Y)
    assert hasattr(changed, "thresholds_") == hasattr(fitted, "thresholds_")
    if hasattr(fitted, "thresholds_"):
        np.testing.assert_array_equal(changed.thresholds_, fitted.thresholds_)
    assert vars(changed) == before
    assert pickle.dumps((changed.rule_, changed.held_out_)) == stored


def test_tuned_threshold_set_after_a_fit_without_folds(problem):
    X, Y = problem
    clf = TunedThresholdsClassifierCV(FOREST, 0.5, cv=2).fit(X, Y)
    clf.set_params(threshold="f1_micro")
    with pytest.raises(ValueError, match="tuned on held-out samples, and fit kept none"):
        clf.predict(X)
    clf = MultilabelCalibratedClassifierCV(FOREST, threshold=0.5, cv=2).fit(X, Y)
    assert clf.set_params(threshold="f1_micro").predict(X).shape == Y.shape


def test_held_out_predictions_may_be_dropped(problem):
    X, _ = problem
    clf = TunedThresholdsClassifierCV(FOREST, cv=2).fit(*problem)
    predicted, clf.held_out_ = clf.predict(X), None
    np.testing.assert_array_equal(clf.predict(X), predicted)
