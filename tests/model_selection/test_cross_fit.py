"""Out-of-fold probabilities: splits, folds without a label, weights."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn.decision import PerLabelThreshold
from skmultilabel_nn.model_selection import MultilabelStratifiedKFold, TunedThresholdsClassifierCV
from tests.common import names_of_rows

from .common import CLASSIFIERS, FOREST, KERAS, LOGISTIC, NAMES, every_classifier, positives

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def without_one_label(Y, rows=slice(None)):
    """The last label has one positive only, which every fold but one lacks."""
    Y = Y.copy()
    Y[:, -1] = 0
    Y[rows, -1] = 0
    Y[3, -1] = 1
    return Y


# Splits ----------------------------------------------------------------------------------------


def test_default_folds_are_five_stratified_ones(problem):
    X, Y = problem
    tuned = [
        TunedThresholdsClassifierCV(OneVsRestClassifier(LOGISTIC), cv=cv).fit(X, Y).thresholds_
        for cv in (
            None,
            5,
            MultilabelStratifiedKFold(5),
            list(MultilabelStratifiedKFold(5).split(X, Y)),
        )
    ]
    for thresholds in tuned[1:]:
        np.testing.assert_array_equal(thresholds, tuned[0])


def test_random_state_chooses_the_folds(problem):
    def thresholds(random_state):
        clf = TunedThresholdsClassifierCV(FOREST, cv=3, random_state=random_state)
        return clf.fit(*problem).thresholds_

    np.testing.assert_array_equal(thresholds(1), thresholds(1))
    assert not np.array_equal(thresholds(1), thresholds(2))


def test_share_of_rows_held_out_once(problem):
    X, Y = problem
    clf = TunedThresholdsClassifierCV(FOREST, cv=0.2, refit=False, random_state=0).fit(X, Y)
    rows = clf.held_out_.indices
    assert len(rows) == 30
    others = np.setdiff1d(np.arange(len(X)), rows)
    assert clf.estimator_.estimators_[0].tree_.n_node_samples[0] <= len(others)
    np.testing.assert_array_equal(
        clf.thresholds_, PerLabelThreshold().fit(Y[rows], clf.predict_proba(X[rows])).thresholds_
    )


@pytest.mark.parametrize("wrap", [lambda e: e, FrozenEstimator])
def test_fitted_estimator_is_only_asked(wrap, problem):
    X, Y = problem
    fitted = wrap(clone(FOREST).fit(X[:80], Y[:80]))
    clf = TunedThresholdsClassifierCV(fitted, cv="prefit", refit=False).fit(X[80:], Y[80:])
    assert clf.estimator_ is fitted
    P = positives(fitted.predict_proba(X[80:]), fitted.classes_)
    np.testing.assert_array_equal(clf.thresholds_, PerLabelThreshold().fit(Y[80:], P).thresholds_)


def test_frozen_estimator_in_folds_equals_prefit(problem):
    X, Y = problem
    fitted = clone(FOREST).fit(X[:80], Y[:80])
    asked = TunedThresholdsClassifierCV(fitted, cv="prefit", refit=False).fit(X[80:], Y[80:])
    folds = TunedThresholdsClassifierCV(FrozenEstimator(fitted)).fit(X[80:], Y[80:])
    np.testing.assert_allclose(folds.thresholds_, asked.thresholds_)


@every_classifier
def test_fold_without_a_label_is_no_error(name, problem):
    X, Y = problem
    Y = without_one_label(Y)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Label .* is present in all training examples")
        clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=2)
        clf.fit(X, Y)
    P = clf.held_out_.probabilities[clf.held_out_.indices == 3, -1]
    assert clf.predict(X).shape == Y.shape
    if name not in ("keras", "mlp"):  # these guess, but do not know
        assert P == 0


def test_other_labels_do_not_suffer_from_one_that_a_fold_lacks(problem):
    X, Y = problem
    lacking = without_one_label(Y)
    tuned = [
        TunedThresholdsClassifierCV(
            MultiOutputClassifier(LOGISTIC), PerLabelThreshold(shrink=0), cv=KFold(3)
        ).fit(X, y)
        for y in (Y, lacking)
    ]
    np.testing.assert_allclose(tuned[0].thresholds_[:3], tuned[1].thresholds_[:3])


@every_classifier
def test_single_label(name, problem):
    X, Y = problem
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=2).fit(X, Y[:, :1])
    assert clf.predict(X).shape == clf.predict_proba(X).shape == (len(X), 1)
    assert f1_score(Y[:, 0], clf.predict(X)[:, 0]) > 0.5


# Forms of the target ---------------------------------------------------------------------------


def test_number_lists_that_look_like_an_indicator_in_a_fold():
    X = np.arange(12.0)[:, np.newaxis]
    y = [[0, 1], [1, 0]] * 4 + [[2], [3], [2, 3], []]
    clf = TunedThresholdsClassifierCV(KERAS, cv=[(np.arange(8), np.arange(8, 12))]).fit(X, y)
    assert clf.label_names_.tolist() == [0, 1, 2, 3]
    assert all(isinstance(row, list) for row in clf.predict(X))


@pytest.mark.parametrize("seed", [0, 1])
def test_label_unknown_to_a_fold_of_label_sets_has_probability_0(seed):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(60, 4)), rng.integers(0, 2, (60, 4))
    Y[:, 1] = 0
    Y[5, 1] = 1
    folds = [(np.arange(30, 60), np.arange(30)), (np.arange(30), np.arange(30, 60))]
    clf = TunedThresholdsClassifierCV(KERAS, cv=folds)
    clf.fit(X, names_of_rows(Y))
    P = clf.held_out_.probabilities
    np.testing.assert_array_equal(P[:30, 1], 0)
    assert (np.delete(P, 1, axis=1) > 0).all()
    np.testing.assert_array_equal(
        P[:30, [0, 2, 3]], clone(KERAS).fit(X[30:], names_of_rows(Y[30:])).predict_proba(X[:30])
    )


# Missing labels, weights -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_unknown_cells_tune_nothing(seed, problem):
    X, Y = problem
    rng = np.random.default_rng(seed)
    known = rng.random(Y.shape) < 0.8
    y = np.where(known, Y, np.nan)
    fitted = clone(FOREST).fit(X, Y)
    clf = TunedThresholdsClassifierCV(fitted, cv="prefit", refit=False).fit(X, y)
    P = positives(fitted.predict_proba(X), fitted.classes_)
    expected = PerLabelThreshold().fit(np.where(known, Y, 1), P, known=known)
    np.testing.assert_array_equal(clf.thresholds_, expected.thresholds_)
    assert clf.score(X, y) >= clf.score(X, Y)


def test_estimators_of_this_package_train_with_unknown_cells(problem):
    X, Y = problem
    y = pd.DataFrame(Y.astype(float), columns=NAMES).mask(
        np.random.default_rng(0).random(Y.shape) < 0.2
    )
    pipeline = make_pipeline(StandardScaler(), KERAS)
    clf = TunedThresholdsClassifierCV(pipeline, cv=2).fit(X, y)
    assert clf.predict(X).columns.tolist() == NAMES.tolist()


def test_zero_weights_equal_dropping_the_rows(problem):
    X, Y = problem
    fitted = clone(FOREST).fit(X[:50], Y[:50])
    weight = np.repeat([1.0, 0.0], [60, 40])
    kept, weighted = (
        TunedThresholdsClassifierCV(fitted, cv="prefit", refit=False)
        .fit(X[50 : 50 + len(w)], Y[50 : 50 + len(w)], sample_weight=w)
        .thresholds_
        for w in (np.ones(60), weight)
    )
    np.testing.assert_allclose(kept, weighted)


def test_cell_weights(problem):
    X, Y = problem
    fitted = clone(FOREST).fit(X[:50], Y[:50])
    known = np.random.default_rng(0).random(Y.shape) < 0.7
    clf = TunedThresholdsClassifierCV(fitted, cv="prefit", refit=False)
    of_weights = clone(clf).set_params(estimator=FrozenEstimator(fitted))
    of_weights.fit(X, Y, sample_weight=known.astype(float))
    of_missing = clone(of_weights).fit(X, np.where(known, Y, np.nan))
    np.testing.assert_array_equal(of_weights.thresholds_, of_missing.thresholds_)
    with pytest.raises(ValueError, match="one weight per cell"):
        TunedThresholdsClassifierCV(FOREST).fit(X, Y, sample_weight=known.astype(float))
    TunedThresholdsClassifierCV(KERAS, cv=2).fit(X, Y, sample_weight=known.astype(float))


def test_weights_reach_an_estimator_that_takes_them(problem):
    X, Y = problem
    weight = np.random.default_rng(0).integers(0, 3, len(X)).astype(float)
    forest = RandomForestClassifier(5, bootstrap=False, random_state=0)
    clf = TunedThresholdsClassifierCV(forest, cv=KFold(3)).fit(X, Y, sample_weight=weight)
    P = np.empty(Y.shape)
    for train, test in KFold(3).split(X):
        fold = clone(forest).fit(X[train], Y[train], sample_weight=weight[train])
        P[test] = positives(fold.predict_proba(X[test]), fold.classes_)
    expected = PerLabelThreshold().fit(Y, P, sample_weight=weight)
    np.testing.assert_array_equal(clf.thresholds_, expected.thresholds_)


def test_weights_that_an_estimator_does_not_take_are_announced(problem):
    X, Y = problem
    weight = np.linspace(0.1, 1, len(X))
    with pytest.warns(UserWarning, match="KNeighborsClassifier takes no sample_weight"):
        TunedThresholdsClassifierCV(KNeighborsClassifier()).fit(X, Y, sample_weight=weight)


def test_other_fit_parameters_are_split_along(problem):
    X, Y = problem
    weight = np.random.default_rng(0).integers(1, 3, len(X)).astype(float)
    step = RandomForestClassifier(5, random_state=0)
    inside = TunedThresholdsClassifierCV(make_pipeline(step), cv=2)
    inside.fit(X, Y, randomforestclassifier__sample_weight=weight)
    direct = TunedThresholdsClassifierCV(step, cv=2)
    direct.fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(inside.held_out_.probabilities, direct.held_out_.probabilities)
