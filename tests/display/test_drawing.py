"""Plots stay readable: few artists, and the best and the worst labels told apart."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from skmultilabel_nn.display import (
    LabelCooccurrenceDisplay,
    MultilabelPrecisionRecallDisplay,
    MultilabelRocDisplay,
)

from .common import DISPLAYS, problem


@pytest.mark.parametrize("cls", DISPLAYS)
@pytest.mark.parametrize("n_labels", [6, 14, 200])
def test_few_artists_for_many_labels(cls, n_labels):
    Y, P = problem(0, n=120, n_labels=n_labels)
    display = cls.from_predictions(Y, P)
    assert len(display.line_) == 6
    assert len(display.ax_.get_children()) < 40
    assert len(display.legend_.get_texts()) <= 12
    assert len(display.background_) == {6: 0, 14: 1, 200: 2}[n_labels]


def test_best_and_worst_have_enough_positives():
    Y, P = problem(0, n=400, n_labels=30)
    Y[:, 4] = 0
    P[:, 4] /= 2
    Y[7, 4], P[7, 4] = 1, 1.0  # perfect, by a single positive
    display = MultilabelPrecisionRecallDisplay.from_predictions(Y, P)
    assert display.average_precision[4] == 1.0
    drawn = [line.get_label() for line in display.line_]
    assert not any("label 4 " in text for text in drawn)
    order = np.argsort(-display.average_precision)
    order = order[order != 4]
    assert f"best: label {order[0]} " in drawn[0]
    assert f"worst: label {order[-1]} " in drawn[-1]


def test_chosen_labels_are_drawn():
    Y, P = problem(0, n_labels=30)
    display = MultilabelRocDisplay.from_predictions(Y, P, highlight=[3, 17])
    texts = [line.get_label() for line in display.line_]
    assert [text.split(" (")[0] for text in texts] == ["label 3", "label 17"]
    assert display.plot(highlight=0).line_ == []
    for wrong, message in (([99], "names 99"), ("abc", "'abc'"), (-1, "-1"), (True, "True")):
        with pytest.raises(ValueError, match=message):
            display.plot(highlight=wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["emotions", "yeast", "delicious"])
def test_real_sets(shared_data, name):
    _, Y, meta = shared_data(name)
    Y = Y[meta["test_idx"]]
    rng = np.random.default_rng(0)
    truth = Y if isinstance(Y, np.ndarray) else Y.toarray()
    P = np.clip(0.3 * truth + rng.beta(1, 5, truth.shape), 0, 1)
    for cls in DISPLAYS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UndefinedMetricWarning)
            display = cls.from_predictions(Y, P, label_names=meta["label_names"])
        display.figure_.canvas.draw()
        assert len(display.ax_.get_children()) < 40
        assert not display.legend_.get_window_extent().overlaps(display.ax_.bbox)
    display = LabelCooccurrenceDisplay.from_labels(Y, label_names=meta["label_names"])
    assert len(display.label_names) == min(30, Y.shape[1])
