"""Maps from scores to calibrated probabilities, per label."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from skmultilabel_nn._utils.checks import check_number
from skmultilabel_nn._utils.text import unknown_name_message
from skmultilabel_nn.decision._cells import Cells, validate_cells


class LabelCalibrator(BaseEstimator):
    r"""Maps from scores to probabilities, one per label, shrunk towards a shared one.

    Parameters
    ----------
    method : {"sigmoid", "isotonic", "temperature"}, default="sigmoid"
        With the score :math:`z`, the logit of the probability is :math:`a z + b` (Platt scaling),
        :math:`z / T`, or the result of an isotonic regression.
    min_positives : float, default=3
        Labels with fewer positives, or fewer negatives, in the calibration samples (in weight) take
        the shared map; those without any always do.
    shrink : float, default=10
        Number of positives (or negatives, if these are fewer) at which own and shared map weigh
        the same. 0: no shrinkage.

    Attributes
    ----------
    shared_map_ : callable
        The map fitted on the cells of all labels, from scores to logits.
    label_maps_ : list of callable or None
        Each label's own map; None where it has too few positives or negatives.
    reliance_ : ndarray of shape (n_labels,), float64
        Weight of each label's own map, from 0 to 1.
    limit_ : float
        Scores are clipped to the interval from minus this to this.

    Notes
    -----
    With :math:`n` the weight of a label's positives or negatives, whichever is less, own map
    :math:`g` and shared map :math:`g_0` are mixed as thresholds are in
    :class:`~skmultilabel_nn.decision.PerLabelThreshold`:

    .. math:: \operatorname{logit} p = w g(z) + (1 - w) g_0(z), \quad w = n / (n + \text{shrink})

    All maps are fitted to Platt's targets instead of 0 and 1 [1]_: of :math:`N_+` positive and
    :math:`N_-` negative cells, :math:`(N_+ + 1) / (N_+ + 2)` and :math:`1 / (N_- + 2)`. So no
    probability is 0 or 1. No map falls: where a line would, its slope is 0.

    Scores of plus or minus infinity (probabilities 1 and 0) count as the greatest finite score of
    the calibration samples plus log 2, which halves the smallest probability.

    References
    ----------
    .. [1] Platt (1999). Probabilistic outputs for support vector machines and comparisons to
       regularized likelihood methods. Advances in Large Margin Classifiers.
    .. [2] Zadrozny and Elkan (2002). Transforming classifier scores into accurate multiclass
       probability estimates. KDD.
    .. [3] Guo, Pleiss, Sun and Weinberger (2017). On calibration of modern neural networks. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.calibration import LabelCalibrator
    >>> scores = np.array([[8.0], [6.0], [4.0], [-4.0], [-6.0], [-8.0]] * 20)  # overconfident
    >>> Y = np.array([[1], [1], [0], [1], [0], [0]] * 20)
    >>> LabelCalibrator("temperature").fit(scores, Y).predict_proba([[6.0]]).round(2)
    array([[0.76]])
    """

    def __init__(self, method="sigmoid", *, min_positives=3, shrink=10):
        self.method = method
        self.min_positives = min_positives
        self.shrink = shrink

    def fit(self, scores, Y, *, known=None, sample_weight=None):
        """Fit the maps on held-out samples.

        Parameters
        ----------
        scores : array of shape (n_samples, n_labels)
            Logits or decisions, not NaN.
        Y : ndarray or sparse array of shape (n_samples, n_labels)
            Truth, 0 or 1.
        known : bool ndarray of shape (n_samples, n_labels), default=None
            False where the truth is unknown; such cells are ignored. None: all are known.
        sample_weight : array of shape (n_samples,) or (n_samples, n_labels), default=None
            How often each sample or cell counts; 0 leaves it out.

        Returns
        -------
        self : LabelCalibrator

        Raises
        ------
        ValueError
            If a parameter is out of range, shapes differ, or no cell counts.
        """
        self.check_parameters()
        scores = _check_scores(scores)
        cells = validate_cells(Y, expit(scores), known, sample_weight)
        finite = np.abs(scores[np.isfinite(scores) & (cells.weight > 0)])
        self.limit_ = float(np.max(finite, initial=0.0) + np.log(2))
        cells = Cells(cells.truth, self._limited(scores), cells.weight)
        positives, negatives = cells.positives, cells.weight.sum(axis=0) - cells.positives
        rarer = np.minimum(positives, negatives)
        trusted = (rarer > 0) & (rarer >= self.min_positives)
        self.reliance_ = np.where(trusted, rarer / np.maximum(rarer + self.shrink, 1e-300), 0.0)
        self.shared_map_ = _fit_map(self.method, *(part.ravel() for part in cells))
        self.label_maps_ = [
            _fit_map(self.method, *column) if own else None
            for own, *column in zip(trusted, *(part.T for part in cells), strict=True)
        ]
        return self

    def predict_proba(self, scores):
        """Compute calibrated probabilities.

        Parameters
        ----------
        scores : array of shape (n_samples, n_labels)
            Logits or decisions, as in `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_labels), float64
            Strictly between 0 and 1; a higher score of a label never has a lower probability.
        """
        check_is_fitted(self, "label_maps_")
        scores = _check_scores(scores, len(self.label_maps_))
        scores = self._limited(scores)
        logits = self.shared_map_(scores)
        for column, own in enumerate(self.label_maps_):
            if own is not None:
                w = self.reliance_[column]
                logits[:, column] = w * own(scores[:, column]) + (1 - w) * logits[:, column]
        limits = np.finfo(np.float64)
        return np.clip(expit(logits), limits.tiny, 1 - limits.epsneg)

    def _limited(self, scores):
        return np.clip(scores, -self.limit_, self.limit_)

    def check_parameters(self):
        """Raise ValueError for a parameter that is not allowed."""
        if self.method not in _METHODS:
            raise ValueError(unknown_name_message("method", self.method, _METHODS))
        for name in ("min_positives", "shrink"):
            check_number(name, getattr(self, name), minimum=0)


_METHODS = ("sigmoid", "isotonic", "temperature")


@dataclass
class _Line:
    """Logit = slope * score + intercept."""

    slope: float
    intercept: float

    def __call__(self, scores):
        return self.slope * scores + self.intercept


@dataclass
class _Steps:
    """Logit of the prediction of an isotonic regression."""

    regression: IsotonicRegression

    def __call__(self, scores):
        return logit(self.regression.predict(scores.ravel()).reshape(scores.shape))


def _fit_map(method, truth, score, weight):
    """Fit one map from scores to logits; cells without weight count nowhere."""
    counted = weight > 0
    truth, score, weight = truth[counted], score[counted], weight[counted]
    positives = weight[truth].sum()
    negatives = weight.sum() - positives
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    if method == "isotonic":
        regression = IsotonicRegression(out_of_bounds="clip")
        return _Steps(regression.fit(score, target, sample_weight=weight))
    return _fit_line(score, target, weight, fit_intercept=method == "sigmoid")


def _fit_line(score, target, weight, *, fit_intercept):
    """Minimize the log loss of a line against targets between 0 and 1."""
    center = np.average(score, weights=weight) if fit_intercept else 0.0
    scale = np.sqrt(np.average((score - center) ** 2, weights=weight))
    flat = _Line(0.0, float(logit(np.average(target, weights=weight))) if fit_intercept else 0.0)
    if not scale > 1e-12 * np.abs(score).max(initial=0.0):
        return flat
    # A target t between 0 and 1 is a positive of weight t and a negative of weight 1 - t.
    x = np.tile((score - center) / scale, 2)[:, np.newaxis]
    y = np.repeat([1, 0], len(score))
    parts = np.concatenate([weight * target, weight * (1 - target)])
    regression = LogisticRegression(
        C=np.inf, fit_intercept=fit_intercept, solver="newton-cholesky", tol=1e-8
    ).fit(x, y, sample_weight=parts / weight.mean())
    slope = float(regression.coef_[0, 0]) / scale
    if slope <= 0:  # the problem is convex, so the best line that does not fall is flat
        return flat
    return _Line(
        slope, float(regression.intercept_.item()) - slope * center if fit_intercept else 0.0
    )


def _check_scores(scores, n_labels=None):
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 2 or (n_labels is not None and scores.shape[1] != n_labels):
        wanted = "n_labels" if n_labels is None else n_labels
        raise ValueError(f"scores must have shape (n_samples, {wanted}); got {scores.shape}.")
    if np.isnan(scores).any():
        raise ValueError("scores contain NaN; every cell needs a score.")
    return scores
