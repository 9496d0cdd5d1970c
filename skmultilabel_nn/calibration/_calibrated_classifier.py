"""Meta-estimator that calibrates the probability of each label."""

import numpy as np
from scipy.special import logit
from sklearn.utils.validation import check_is_fitted

from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.responses import predict_label_scores
from skmultilabel_nn.decision._prediction import resolve_threshold
from skmultilabel_nn.model_selection._meta_classifier import MultilabelMetaClassifier

from ._label_calibrator import LabelCalibrator


@inherit_docstring(MultilabelMetaClassifier)
class MultilabelCalibratedClassifierCV(MultilabelMetaClassifier):
    """Calibrate the probabilities of any multi-label classifier, label by label.

    The multi-label counterpart of :class:`sklearn.calibration.CalibratedClassifierCV` with
    ``ensemble=False``: copies of the classifier are trained on all folds but one and score that
    one, in turn; the maps of a :class:`LabelCalibrator` are fitted on all of these scores; the
    classifier is then trained on all samples.

    Parameters
    ----------
    estimator : estimator
        A multi-label classifier, or a pipeline or search around one, with `decision_function` or
        else `predict_proba`, whose logit is then used.
    method : {"sigmoid", "isotonic", "temperature"}, default="sigmoid"
        "sigmoid": two numbers per label, slope and intercept of the logit; "temperature": one, for
        overconfident networks; "isotonic": any non-decreasing map, for many positives per label.
    cv : int, float, splitter, iterable of (train, test), "prefit" or None, default=None
        None: 5 folds of :class:`~skmultilabel_nn.model_selection.MultilabelStratifiedKFold`; an
        int: number of folds. A float: one stratified split with this share of held-out samples.
        "prefit": `estimator` is fitted and stays as it is, and `fit` is given held-out samples.
    threshold : float, array-like of shape (n_labels,), dict, str or DecisionRule, default=0.5
        What `predict` does with the probabilities: numbers, or a rule of
        :mod:`skmultilabel_nn.decision` or its name, tuned on the same held-out samples. Set after
        `fit`, it takes effect at once: a rule is then tuned on `held_out_`, by each `predict`.
    min_positives : float, default=3
        Labels with fewer positives or negatives take the map shared by all labels.
    shrink : float, default=10
        Number of positives at which a label's own map and the shared one weigh the same.

    Attributes
    ----------
    estimator_ : estimator
        The classifier whose scores are calibrated.
    calibrator_ : LabelCalibrator
        The fitted maps.
    held_out_ : ValidationPredictions
        Truth, calibrated probabilities and positions (`Y`, `probabilities`, `indices`) of the
        held-out samples. May be set to None to store the estimator without them; the rule of `fit`
        stays.

    See Also
    --------
    LabelCalibrator : The maps, and how rare labels borrow from the others.
    skmultilabel_nn.model_selection.TunedThresholdsClassifierCV : Decisions alone; it takes this
        classifier too, for rules tuned on samples that did not calibrate.

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

    @inherit_docstring(MultilabelMetaClassifier.fit)
    def fit(self, X, y, sample_weight=None, **fit_params):
        """Fit the maps, and train the classifier."""
        calibrator = LabelCalibrator(
            self.method, min_positives=self.min_positives, shrink=self.shrink
        )
        calibrator.check_parameters()
        methods = ["decision_function", "predict_proba"]
        arguments = self._check_arguments(X, y, sample_weight, methods)
        resolve_threshold(self.threshold, arguments.codec)  # a wrong one must not cost a training
        fitted = self._cross_fit(arguments, y, fit_params)
        scores = _as_logits(fitted.scores, arguments.method)
        Y, known, weight = arguments.truth(fitted.indices)
        calibrator.fit(scores, Y, known=known, sample_weight=weight)
        self._set_fitted(arguments, fitted, calibrator.predict_proba(scores))
        self.calibrator_, self._response_method = calibrator, arguments.method
        return self

    @inherit_docstring(MultilabelMetaClassifier.predict)
    def predict_proba(self, X):
        """Compute the calibrated probability of each label.

        Returns
        -------
        ndarray of shape (n_samples, n_labels), float64
            Strictly between 0 and 1.
        """
        check_is_fitted(self)
        scores = predict_label_scores(self.estimator_, X, self._response_method, self.targets_)
        return self.calibrator_.predict_proba(_as_logits(scores, self._response_method))


def _as_logits(scores, method):
    scores = scores.astype(np.float64)
    return logit(scores) if method == "predict_proba" else scores
