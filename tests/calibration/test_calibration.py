import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.base import clone, is_classifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.calibration import LabelCalibrator, MultilabelCalibratedClassifierCV
from skmultilabel_nn.decision import PerLabelThreshold
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
METHODS = ("sigmoid", "isotonic", "temperature")
every_method = pytest.mark.parametrize("method", METHODS)
seeds = pytest.mark.parametrize("seed", [0, 1])
NAMES = np.array(["ant", "bee", "cat", "dog"], dtype=object)
BAYES = OneVsRestClassifier(GaussianNB())
FOREST = RandomForestClassifier(8, random_state=0)
KERAS = KerasMultiLabelClassifier((16,), epochs=5, random_state=0)
CLASSIFIERS = {
    "forest": FOREST,
    "neighbors": KNeighborsClassifier(),
    "mlp": MLPClassifier((8,), max_iter=30, learning_rate_init=0.02, random_state=0),
    "bayes": BAYES,
    "svm": OneVsRestClassifier(LinearSVC()),
    "multi_output": MultiOutputClassifier(LogisticRegression()),
    "chain": ClassifierChain(LogisticRegression()),
    "pipeline": make_pipeline(StandardScaler(), FOREST),
    "keras": KERAS,
}
every_classifier = pytest.mark.parametrize("name", CLASSIFIERS)


