"""The estimator inside scikit-learn's tools, for each form of target."""

import os

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from joblib.externals.loky import get_reusable_executor
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier
from sklearn.compose import make_column_transformer
from sklearn.ensemble import StackingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    train_test_split,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skmultilabel_nn import label_sets
from skmultilabel_nn.metrics import multilabel_scorer
from tests.common import LABELS, TARGET_FORMS, fast_classifier, make_problem

from .tools import FORMS, classifier

pytestmark = pytest.mark.slow


# Pipelines -----------------------------------------------------------------------------------


def test_pipeline_with_scaler(form):
    X, Y = make_problem(120, 6)
    y = FORMS[form](Y)
    pipe = make_pipeline(StandardScaler(), classifier()).fit(X, y)
    direct = classifier().fit(StandardScaler().fit_transform(X), y)
    assert_allclose(pipe.predict_proba(X), direct.predict_proba(StandardScaler().fit_transform(X)))
    assert type(pipe.predict(X)) is type(direct.predict(X))
    assert pipe.score(X, y) == direct.score(StandardScaler().fit_transform(X), y) > 0.5
    assert_array_equal(pipe.classes_, direct.classes_)
    assert is_classifier(pipe)


TEXTS = ["the ant and the bee", "a cat", "the bee saw a cat", "an ant", "nothing at all"] * 12
ANIMALS = [{"ant", "bee"}, {"cat"}, {"bee", "cat"}, {"ant"}, set()] * 12


@pytest.mark.parametrize("wrap", [list, label_sets, lambda y: [sorted(labels) for labels in y]])
def test_pipeline_with_text(wrap):
    pipe = make_pipeline(TfidfVectorizer(), classifier(epochs=60)).fit(TEXTS, wrap(ANIMALS))
    assert pipe[-1].label_names_.tolist() == ["ant", "bee", "cat"]
    answer = pipe.predict(["a cat", "the bee saw a cat", "nothing at all"])
    assert [set(labels) for labels in answer] == [{"cat"}, {"bee", "cat"}, set()]
    assert pipe.score(TEXTS, ANIMALS) == 1


def test_pipeline_with_columns():
    X, Y = make_problem(120, 6, 2)
    frame = pd.DataFrame({"x": X[:, 0], "kind": np.where(X[:, 1] > 0.5, "big", "small")})
    columns = make_column_transformer((StandardScaler(), ["x"]), (OneHotEncoder(), ["kind"]))
    pipe = make_pipeline(columns, classifier()).fit(frame, TARGET_FORMS["pandas frame"](Y))
    answer = pipe.predict(frame)
    assert list(answer.columns) == LABELS[:2]
    assert (answer.to_numpy() == Y).mean() > 0.95


def test_pipeline_with_frames():
    X, Y = make_problem(120, 6, 2)
    scaler = StandardScaler().set_output(transform="pandas")
    pipe = make_pipeline(scaler, classifier()).fit(pd.DataFrame(X).rename(columns=str), Y)
    assert pipe[-1].feature_names_in_.tolist() == list("012345")


def scoring_for(form):
    """scikit-learn's own scorers do not take label sets."""
    return multilabel_scorer("f1_macro") if "sets" in form else "f1_macro"


def search_over(form, kind=GridSearchCV, n_jobs=None, **options):
    pipe = make_pipeline(StandardScaler(), fast_classifier(epochs=3))
    grid = {"kerasmultilabelclassifier__learning_rate": [1e-12, 0.02]}
    return kind(pipe, grid, cv=2, scoring=scoring_for(form), n_jobs=n_jobs, **options)


def check_search(search, X, y):
    search.fit(X, y)
    assert search.best_params_ == {"kerasmultilabelclassifier__learning_rate": 0.02}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ > search.cv_results_["mean_test_score"].min()
    assert type(search.predict(X)) is type(search.best_estimator_[-1].predict(X))
    assert len(search.best_estimator_[-1].label_names_) in (2, 3)


# Searches ------------------------------------------------------------------------------------


def test_grid_search(form):
    X, Y = make_problem(120, 6)
    check_search(search_over(form), X, FORMS[form](Y))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [GridSearchCV, RandomizedSearchCV])
def test_searches_in_parallel_twice_and_after_a_fit_in_the_parent(form, kind):
    X, Y = make_problem(120, 6)
    y = FORMS[form](Y)
    fast_classifier().fit(X, y)
    options = {"n_iter": 2, "random_state": 0} if kind is RandomizedSearchCV else {}
    first, second = (search_over(form, kind, n_jobs=2, **options) for _ in range(2))
    check_search(first, X, y)
    check_search(second, X, y)
    alone = search_over(form, kind, **options).fit(X, y)
    for search in (second, alone):
        assert_allclose(
            search.cv_results_["mean_test_score"],
            first.cv_results_["mean_test_score"],
            atol=0.02,
        )


