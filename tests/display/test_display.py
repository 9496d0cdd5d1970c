"""Pictures: their numbers are scikit-learn's, and their artists stay few."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    auc,
    average_precision_score,
    f1_score,
    fbeta_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.display import (
    LabelCooccurrenceDisplay,
    MultilabelCalibrationDisplay,
    MultilabelPrecisionRecallDisplay,
    MultilabelRocDisplay,
    ThresholdDisplay,
    TrainingHistoryDisplay,
)

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

SCORED = [
    MultilabelPrecisionRecallDisplay,
    MultilabelRocDisplay,
    MultilabelCalibrationDisplay,
    ThresholdDisplay,
]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def problem(seed, n=150, n_labels=5, base=0.3):
    """Return an indicator and probabilities that know something of it, rounded so as to tie."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, n_labels)) < base).astype(int)
    Y[0], Y[1] = 0, 1
    P = np.clip(0.35 * Y + rng.beta(2, 4, Y.shape), 0.001, 0.999)
    return Y, np.round(P, 2)


def numbers(display):
    """List all numbers of a display by attribute."""
    found = {}
    for name, value in vars(display).items():
        if name.endswith("_") or name in ("name", "label_names") or value is None:
            continue
        parts = value if isinstance(value, list | tuple) else [value]
        found[name] = np.concatenate([np.ravel(part).astype(float) for part in parts])
    return found


def assert_same(display, other):
    mine, its = numbers(display), numbers(other)
    assert mine.keys() == its.keys()
    for name, values in mine.items():
        np.testing.assert_allclose(values, its[name], err_msg=name)


# Numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_precision_recall_is_that_of_scikit_learn(seed):
    Y, P = problem(seed)
    display = MultilabelPrecisionRecallDisplay.from_predictions(Y, P)
    for j in range(Y.shape[1]):
        precision, recall, _ = precision_recall_curve(Y[:, j], P[:, j], drop_intermediate=True)
        np.testing.assert_array_equal(display.precision[j], precision)
        np.testing.assert_array_equal(display.recall[j], recall)
    np.testing.assert_allclose(
        display.average_precision, average_precision_score(Y, P, average=None)
    )
    assert display.micro.score == pytest.approx(average_precision_score(Y, P, average="micro"))
    assert display.macro.score == pytest.approx(average_precision_score(Y, P, average="macro"))
    assert display.prevalence == pytest.approx(Y.mean())
    # The area below the macro curve, read from right to left in steps, is the mean precision.
    area = -np.sum(np.diff(display.macro.x) * display.macro.y[:-1])
    assert area == pytest.approx(display.macro.score, abs=0.005)


@pytest.mark.parametrize("seed", [0, 1])
def test_roc_is_that_of_scikit_learn(seed):
    Y, P = problem(seed)
    display = MultilabelRocDisplay.from_predictions(Y, P)
    for j in range(Y.shape[1]):
        fpr, tpr, _ = roc_curve(Y[:, j], P[:, j])
        np.testing.assert_array_equal(display.fpr[j], fpr)
        np.testing.assert_array_equal(display.tpr[j], tpr)
    np.testing.assert_allclose(display.roc_auc, roc_auc_score(Y, P, average=None))
    assert display.micro.score == pytest.approx(roc_auc_score(Y, P, average="micro"))
    assert display.macro.score == pytest.approx(roc_auc_score(Y, P, average="macro"))
    assert auc(display.macro.x, display.macro.y) == pytest.approx(display.macro.score, abs=0.005)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("seed", [0, 1])
def test_calibration_is_that_of_scikit_learn(strategy, seed):
    Y, P = problem(seed)
    display = MultilabelCalibrationDisplay.from_predictions(Y, P, n_bins=7, strategy=strategy)
    for j in range(Y.shape[1]):
        prob_true, prob_pred = calibration_curve(Y[:, j], P[:, j], n_bins=7, strategy=strategy)
        np.testing.assert_allclose(display.prob_true[j], prob_true)
        np.testing.assert_allclose(display.prob_pred[j], prob_pred)
        # Counts that belong to these bins give back all positives and the mean probability.
        counts = display.bin_counts[j]
        assert counts.sum() == len(Y)
        assert counts @ prob_true == pytest.approx(Y[:, j].sum())
        assert counts @ prob_pred == pytest.approx(P[:, j].sum())
        error = np.abs(prob_true - prob_pred) @ counts / len(Y)
        assert display.calibration_error[j] == pytest.approx(error)
    pooled_true, pooled_pred = calibration_curve(Y.ravel(), P.ravel(), n_bins=7, strategy=strategy)
    np.testing.assert_allclose(display.pooled.x, pooled_pred)
    np.testing.assert_allclose(display.pooled.y, pooled_true)