def overconfident(seed, n=1500, slope=4.0, shift=(-1.0, 0.0, 1.0, 2.0)):
    """Scores that are `slope` times too far out and shifted by label, and the truth."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1, 1.5, size=(n, len(shift)))
    Y = (rng.random(logits.shape) < expit(logits)).astype(int)
    return slope * logits + np.array(shift), Y


def problem(seed, n=160):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    logits = X @ rng.normal(size=(6, 4)) + X[:, :4] * X[:, 1:5]
    return X, (rng.random(logits.shape) < expit(logits)).astype(int)


def loss(Y, P, weights=None):
    return log_loss(
        np.ravel(Y), np.ravel(P), sample_weight=None if weights is None else weights.ravel()
    )


# Maps ------------------------------------------------------------------------------------------


@every_method
@seeds
def test_calibration_lowers_the_log_loss_of_new_rows(method, seed):
    scores, Y = overconfident(seed)
    calibrator = LabelCalibrator(method).fit(scores[:1000], Y[:1000])
    P = calibrator.predict_proba(scores[1000:])
    assert loss(Y[1000:], P) < loss(Y[1000:], expit(scores[1000:])) - 0.2


@seeds
def test_slope_and_intercept_are_found(seed):
    scores, Y = overconfident(seed, n=6000)
    calibrator = LabelCalibrator(shrink=0).fit(scores, Y)
    lines = np.array([(line.slope, line.intercept) for line in calibrator.label_maps_])
    np.testing.assert_allclose(lines[:, 0], 0.25, rtol=0.1)
    np.testing.assert_allclose(lines[:, 1], -np.array([-1, 0, 1, 2]) / 4, atol=0.12)


@seeds
def test_temperature_is_found(seed):
    scores, Y = overconfident(seed, n=6000, shift=(0.0, 0.0))
    calibrator = LabelCalibrator("temperature").fit(scores, Y)
    assert calibrator.shared_map_.slope == pytest.approx(0.25, rel=0.05)
    assert calibrator.shared_map_.intercept == 0
    assert calibrator.label_maps_[1].slope == pytest.approx(0.25, rel=0.1)


@pytest.mark.parametrize("method", ["sigmoid", "temperature"])
@seeds
def test_lines_minimise_platts_loss(method, seed):
    scores, Y = overconfident(seed, n=200, shift=(0.5,))
    weight = np.random.default_rng(seed).random(200)
    calibrator = LabelCalibrator(method, shrink=0).fit(scores, Y, sample_weight=weight)
    positive, negative = weight[Y[:, 0] == 1].sum(), weight[Y[:, 0] == 0].sum()
    target = np.where(Y[:, 0] == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def platt(line):
        z = line[0] * scores[:, 0] + (line[1] if method == "sigmoid" else 0)
        return np.sum(weight * (np.logaddexp(0, z) - target * z))

    best = minimize(platt, [1.0, 0.0][: 2 if method == "sigmoid" else 1], tol=1e-10)
    found = calibrator.label_maps_[0]
    assert platt([found.slope, found.intercept]) <= best.fun + 1e-8


@seeds
def test_isotonic_is_scikit_learns_on_platts_targets(seed):
    scores, Y = overconfident(seed, n=300, shift=(0.0, 1.0))
    P = LabelCalibrator("isotonic", shrink=0).fit(scores, Y).predict_proba(scores)
    for label in range(2):
        n = Y[:, label].sum()
        target = np.where(Y[:, label] == 1, (n + 1) / (n + 2), 1 / (300 - n + 2))
        expected = IsotonicRegression().fit_transform(scores[:, label], target)
        np.testing.assert_allclose(P[:, label], expected)


@every_method
@seeds
def test_probabilities_rise_with_the_scores_and_lie_inside(method, seed):
    scores, Y = overconfident(seed, n=300)
    scores[0], scores[1] = -np.inf, np.inf
    calibrator = LabelCalibrator(method).fit(scores, Y)
    grid = np.concatenate([[-np.inf, -1e300], np.linspace(-60, 60, 500), [1e300, np.inf]])
    P = calibrator.predict_proba(np.tile(grid[:, np.newaxis], 4))
    assert (np.diff(P, axis=0) >= 0).all()
    assert ((P > 0) & (P < 1)).all()


@every_method
def test_inverted_scores_give_a_flat_map_not_a_falling_one(method):
    scores, Y = overconfident(0)
    P = LabelCalibrator(method, shrink=0).fit(-scores, Y).predict_proba(-scores)
    assert (np.ptp(P, axis=0) < 0.1).all()
    if method != "temperature":
        np.testing.assert_allclose(P.mean(axis=0), Y.mean(axis=0), atol=0.01)


@every_method
def test_perfect_separation_stays_inside(method):
    scores = np.repeat([[-1.0], [1.0]], 30, axis=0)
    Y = (scores > 0).astype(int)
    P = LabelCalibrator(method).fit(scores, Y).predict_proba([[-1.0], [1.0]])
    assert 0 < P[0, 0] < 0.1
    assert 0.9 < P[1, 0] < 1


@pytest.mark.parametrize("value", [0.0, 3.0, -np.inf])
@every_method
def test_constant_scores(method, value):
    Y = np.repeat([[1], [0]], [10, 30], axis=0)
    P = LabelCalibrator(method).fit(np.full((40, 1), value), Y).predict_proba([[value]])
    assert 0 < P[0, 0] < 1
    if method != "temperature":
        assert P[0, 0] == pytest.approx(0.25, abs=0.05)


@every_method
def test_rare_labels_lean_on_the_shared_map(method):
    scores, Y = overconfident(0, shift=(0.0, 0.0, 3.0, 3.0))
    Y[:, 2:] = 0
    Y[:2, 2] = 1
    calibrator = LabelCalibrator(method, min_positives=3, shrink=10).fit(scores, Y)
    n = np.minimum(Y.sum(axis=0), len(Y) - Y.sum(axis=0))
    expected = np.where(n >= 3, n / (n + 10), 0)
    np.testing.assert_allclose(calibrator.reliance_, expected)
    assert calibrator.label_maps_[2:] == [None, None]
    P, shared = calibrator.predict_proba(scores), expit(calibrator.shared_map_(scores))
    np.testing.assert_allclose(P[:, 2:], shared[:, 2:])
    own, w = calibrator.label_maps_[0](scores[:, 0]), expected[0]
    mixed = w * own + (1 - w) * calibrator.shared_map_(scores[:, 0])
    np.testing.assert_allclose(logit(P[:, 0]), mixed, rtol=1e-6)


@every_method
def test_shrinkage_goes_from_own_to_shared(method):
    scores, Y = overconfident(0)
    scores[:, 0] *= 3
    own, half, shared = (
        LabelCalibrator(method, shrink=shrink).fit(scores, Y).predict_proba(scores)
        for shrink in (0, 300, 1e12)
    )
    assert (np.minimum(own, shared) - 1e-9 <= half).all()
    assert (half <= np.maximum(own, shared) + 1e-9).all()
    assert np.abs(own - shared).max() > 0.02


@every_method
@seeds
def test_unknown_cells_and_zero_weights_are_left_out(method, seed):
    scores, Y = overconfident(seed, n=200)
    known = np.random.default_rng(seed).random(Y.shape) < 0.7
    flipped = np.where(known, Y, 1 - Y)
    of_known, of_weight = (
        LabelCalibrator(method).fit(scores, flipped, **{name: known}).predict_proba(scores)
        for name in ("known", "sample_weight")
    )
    other = np.where(known, scores, 100.0)
    of_other = LabelCalibrator(method).fit(other, Y, known=known).predict_proba(scores)
    np.testing.assert_array_equal(of_known, of_weight)
    np.testing.assert_allclose(of_known, of_other, rtol=1e-9)
    rows = np.random.default_rng(seed).random(len(Y)) < 0.5
    kept = LabelCalibrator(method).fit(scores[rows], Y[rows])
    weighted = LabelCalibrator(method).fit(scores, Y, sample_weight=rows)
    limited = np.clip(scores, -kept.limit_, kept.limit_)
    np.testing.assert_allclose(
        kept.predict_proba(limited), weighted.predict_proba(limited), rtol=1e-6
    )


@every_method
@seeds
def test_whole_weights_equal_repeated_rows(method, seed):
    scores, Y = overconfident(seed, n=150)
    weight = np.random.default_rng(seed).integers(0, 4, 150)
    weighted = LabelCalibrator(method).fit(scores, Y, sample_weight=weight)
    repeated = LabelCalibrator(method).fit(np.repeat(scores, weight, 0), np.repeat(Y, weight, 0))
    np.testing.assert_allclose(
        weighted.predict_proba(scores), repeated.predict_proba(scores), rtol=1e-5
    )


def test_scale_of_the_scores_does_not_matter():
    scores, Y = overconfident(0, n=300)
    for method in METHODS:
        P = [
            LabelCalibrator(method).fit(factor * scores, Y).predict_proba(factor * scores)
            for factor in (1e-8, 1.0, 1e8)
        ]
        if method != "isotonic":  # infinite scores apart, its steps know order alone
            np.testing.assert_allclose(P[0], P[1], rtol=1e-4)
        np.testing.assert_allclose(P[1], P[2], rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "isotonik"}, "Did you mean 'isotonic'"),
        ({"shrink": -1}, "shrink must be"),
        ({"min_positives": None}, "min_positives must be"),
    ],
)
def test_wrong_parameters_of_the_calibrator(arguments, message):
    scores, Y = overconfident(0, n=20)
    with pytest.raises(ValueError, match=message):
        LabelCalibrator(**arguments).fit(scores, Y)
    with pytest.raises(ValueError, match=message):
        MultilabelCalibratedClassifierCV(BAYES, **arguments).fit(scores, Y)


def test_wrong_data_of_the_calibrator():
    scores, Y = overconfident(0, n=20)
    with pytest.raises(ValueError, match="NaN"):
        LabelCalibrator().fit(np.full((20, 4), np.nan), Y)
    with pytest.raises(ValueError, match="shape"):
        LabelCalibrator().fit(scores[:, 0], Y)
    with pytest.raises(ValueError, match="No cell"):
        LabelCalibrator().fit(scores, Y, known=np.zeros(Y.shape, dtype=bool))
    with pytest.raises(ValueError, match=r"n_samples, 4"):
        LabelCalibrator().fit(scores, Y).predict_proba(scores[:, 1:])
    with pytest.raises(NotFittedError):
        LabelCalibrator().predict_proba(scores)


# The classifier --------------------------------------------------------------------------------


def raw_scores(fitted, X):
    """Logits, read naively from what scikit-learn's classifiers answer."""
    if hasattr(fitted, "decision_function"):
        return fitted.decision_function(X)
    P = fitted.predict_proba(X)
    return logit(np.column_stack([part[:, 1] for part in P]) if isinstance(P, list) else P)