def test_halving_search():
    X, Y = make_problem(120, 6)
    search = HalvingGridSearchCV(
        fast_classifier(),
        {"learning_rate": [1e-12, 0.02]},
        resource="epochs",
        min_resources=2,
        max_resources=12,
        factor=2,
        cv=2,
        scoring="f1_macro",
        random_state=0,
    )
    search.fit(X, Y)
    assert search.best_params_["learning_rate"] == 0.02
    assert search.best_estimator_.n_iter_ == search.best_params_["epochs"]


def test_search_over_every_kind_of_parameter():
    X, Y = make_problem(120, 6, 2)
    grid = [
        {"hidden_layer_sizes": [(), (8, 4)], "activation": ["relu", "tanh"]},
        {"threshold": [0.3, "f1_micro", {1: 0.2}], "class_weight": [None, "balanced"]},
        {"optimizer": ["sgd"], "loss": ["focal"], "batch_size": [8], "dropout": [0]},
    ]
    search = GridSearchCV(
        fast_classifier(epochs=2), grid, cv=2, scoring="f1_micro", error_score="raise"
    )
    search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 11


def test_search_with_several_scorers():
    X, Y = make_problem(120, 6)
    scoring = ["f1_micro", "average_precision", "accuracy"]
    search = GridSearchCV(
        fast_classifier(), {"epochs": [1, 9]}, cv=2, scoring=scoring, refit="f1_micro"
    )
    search.fit(X, Y)
    assert all(np.isfinite(search.cv_results_[f"mean_test_{name}"]).all() for name in scoring)


BY_LABEL = ["f1_micro", "f1_macro", "roc_auc", "average_precision", "accuracy"]
BY_SAMPLE = ["f1_samples", "jaccard_samples"]


# Cross-validation ----------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("n_labels", [1, 2, 5])
def test_cross_validate_with_named_scorers(n_labels):
    """scikit-learn reads an (n, 1) indicator as binary, for which scores by sample do not exist."""
    X, Y = make_problem(120, 6, n_labels)
    names = BY_LABEL + (BY_SAMPLE if n_labels > 1 else [])
    results = cross_validate(classifier(), X, Y, cv=3, scoring=names, error_score="raise")
    means = {name: results[f"test_{name}"].mean() for name in names}
    assert min(means.values()) > 0.4, means
    assert min(means["roc_auc"], means["average_precision"]) > 0.85
    by_name = cross_val_score(classifier(), X, Y, cv=3, scoring="roc_auc", error_score="raise")
    assert_allclose(by_name, results["test_roc_auc"])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", [*BY_LABEL, *BY_SAMPLE])
def test_scorers_do_not_mind_the_order_of_two_labels(name):
    X, Y = make_problem(120, 6, 2)
    clf, swapped = (
        classifier().fit(X, Y),
        classifier().fit(X, TARGET_FORMS["pandas frame"](Y[:, ::-1])),
    )
    score = get_scorer(name)(clf, X, Y)
    assert score > 0.6
    assert get_scorer(name)(swapped, X, Y[:, ::-1]) == pytest.approx(score, abs=0.05)


@pytest.mark.parametrize("n_labels", [1, 2, 5])
@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_cross_val_predict(n_labels, method):
    X, Y = make_problem(120, 6, n_labels)
    joined = cross_val_predict(fast_classifier(), X, Y, cv=KFold(3), method=method)
    assert joined.shape == Y.shape
    for train, test in KFold(3).split(X):
        expected = getattr(fast_classifier().fit(X[train], Y[train]), method)(X[test])
        assert_allclose(joined[test], expected, rtol=1e-5)


def test_cross_val_predict_answers_in_the_form_of_y(form):
    X, Y = make_problem(120, 6)
    y = FORMS[form](Y)
    joined = cross_val_predict(fast_classifier(), X, y, cv=3)
    assert joined.shape[0] == 120
    if "sets" in form:
        assert {type(labels) for labels in joined} == {type(y[0])}
        assert set().union(*joined) <= set(LABELS[:3])
    if form == "csr_matrix":
        assert sp.issparse(joined)


def test_label_sets_with_a_number_of_folds():
    X, Y = make_problem(120, 6)
    scores = cross_val_score(
        classifier(), X, TARGET_FORMS["label sets"](Y), cv=5, error_score="raise"
    )
    assert scores.shape == (5,)
    assert scores.mean() > 0.5
    by_array = cross_val_score(classifier(), X, Y, cv=5, scoring="f1_macro")
    scorer = multilabel_scorer("f1_macro")
    assert_allclose(
        cross_val_score(classifier(), X, TARGET_FORMS["label sets"](Y), cv=5, scoring=scorer),
        by_array,
    )


