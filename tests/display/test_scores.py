"""Targets in every form and scores are aligned by label."""

import numpy as np
import pandas as pd
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.display import MultilabelRocDisplay
from tests.common import FAST

from .common import DISPLAYS, assert_same, forms, problem


@pytest.mark.parametrize("cls", DISPLAYS)
@pytest.mark.parametrize("form", ["csr", "frame", "sets"])
def test_every_form_of_target_gives_the_same(cls, form):
    Y, P = problem(0)
    names = list("edcba")
    y = forms(Y, names)[form]
    expected = cls.from_predictions(Y, P, label_names=names)
    display = cls.from_predictions(y, P, label_names=names)
    assert display.label_names.tolist() == names
    assert_same(display, expected)


def test_columns_of_a_frame_of_scores_name_the_labels():
    Y, P = problem(0)
    sets = forms(Y, list("edcba"))["sets"]
    scores = pd.DataFrame(P, columns=list("edcba"))
    expected = MultilabelRocDisplay.from_predictions(Y, P)
    assert_same(MultilabelRocDisplay.from_predictions(sets, scores), expected)


def test_classes_are_sorted_with_their_scores():
    y = np.array(["b", "a", "c", "a", "b", "c"])
    P = np.random.default_rng(0).dirichlet(np.ones(3), 6)
    display = MultilabelRocDisplay.from_predictions(y, P)
    shuffled = pd.DataFrame(P[:, [2, 0, 1]], columns=["c", "a", "b"])
    assert display.label_names.tolist() == ["a", "b", "c"]
    assert_same(MultilabelRocDisplay.from_predictions(y, shuffled), display)


def test_labels_unseen_in_training_are_left_out_with_a_warning(samples, network):
    X, Y = samples
    y = [{"wxyz"[j] for j in np.flatnonzero(row)} for row in Y]
    expected = MultilabelRocDisplay.from_estimator(network, X, y)
    y = [labels | {"new"} for labels in y[:-1]] + [y[-1] | {"new", "newer"}]
    with pytest.warns(
        UserWarning, match=r"2 label\(s\) of y .* training: 'new', 'newer'"
    ) as caught:
        display = MultilabelRocDisplay.from_estimator(network, X, y)
    assert caught[0].filename == __file__
    assert display.label_names.tolist() == list("wxyz")
    assert_same(display, expected)


def test_unseen_columns_of_a_frame_are_counted_where_they_occur(samples, network):
    X, Y = samples
    frame = pd.DataFrame(Y, columns=list("wxyz")).assign(never=0, new=1, newer=Y[:, 0])
    with pytest.warns(UserWarning, match=r"2 label\(s\) of y .* training: 'new', 'newer'"):
        MultilabelRocDisplay.from_estimator(network, X, frame)


def test_unseen_classes_are_counted_once(samples):
    X, Y = samples
    y = np.array(["a", "b", "c"])[Y[:, :3].argmax(axis=1)]
    clf = KerasMultiLabelClassifier(**FAST).fit(X, y)
    with pytest.warns(UserWarning, match=r"1 label\(s\) of y .* training: 'new'"):
        MultilabelRocDisplay.from_estimator(clf, X, np.where(np.arange(len(y)) < 9, "new", y))


def test_errors_say_what_to_do():
    Y, P = problem(0)
    with pytest.raises(ValueError, match="label_names="):
        MultilabelRocDisplay.from_predictions([{"a"}, {"b"}], [[0.1, 0.2, 0.3]] * 2)
    with pytest.raises(ValueError, match="inconsistent"):
        MultilabelRocDisplay.from_predictions(Y[:-1], P)
