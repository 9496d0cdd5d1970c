"""What the meta-estimators are in scikit-learn: target forms, routing, searches, copies."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import (
    check_classifiers_multilabel_output_format_decision_function,
    check_classifiers_multilabel_output_format_predict,
    check_classifiers_multilabel_output_format_predict_proba,
    check_classifiers_multilabel_representation_invariance,
    check_no_attributes_set_in_init,
)

from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV
from skmultilabel_nn.decision import PerLabelThreshold
from skmultilabel_nn.model_selection import MultilabelStratifiedKFold, TunedThresholdsClassifierCV
from tests.common import SET_FORMS, TARGET_FORMS, names_of_rows

from .common import CLASSIFIERS, FOREST, KERAS, LOGISTIC, NAMES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# Forms of the target ---------------------------------------------------------------------------


FORMS = [
    "list of lists",
    "array of sets",
    "pandas Series of tuples",
    "bool array",
    "nested lists",
    "csr_array",
    "pandas frame",
    "polars frame",
]


@pytest.mark.parametrize(
    ("name", "form"),
    [("chain", form) for form in FORMS]
    + [("keras", form) for form in ("list of lists", "pandas frame")],
)
def test_answers_have_the_form_of_the_target(name, form, problem):
    X, Y = problem
    cv = MultilabelStratifiedKFold(2)
    of_array = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=cv).fit(X, Y)
    y = TARGET_FORMS[form](Y)
    clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=cv).fit(X, y)
    np.testing.assert_array_equal(clf.thresholds_, of_array.thresholds_)
    predicted = clf.predict(X)
    expected = TARGET_FORMS[form](of_array.predict(X))
    if form in SET_FORMS:
        assert [set(row) for row in predicted] == [set(row) for row in expected]
        assert type(predicted[0]) is type(y[0])
    elif form == "csr_array":
        assert isinstance(predicted, sp.csr_array)
        np.testing.assert_array_equal(predicted.toarray(), expected.toarray())
    else:
        assert form in ("bool array", "nested lists") or type(predicted) is type(y)
        np.testing.assert_array_equal(np.asarray(predicted), np.asarray(expected, dtype=np.int64))
    assert clf.score(X, y) == of_array.score(X, Y)
    names = NAMES if form not in ("bool array", "nested lists", "csr_array") else np.arange(4)
    np.testing.assert_array_equal(clf.label_names_, names)


def test_vocabulary_of_the_estimator_is_kept(problem):
    X, Y = problem
    y = names_of_rows(Y)
    order = ["dog", "eel", "cat", "bee", "ant"]
    clf = TunedThresholdsClassifierCV(clone(KERAS).set_params(classes=order), cv=2).fit(X, y)
    assert clf.label_names_.tolist() == order
    np.testing.assert_array_equal(clf.predict_proba(X), clf.estimator_.predict_proba(X))


# Missing labels, weights -----------------------------------------------------------------------


def test_metadata_routing(problem):
    X, Y = problem
    weight = np.random.default_rng(0).integers(0, 3, len(X)).astype(float)
    direct = TunedThresholdsClassifierCV(FOREST, cv=2).fit(X, Y, sample_weight=weight)
    unweighted = TunedThresholdsClassifierCV(FOREST, cv=2).fit(X, Y)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = clone(FOREST).set_fit_request(sample_weight=True)
        clf = TunedThresholdsClassifierCV(asks, cv=2).set_fit_request(sample_weight=True)
        outer = make_pipeline(StandardScaler(with_mean=False, with_std=False), clf)
        outer[0].set_fit_request(sample_weight=False)
        routed = outer.fit(X, Y, sample_weight=weight)[-1]
        np.testing.assert_array_equal(routed.thresholds_, direct.thresholds_)
        clf.fit(X, Y)
        np.testing.assert_array_equal(clf.thresholds_, unweighted.thresholds_)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            TunedThresholdsClassifierCV(FOREST, cv=2).fit(X, Y, sample_weight=weight)
        grouped = TunedThresholdsClassifierCV(asks, cv=sklearn.model_selection.GroupKFold(2))
        grouped.fit(X, Y, groups=np.arange(len(X)) % 2)
        assert set(grouped.held_out_.indices[:75] % 2) in ({0}, {1})


# A scikit-learn classifier ---------------------------------------------------------------------


def test_is_a_multilabel_classifier(problem):
    clf = TunedThresholdsClassifierCV(FOREST)
    assert is_classifier(clf)
    tags = get_tags(clf)
    assert tags.classifier_tags.multi_label
    assert tags.input_tags.sparse == get_tags(FOREST).input_tags.sparse
    assert clone(clf).get_params()["estimator__n_estimators"] == 8
    with pytest.raises(NotFittedError):
        clf.predict(problem[0])
    assert "TunedThresholdsClassifierCV" in clf._repr_html_()


@pytest.mark.parametrize("name", ["forest", "keras"])
def test_pickled_copy_predicts_the_same(name, problem):
    X, Y = problem
    clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=2).fit(X, Y)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict(X), clf.predict(X))


def test_scorers_and_searches(problem):
    X, Y = problem
    clf = TunedThresholdsClassifierCV(FOREST, cv=2)
    for scoring in ("f1_macro", "roc_auc", "average_precision", "accuracy"):
        assert np.isfinite(cross_val_score(clf, X, Y, cv=2, scoring=scoring)).all()
    grid = {"threshold": ["f1_micro", 0.5, PerLabelThreshold()], "estimator__max_depth": [1, None]}
    search = GridSearchCV(clf, grid, cv=2, scoring="f1_micro").fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(X).shape == Y.shape


@pytest.mark.parametrize("name", ["forest", "one_vs_rest"])
def test_two_jobs_give_the_same(name, problem):
    one, two = (
        TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=3, n_jobs=n_jobs).fit(*problem)
        for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(one.thresholds_, two.thresholds_)


def test_texts_in_a_pipeline(problem):
    Y = problem[1]
    texts = [" ".join(NAMES[row == 1]) or "none" for row in Y]
    pipeline = make_pipeline(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression()))
    clf = TunedThresholdsClassifierCV(pipeline, cv=3).fit(texts, names_of_rows(Y, set))
    assert clf.score(texts, names_of_rows(Y, set)) == 1.0


def test_frames_keep_index_and_feature_names(problem):
    X, Y = problem
    index = [f"row {i}" for i in range(len(X))]
    X = pd.DataFrame(X, index=index, columns=list("abcdefgh"))
    y = pd.DataFrame(Y, index=index, columns=NAMES)
    clf = TunedThresholdsClassifierCV(FOREST, cv=2).fit(X, y)
    assert clf.predict(X).index.tolist() == index
    assert clf.feature_names_in_.tolist() == list("abcdefgh")
    assert clf.n_features_in_ == 8


def test_delegated_methods(problem):
    X, Y = problem
    assert not hasattr(TunedThresholdsClassifierCV(FOREST), "decision_function")
    clf = TunedThresholdsClassifierCV(OneVsRestClassifier(LOGISTIC)).fit(X, Y)
    np.testing.assert_array_equal(clf.decision_function(X), clf.estimator_.decision_function(X))


def test_around_itself(problem):
    X, Y = problem
    inner = TunedThresholdsClassifierCV(FOREST, 0.2)
    y = names_of_rows(Y)
    clf = TunedThresholdsClassifierCV(inner, cv=2).fit(X, y)
    assert clf.estimator_.label_names_.tolist() == NAMES.tolist()
    flat = TunedThresholdsClassifierCV(FOREST, cv=2).fit(X, Y)
    np.testing.assert_array_equal(clf.thresholds_, flat.thresholds_)


@pytest.mark.parametrize(
    "check",
    [
        check_classifiers_multilabel_representation_invariance,
        check_classifiers_multilabel_output_format_predict,
        check_classifiers_multilabel_output_format_predict_proba,
        check_classifiers_multilabel_output_format_decision_function,
        check_no_attributes_set_in_init,
    ],
)
@pytest.mark.parametrize(
    "clf",
    [
        TunedThresholdsClassifierCV(OneVsRestClassifier(LOGISTIC)),
        MultilabelCalibratedClassifierCV(FOREST, cv=2),
    ],
)
def test_scikit_learns_checks_of_multilabel_classifiers(check, clf):
    check(type(clf).__name__, clone(clf))
