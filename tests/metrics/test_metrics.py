import pickle
import sys
import time
import tracemalloc
import warnings
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    coverage_error,
    fbeta_score,
    get_scorer,
    hamming_loss,
    label_ranking_average_precision_score,
    label_ranking_loss,
    log_loss,
    ndcg_score,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skmultilabel_nn import label_sets
from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn.metrics import (
    _averages,
    label_propensities,
    multilabel_report,
    multilabel_scorer,
    multilabel_scorer_names,
    ndcg_at_k,
    precision_at_k,
    propensity_scored_precision_at_k,
    recall_at_k,
)

SEEDS = [0, 1]
LABELS = ["ant", "bee", "cat", "dog", "elk"]
SETS = [
    f"{m}_{a}"
    for m in ("f1", "precision", "recall", "jaccard")
    for a in ("micro", "macro", "weighted", "samples")
]
ALIASES = {
    "roc_auc_macro": "roc_auc",
    "average_precision_macro": "average_precision",
    "label_ranking_average_precision": "lrap",
}
# Precision and recall differ from F1 in the function of scikit-learn that is called only.
NAMES = [
    name.replace("@k", "@2")
    for name in multilabel_scorer_names()
    if name not in ALIASES and not name.startswith(("precision_", "recall_"))
]


class GivenScores(ClassifierMixin, BaseEstimator):
    """Gives the columns of X as probabilities, and labels in the form of y."""

    def __init__(self, columns=tuple(LABELS), cut=0.5):
        self.columns = columns
        self.cut = cut

    def fit(self, X, y, sample_weight=None):
        self.targets_learned_, _ = learn_targets(y)
        self.label_names_ = self.targets_learned_.label_names
        self.classes_ = self.targets_learned_.classes
        self.weighted_ = sample_weight is not None
        return self

    def predict_proba(self, X):
        names = self.label_names_.tolist()
        if names == list(range(len(names))):
            return np.asarray(X)
        return np.asarray(X)[:, [list(self.columns).index(name) for name in names]]

    def predict(self, X):
        return self.targets_learned_.decode(self.predict_proba(X) >= self.cut)


