"""Probabilities that mean what they say: of all cells given 0.3, three in ten are positive."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from ._decision_rule import is_real, unknown_name
from ._label_scores import read_scores
from ._multilabel_meta import HeldOutScores, MultilabelMetaClassifier
from ._threshold_search import Cells, counting_cells

__all__ = ["LabelCalibrator", "MultilabelCalibratedClassifierCV"]


class LabelCalibrator(BaseEstimator):
    r"""Maps from scores to probabilities, one a label, drawn towards a shared one.

    Parameters
    ----------
    method : {"sigmoid", "isotonic", "temperature"}, default="sigmoid"
        With the score :math:`z`, the logit of the probability is :math:`a z + b` (Platt scaling),
        :math:`z / T`, or what isotonic regression makes of it.
    min_positives : float, default=3
        Labels with fewer positives, or fewer negatives, in the calibration rows (in weight) take
        the shared map; those without any always do.
    shrink : float, default=10
        Number of positives (or negatives, if these are fewer) at which own and shared map weigh
        the same. 0: no shrinkage.

    Attributes
    ----------
    shared_map_ : callable
        The map that all cells taken together need, from scores to logits.
    label_maps_ : list of callable or None
        Each label's own map; None where it has too few positives or negatives.
    reliance_ : ndarray of shape (n_labels,), float64
        Weight of each label's own map, from 0 to 1.
    limit_ : float
        Scores beyond this, either way, count as this.

    Notes
    -----
    With :math:`n` the weight of a label's positives or negatives, whichever is less, own map
    :math:`g` and shared map :math:`g_0` are mixed as thresholds are in
    :class:`~skmultilabel_nn.decision.PerLabelThreshold`:

    .. math:: \operatorname{logit} p = w g(z) + (1 - w) g_0(z), \quad w = n / (n + \text{shrink})

    All maps are fitted to Platt's targets in place of 0 and 1 [1]_: of :math:`N_+` positive and
    :math:`N_-` negative cells, :math:`(N_+ + 1) / (N_+ + 2)` and :math:`1 / (N_- + 2)`. So no
    probability is 0 or 1. No map falls: where a line would, its slope is 0.

    Scores of plus or minus infinity (probabilities 1 and 0) count as the greatest finite score of
    the calibration rows plus log 2, which halves the smallest probability.

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
    >>> scores = np.array([[8.0], [6.0], [4.0], [-4.0], [-6.0], [-8.0]] * 20)  # far too sure
    >>> Y = np.array([[1], [1], [0], [1], [0], [0]] * 20)
    >>> LabelCalibrator("temperature").fit(scores, Y).predict_proba([[6.0]]).round(2)
    array([[0.76]])
    """

    def __init__(self, method="sigmoid", *, min_positives=3, shrink=10):
        self.method = method
        self.min_positives = min_positives
        self.shrink = shrink

    def fit(self, scores, Y, *, known=None, sample_weight=None):
        """Fit the maps on rows that did not train.

        Parameters
        ----------
        scores : array of shape (n_samples, n_labels)
            Logits or decisions, not NaN.
        Y : ndarray or sparse array of shape (n_samples, n_labels)
            Truth, 0 or 1.
        known : bool ndarray of shape (n_samples, n_labels), default=None
            False where the truth is unknown; such cells are ignored. None: all are known.
        sample_weight : array of shape (n_samples,) or (n_samples, n_labels), default=None
            How often each row or cell counts; 0 leaves it out.

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
        cells = counting_cells(Y, expit(scores), known, sample_weight)
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
            raise ValueError(unknown_name("method", self.method, _METHODS))
        for name in ("min_positives", "shrink"):
            value = getattr(self, name)
            if not (is_real(value) and 0 <= value < np.inf):
                raise ValueError(f"{name} must be a number, at least 0; got {value!r}.")


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
    """Logit of what isotonic regression predicts."""

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
    """Minimise the log loss of a line against targets between 0 and 1."""
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