@every_classifier
@every_method
def test_probabilities_are_those_of_the_calibrator_on_out_of_fold_scores(name, method):
    if name == "keras" and method != "sigmoid":
        pytest.skip("slow, and nothing new")
    X, Y = problem(0)
    estimator, cv = CLASSIFIERS[name], KFold(2, shuffle=True, random_state=0)
    clf = MultilabelCalibratedClassifierCV(estimator, method=method, cv=cv).fit(X, Y)
    scores = np.empty(Y.shape)
    for train, test in cv.split(X):
        scores[test] = raw_scores(clone(estimator).fit(X[train], Y[train]), X[test])
    expected = LabelCalibrator(method).fit(scores, Y)
    P = expected.predict_proba(raw_scores(clone(estimator).fit(X, Y), X))
    np.testing.assert_allclose(clf.predict_proba(X), P, atol=1e-5)
    np.testing.assert_array_equal(clf.predict(X), clf.predict_proba(X) >= 0.5)


@every_method
@seeds
def test_overconfident_classifier(method, seed):
    X, Y = problem(seed, n=600)
    X = np.hstack([X] * 4)  # naive Bayes counts each feature four times
    clf = MultilabelCalibratedClassifierCV(BAYES, method=method).fit(X[:400], Y[:400])
    plain = clone(BAYES).fit(X[:400], Y[:400])
    before, after = (loss(Y[400:], c.predict_proba(X[400:])) for c in (plain, clf))
    assert after < before - 0.1


