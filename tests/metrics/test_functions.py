"""Metrics at k and propensities against brute force."""

import tracemalloc
from functools import partial

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import ndcg_score

from skmultilabel_nn.metrics import (
    _averages,
    label_propensities,
    ndcg_at_k,
    precision_at_k,
    propensity_scored_precision_at_k,
    recall_at_k,
)
from tests.common import LABELS, TARGET_FORMS

from .common import S5, SEEDS, Y5, masked, named, problem

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


# At k ----------------------------------------------------------------------------------------


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


def test_at_k_takes_every_form(form):
    Y, S = problem()
    for function in (
        *AT_K.values(),
        partial(propensity_scored_precision_at_k, propensities=label_propensities(Y)),
    ):
        assert_allclose(function(TARGET_FORMS[form](Y), S, k=3), function(Y, S, k=3))
        frame = pd.DataFrame(S, columns=LABELS)
        assert_allclose(function(TARGET_FORMS[form](Y), frame, k=3), function(Y, S, k=3))
        assert_allclose(
            function(TARGET_FORMS[form](Y), S, k=3, label_names=LABELS), function(Y, S, k=3)
        )


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
    with pytest.warns(UndefinedMetricWarning, match="no sample"):
        assert np.isnan(recall_at_k(np.zeros((3, 2)), np.ones((3, 2)), k=1))
    with pytest.warns(UndefinedMetricWarning, match="no sample"):
        value = propensity_scored_precision_at_k(
            np.zeros((3, 2)), np.ones((3, 2)), k=1, propensities=[0.5, 0.5]
        )
    assert np.isnan(value)


# Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((Y5, S5), {"k": 0}, "k must be"),
        ((Y5, S5), {"k": 6}, "k must be an integer from 1 to 5, got 6"),
        ((Y5, S5), {"k": 2.0}, "k must be"),
        ((Y5, S5[:, :4]), {}, "60 samples and 5 labels"),
        ((Y5, S5[:-1]), {}, "60 samples and 5 labels"),
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


@pytest.mark.parametrize("options", [{"a": np.inf}, {"b": np.inf}, {"a": np.nan}, {"a": True}])
def test_parameters_of_the_propensity_model_must_be_finite(options):
    (name,) = options
    with pytest.raises(ValueError, match=rf"{name} must be a (finite )?number above 0"):
        label_propensities(Y5, **options)


def test_propensities_of_a_large_exponent():
    p = label_propensities(np.repeat(np.eye(3, dtype=int), 5, axis=0), a=1e5)
    assert_allclose(p, 1)
    with pytest.raises(ValueError, match="Give a smaller a"):
        label_propensities(np.array([[1, 0]] * 5), a=1e5)


@pytest.mark.parametrize(
    "scores", [S5 * 1j, S5.astype("M8[s]"), S5.astype(str), None, 0.5], ids=type
)
def test_scores_that_are_no_array_of_numbers_are_refused(scores):
    with pytest.raises(ValueError, match="array of numbers"):
        precision_at_k(Y5, scores)


@pytest.mark.parametrize("name", [np.nan, None])
def test_columns_without_a_name_are_refused(name):
    names = ["a", name, "c", "d", "e"]
    with pytest.raises(ValueError, match=r"column (whose name is|with the name)|missing value"):
        precision_at_k(Y5, pd.DataFrame(S5, columns=names))
    with pytest.raises(ValueError, match=r"column (whose name is|with the name)|missing value"):
        precision_at_k(pd.DataFrame(Y5, columns=names), S5)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("a", "numbers"),
        ({"a": 1}, "numbers"),
        ([["a"] * 5] * 60, "numbers"),
        (10**400, "a finite number"),
        (True, "a number"),
    ],
    ids=repr,
)
def test_weights_that_are_no_numbers_are_refused(weight, message):
    with pytest.raises(ValueError, match=f"sample_weight must be {message}"):
        precision_at_k(Y5, S5, sample_weight=weight)


@pytest.mark.parametrize("propensities", [["a"] * 5, "a", dict.fromkeys(range(5), "a"), [10**400]])
def test_propensities_that_are_no_numbers_are_refused(propensities):
    with pytest.raises(ValueError, match="propensities must be numbers"):
        propensity_scored_precision_at_k(Y5, S5, propensities=propensities)
