"""Scores of the report."""

import numpy as np

from skmultilabel_nn._demo.report import overall_scores


def test_perfect_and_inverted_predictions_get_the_extreme_scores():
    Y = np.eye(3, dtype=int)[[0, 1, 2, 0]]
    perfect, wrong = overall_scores(Y, Y), overall_scores(Y, 1 - Y)
    for name, value in perfect.items():
        assert {value, wrong[name]} == {0.0, 1.0}
        assert value == ("loss" not in name)