class MultilabelCalibratedClassifierCV(MultilabelMetaClassifier):
    """Calibrate the probabilities of any multi-label classifier, label by label.

    The multi-label counterpart of :class:`sklearn.calibration.CalibratedClassifierCV` with
    ``ensemble=False``: the classifier is trained on all folds but one and scores that one, in
    turn; the maps of a :class:`LabelCalibrator` are fitted on all of these scores; the classifier
    is then trained on all rows.

    Parameters
    ----------
    estimator : estimator
        A multi-label classifier with `decision_function`, which is used if there is one, or
        `predict_proba`, of which the logit is taken. Pipelines and searches around one as well.
    method : {"sigmoid", "isotonic", "temperature"}, default="sigmoid"
        "sigmoid": two numbers a label, slope and intercept of the logit; "temperature": one, for
        networks that are too sure; "isotonic": any rising map, for many positives a label.
    cv : int, float, splitter, iterable of (train, test), "prefit" or None, default=None
        None: 5 folds of :class:`~skmultilabel_nn.model_selection.MultilabelStratifiedKFold`; an
        int: so many. A float: one stratified split with this share of held-out rows. "prefit":
        `estimator` is fitted and stays as it is, and `fit` is given rows that did not train it.
    threshold : float, array-like of shape (n_labels,), dict, str or DecisionRule, default=0.5
        What `predict` does with the probabilities: numbers, or a rule of
        :mod:`skmultilabel_nn.decision` or its name, tuned on the same held-out rows.
    min_positives : float, default=3
        Labels with fewer positives or negatives take the map shared by all labels.
    shrink : float, default=10
        Number of positives at which a label's own map and the shared one weigh the same.
    n_jobs : int or None, default=None
        Folds that are trained at a time.
    random_state : int, RandomState instance or None, default=None
        Seed of the splits, if `cv` is a number or None. With None, folds depend on `y` alone.

    Attributes
    ----------
    estimator_ : estimator
        The classifier whose scores are calibrated.
    calibrator_ : LabelCalibrator
        The fitted maps.
    rule_ : DecisionRule
        The fitted rule.
    thresholds_ : ndarray of shape (n_labels,)
        The threshold of each label, where the rule consists of thresholds.
    classes_ : ndarray of shape (n_labels, 2)
        ``[0, 1]`` for each label.
    label_names_ : ndarray of shape (n_labels,)
        Names of the labels, in the order of the columns.
    targets_ : TargetCodec
        Form and vocabulary of `y`.
    n_features_in_ : int
        Number of features, if `estimator_` tells.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if `estimator_` tells.

    See Also
    --------
    LabelCalibrator : The maps, and how rare labels borrow from the others.
    skmultilabel_nn.model_selection.TunedThresholdsClassifierCV : Decisions alone; it takes this
        classifier too, for rules tuned on rows that did not calibrate.

    Notes
    -----
    What classifiers are given as `y`, and what happens to labels that a fold lacks, is as in
    :class:`~skmultilabel_nn.model_selection.TunedThresholdsClassifierCV`.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.multioutput import MultiOutputClassifier
    >>> from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV
    >>> X, Y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> bayes = MultiOutputClassifier(GaussianNB())
    >>> clf = MultilabelCalibratedClassifierCV(bayes, method="isotonic", cv=3).fit(X, Y)
    >>> clf.predict_proba(X).shape
    (100, 3)
    """

    def __init__(
        self,
        estimator,
        *,
        method="sigmoid",
        cv=None,
        threshold=0.5,
        min_positives=3,
        shrink=10,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.cv = cv
        self.threshold = threshold
        self.min_positives = min_positives
        self.shrink = shrink
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, **fit_params):
        """Fit the maps, and train the classifier.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.
        y : target
            Label sets, or an indicator of 0 and 1 as array, sparse matrix or frame; NaN marks an
            unknown label, which calibrates nothing.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or cells in the calibration. Also passed to `estimator.fit` if it
            takes them or, with metadata routing enabled, if it asks for them.
        **fit_params : dict
            More arguments of `estimator.fit`, split where they have one item a row. With metadata
            routing enabled, also those of the splitter.

        Returns
        -------
        self : MultilabelCalibratedClassifierCV

        Raises
        ------
        ValueError, TypeError
            If an argument or a parameter is not allowed.
        sklearn.exceptions.NotFittedError
            If ``cv="prefit"`` and `estimator` is not fitted.
        """
        calibrator = LabelCalibrator(
            self.method, min_positives=self.min_positives, shrink=self.shrink
        )
        calibrator.check_parameters()
        methods = ["decision_function", "predict_proba"]
        held_out = HeldOutScores(self, X, y, sample_weight, fit_params, methods)
        rule = held_out.rule(self.threshold)
        scores = _as_logits(held_out.collect(), held_out.method)
        Y, counted = held_out.truth()
        calibrator.fit(scores, Y, **counted)
        rule = held_out.tune(rule, calibrator.predict_proba(scores) if rule.tuned else None)
        self.calibrator_ = calibrator
        self._method = held_out.method
        self._set_fitted(held_out, rule)
        return self

    def predict_proba(self, X):
        """Compute the calibrated probability of each label.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.

        Returns
        -------
        ndarray of shape (n_samples, n_labels), float64
            Strictly between 0 and 1.
        """
        check_is_fitted(self)
        scores = read_scores(self.estimator_, X, self._method, self.targets_)
        return self.calibrator_.predict_proba(_as_logits(scores, self._method))


def _as_logits(scores, method):
    scores = scores.astype(np.float64)
    return logit(scores) if method == "predict_proba" else scores