@every_method
def test_label_without_positives(method):
    X, Y = problem(0)
    Y[:, 1] = 0
    for estimator in (FOREST, MultiOutputClassifier(GaussianNB())):
        clf = MultilabelCalibratedClassifierCV(estimator, method=method, cv=3).fit(X, Y)
        P = clf.predict_proba(X)
        assert ((P > 0) & (P < 1)).all()
        assert P[:, 1].max() < 0.5


@pytest.mark.parametrize("wrap", [lambda e: e, FrozenEstimator])
def test_fitted_estimator_is_only_asked(wrap):
    X, Y = problem(0)
    fitted = wrap(clone(FOREST).fit(X[:80], Y[:80]))
    clf = MultilabelCalibratedClassifierCV(fitted, cv="prefit").fit(X[80:], Y[80:])
    assert clf.estimator_ is fitted
    expected = LabelCalibrator().fit(raw_scores(fitted, X[80:]), Y[80:])
    np.testing.assert_array_equal(
        clf.predict_proba(X), expected.predict_proba(raw_scores(fitted, X))
    )
    with pytest.raises(NotFittedError):
        MultilabelCalibratedClassifierCV(FOREST, cv="prefit").fit(X, Y)


@seeds
def test_missing_labels_and_weights(seed):
    X, Y = problem(seed)
    known = np.random.default_rng(seed).random(Y.shape) < 0.7
    fitted = clone(FOREST).fit(X[:80], Y[:80])
    P = [
        MultilabelCalibratedClassifierCV(fitted, cv="prefit").fit(X, *arguments).predict_proba(X)
        for arguments in ((np.where(known, Y, np.nan),), (Y, known.astype(float)))
    ]
    np.testing.assert_array_equal(P[0], P[1])
    with pytest.raises(ValueError, match="unknown cells"):
        MultilabelCalibratedClassifierCV(FOREST).fit(X, np.where(known, Y, np.nan))


def test_estimator_of_this_package_with_missing_labels_and_cell_weights():
    X, Y = problem(0)
    y = np.where(np.random.default_rng(0).random(Y.shape) < 0.8, Y, np.nan)
    clf = MultilabelCalibratedClassifierCV(KERAS, cv=2)
    clf.fit(X, y, sample_weight=np.random.default_rng(0).random(Y.shape))
    assert clf.predict_proba(X).shape == Y.shape