def test_train_test_split(form):
    X, Y = make_problem(120, 6)
    y = FORMS[form](Y)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    assert classifier().fit(X_train, y_train).score(X_test, y_test) > 0.4


# Around it -----------------------------------------------------------------------------------


def test_permutation_importance(form):
    if form == "csr_matrix":
        pytest.skip("scikit-learn refuses a sparse y here")
    X, Y = make_problem(120, 6, 2)
    y = FORMS[form](Y)
    clf = classifier().fit(X, y)
    importance = permutation_importance(clf, X, y, n_repeats=3, random_state=0).importances_mean
    relevant = 1 if form == "classes" else 2
    assert importance[:relevant].min() > abs(importance[2:]).max() + 0.05


@pytest.mark.parametrize("n_labels", [3, 5])
def test_stacking(n_labels):
    X, Y = make_problem(120, 6, n_labels)
    stack = StackingClassifier(
        [("network", fast_classifier()), ("neighbors", KNeighborsClassifier())],
        final_estimator=classifier(),
        cv=2,
    )
    stack.fit(X, Y)
    assert stack.predict(X).shape == Y.shape
    assert (stack.predict(X) == Y).mean() > 0.75


@pytest.mark.parametrize("n_labels", [1, 3])
@pytest.mark.parametrize("kind", [OneVsRestClassifier, ClassifierChain, MultiOutputClassifier])
def test_one_estimator_a_label(kind, n_labels):
    X, Y = make_problem(120, 6, n_labels)
    if kind is OneVsRestClassifier and n_labels == 1:
        pytest.skip("OneVsRestClassifier takes an (n, 1) indicator for a column of classes")
    whole = kind(classifier()).fit(X, Y)
    assert (np.reshape(whole.predict(X), Y.shape) == Y).mean() > 0.9
    probabilities = whole.predict_proba(X)
    if kind is MultiOutputClassifier:
        probabilities = np.column_stack([p[:, 1] for p in probabilities])
    assert probabilities.shape == Y.shape
    assert (((probabilities >= 0.5) == Y).mean()) > 0.9


def test_chain_in_front_of_another_estimator():
    X, Y = make_problem(120, 6)
    chain = ClassifierChain(fast_classifier(), cv=2).fit(X, Y)
    assert chain.predict_proba(X).shape == Y.shape
    assert (
        LogisticRegression()
        .fit(chain.predict_proba(X), Y[:, 0])
        .score(chain.predict_proba(X), Y[:, 0])
        > 0.5
    )


def test_mapie():
    risk_control = pytest.importorskip("mapie.risk_control")
    X, Y = make_problem(120, 6)
    rows = Y.any(axis=1)  # MAPIE refuses rows without labels
    X, Y = X[rows], Y[rows]
    clf = classifier().fit(X[:50], Y[:50])
    controller = risk_control.MultiLabelClassificationController(
        predict_function=clf.predict_proba, risk="recall", method="crc", target_level=0.9
    )
    controller.calibrate(X[50:], Y[50:])
    chosen = np.asarray(controller.predict(X[50:])).reshape(len(Y[50:]), 3, -1)[:, :, 0]
    found = (chosen * Y[50:]).sum(axis=1) / Y[50:].sum(axis=1)
    assert found.mean() > 0.85


def threads_after_a_fit(tensorflow_first):
    if tensorflow_first:
        import tensorflow as tf  # noqa: PLC0415 (the order is what is tested)
    X, Y = make_problem(120, 6)
    fast_classifier(epochs=1).fit(X, Y)
    import tensorflow as tf  # noqa: PLC0415 (the order is what is tested)

    threading = tf.config.threading
    return (
        os.environ.get("OMP_NUM_THREADS"),
        threading.get_intra_op_parallelism_threads(),
        threading.get_inter_op_parallelism_threads(),
    )


# Workers -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("share", "tensorflow_first"), [(None, False), (3, False), (5, True)])
def test_workers_share_the_cores(share, tensorflow_first):
    """In workers of their own, as no process can change its threads once it has started them."""
    get_reusable_executor().shutdown(wait=True)
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=share):
        call = joblib.delayed(threads_after_a_fit)(tensorflow_first)
        found = joblib.Parallel()([call] * 2)
    expected = share or max(1, joblib.cpu_count() // 2)
    assert found == [(str(expected), expected, expected)] * 2


@pytest.mark.slow
def test_learning_curve_by_partial_fit():
    """scikit-learn passes the values of the cells as classes."""
    X = np.random.RandomState(0).rand(40, 4)
    Y = (X[:, :3] > 0.5).astype(int)
    sizes, scores, _ = learning_curve(
        fast_classifier(),
        X,
        Y,
        cv=2,
        train_sizes=[10, 20],
        exploit_incremental_learning=True,
        error_score="raise",
    )
    assert scores.shape == (2, 2)
    assert sizes.tolist() == [10, 20]
