import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import sklearn
from sklearn.base import clone, is_classifier
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import (
    check_classifiers_multilabel_output_format_decision_function,
    check_classifiers_multilabel_output_format_predict,
    check_classifiers_multilabel_output_format_predict_proba,
    check_classifiers_multilabel_representation_invariance,
    check_no_attributes_set_in_init,
)

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV
from skmultilabel_nn.decision import PerLabelThreshold, SharedThreshold, resolve_rule
from skmultilabel_nn.model_selection import MultilabelStratifiedKFold, TunedThresholdsClassifierCV

NAMES = np.array(["ant", "bee", "cat", "dog"], dtype=object)
LOGISTIC = LogisticRegression(C=0.1)
FOREST = RandomForestClassifier(8, random_state=0)
KERAS = KerasMultiLabelClassifier((16,), epochs=5, random_state=0)
CLASSIFIERS = {
    "forest": FOREST,
    "tree": DecisionTreeClassifier(max_depth=4, random_state=0),
    "neighbors": KNeighborsClassifier(),
    "mlp": MLPClassifier((8,), max_iter=30, learning_rate_init=0.02, random_state=0),
    "one_vs_rest": OneVsRestClassifier(LOGISTIC),
    "multi_output": MultiOutputClassifier(LOGISTIC),
    "chain": ClassifierChain(LOGISTIC),
    "pipeline": make_pipeline(StandardScaler(), FOREST),
    "search": GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [2, 5]}, cv=2),
    "keras": KERAS,
}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
every_classifier = pytest.mark.parametrize("name", CLASSIFIERS)


def make_problem(seed):
    X, Y = make_multilabel_classification(
        150, 8, n_classes=4, n_labels=2, allow_unlabeled=True, random_state=seed
    )
    return StandardScaler().fit_transform(X), Y


@pytest.fixture
def problem():
    return make_problem(0)


def positives(answer, classes):
    """Probabilities of class 1, read naively from what scikit-learn's classifiers answer."""
    if not isinstance(answer, list):
        return answer
    columns = [part[:, list(names).index(1)] for part, names in zip(answer, classes, strict=True)]
    return np.column_stack(columns)


def out_of_fold(estimator, X, Y, cv):
    P = np.empty(Y.shape)
    for train, test in cv.split(X, Y):
        fitted = clone(estimator).fit(X[train], Y[train])
        P[test] = positives(fitted.predict_proba(X[test]), fitted.classes_)
    return P


def without_one_label(Y, rows=slice(None)):
    """The last label has one positive only, which every fold but one lacks."""
    Y = Y.copy()
    Y[:, -1] = 0
    Y[rows, -1] = 0
    Y[3, -1] = 1
    return Y


# The rule is fitted on what did not train ----------------------------------------------------


@every_classifier
@pytest.mark.parametrize(("rule", "seed"), [("f1_macro", 0), ("f1_micro", 2)])
def test_thresholds_are_those_of_the_rule_on_out_of_fold_probabilities(name, rule, seed):
    if name == "keras" and seed > 0:
        pytest.skip("slow, and nothing new")
    X, Y = make_problem(seed)
    cv = KFold(2, shuffle=True, random_state=0)
    clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], rule, cv=cv, store_cv_results=True)
    clf.fit(X, Y)
    P = out_of_fold(CLASSIFIERS[name], X, Y, cv)
    rows = clf.cv_results_["rows"]
    np.testing.assert_allclose(clf.cv_results_["probabilities"], P[rows], atol=1e-6)
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


def test_tuning_raises_macro_f1_where_half_is_the_wrong_threshold():
    X, Y = make_multilabel_classification(900, 20, n_classes=8, n_labels=1, random_state=3)
    train, test = np.arange(450), np.arange(450, 900)
    plain = clone(FOREST).fit(X[train], Y[train])
    tuned = TunedThresholdsClassifierCV(FOREST).fit(X[train], Y[train])
    before, after = (
        f1_score(Y[test], clf.predict(X[test]), average="macro", zero_division=0)
        for clf in (plain, tuned)
    )
    assert after > before + 0.1


@pytest.mark.parametrize("rule", [0.3, [0.1, 0.2, 0.3, 0.4], {2: 0.9}, "expected_f1", "top_1"])
def test_rules_that_learn_nothing_cost_no_cross_validation(rule, problem):
    X, Y = problem

    class Refusing(KFold):
        def split(self, *args, **kwargs):
            raise AssertionError("nobody needs folds")

    clf = TunedThresholdsClassifierCV(FOREST, rule, cv=Refusing(3), store_cv_results=True)
    clf.fit(X, Y)
    assert clf.cv_results_ == {}
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
    assert clf.rule is rule


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
    clf = TunedThresholdsClassifierCV(
        FOREST, cv=0.2, refit=False, random_state=0, store_cv_results=True
    ).fit(X, Y)
    rows = clf.cv_results_["rows"]
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
        clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=2, store_cv_results=True)
        clf.fit(X, Y)
    results = clf.cv_results_
    P = results["probabilities"][results["rows"] == 3, -1]
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


