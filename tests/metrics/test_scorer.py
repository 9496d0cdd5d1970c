"""Scorers by name and of functions, in scikit-learn's tools."""

import pickle
import time
from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    fbeta_score,
    get_scorer,
    hamming_loss,
    label_ranking_average_precision_score,
    label_ranking_loss,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skmultilabel_nn import label_sets
from skmultilabel_nn.metrics import multilabel_scorer
from tests.common import TARGET_FORMS

from .common import ALIASES, GivenScores, make, masked, named, problem, score

# What scores mean ----------------------------------------------------------------------------


def test_callable_metric():
    Y, S = problem()
    model = GivenScores().fit(S, named(Y))
    f2 = partial(fbeta_score, beta=2, average="macro")
    assert multilabel_scorer(f2)(model, S, named(Y)) == f2(Y, S >= 0.5)
    weight = np.arange(len(Y))
    assert_allclose(
        multilabel_scorer(hamming_loss, greater_is_better=False)(model, S, named(Y), weight),
        -hamming_loss(Y, S >= 0.5, sample_weight=weight),
    )
    rank = multilabel_scorer(label_ranking_loss, response_method="predict_proba")
    assert rank(model, S, named(Y)) == label_ranking_loss(Y, S)


def test_callable_metric_sees_nan_where_unknown():
    _, S, known, y = masked()
    seen = []
    scorer = multilabel_scorer(lambda Y, P: seen.append(Y) or 1.0)
    scorer(GivenScores().fit(S, y), S, y)
    assert np.array_equal(np.isnan(seen[0]), ~known)


# Estimators ----------------------------------------------------------------------------------


def test_probabilities_of_forest_with_constant_labels():
    Y, S = problem(n=80)
    Y[:40, 0], Y[:40, 1] = 1, 0  # these had one class in training
    forest = RandomForestClassifier(20, random_state=0).fit(S[:40], Y[:40])
    assert {p.shape[1] for p in forest.predict_proba(S)} == {1, 2}
    P = np.column_stack(
        [np.ones(40), np.zeros(40), *(p[:, 1] for p in forest.predict_proba(S[40:])[2:])]
    )
    value = multilabel_scorer("lrap")(forest, S[40:], Y[40:])
    assert_allclose(value, label_ranking_average_precision_score(Y[40:], P))


def test_decision_function_ranks_where_there_are_no_probabilities():
    Y, S = problem()
    model = OneVsRestClassifier(LinearSVC()).fit(S, Y)
    wanted = label_ranking_average_precision_score(Y, model.decision_function(S))
    assert_allclose(multilabel_scorer("lrap")(model, S, Y), wanted)
    both = OneVsRestClassifier(LogisticRegression(solver="liblinear")).fit(S, Y)
    chosen = multilabel_scorer("roc_auc_micro", response_method="decision_function")
    assert_allclose(
        chosen(both, S, Y), roc_auc_score(Y, both.decision_function(S), average="micro")
    )
    with pytest.raises(AttributeError, match="predict_proba"):
        multilabel_scorer("neg_log_loss")(model, S, Y)


@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("name", ["f1_macro", "roc_auc", "neg_log_loss", "lrap", "accuracy"])
def test_any_number_of_labels_with_estimators_of_scikit_learn(name, width):
    Y, S = problem(width=width)
    tree = DecisionTreeClassifier(max_depth=2).fit(S, Y)
    forest = OneVsRestClassifier(LogisticRegression(solver="liblinear")).fit(S, Y)
    for model in (tree, forest):
        assert np.isfinite(multilabel_scorer(name)(model, S, Y))


def test_sparse_truth_and_predictions():
    Y, S = problem()
    model = OneVsRestClassifier(LogisticRegression(solver="liblinear")).fit(S, sp.csr_matrix(Y))
    assert sp.issparse(model.predict(S))
    for name in ("f1_macro", "f1_samples", "accuracy", "roc_auc", "neg_hamming_loss"):
        scorer = multilabel_scorer(name)
        assert_allclose(scorer(model, S, sp.csr_matrix(Y)), scorer(model, S, Y))


# In scikit-learn -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["list of sets", "label sets", "pandas Series of sets", "pandas frame", "bool array"]
)
def test_cross_val_score(form):
    Y, S = problem()
    scores = cross_val_score(
        GivenScores(), S, TARGET_FORMS[form](Y), scoring=make("f1_micro"), cv=3
    )
    wanted = [score("f1_micro", Y[test], S[test]) for _, test in KFold(3).split(S)]
    assert_allclose(scores, wanted)


@pytest.mark.parametrize("form", ["list of lists", "label sets"])
def test_cross_validate_of_many_metrics_with_splitter(form):
    Y, S = problem()
    scoring = {name: make(name) for name in ("f1_macro", "roc_auc", "ndcg@2")}
    result = cross_validate(GivenScores(), S, TARGET_FORMS[form](Y), scoring=scoring, cv=KFold(3))
    for name in scoring:
        wanted = [score(name, Y[test], S[test]) for _, test in KFold(3).split(S)]
        assert_allclose(result[f"test_{name}"], wanted)


def test_cross_val_score_with_missing_labels():
    _, S, _, y = masked()
    scores = cross_val_score(GivenScores(), S, y, scoring=make("f1_micro"), cv=KFold(3))
    assert_allclose(scores, [score("f1_micro", y[t], S[t]) for _, t in KFold(3).split(S)])


def test_grid_search_in_processes():
    Y, S = problem()
    grid = {"cut": [0.99, 0.5, 0.01]}
    scoring = {"f1": make("f1_macro"), "psp": make("psp@2")}
    search = GridSearchCV(GivenScores(), grid, scoring=scoring, refit="f1", n_jobs=2, cv=3)
    search = clone(search).fit(S, label_sets(named(Y)))
    assert search.best_params_ == {"cut": 0.5}
    assert len(set(search.cv_results_["mean_test_f1"])) == 3
    assert_allclose(search.score(S, named(Y)), score("f1_macro", Y, S))


