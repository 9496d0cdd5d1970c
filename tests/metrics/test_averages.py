"""Averages over labels, cells and samples, with unknown cells and weights."""

import warnings
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    coverage_error,
    get_scorer,
    hamming_loss,
    label_ranking_average_precision_score,
    label_ranking_loss,
    log_loss,
    ndcg_score,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.neighbors import KNeighborsClassifier

from .common import NAMES, SEEDS, GivenScores, make, masked, problem, score

SETS = [
    f"{m}_{a}"
    for m in ("f1", "precision", "recall", "jaccard")
    for a in ("micro", "macro", "weighted", "samples")
]


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


# Missing cells -------------------------------------------------------------------------------


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
