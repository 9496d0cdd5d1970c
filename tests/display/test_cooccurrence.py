"""Conditional probabilities of pairs of labels, and their order."""

import numpy as np
import pytest

from skmultilabel_nn.display import LabelCooccurrenceDisplay

from .common import problem


@pytest.mark.parametrize("seed", [0, 1])
def test_cooccurrence_is_a_conditional_probability(seed):
    Y, _ = problem(seed, n_labels=7)
    display = LabelCooccurrenceDisplay.from_labels(Y)
    for a, i in enumerate(display.label_names):
        for b, j in enumerate(display.label_names):
            assert display.counts[a, b] == np.sum(Y[:, i] & Y[:, j])
            assert display.probability[a, b] == pytest.approx(Y[Y[:, i] == 1, j].mean())


def test_cooccurrence_puts_together_what_comes_together():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 2, 300)
    Y = np.zeros((300, 6), dtype=int)
    for j in range(6):  # even columns come together, and odd ones
        Y[:, j] = (group == j % 2) & (rng.random(300) < 0.8)
    names = LabelCooccurrenceDisplay.from_labels(Y).label_names
    assert {frozenset(names[:3]), frozenset(names[3:])} == {
        frozenset({0, 2, 4}),
        frozenset({1, 3, 5}),
    }
    by_count = LabelCooccurrenceDisplay.from_labels(Y, order="frequency")
    assert (np.diff(np.diag(by_count.counts)) <= 0).all()
    assert LabelCooccurrenceDisplay.from_labels(Y, order=None).label_names.tolist() == [*range(6)]


@pytest.mark.parametrize("seed", [0, 1])
def test_cooccurrence_leaves_out_unknown_cells(seed):
    Y, _ = problem(seed, n_labels=3)
    unknown = np.random.default_rng(seed + 10).random(Y.shape) < 0.4
    display = LabelCooccurrenceDisplay.from_labels(np.where(unknown, np.nan, Y), order=None)
    rows = (Y[:, 0] == 1) & ~unknown[:, 0] & ~unknown[:, 1]
    assert display.probability[0, 1] == pytest.approx(Y[rows, 1].mean())
    assert display.counts[0, 1] == Y[rows, 1].sum()


def test_cooccurrence_shows_the_most_frequent():
    rng = np.random.default_rng(0)
    Y = (rng.random((300, 200)) < np.linspace(0.05, 0.6, 200)).astype(int)
    display = LabelCooccurrenceDisplay.from_labels(Y)
    assert set(display.label_names) == set(np.argsort(-Y.sum(axis=0), kind="stable")[:30])
    assert display.probability.shape == (30, 30)
    assert display.text_ is None
    assert "30 most frequent of 200" in display.ax_.get_title()
    few = LabelCooccurrenceDisplay.from_labels(Y, max_labels=4)
    assert few.text_.shape == (4, 4)
    assert few.text_[1, 1].get_text() == str(few.counts[1, 1])


def test_errors_say_what_to_do():
    Y, _ = problem(0)
    with pytest.raises(ValueError, match="one class per row"):
        LabelCooccurrenceDisplay.from_labels(["a", "b", "a"])
    with pytest.raises(ValueError, match="max_labels"):
        LabelCooccurrenceDisplay.from_labels(Y, max_labels=1)
    with pytest.raises(ValueError, match="order"):
        LabelCooccurrenceDisplay.from_labels(Y, order="names")