def test_weights_are_routed():
    X, Y = problem(0)
    weight = np.random.default_rng(0).integers(0, 3, len(X)).astype(float)
    direct = MultilabelCalibratedClassifierCV(FOREST, cv=2).fit(X, Y, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = clone(FOREST).set_fit_request(sample_weight=True)
        routed = MultilabelCalibratedClassifierCV(asks, cv=2).fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(routed.predict_proba(X), direct.predict_proba(X))
    unweighted = MultilabelCalibratedClassifierCV(FOREST, cv=2).fit(X, Y)
    assert not np.array_equal(unweighted.predict_proba(X), direct.predict_proba(X))


def test_threshold_is_tuned_on_calibrated_probabilities():
    X, Y = problem(0)
    clf = MultilabelCalibratedClassifierCV(BAYES, cv=2, threshold="f1_macro").fit(X, Y)
    fitted = clone(BAYES).fit(X[:80], Y[:80])
    prefit = MultilabelCalibratedClassifierCV(fitted, cv="prefit", threshold="f1_macro")
    prefit.fit(X[80:], Y[80:])
    expected = PerLabelThreshold().fit(Y[80:], prefit.predict_proba(X[80:]))
    np.testing.assert_allclose(prefit.thresholds_, expected.thresholds_)
    np.testing.assert_array_equal(clf.predict(X), clf.predict_proba(X) >= clf.thresholds_)
    around = TunedThresholdsClassifierCV(MultilabelCalibratedClassifierCV(BAYES, cv=2), cv=2)
    assert around.fit(X, Y).predict(X).shape == Y.shape


@pytest.mark.parametrize("name", ["forest", "chain"])
def test_answers_have_the_form_of_the_target(name):
    X, Y = problem(0)
    clf = MultilabelCalibratedClassifierCV(CLASSIFIERS[name], cv=2)
    of_array = clone(clf).fit(X, Y).predict(X)
    sets = [set(NAMES[row == 1]) for row in Y]
    predicted = clone(clf).fit(X, sets).predict(X)
    assert predicted.tolist() == [set(NAMES[row == 1]) for row in of_array]
    frame = clone(clf).fit(X, pd.DataFrame(Y, columns=NAMES)).predict(X)
    pd.testing.assert_frame_equal(frame, pd.DataFrame(of_array, columns=pd.Index(NAMES)))
    sparse = clone(clf).fit(X, sp.csr_matrix(Y)).predict(X)
    assert sp.isspmatrix_csr(sparse)
    np.testing.assert_array_equal(sparse.toarray(), of_array)


def test_is_a_scikit_learn_classifier():
    X, Y = problem(0)
    clf = MultilabelCalibratedClassifierCV(FOREST, cv=2)
    assert is_classifier(clf)
    assert not hasattr(clf, "classes_")
    for scoring in ("f1_macro", "roc_auc", "average_precision"):
        assert np.isfinite(cross_val_score(clf, X, Y, cv=2, scoring=scoring)).all()
    grid = {"method": METHODS, "estimator__max_depth": [1, None]}
    search = GridSearchCV(
        make_pipeline(StandardScaler(), clf),
        {f"multilabelcalibratedclassifiercv__{name}": values for name, values in grid.items()},
        cv=2,
        scoring="average_precision",
    ).fit(X, Y)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


def test_two_jobs_give_the_same():
    X, Y = problem(0)
    one, two = (
        MultilabelCalibratedClassifierCV(FOREST, cv=3, n_jobs=n_jobs).fit(X, Y) for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))


def test_no_warnings():
    X, Y = problem(0)
    Y[:, 0] = 0
    Y[:4, 0] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in METHODS:
            MultilabelCalibratedClassifierCV(FOREST, method=method, cv=2).fit(X, Y).predict(X)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"cv": "fold"}, ValueError, "cv must be"),
        ({"threshold": "f1"}, ValueError, "Unknown threshold"),
        ({"estimator": StandardScaler()}, TypeError, "decision_function or predict_proba"),
    ],
)
def test_wrong_parameters(parameters, error, message):
    with pytest.raises(error, match=message):
        MultilabelCalibratedClassifierCV(BAYES).set_params(**parameters).fit(*problem(0))


def test_classes_of_a_row_are_refused():
    X, Y = problem(0)
    with pytest.raises(ValueError, match="CalibratedClassifierCV"):
        MultilabelCalibratedClassifierCV(BAYES).fit(X, Y[:, 0])


@pytest.mark.slow
@every_method
@pytest.mark.parametrize("name", ["yeast", "birds"])
def test_real_sets(name, method, shared_data):
    X, Y, meta = shared_data(name)
    train, test = meta["train_idx"], meta["test_idx"]
    for estimator in (KNeighborsClassifier(10), BAYES, RandomForestClassifier(50, random_state=0)):
        clf = MultilabelCalibratedClassifierCV(estimator, method=method).fit(X[train], Y[train])
        plain = expit(np.clip(raw_scores(clf.estimator_, X[test]), -15, 15))
        assert loss(Y[test], clf.predict_proba(X[test])) < loss(Y[test], plain)