@pytest.mark.parametrize("beta", [1.0, 0.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_threshold_scores_are_those_of_scikit_learn(beta, seed):
    Y, P = problem(seed)
    thresholds = [0.0, 0.2, 0.37, 0.5, 1.0]
    chosen = np.array([0.1, 0.2, 0.3, 0.45, 0.6])
    display = ThresholdDisplay.from_predictions(
        Y, P, threshold=chosen, thresholds=thresholds, beta=beta
    )
    options = {"beta": beta, "zero_division": 0}
    for at, column in zip(thresholds, display.f_score.T, strict=True):
        np.testing.assert_allclose(
            column, fbeta_score(Y, at <= P, average=None, **options), err_msg=str(at)
        )
    for average, curve in (("micro", display.micro), ("macro", display.macro)):
        expected = [fbeta_score(Y, at <= P, average=average, **options) for at in thresholds]
        np.testing.assert_allclose(curve.y, expected)
        assert curve.score == pytest.approx(fbeta_score(Y, chosen <= P, average=average, **options))
    np.testing.assert_allclose(
        display.chosen_score, fbeta_score(Y, chosen <= P, average=None, **options)
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_weights_are_repetitions(seed):
    Y, P = problem(seed, n=60)
    weight = np.random.default_rng(seed).integers(0, 4, len(Y))
    weight[:2] = 1
    repeated = np.repeat(np.arange(len(Y)), weight)
    cells = np.repeat(weight[:, np.newaxis], Y.shape[1], axis=1)
    for w in (weight, cells):
        roc = MultilabelRocDisplay.from_predictions(Y, P, sample_weight=w)
        np.testing.assert_allclose(
            roc.roc_auc, roc_auc_score(Y[repeated], P[repeated], average=None)
        )
        assert roc.micro.score == pytest.approx(
            roc_auc_score(Y[repeated], P[repeated], average="micro")
        )
        f1 = ThresholdDisplay.from_predictions(Y, P, threshold=0.4, sample_weight=w)
        np.testing.assert_allclose(
            f1.chosen_score, f1_score(Y[repeated], P[repeated] >= 0.4, average=None)
        )


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


def test_best_epoch_is_that_of_early_stopping():
    history = {
        "loss": [3.0, 2.0, 1.0, 0.5],
        "val_loss": [3.0, 1.0, 1.0, 2.0],
        "val_f1": [1, 0, 2, 2],
    }
    assert TrainingHistoryDisplay.from_history(history).best_epoch == 2
    assert TrainingHistoryDisplay.from_history(history, monitor="val_f1").best_epoch == 3
    assert TrainingHistoryDisplay.from_history({"loss": [1.0, 0.5]}).best_epoch is None
    gap = {"loss": [1.0, 0.5], "val_loss": [np.nan, 0.7]}
    assert TrainingHistoryDisplay.from_history(gap).best_epoch == 2
    with pytest.raises(ValueError, match="no 'val_auc'"):
        TrainingHistoryDisplay.from_history(history, monitor="val_auc")


# Forms of targets, unknown cells -------------------------------------------------------------


def forms(Y, names):
    pd, sp = pytest.importorskip("pandas"), pytest.importorskip("scipy.sparse")
    return {
        "array": Y,
        "csr": sp.csr_array(Y),
        "frame": pd.DataFrame(Y, columns=names)[names[::-1]],
        "sets": [{names[j] for j in np.flatnonzero(row)} for row in Y],
    }


@pytest.mark.parametrize("cls", SCORED)
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
    pd = pytest.importorskip("pandas")
    Y, P = problem(0)
    sets = forms(Y, list("edcba"))["sets"]
    scores = pd.DataFrame(P, columns=list("edcba"))
    expected = MultilabelRocDisplay.from_predictions(Y, P)
    assert_same(MultilabelRocDisplay.from_predictions(sets, scores), expected)


def test_classes_are_sorted_with_their_scores():
    pd = pytest.importorskip("pandas")
    y = np.array(["b", "a", "c", "a", "b", "c"])
    P = np.random.default_rng(0).dirichlet(np.ones(3), 6)
    display = MultilabelRocDisplay.from_predictions(y, P)
    shuffled = pd.DataFrame(P[:, [2, 0, 1]], columns=["c", "a", "b"])
    assert display.label_names.tolist() == ["a", "b", "c"]
    assert_same(MultilabelRocDisplay.from_predictions(y, shuffled), display)


@pytest.mark.parametrize("cls", SCORED)
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
        score = {
            MultilabelPrecisionRecallDisplay: "average_precision",
            MultilabelRocDisplay: "roc_auc",
            MultilabelCalibrationDisplay: "calibration_error",
            ThresholdDisplay: "chosen_score",
        }[cls]
        assert getattr(display, score)[j] == pytest.approx(getattr(alone, score)[0])
        assert display.n_positives[j] == Y[rows, j].sum()


def test_pooled_curves_hold_known_cells_only():
    Y, P = problem(0)
    unknown = np.random.default_rng(10).random(Y.shape) < 0.4
    masked = np.where(unknown, np.nan, Y)
    roc = MultilabelRocDisplay.from_predictions(masked, P)
    assert roc.micro.score == pytest.approx(roc_auc_score(Y[~unknown], P[~unknown]))
    reliability = MultilabelCalibrationDisplay.from_predictions(masked, P)
    assert reliability.pooled_counts.sum() == (~unknown).sum()


@pytest.mark.parametrize("seed", [0, 1])
def test_cooccurrence_leaves_out_unknown_cells(seed):
    Y, _ = problem(seed, n_labels=3)
    unknown = np.random.default_rng(seed + 10).random(Y.shape) < 0.4
    display = LabelCooccurrenceDisplay.from_labels(np.where(unknown, np.nan, Y), order=None)
    rows = (Y[:, 0] == 1) & ~unknown[:, 0] & ~unknown[:, 1]
    assert display.probability[0, 1] == pytest.approx(Y[rows, 1].mean())
    assert display.counts[0, 1] == Y[rows, 1].sum()


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


# Estimators ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples():
    X, Y = make_multilabel_classification(
        200, 8, n_classes=4, n_labels=2, allow_unlabeled=True, random_state=0
    )
    return X.astype(np.float64), Y


@pytest.fixture(scope="module")
def network(samples):
    X, Y = samples
    y = [{"wxyz"[j] for j in np.flatnonzero(row)} for row in Y]
    clf = KerasMultiLabelClassifier(
        hidden_layer_sizes=(16,),
        epochs=5,
        batch_size=32,
        early_stopping=True,
        metrics=["binary_accuracy"],
        threshold={"w": 0.4, "z": 0.3},
        random_state=0,
    )
    return clf.fit(X, y)


@pytest.mark.parametrize("cls", SCORED)
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
    for cls in SCORED:
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


def test_labels_unseen_in_training_are_left_out_with_a_warning(samples, network):
    X, Y = samples
    y = [{"wxyz"[j] for j in np.flatnonzero(row)} for row in Y]
    with pytest.warns(UserWarning, match="not seen in training"):
        display = MultilabelRocDisplay.from_estimator(network, X, [*y[:-1], {"new"}])
    assert display.label_names.tolist() == list("wxyz")


def test_history_of_an_estimator(network):
    display = TrainingHistoryDisplay.from_estimator(make_pipeline(network))
    assert display.history == network.history_
    assert display.best_epoch == 1 + int(np.argmin(network.history_["val_loss"]))
    assert set(display.line_) == set(network.history_)
    np.testing.assert_array_equal(
        display.line_["val_loss"].get_ydata(), network.history_["val_loss"]
    )
    assert display.line_["loss"].axes is display.ax_
    assert display.line_["val_binary_accuracy"].axes is display.metric_ax_
    with pytest.raises(TypeError, match="no history_"):
        TrainingHistoryDisplay.from_estimator(KNeighborsClassifier())


# Drawing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", SCORED)
@pytest.mark.parametrize("n_labels", [6, 14, 200])
def test_few_artists_for_many_labels(cls, n_labels):
    Y, P = problem(0, n=120, n_labels=n_labels)
    display = cls.from_predictions(Y, P)
    assert len(display.line_) == 6
    assert len(display.ax_.get_children()) < 40
    assert len(display.legend_.get_texts()) <= 12
    assert len(display.background_) == {6: 0, 14: 1, 200: 2}[n_labels]


@pytest.mark.parametrize("cls", SCORED)
def test_nothing_is_covered_or_cut_off(cls):
    Y, P = problem(0, n_labels=40)
    names = [f"a rather long name of a label, number {j}" for j in range(40)]
    display = cls.from_predictions(Y, P, label_names=names)
    display.figure_.canvas.draw()
    legend = display.legend_.get_window_extent()
    figure = display.figure_.bbox
    assert not legend.overlaps(display.ax_.bbox)
    assert legend.x1 <= figure.x1
    assert legend.y0 >= 0


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


@pytest.mark.parametrize("cls", [*SCORED, LabelCooccurrenceDisplay, TrainingHistoryDisplay])
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


def test_thresholds_are_marked_where_they_are():
    Y, P = problem(0)
    chosen = [0.1, 0.2, 0.3, 0.45, np.nextafter(1.0, 2.0)]  # the last label is never predicted
    display = ThresholdDisplay.from_predictions(Y, P, threshold=chosen)
    marks = {mark.get_xdata()[0]: mark.get_ydata()[0] for mark in display.chosen_}
    assert marks == pytest.approx(
        dict(zip(np.minimum(chosen, 1.0), display.chosen_score, strict=True))
    )
    assert marks[1.0] == 0.0
    assert ThresholdDisplay.from_predictions(Y, P, threshold=None).chosen_ == []


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


def test_bins_of_few_cells_are_not_drawn():
    Y, P = problem(0, n=1000, n_labels=2)
    P[0] = 0.999
    P[1:] = np.clip(P[1:], 0, 0.8)
    display = MultilabelCalibrationDisplay.from_predictions(Y, P)
    assert display.bin_counts[0][-1] == 1
    assert display.prob_pred[0][-1] == 0.999
    assert max(line.get_xdata().max() for line in display.line_) < 0.9


# Errors, imports -----------------------------------------------------------------------------


def test_errors_say_what_to_do():
    Y, P = problem(0)
    with pytest.raises(ValueError, match="label_names="):
        MultilabelRocDisplay.from_predictions([{"a"}, {"b"}], [[0.1, 0.2, 0.3]] * 2)
    with pytest.raises(ValueError, match="inconsistent"):
        MultilabelRocDisplay.from_predictions(Y[:-1], P)
    with pytest.raises(ValueError, match="predict_proba, not of decision_function"):
        ThresholdDisplay.from_predictions(Y, P - 3)
    with pytest.raises(ValueError, match="one class per row"):
        LabelCooccurrenceDisplay.from_labels(["a", "b", "a"])
    with pytest.raises(ValueError, match="max_labels"):
        LabelCooccurrenceDisplay.from_labels(Y, max_labels=1)
    with pytest.raises(ValueError, match="order"):
        LabelCooccurrenceDisplay.from_labels(Y, order="names")
    with pytest.raises(ValueError, match="thresholds"):
        ThresholdDisplay.from_predictions(Y, P, thresholds=[0.5, 1.5])
    with pytest.raises(ValueError, match="beta"):
        ThresholdDisplay.from_predictions(Y, P, beta=0)


def test_matplotlib_is_imported_only_to_draw():
    code = "import sys, skmultilabel_nn.display; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_matplotlib_plot_says_how_to_install_it(monkeypatch):
    Y, P = problem(0)
    display = MultilabelRocDisplay.from_predictions(Y, P)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"skmultilabel-nn\[plot\]"):
        display.plot()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["emotions", "yeast", "delicious"])
def test_real_sets(shared_data, name):
    _, Y, meta = shared_data(name)
    Y = Y[meta["test_idx"]]
    rng = np.random.default_rng(0)
    truth = Y if isinstance(Y, np.ndarray) else Y.toarray()
    P = np.clip(0.3 * truth + rng.beta(1, 5, truth.shape), 0, 1)
    for cls in SCORED:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UndefinedMetricWarning)
            display = cls.from_predictions(Y, P, label_names=meta["label_names"])
        display.figure_.canvas.draw()
        assert len(display.ax_.get_children()) < 40
        assert not display.legend_.get_window_extent().overlaps(display.ax_.bbox)
    display = LabelCooccurrenceDisplay.from_labels(Y, label_names=meta["label_names"])
    assert len(display.label_names) == min(30, Y.shape[1])
