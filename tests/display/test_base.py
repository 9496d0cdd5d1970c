"""What all displays with a curve per label have in common."""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skmultilabel_nn.display import (
    LabelCooccurrenceDisplay,
    MultilabelCalibrationDisplay,
    MultilabelPrecisionRecallDisplay,
    MultilabelRocDisplay,
    ThresholdDisplay,
    TrainingHistoryDisplay,
)

from .common import DISPLAYS, SCORES, assert_same, numbers, problem


@pytest.mark.parametrize("cls", DISPLAYS)
@pytest.mark.parametrize("seed", [0, 1])
def test_weights_are_repetitions(cls, seed):
    Y, P = problem(seed, n=60)
    weight = np.random.default_rng(seed).integers(0, 4, len(Y))
    weight[:2] = 1
    rows = np.repeat(np.arange(len(Y)), weight)
    expected = numbers(cls.from_predictions(Y[rows], P[rows]))
    counts = {"n_positives", "bin_counts", "pooled_counts"}  # of cells, whatever their weights
    for w in (weight, np.repeat(weight[:, np.newaxis], Y.shape[1], axis=1)):
        display = numbers(cls.from_predictions(Y, P, sample_weight=w))
        assert display.keys() == expected.keys()
        for name in display.keys() - counts:
            np.testing.assert_allclose(display[name], expected[name], err_msg=name)


@pytest.mark.parametrize("cls", DISPLAYS)
def test_only_proportions_of_weights_matter(cls):
    Y, P = problem(0)
    weight = np.random.default_rng(0).random(Y.shape)
    expected = cls.from_predictions(Y, P, sample_weight=weight)
    assert_same(cls.from_predictions(Y, P, sample_weight=weight / weight.sum()), expected)
    assert_same(
        cls.from_predictions(Y, P, sample_weight=np.ones(len(Y))), cls.from_predictions(Y, P)
    )


@pytest.mark.parametrize("cls", DISPLAYS)
def test_an_estimator_is_plotted_with_weights(cls, samples, network):
    X, Y = samples
    weight = np.random.default_rng(0).random(Y.shape)
    options = {"threshold": [0.4, 0.5, 0.5, 0.3]} if cls is ThresholdDisplay else {}
    expected = cls.from_predictions(Y, network.predict_proba(X), sample_weight=weight, **options)
    assert_same(cls.from_estimator(network, X, Y, sample_weight=weight), expected)


@pytest.mark.parametrize("cls", DISPLAYS)
@pytest.mark.parametrize("seed", [0, 1])
def test_unknown_cells_do_not_count(cls, seed):
    Y, P = problem(seed)
    unknown = np.random.default_rng(seed + 10).random(Y.shape) < 0.4
    unknown[:2] = False
    masked = np.where(unknown, np.nan, Y)
    display = cls.from_predictions(masked, P)
    # Scores of unknown cells change nothing, and a label is as if it had its known rows only.
    assert_same(display, cls.from_predictions(masked, np.where(unknown, 0.5, P)))
    for j in range(Y.shape[1]):
        rows = ~unknown[:, j]
        alone = cls.from_predictions(Y[rows, j : j + 1], P[rows, j : j + 1])
        assert getattr(display, SCORES[cls])[j] == pytest.approx(getattr(alone, SCORES[cls])[0])
        assert display.n_positives[j] == Y[rows, j].sum()


@pytest.mark.parametrize(
    ("cls", "empty", "full"),
    [
        (MultilabelPrecisionRecallDisplay, False, True),
        (MultilabelRocDisplay, False, False),
        (MultilabelCalibrationDisplay, True, True),
        (ThresholdDisplay, False, True),
    ],
)
def test_undefined_labels_are_left_out_with_one_warning(cls, empty, full):
    Y, P = problem(0, n_labels=4)
    Y[:, 1], Y[:, 2] = 0, 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        display = cls.from_predictions(Y, P)
    caught = [w for w in caught if w.category is UndefinedMetricWarning]
    n_undefined = 2 - empty - full
    assert len(caught) == (n_undefined > 0)
    assert all(w.filename == __file__ for w in caught)
    assert len(display.line_) == 4 - n_undefined
    for curve in ("micro", "macro", "pooled"):
        average = getattr(display, curve, None)
        assert average is None or np.isfinite(average.score)


@pytest.mark.parametrize("cls", DISPLAYS)
def test_constructors_agree(cls, samples, network):
    X, Y = samples
    y = [{"wxyz"[j] for j in np.flatnonzero(row)} for row in Y]
    options = {"threshold": [0.4, 0.5, 0.5, 0.3]} if cls is ThresholdDisplay else {}
    P = network.predict_proba(X)
    expected = cls.from_predictions(Y, P, label_names=list("wxyz"), **options)
    for estimator in (network, make_pipeline(network)):
        display = cls.from_estimator(estimator, X, y)
        assert display.label_names.tolist() == list("wxyz")
        assert display.name == type(estimator).__name__
        assert_same(display, expected)


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(10, random_state=0),
        OneVsRestClassifier(LogisticRegression()),
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [5, 9]}, cv=2),
    ],
    ids=["forest", "one-vs-rest", "pipeline", "search"],
)
def test_other_classifiers(estimator, samples):
    X, Y = samples
    estimator.fit(X, Y)
    P = estimator.predict_proba(X)
    if isinstance(P, list):
        P = np.column_stack([part[:, 1] for part in P])
    for cls in DISPLAYS:
        assert_same(cls.from_estimator(estimator, X, Y), cls.from_predictions(Y, P))


def test_decision_functions_serve_for_curves_only(samples):
    X, Y = samples
    clf = OneVsRestClassifier(LinearSVC()).fit(X, Y)
    display = MultilabelRocDisplay.from_estimator(clf, X, Y)
    np.testing.assert_allclose(
        display.roc_auc, roc_auc_score(Y, clf.decision_function(X), average=None)
    )
    with pytest.raises(TypeError, match=r"OneVsRest.* has no predict_proba"):
        ThresholdDisplay.from_estimator(clf, X, Y)


@pytest.mark.parametrize("cls", [*DISPLAYS, LabelCooccurrenceDisplay, TrainingHistoryDisplay])
def test_given_axes_are_used(cls):
    Y, P = problem(0)
    figure, (left, right) = plt.subplots(1, 2)
    if cls is TrainingHistoryDisplay:
        display = cls.from_history({"loss": [1, 0.5], "f1": [0.1, 0.2]}, ax=left)
    elif cls is LabelCooccurrenceDisplay:
        display = cls.from_labels(Y, ax=left)
    else:
        display = cls.from_predictions(Y, P, ax=left)
    assert display.ax_ is left
    assert display.figure_ is figure
    assert display.plot(right) is display
    assert display.ax_ is right
    assert display.plot().figure_ is not figure
