"""The truth in all target forms, and labels that only the truth has."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmultilabel_nn.metrics import multilabel_scorer
from tests.common import LABELS, TARGET_FORMS

from .common import NAMES, S5, Y5, GivenScores, make, masked, named, problem, score

# Every target form ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        "list of sets",
        "list of lists",
        "label sets",
        "pandas Series of sets",
        "bool array",
        "float64 array",
        "nested lists",
        "csr_matrix",
        "csc_array",
        "pandas frame",
        "pandas frame of Int64",
        "polars frame",
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_forms_agree(name, form):
    Y, S = problem()
    weight = np.random.default_rng(0).random(Y.shape)
    y = TARGET_FORMS[form](Y)
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


@pytest.mark.parametrize("form", ["list of sets", "list of lists", "pandas frame"])
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
    assert_allclose(scorer(model, S, TARGET_FORMS[form](Y)), wanted)
    assert_allclose(scorer(model, S, TARGET_FORMS[form](Y), sample_weight=weight), wanted)
    assert wanted < score(name, Y, S)


def _without(Y, form):
    if form == "pandas frame":
        return pd.DataFrame(Y[:, :-1], columns=LABELS[:-1])
    Y = Y.copy()
    Y[:, -1] = 0
    return TARGET_FORMS[form](Y)


def test_perfect_otherwise_but_one_unseen_label():
    y = [{"a"}, {"b"}, {"a", "b"}, {"a"}]
    model = GivenScores(columns=["a", "b"]).fit([], y)
    S = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.9], [0.9, 0.1]])
    seen = [{"a"}, {"b"}, {"a", "b"}, {"a", "z"}]
    assert multilabel_scorer("accuracy")(model, S, seen) == 0.75
    assert multilabel_scorer("recall_micro")(model, S, seen) == 5 / 6
    assert multilabel_scorer("f1_macro")(model, S, seen) == pytest.approx(2 / 3)


# Errors --------------------------------------------------------------------------------------


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