def problem(seed=0, n=60, width=5):
    """Truth and probabilities that have to do with it, without ties."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, width)) < np.linspace(0.2, 0.6, width)).astype(np.int64)
    Y[:2] = [[0], [1]]
    S = 1 / (1 + np.exp(-(1.5 * Y - 1 + rng.normal(size=Y.shape))))
    return Y, S


def masked(seed=0, n=60, width=5):
    Y, S = problem(seed, n, width)
    known = np.random.default_rng(seed + 99).random(Y.shape) < 0.6
    known[3] = False
    return Y, S, known, np.where(known, Y, np.nan)


def make(name, Y=None, **options):
    if name.startswith("psp"):
        options["propensities"] = np.linspace(0.9, 0.3, 5 if Y is None else Y.shape[1])
    return multilabel_scorer(name, **options)


def score(name, y, S, sample_weight=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UndefinedMetricWarning)
        model = GivenScores().fit(S, y)
        return make(name, S, **options)(model, S, y, sample_weight=sample_weight)


def named(Y):
    return [{LABELS[j] for j in np.flatnonzero(row)} for row in Y]


FORMS = {
    "sets": named,
    "lists": lambda Y: [sorted(row) for row in named(Y)],
    "label_sets": lambda Y: label_sets(named(Y)),
    "series of sets": lambda Y: pd.Series(named(Y)),
    "bool": lambda Y: Y.astype(bool),
    "float": lambda Y: Y.astype(float),
    "nested lists": lambda Y: Y.tolist(),
    "csr_matrix": sp.csr_matrix,
    "csc_array": sp.csc_array,
    "pandas frame": lambda Y: pd.DataFrame(Y, columns=LABELS),
    "polars frame": lambda Y: pl.DataFrame(Y, schema=LABELS),
    "nullable frame": lambda Y: pd.DataFrame(Y, columns=LABELS, dtype="Int8"),
}

# Equal to scikit-learn -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["accuracy", "roc_auc", "average_precision", *SETS])
def test_equals_scorer_of_scikit_learn(name, weighted, seed):
    Y, S = problem(seed)
    weight = np.random.default_rng(seed).random(len(Y)) if weighted else None
    model = KNeighborsClassifier(7).fit(S, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # theirs only, of 0 / 0
        theirs = get_scorer(name)(model, S, Y, **({"sample_weight": weight} if weighted else {}))
    assert_allclose(make(name)(model, S, Y, sample_weight=weight), theirs, rtol=1e-12)
    assert 0 < theirs < 1


FUNCTIONS = {
    "neg_hamming_loss": lambda Y, S, **w: -hamming_loss(Y, S >= 0.5, **w),
    "lrap": label_ranking_average_precision_score,
    "label_ranking_average_precision": label_ranking_average_precision_score,
    "neg_label_ranking_loss": lambda Y, S, **w: -label_ranking_loss(Y, S, **w),
    "neg_coverage_error": lambda Y, S, **w: -coverage_error(Y, S, **w),
    "roc_auc_micro": partial(roc_auc_score, average="micro"),
    "roc_auc_weighted": lambda Y, S, **w: np.average(
        roc_auc_score(Y, S, average=None, **w), weights=Y.T @ w["sample_weight"]
    ),
    "average_precision_micro": partial(average_precision_score, average="micro"),
    "ndcg@3": partial(ndcg_score, k=3),
    "neg_brier_score": lambda Y, S, **w: (
        -np.mean([brier_score_loss(Y[:, j], S[:, j], **w) for j in range(Y.shape[1])])
    ),
    "neg_log_loss": lambda Y, S, **w: (
        -np.mean([log_loss(Y[:, j], S[:, j], **w) for j in range(Y.shape[1])])
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_equals_function_of_scikit_learn(name, seed):
    Y, S = problem(seed)
    for weight in (np.ones(len(Y)), np.random.default_rng(seed).random(len(Y))):
        theirs = FUNCTIONS[name](Y, S, sample_weight=weight)
        assert_allclose(score(name, Y, S, weight), theirs, rtol=1e-10)


@pytest.mark.parametrize(
    "name",
    [
        "f1_micro",
        "f1_macro",
        "f1_weighted",
        "f1_samples",
        "accuracy",
        "roc_auc",
        "neg_hamming_loss",
        "jaccard_macro",
    ],
)
@pytest.mark.parametrize("missing", [False, True])
def test_one_label_is_no_binary_target(name, missing):
    Y, S = problem(width=1)
    y = Y[:, 0]
    theirs = {
        "accuracy": np.mean((S[:, 0] >= 0.5) == y),
        "neg_hamming_loss": -np.mean((S[:, 0] >= 0.5) != y),
        "roc_auc": roc_auc_score(y, S[:, 0]),
        "f1_samples": np.mean(y * (S[:, 0] >= 0.5)),
        "jaccard_macro": np.sum(y * (S[:, 0] >= 0.5)) / np.sum(np.maximum(y, S[:, 0] >= 0.5)),
    }.get(name, precision_recall_fscore_support(y, S[:, 0] >= 0.5, average="binary")[2])
    if missing:
        Y, S = np.vstack([Y, [[np.nan]] * 5]), np.vstack([S, [[0.9]] * 5])
    assert_allclose(score(name, Y, S), theirs)


@pytest.mark.parametrize("name", [name for name in NAMES if "@" not in name])
def test_one_label_runs_in_every_metric(name):
    Y, S = problem(width=1)
    assert np.isfinite(score(name, Y, S))


# Every target form ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_forms_agree(name, form):
    Y, S = problem()
    weight = np.random.default_rng(0).random(Y.shape)
    y = FORMS[form](Y)
    for w in (None, weight) if name in ("f1_samples", "roc_auc") else (weight,):
        assert_allclose(score(name, y, S, w), score(name, Y, S, w), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_missing_cells_agree_in_arrays_and_frames(name):
    _, S, _, y = masked()
    wanted = score(name, y, S)
    assert_allclose(score(name, pd.DataFrame(y, columns=LABELS), S), wanted)
    nullable = pd.DataFrame(y, columns=LABELS).astype("Int8")
    assert_allclose(score(name, nullable, S), wanted)
    rows = [[None if np.isnan(v) else int(v) for v in row] for row in y]
    assert_allclose(score(name, pl.DataFrame(rows, schema=LABELS, orient="row"), S), wanted)


def test_frame_columns_are_matched_by_name():
    Y, S = problem()
    model = GivenScores().fit(S, pd.DataFrame(Y, columns=LABELS))
    other = pd.DataFrame(Y, columns=LABELS)[LABELS[::-1]]
    scorer = multilabel_scorer("f1_macro")
    assert scorer(model, S, other) == scorer(model, S, Y)
    assert scorer(model, S, named(Y)) == scorer(model, S, Y)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: make_pipeline(FunctionTransformer(), model),
        lambda model: GridSearchCV(model, {"cut": [0.5]}, cv=KFold(2), scoring=make("f1_micro")),
        lambda model: make_pipeline(
            GridSearchCV(model, {"cut": [0.5]}, cv=KFold(2), scoring=make("f1_micro"))
        ),
    ],
)
@pytest.mark.parametrize("name", ["f1_macro", "roc_auc"])
def test_names_are_found_inside_meta_estimators(wrap, name):
    Y, S = problem()
    model = GivenScores(columns=LABELS[::-1])  # the columns of X are those of Y backwards
    model = wrap(model).fit(S[:, ::-1], named(Y))
    assert_allclose(make(name)(model, S[:, ::-1], named(Y)), score(name, Y, S))


# Labels that only the truth has --------------------------------------------------------------


@pytest.mark.parametrize("form", ["sets", "lists", "pandas frame"])
@pytest.mark.parametrize("name", NAMES)
def test_unseen_label_counts_as_missed(name, form):
    """As if a column of the indicator were never predicted and ranked last."""
    Y, S = problem()
    model = GivenScores().fit(S, _without(Y, form))
    padded = S.copy()
    padded[:, -1] = 0.0
    wanted = score(name, Y, padded)
    if name.startswith("psp"):
        options = {"propensities": dict(zip(LABELS, np.linspace(0.9, 0.3, 5), strict=True))}
    else:
        options = {}
    scorer = multilabel_scorer(name, **options)
    weight = np.ones(len(Y))
    assert_allclose(scorer(model, S, FORMS[form](Y)), wanted)
    assert_allclose(scorer(model, S, FORMS[form](Y), sample_weight=weight), wanted)
    assert wanted < score(name, Y, S)


def _without(Y, form):
    if form == "pandas frame":
        return pd.DataFrame(Y[:, :-1], columns=LABELS[:-1])
    Y = Y.copy()
    Y[:, -1] = 0
    return FORMS[form](Y)


def test_perfect_otherwise_but_one_unseen_label():
    y = [{"a"}, {"b"}, {"a", "b"}, {"a"}]
    model = GivenScores(columns=["a", "b"]).fit([], y)
    S = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.9], [0.9, 0.1]])
    seen = [{"a"}, {"b"}, {"a", "b"}, {"a", "z"}]
    assert multilabel_scorer("accuracy")(model, S, seen) == 0.75
    assert multilabel_scorer("recall_micro")(model, S, seen) == 5 / 6
    assert multilabel_scorer("f1_macro")(model, S, seen) == pytest.approx(2 / 3)


# Missing cells -------------------------------------------------------------------------------

BY_LABEL = {
    "f1_macro": lambda y, s: precision_recall_fscore_support(y, s >= 0.5, average="binary")[2],
    "recall_macro": lambda y, s: precision_recall_fscore_support(y, s >= 0.5, average="binary")[1],
    "jaccard_macro": lambda y, s: np.sum(y * (s >= 0.5)) / np.sum((y > 0) | (s >= 0.5)),
    "roc_auc": roc_auc_score,
    "average_precision": average_precision_score,
}
BY_CELL = {
    "f1_micro": BY_LABEL["f1_macro"],
    "jaccard_micro": BY_LABEL["jaccard_macro"],
    "roc_auc_micro": roc_auc_score,
    "average_precision_micro": average_precision_score,
    "neg_hamming_loss": lambda y, s: -np.mean(y != (s >= 0.5)),
    "neg_log_loss": lambda y, s: -log_loss(y, s),
    "neg_brier_score": lambda y, s: -brier_score_loss(y, s),
}


def _row_f1(y, s):
    return precision_recall_fscore_support(y, s >= 0.5, average="binary", zero_division=0.0)[2]


def _row_rank(function):
    """Apply to one row, with a negative ranked last so that there are two labels always."""

    def on_row(y, s, **options):
        return function([[*y, 0]], [[*s, -1.0]], **options)

    return on_row


def _row_ranking_loss(y, s):
    pairs = [(a, b) for a in s[y == 1] for b in s[y == 0]]
    return -np.mean([a <= b for a, b in pairs]) if pairs else 0.0


def _row_coverage(y, s):
    return -_row_rank(coverage_error)(y, s)


BY_ROW = {
    "accuracy": lambda y, s: float(np.all(y == (s >= 0.5))),
    "f1_samples": _row_f1,
    "lrap": _row_rank(label_ranking_average_precision_score),
    "neg_coverage_error": _row_coverage,
    "neg_label_ranking_loss": _row_ranking_loss,
    "ndcg@2": _row_rank(partial(ndcg_score, k=2)),
    "precision@2": lambda y, s: np.mean(y[np.argsort(-s)[:2]]),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BY_LABEL)
def test_missing_cells_are_dropped_per_label(name, seed):
    Y, S, known, y = masked(seed)
    columns = [BY_LABEL[name](Y[k, j], S[k, j]) for j, k in enumerate(known.T)]
    assert_allclose(score(name, y, S), np.mean(columns))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BY_CELL)
def test_missing_cells_are_dropped_from_all(name, seed):
    Y, S, known, y = masked(seed)
    assert_allclose(score(name, y, S), BY_CELL[name](Y[known], S[known]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BY_ROW)
def test_missing_cells_are_dropped_per_row(name, seed):
    Y, S, known, y = masked(seed)
    rows = [BY_ROW[name](Y[i, k], S[i, k]) for i, k in enumerate(known) if k.any()]
    assert len(rows) < len(Y)
    assert_allclose(score(name, y, S), np.mean(rows))
    weight = np.random.default_rng(seed).random(len(Y))
    weighted = np.average(rows, weights=weight[known.any(axis=1)])
    assert_allclose(score(name, y, S, weight), weighted)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_depends_on_predictions_of_unknown_cells(name):
    _, S, known, y = masked()
    other = np.where(known, S, 1 - S)
    assert_allclose(score(name, y, other), score(name, y, S))


# Weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_weight_is_repetition(name, missing, seed):
    Y, S, _, y = masked(seed)
    y = y if missing else Y
    weight = np.random.default_rng(seed).integers(0, 4, len(Y))
    repeated = np.repeat(np.arange(len(Y)), weight)
    wanted = score(name, y[repeated], S[repeated])
    assert_allclose(score(name, y, S, weight), wanted)
    cells = np.repeat(weight[:, np.newaxis], Y.shape[1], axis=1)
    assert_allclose(score(name, y, S, cells), wanted)
    assert wanted != score(name, y, S)


@pytest.mark.parametrize("name", NAMES)
def test_cell_of_weight_zero_is_unknown(name):
    Y, S, known, y = masked()
    assert_allclose(score(name, Y, S, known.astype(float)), score(name, y, S))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BY_LABEL)
def test_cell_weight_is_repetition_per_label(name, seed):
    Y, S, *_ = masked(seed)
    weight = np.random.default_rng(seed).integers(0, 4, Y.shape)
    columns = [
        BY_LABEL[name](np.repeat(Y[:, j], w), np.repeat(S[:, j], w)) for j, w in enumerate(weight.T)
    ]
    assert_allclose(score(name, Y, S, weight), np.mean(columns))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BY_CELL)
def test_cell_weight_is_repetition_of_cells(name, seed):
    Y, S, *_ = masked(seed)
    weight = np.random.default_rng(seed).integers(0, 4, Y.shape)
    cells = np.repeat(Y.ravel(), weight.ravel()), np.repeat(S.ravel(), weight.ravel())
    assert_allclose(score(name, Y, S, weight), BY_CELL[name](*cells))


# What scores mean ----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("name", [name.replace("@2", "@5") for name in NAMES])
def test_perfect_prediction(name, missing):
    Y, _, known, y = masked()
    Y[0, 0] = 1  # no row is without labels, nor without a known one
    known |= Y == 1
    y = np.where(known, Y, np.nan) if missing else Y
    Y, y = Y[Y.any(axis=1)], y[Y.any(axis=1)]
    value = score(name, y, Y.astype(float))
    if name == "neg_coverage_error":
        assert value == pytest.approx(-Y.sum(axis=1).mean())
    elif name == "precision@5":
        known = np.isfinite(y)
        assert value == pytest.approx(np.mean(Y.sum(axis=1) / known.sum(axis=1)))
    else:
        assert value == pytest.approx(0.0 if name.startswith("neg") else 1.0, abs=1e-12)


def test_zero_division_is_for_empty_rows():
    Y, S = np.array([[0, 0], [1, 0]]), np.array([[0.1, 0.1], [0.9, 0.1]])
    assert score("f1_samples", Y, S) == 0.5
    assert score("f1_samples", Y, S, zero_division=1.0) == 1.0


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "roc_auc_weighted"])
@pytest.mark.parametrize("missing", [False, True])
def test_undefined_labels_are_left_out_with_one_warning(name, missing):
    Y, S = problem()
    y = Y.astype(float)
    if missing:
        y[5:9, 1] = np.nan
    wanted = score(name, y[:, :3], S[:, :3])
    y[:, 3:] = 0
    model = GivenScores().fit(S, y)
    with pytest.warns(UndefinedMetricWarning, match=r"2 label\(s\).*3, 4") as caught:
        assert_allclose(make(name)(model, S, y), wanted)
    assert len(caught) == 1


@pytest.mark.parametrize("name", ["roc_auc", "roc_auc_micro", "average_precision_micro"])
def test_area_that_is_undefined_for_all_warns(name):
    _, S = problem()
    y = np.zeros(S.shape)
    with pytest.warns(UndefinedMetricWarning, match="undefined"):
        assert np.isnan(make(name)(GivenScores().fit(S, y), S, y))


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


@pytest.mark.parametrize("form", ["sets", "label_sets", "series of sets", "pandas frame", "bool"])
def test_cross_val_score(form):
    Y, S = problem()
    scores = cross_val_score(GivenScores(), S, FORMS[form](Y), scoring=make("f1_micro"), cv=3)
    wanted = [score("f1_micro", Y[test], S[test]) for _, test in KFold(3).split(S)]
    assert_allclose(scores, wanted)


@pytest.mark.parametrize("form", ["lists", "label_sets"])
def test_cross_validate_of_many_metrics_with_splitter(form):
    Y, S = problem()
    scoring = {name: make(name) for name in ("f1_macro", "roc_auc", "ndcg@2")}
    result = cross_validate(GivenScores(), S, FORMS[form](Y), scoring=scoring, cv=KFold(3))
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


# At k ----------------------------------------------------------------------------------------

AT_K = {"precision": precision_at_k, "recall": recall_at_k, "ndcg": ndcg_at_k}


def brute_at_k(kind, y, s, k, value=None):
    """Metric of one row; of equal scores the earlier columns first."""
    order = sorted(range(len(s)), key=lambda j: (-s[j], j))[:k]
    if kind == "precision":
        return sum(y[j] for j in order) / len(order)
    if kind == "recall":
        return sum(y[j] for j in order) / sum(y)
    if kind == "gain":
        return sum(y[j] * value[j] for j in order)
    gain = sum(y[j] / np.log2(place + 2) for place, j in enumerate(order))
    best = sum(1 / np.log2(place + 2) for place in range(min(k, int(sum(y)))))
    return gain / best if best else 0.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", AT_K)
@pytest.mark.parametrize("k", [1, 2, 5])
def test_at_k_equals_brute_force(kind, k, seed):
    Y, S, known, y = masked(seed)
    if kind != "ndcg":
        S = S.round(1)  # ties
    weight = np.random.default_rng(seed).random(len(Y))
    for truth, mask in ((Y, np.ones_like(known)), (y, known)):
        rows = [i for i in range(len(Y)) if mask[i].any()]
        if kind == "recall":
            rows = [i for i in rows if Y[i, mask[i]].any()]
        values = [brute_at_k(kind, Y[i, mask[i]], S[i, mask[i]], k) for i in rows]
        assert_allclose(AT_K[kind](truth, S, k=k), np.mean(values))
        weighted = np.average(values, weights=weight[rows])
        assert_allclose(AT_K[kind](truth, S, k=k, sample_weight=weight), weighted)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("k", [1, 3])
def test_propensity_scored_precision_equals_transcription(k, seed):
    """PSP@k over the best possible PSP@k, both averaged over the rows first."""
    Y, S, known, y = masked(seed)
    p = label_propensities(Y)
    for truth, mask in ((Y, np.ones_like(known)), (y, known)):
        got = [brute_at_k("gain", Y[i, m], S[i, m], k, 1 / p[m]) for i, m in enumerate(mask)]
        best = [
            brute_at_k("gain", Y[i, m], Y[i, m] / p[m], k, 1 / p[m]) for i, m in enumerate(mask)
        ]
        value = propensity_scored_precision_at_k(truth, S, k=k, propensities=p)
        assert_allclose(value, np.mean(got) / np.mean(best))
        named_p = dict(zip(range(5), p, strict=True))
        assert value == propensity_scored_precision_at_k(truth, S, k=k, propensities=named_p)


def test_equal_propensities_of_rows_with_enough_labels_are_precision():
    Y, S = problem()
    keep = Y.sum(axis=1) >= 2
    value = propensity_scored_precision_at_k(Y[keep], S[keep], k=2, propensities=np.full(5, 0.4))
    assert_allclose(value, precision_at_k(Y[keep], S[keep], k=2))


@pytest.mark.parametrize("a", [0.5, 0.55])
def test_propensities_equal_transcription(a):
    Y, _ = problem(n=200)
    wanted = []
    for count in Y.sum(axis=0):
        C = (np.log(200) - 1) * (1.5 + 1) ** a
        wanted.append(1 / (1 + C * np.exp(-a * np.log(count + 1.5))))
    assert_allclose(label_propensities(Y, a=a), wanted)
    assert_allclose(label_propensities(sp.csr_array(Y), a=a), wanted)
    assert label_propensities(named(Y), a=a, as_dict=True) == pytest.approx(
        dict(zip(LABELS, wanted, strict=True))
    )


@pytest.mark.parametrize("form", FORMS)
def test_at_k_takes_every_form(form):
    Y, S = problem()
    for function in (
        *AT_K.values(),
        partial(propensity_scored_precision_at_k, propensities=label_propensities(Y)),
    ):
        assert_allclose(function(FORMS[form](Y), S, k=3), function(Y, S, k=3))
        frame = pd.DataFrame(S, columns=LABELS)
        assert_allclose(function(FORMS[form](Y), frame, k=3), function(Y, S, k=3))
        assert_allclose(function(FORMS[form](Y), S, k=3, label_names=LABELS), function(Y, S, k=3))


def test_columns_of_scores_have_names():
    Y, S = problem()
    frame = pd.DataFrame(S, columns=LABELS)[LABELS[::-1]]
    assert precision_at_k(named(Y), frame, k=2) == precision_at_k(Y, S, k=2)
    backwards = precision_at_k(named(Y), S[:, ::-1], k=2, label_names=LABELS[::-1])
    assert backwards == precision_at_k(Y, S, k=2)


def test_wide_sparse_truth_stays_sparse():
    rng = np.random.default_rng(0)
    cells = rng.integers(0, (2000, 4000), size=(8000, 2)).T
    Y = (sp.csr_array((np.ones(8000), tuple(cells)), shape=(2000, 4000)) > 0).astype(float)
    S = rng.random(Y.shape, dtype=np.float32)
    p = label_propensities(Y)
    psp = partial(propensity_scored_precision_at_k, propensities=p)
    for function in (precision_at_k, recall_at_k, psp):
        tracemalloc.start()
        value = function(Y, S, k=5)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2 * S.nbytes  # as integers, the dense truth alone takes as much
        assert value == function(Y.toarray(), S, k=5)


def test_ndcg_of_sparse_truth_in_blocks(monkeypatch):
    Y, S = problem()
    monkeypatch.setattr(_averages, "_BLOCK_CELLS", 35)
    weight = np.random.default_rng(0).random(len(Y))
    for w in (None, weight):
        wanted = ndcg_score(Y, S, k=3, sample_weight=w)
        assert_allclose(ndcg_at_k(sp.csr_array(Y), S, k=3, sample_weight=w), wanted)


def test_recall_without_positives_warns():
    with pytest.warns(UndefinedMetricWarning, match="no row"):
        assert np.isnan(recall_at_k(np.zeros((3, 2)), np.ones((3, 2)), k=1))
    with pytest.warns(UndefinedMetricWarning, match="no row"):
        value = propensity_scored_precision_at_k(
            np.zeros((3, 2)), np.ones((3, 2)), k=1, propensities=[0.5, 0.5]
        )
    assert np.isnan(value)


# Report --------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [False, True])
def test_report_holds_the_scores_of_scikit_learn(missing):
    Y, S, known, y = masked()
    known = known if missing else np.ones_like(known)
    report = multilabel_report(y if missing else Y, y_score=S, label_names=LABELS, output="dict")
    for j, (label, row) in enumerate(report["labels"].items()):
        truth, s = Y[known[:, j], j], S[known[:, j], j]
        wanted = precision_recall_fscore_support(truth, s >= 0.5, average="binary")[:3]
        assert label == LABELS[j]
        assert_allclose([row["precision"], row["recall"], row["f1"]], wanted)
        assert_allclose(row["auc"], roc_auc_score(truth, s))
        assert_allclose(row["average_precision"], average_precision_score(truth, s))
        assert row["support"] == truth.sum()
        assert row["threshold"] == 0.5
        assert row.get("known", 60) == known[:, j].sum()
    for average in ("micro", "macro", "weighted", "samples"):
        wanted = score(f"f1_{average}", y if missing else Y, S)
        assert_allclose(report["averages"][average]["f1"], wanted)
    for average in ("micro", "macro", "weighted"):
        wanted = score(f"roc_auc_{average}", y if missing else Y, S)
        assert_allclose(report["averages"][average]["auc"], wanted)


@pytest.mark.parametrize("form", FORMS)
def test_report_takes_every_form(form):
    Y, S = problem()
    kwargs = {"y_score": S, "label_names": LABELS, "sample_weight": np.arange(len(Y)) % 3}
    wanted = multilabel_report(Y, (S >= 0.3).astype(int), **kwargs)
    assert (
        multilabel_report(FORMS[form](Y), FORMS[form]((S >= 0.3).astype(int)), **kwargs) == wanted
    )
    assert multilabel_report(FORMS[form](Y), (S >= 0.3).astype(int), **kwargs) == wanted


def test_report_cuts_scores_at_thresholds():
    Y, S = problem()
    cuts = np.linspace(0.2, 0.6, 5)
    report = multilabel_report(Y, y_score=S, thresholds=cuts, output="frame")
    given = multilabel_report(Y, (cuts <= S).astype(int), S, thresholds=cuts, output="frame")
    pd.testing.assert_frame_equal(report, given)
    assert_allclose(report["threshold"].iloc[:5], cuts)
    by_name = multilabel_report(
        named(Y), y_score=S, thresholds={"bee": 0.3}, label_names=LABELS, output="frame"
    )
    assert by_name["threshold"].loc[LABELS].tolist() == [0.5, 0.3, 0.5, 0.5, 0.5]


def test_report_warns_once_and_shows_no_value():
    Y, S = problem()
    Y[:, 2] = 0
    with pytest.warns(UndefinedMetricWarning, match="cat") as caught:
        text = multilabel_report(Y, y_score=S, label_names=LABELS)
    assert len(caught) == 1
    line = next(line for line in text.splitlines() if line.startswith("cat"))
    assert line.split()[-2:] == ["-", "-"]
    with pytest.warns(UndefinedMetricWarning):
        frame = multilabel_report(Y, y_score=S, label_names=LABELS, output="frame")
    assert frame.loc["cat", ["auc", "average_precision"]].isna().all()
    others = np.delete(np.arange(5), 2)
    assert_allclose(frame.loc["macro avg", "auc"], roc_auc_score(Y[:, others], S[:, others]))


@pytest.mark.parametrize(("width", "lines"), [(6, 12), (200, 47)])
def test_text_is_readable(width, lines):
    Y, S = problem(n=30, width=width)
    names = [f"label {j}" for j in range(width)]
    text = multilabel_report(Y, y_score=S, label_names=names, sort_by="f1").splitlines()
    assert len(text) == lines
    assert len({len(line) for line in text if line and "more" not in line}) == 1
    assert len(text[1]) <= 100
    f1 = [float(line.split()[-3]) for line in text[1:] if line.startswith("label")]
    assert f1 == sorted(f1, reverse=True)
    assert ("... 160 more ..." in text) == (width == 200)
    assert len(multilabel_report(Y, y_score=S, max_labels=None).splitlines()) == width + 6


class NoPandas:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError(name)


def test_frame_needs_pandas(monkeypatch):
    Y, S = problem()
    monkeypatch.delitem(sys.modules, "pandas")
    monkeypatch.setattr(sys, "meta_path", [NoPandas(), *sys.meta_path])
    with pytest.raises(ImportError, match="pip install pandas"):
        multilabel_report(Y.tolist(), y_score=S, output="frame")


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


Y5, S5 = problem()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((Y5, S5), {"k": 0}, "k must be"),
        ((Y5, S5), {"k": 6}, "only 5"),
        ((Y5, S5), {"k": 2.0}, "k must be"),
        ((Y5, S5[:, :4]), {}, "60 rows and 5 labels"),
        ((Y5, S5[:-1]), {}, "60 rows and 5 labels"),
        ((named(Y5), S5[:, :4]), {}, "label_names="),
        ((Y5, np.full(Y5.shape, np.nan)), {}, "NaN"),
        ((Y5, sp.csr_array(S5)), {}, "sparse"),
        ((Y5[:, 0], S5), {}, "one class per row"),
        ((np.full(Y5.shape, np.nan), S5), {}, "No cell"),
        ((Y5, S5), {"sample_weight": np.zeros(60)}, "zero"),
        ((Y5, S5), {"sample_weight": np.ones(3)}, "shape"),
        ((Y5, S5), {"sample_weight": -np.ones(60)}, "negative"),
        ((Y5, S5), {"label_names": LABELS[:3]}, "5 column"),
    ],
)
@pytest.mark.parametrize("function", AT_K.values())
def test_at_k_refuses(function, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments, **{"k": 2, **options})


@pytest.mark.parametrize(
    ("propensities", "message"),
    [
        ([0.5] * 4, "4 numbers"),
        ([0.5, 0.5, 0.5, 0.5, 0.0], "above 0"),
        ([0.5, 0.5, 0.5, 0.5, 1.5], "at most 1"),
        ({0: 0.5}, "no entry"),
    ],
)
def test_propensities_refused(propensities, message):
    with pytest.raises(ValueError, match=message):
        propensity_scored_precision_at_k(Y5, S5, k=2, propensities=propensities)


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (np.array(["a", "b", "c"]), {}, "one class per row"),
        ([[0, 1], [1, 0]], {}, "at least 3"),
        (Y5, {"a": 0}, "above 0"),
    ],
)
def test_label_propensities_refuses(y, options, message):
    with pytest.raises(ValueError, match=message):
        label_propensities(y, **options)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((Y5,), {}, "y_pred, y_score or both"),
        ((Y5, Y5), {"output": "html"}, "'text', 'frame' or 'dict'"),
        ((Y5, Y5), {"sort_by": "f2"}, "sort_by must be one of"),
        ((Y5, Y5), {"max_labels": 1}, "at least 2"),
        ((Y5, Y5[:, :3]), {}, "5 labels"),
        ((Y5, None, S5), {"thresholds": {"ant": 0.3}}, "ant"),
    ],
)
def test_report_refuses(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        multilabel_report(*arguments, **options)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Y5[:, 0], "one class"),
        (Y5[:, :3], "3 column"),
        (Y5 * 2, "0 and 2"),
    ],
)
def test_scorer_refuses_truth(y, message):
    model = GivenScores().fit(S5, Y5)
    for name in ("f1_macro", "roc_auc"):
        with pytest.raises(ValueError, match=message):
            multilabel_scorer(name)(model, S5, y)


def test_label_sets_need_names_for_scores():
    model = KNeighborsClassifier().fit(S5, Y5)
    with pytest.raises(ValueError, match="label_names_"):
        multilabel_scorer("roc_auc")(model, S5, named(Y5))


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