@pytest.mark.parametrize("name", ["f1_macro", "roc_auc"])
def test_routing_of_weights_in_search(name):
    Y, S = problem()
    weight = np.random.default_rng(0).random(len(Y))
    with config_context(enable_metadata_routing=True):
        scorer = make(name).set_score_request(sample_weight=True)
        tree = DecisionTreeClassifier(random_state=0).set_fit_request(sample_weight=True)
        pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), tree)
        grid = {"decisiontreeclassifier__max_depth": [1, 3]}
        theirs = get_scorer(name).set_score_request(sample_weight=True)
        means = [
            GridSearchCV(pipe, grid, scoring=scoring, cv=3, n_jobs=2)
            .fit(S, Y, sample_weight=weight)
            .cv_results_["mean_test_score"]
            for scoring in (scorer, theirs, make(name).set_score_request(sample_weight=False))
        ]
    assert_allclose(means[0], means[1])
    assert not np.allclose(means[0], means[2])


def test_routing_of_cell_weights():
    Y, S = problem()
    weight = np.random.default_rng(0).random(Y.shape)
    with config_context(enable_metadata_routing=True):
        model = GivenScores().set_fit_request(sample_weight=True)
        scoring = {n: make(n).set_score_request(sample_weight=True) for n in ("f1_macro", "lrap")}
        result = cross_validate(
            model, S, Y, scoring=scoring, cv=3, params={"sample_weight": weight}
        )
    for name in scoring:
        wanted = [score(name, Y[t], S[t], weight[t]) for _, t in KFold(3).split(S)]
        assert_allclose(result[f"test_{name}"], wanted)


def test_weights_must_be_requested_under_routing():
    Y, S = problem()
    with config_context(enable_metadata_routing=True):
        model = GivenScores().set_fit_request(sample_weight=True)
        search = GridSearchCV(model, {"cut": [0.5]}, scoring=make("f1_macro"), cv=2)
        with pytest.raises(ValueError, match=r"MultilabelScorer\.score"):
            search.fit(S, Y, sample_weight=np.ones(len(Y)))
        with pytest.raises(TypeError, match="estimator"):
            make("f1_macro").set_score_request(estimator=True)


@pytest.mark.parametrize("many", [False, True])
def test_weights_of_search_without_routing(many):
    Y, S = problem()
    scoring = {"f1": make("f1_macro")} if many else make("f1_macro")
    search = GridSearchCV(GivenScores(), {"cut": [0.5]}, scoring=scoring, refit="f1", cv=2)
    search.fit(S, Y, sample_weight=np.ones(len(Y)))
    assert search.best_estimator_.weighted_


def test_clone_pickle_and_repr():
    Y, S = problem()
    model = GivenScores().fit(S, Y)
    with config_context(enable_metadata_routing=True):
        scorer = multilabel_scorer("ndcg@k", k=3).set_score_request(sample_weight="w")
        for copy in (clone(scorer), pickle.loads(pickle.dumps(scorer))):
            assert copy(model, S, Y) == scorer(model, S, Y) == copy.score(model, S, Y)
            assert repr(copy) == repr(scorer) == "MultilabelScorer(k=3, metric='ndcg@k')"
            assert copy.get_metadata_routing().score.requests == {"sample_weight": "w"}


# Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "f1_mico"}, "Did you mean 'f1_micro'"),
        ({"metric": "ndgc@5"}, "Did you mean 'ndcg@k'"),
        ({"metric": "f1"}, "Unknown metric 'f1'"),
        ({"metric": "f1", "average": "binary"}, "Unknown metric 'f1_binary'"),
        ({"metric": "ndcg@k"}, "k must be"),
        ({"metric": "ndcg@0"}, "k must be"),
        ({"metric": "ndcg@5", "k": 3}, "contradict"),
        ({"metric": "f1_micro", "k": 3}, "takes no k"),
        ({"metric": "f1_micro", "propensities": [0.5]}, "takes no propensities"),
        ({"metric": "f1_micro", "response_method": "predict_proba"}, "takes no response_method"),
        ({"metric": "f1_micro", "greater_is_better": False}, "for callables"),
        ({"metric": "f1_micro", "zero_division": 0.5}, "zero_division"),
        ({"metric": "psp@3"}, "label_propensities"),
        ({"metric": hamming_loss, "k": 3}, "takes no k"),
    ],
)
def test_scorer_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        multilabel_scorer(**options)


def test_scorer_refuses_what_is_no_name():
    with pytest.raises(TypeError, match="name or a callable"):
        multilabel_scorer(3)


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases(alias):
    Y, S = problem()
    assert score(alias, Y, S) == score(ALIASES[alias], Y, S)


def test_average_may_be_given_apart():
    Y, S = problem()
    for average in ("micro", "samples"):
        apart = score("f1", Y, S, average=average)
        assert apart == score(f"f1_{average}", Y, S)
    assert score("ndcg@k", Y, S, k=3) == score("ndcg@3", Y, S)


# Speed ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("missing", [False, True])
def test_f1_of_many_labels_is_fast(missing):
    rng = np.random.default_rng(0)
    S = rng.random((3000, 1000), dtype=np.float32)
    y = (rng.random(S.shape) < 0.02).astype(np.float32)
    if missing:
        y[rng.random(S.shape) < 0.3] = np.nan
    model = GivenScores(cut=0.98).fit(S, y)
    start = time.process_time()
    for average in ("micro", "macro", "samples"):
        multilabel_scorer("f1", average=average)(model, S, y)
    assert time.process_time() - start < 6