def forms(Y):
    columns = [NAMES[row == 1].tolist() for row in Y]
    return {
        "lists": columns,
        "sets": np.fromiter((set(row) for row in columns), dtype=object, count=len(Y)),
        "series": pd.Series([tuple(row) for row in columns]),
        "bool": Y.astype(bool),
        "nested": Y.tolist(),
        "csr": sp.csr_array(Y),
        "pandas": pd.DataFrame(Y, columns=NAMES),
        "polars": pl.DataFrame(Y, schema=NAMES.tolist()),
    }


@pytest.mark.parametrize(
    ("name", "form"),
    [("chain", form) for form in forms(np.eye(4, dtype=int))]
    + [("keras", form) for form in ("lists", "pandas")],
)
def test_answers_have_the_form_of_the_target(name, form, problem):
    X, Y = problem
    cv = MultilabelStratifiedKFold(2)
    of_array = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=cv).fit(X, Y)
    y = forms(Y)[form]
    clf = TunedThresholdsClassifierCV(CLASSIFIERS[name], cv=cv).fit(X, y)
    np.testing.assert_array_equal(clf.thresholds_, of_array.thresholds_)
    predicted = clf.predict(X)
    expected = forms(of_array.predict(X))[form]
    if form in ("lists", "sets", "series"):
        assert [set(row) for row in predicted] == [set(row) for row in expected]
        assert type(predicted[0]) is type(y[0])
    elif form == "csr":
        assert isinstance(predicted, sp.csr_array)
        np.testing.assert_array_equal(predicted.toarray(), expected.toarray())
    else:
        assert form in ("bool", "nested") or type(predicted) is type(y)
        np.testing.assert_array_equal(np.asarray(predicted), np.asarray(expected, dtype=np.int64))
    assert clf.score(X, y) == of_array.score(X, Y)
    names = NAMES if form not in ("bool", "nested", "csr") else np.arange(4)
    np.testing.assert_array_equal(clf.label_names_, names)


def test_number_lists_that_look_like_an_indicator_in_a_fold():
    X = np.arange(12.0)[:, np.newaxis]
    y = [[0, 1], [1, 0]] * 4 + [[2], [3], [2, 3], []]
    clf = TunedThresholdsClassifierCV(KERAS, cv=[(np.arange(8), np.arange(8, 12))]).fit(X, y)
    assert clf.label_names_.tolist() == [0, 1, 2, 3]
    assert all(isinstance(row, list) for row in clf.predict(X))


def test_vocabulary_of_the_estimator_is_kept(problem):
    X, Y = problem
    y = forms(Y)["lists"]
    order = ["dog", "eel", "cat", "bee", "ant"]
    clf = TunedThresholdsClassifierCV(clone(KERAS).set_params(classes=order), cv=2).fit(X, y)
    assert clf.label_names_.tolist() == order
    np.testing.assert_array_equal(clf.predict_proba(X), clf.estimator_.predict_proba(X))


@pytest.mark.parametrize("seed", [0, 1])
def test_label_unknown_to_a_fold_of_label_sets_has_probability_0(seed):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(60, 4)), rng.integers(0, 2, (60, 4))
    Y[:, 1] = 0
    Y[5, 1] = 1
    folds = [(np.arange(30, 60), np.arange(30)), (np.arange(30), np.arange(30, 60))]
    clf = TunedThresholdsClassifierCV(KERAS, cv=folds, store_cv_results=True)
    clf.fit(X, forms(Y)["lists"])
    P = clf.cv_results_["probabilities"]
    np.testing.assert_array_equal(P[:30, 1], 0)
    assert (np.delete(P, 1, axis=1) > 0).all()
    np.testing.assert_array_equal(
        P[:30, [0, 2, 3]], clone(KERAS).fit(X[30:], forms(Y[30:])["lists"]).predict_proba(X[:30])
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
    with pytest.raises(ValueError, match="one weight a cell"):
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
    inside = TunedThresholdsClassifierCV(make_pipeline(step), cv=2, store_cv_results=True)
    inside.fit(X, Y, randomforestclassifier__sample_weight=weight)
    direct = TunedThresholdsClassifierCV(step, cv=2, store_cv_results=True)
    direct.fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(
        inside.cv_results_["probabilities"], direct.cv_results_["probabilities"]
    )


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
        grouped.set_params(store_cv_results=True).fit(X, Y, groups=np.arange(len(X)) % 2)
        assert set(grouped.cv_results_["rows"][:75] % 2) in ({0}, {1})


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
    grid = {"rule": ["f1_micro", 0.5, PerLabelThreshold()], "estimator__max_depth": [1, None]}
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
    clf = TunedThresholdsClassifierCV(pipeline, cv=3).fit(texts, forms(Y)["sets"])
    assert clf.score(texts, forms(Y)["sets"]) == 1.0


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
    y = forms(Y)["lists"]
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


# Errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"rule": "f1"}, ValueError, "Unknown threshold 'f1'"),
        ({"rule": None}, TypeError, "threshold must be"),
        ({"rule": {"ant": 0.5}}, ValueError, "ant"),
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
    with pytest.raises(ValueError, match="one class a row"):
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
    plain = clone(forest).fit(X[train], Y[train])
    tuned = TunedThresholdsClassifierCV(forest).fit(X[train], Y[train])
    before, after = (
        f1_score(Y[test], clf.predict(X[test]), average="macro", zero_division=0)
        for clf in (plain, tuned)
    )
    assert after > before + 0.1
