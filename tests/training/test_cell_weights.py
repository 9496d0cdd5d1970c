"""Effective weights by label and value, computed block by block, are those of the whole array."""

import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._fitting.weights import log_odds
from skmultilabel_nn._training import cell_weights
from skmultilabel_nn._training.config import Samples
from skmultilabel_nn._utils.weights import has_uniform_cell_weights
from tests.common import FAST, make_problem

N, L = 50, 4


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(cell_weights, "_CELLS_PER_BLOCK", 7 * L)


def samples(form=np.asarray, *, row_weights=False, positive=(3.0, 0.0, 0.2, 1.0), negative=(1, 2)):
    rng = np.random.RandomState(0)
    Y = form((rng.rand(N, L) < 0.3).astype(np.float32))
    weight = rng.uniform(0.1, 2, N) if row_weights else None
    factors = cell_weights.LabelWeights(np.array(positive), np.resize(negative, L).astype(float))
    return Samples(np.zeros((N, 1)), Y, weight=weight, label_weights=factors)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("row_weights", [False, True])
def test_equal_those_of_the_array(form, row_weights):
    given = samples(form, row_weights=row_weights)
    whole = cell_weights.with_cell_weights(given)
    dense = given.Y.toarray() if sp.issparse(given.Y) else given.Y
    expected = np.where(dense == 1, *given.label_weights)
    expected = expected * given.weight[:, np.newaxis] if row_weights else expected
    np.testing.assert_array_equal(whole.weight, expected.astype(np.float32))
    assert whole.label_weights is None
    for compute in (
        cell_weights.effective_row_weights,
        cell_weights.share_of_nonzero_weights,
        cell_weights.has_uniform_effective_weights,
    ):
        np.testing.assert_array_equal(compute(given), compute(whole))
    assert cell_weights.share_of_nonzero_weights(given) == np.mean(whole.weight > 0)
    found, expected = (log_odds(part, multilabel=True) for part in (given, whole))
    rtol = 1e-5 if sp.issparse(given.Y) else 1e-12  # sparse matrices are summed in float32
    np.testing.assert_allclose(found, expected, rtol=rtol)


def test_uniform_only_if_labels_and_values_weigh_the_same():
    same = samples(row_weights=True, positive=(2.0,) * L, negative=(2,))
    assert cell_weights.has_uniform_effective_weights(same)
    assert has_uniform_cell_weights(cell_weights.with_cell_weights(same).weight)
    assert not cell_weights.has_uniform_effective_weights(samples())


def test_samples_that_are_taken_keep_label_weights():
    given = samples(row_weights=True)
    rows = np.arange(0, N, 3)
    taken = cell_weights.with_cell_weights(given.take(rows)).weight
    np.testing.assert_array_equal(taken, cell_weights.with_cell_weights(given).weight[rows])


def test_a_compiled_program_serves_other_class_weights():
    X, Y = make_problem(60, 5, L)

    def probabilities(class_weight):
        clf = KerasMultiLabelClassifier(**FAST, class_weight=class_weight)
        return clf.fit(X, Y).predict_proba(X)

    first, second = probabilities([1.0, 5.0, 1.0, 9.0]), probabilities("balanced")
    assert np.abs(first - second).max() > 0.01
    np.testing.assert_array_equal(probabilities([1.0, 5.0, 1.0, 9.0]), first)


@pytest.mark.parametrize("weighted", [False, True])
def test_held_out_samples_with_unknown_cells(weighted):
    X, Y = make_problem(60, 5, L)
    unknown = np.where(np.random.RandomState(0).rand(60, L) < 0.2, np.nan, Y)
    weight = np.linspace(0.5, 1, 60) if weighted else None
    clf = KerasMultiLabelClassifier(**FAST, class_weight="balanced")
    clf.fit(X, Y, weight, validation_data=(X, unknown))
    alone = KerasMultiLabelClassifier(**FAST, class_weight="balanced").fit(X, Y, weight)
    np.testing.assert_array_equal(clf.predict_proba(X), alone.predict_proba(X))
    assert np.isfinite(clf.history_["val_loss"]).all()
