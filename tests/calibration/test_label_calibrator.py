"""Maps from scores to calibrated probabilities, label by label."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.exceptions import NotFittedError
from sklearn.isotonic import IsotonicRegression

from skmultilabel_nn.calibration import LabelCalibrator, MultilabelCalibratedClassifierCV

from .common import BAYES, METHODS, every_method, loss, seeds

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def overconfident(seed, n=1500, slope=4.0, shift=(-1.0, 0.0, 1.0, 2.0)):
    """Scores that are `slope` times too far out and shifted by label, and the truth."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1, 1.5, size=(n, len(shift)))
    Y = (rng.random(logits.shape) < expit(logits)).astype(int)
    return slope * logits + np.array(shift), Y


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
