"""Decision rules tuned on out-of-fold probabilities of any classifier."""

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.responses import predict_label_scores
from skmultilabel_nn.decision._prediction import resolve_threshold

from ._meta_classifier import MultilabelMetaClassifier


def _estimator_has(name):
    return available_if(lambda self: hasattr(self.estimator, name))


@inherit_docstring(MultilabelMetaClassifier)
class TunedThresholdsClassifierCV(MultilabelMetaClassifier):
    """Multi-label classifier with thresholds, or another rule, tuned on held-out samples.

    The multi-label counterpart of :class:`sklearn.model_selection.TunedThresholdClassifierCV`:
    copies of the classifier are trained on all folds but one and predict probabilities for that
    one, in turn; the rule is tuned on all of these; the classifier is then trained on all samples.

    Parameters
    ----------
    estimator : estimator
        A multi-label classifier with `predict_proba`: an array (n_samples, n_labels), or a list of
        arrays, one per label, as forests return. Pipelines and searches around one as well.
    threshold : str, DecisionRule, float, array-like of shape (n_labels,) or dict, \
            default="f1_macro"
        A rule of :mod:`skmultilabel_nn.decision` or its name, or fixed thresholds (as a dict:
        ``{label: number}``, 0.5 for labels left out). A rule that learns nothing, as these, costs
        no cross-validation. Set after `fit`, it takes effect at once (see Notes).
    cv : int, float, splitter, iterable of (train, test), "prefit" or None, default=None
        None: 5 folds of :class:`MultilabelStratifiedKFold`; an int: number of folds. A float: one
        stratified split with this share of held-out samples. "prefit": `estimator` is fitted and
        stays as it is, and `fit` is given held-out samples; needs ``refit=False``.
    refit : bool, default=True
        Whether the classifier is trained again on all samples. If False, `cv` must be a single
        split, or "prefit".

    Attributes
    ----------
    estimator_ : estimator
        The classifier that predicts.
    held_out_ : ValidationPredictions or None
        Truth, probabilities and positions (`Y`, `probabilities`, `indices`) of the held-out
        samples. None if `fit` needed none: with ``refit=True`` and a rule that learns nothing.

    See Also
    --------
    KerasMultiLabelClassifier : Its own `threshold` is tuned on one held-out part: less precise for
        rare labels, but the network trains once.
    skmultilabel_nn.calibration.MultilabelCalibratedClassifierCV : Calibrated probabilities, which
        rules of expected utility need.

    Notes
    -----
    After ``set_params(threshold=...)`` the next `predict` decides by the new rule, without
    training: a rule that learns is tuned on `held_out_`, by each `predict`, which never changes
    the estimator. To store the estimator without the held-out predictions, set
    ``held_out_ = None``; the rule of `fit` stays.

    Classifiers of this package, also at the end of a pipeline or inside a search, are given `y` as
    it is. All others are given an int64 indicator (1-D for a single label), and cannot train with
    missing labels.

    A label that is absent from all training samples of a fold gets the probability 0 there, one
    that all of them have 1, also from classifiers that refuse to train on such a label: they are
    given the other labels. This holds in folds only; the final training is on all labels of `y`.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV
    >>> X, Y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> forest = RandomForestClassifier(10, random_state=0)
    >>> clf = TunedThresholdsClassifierCV(forest, "f1_macro", cv=3).fit(X, Y)
    >>> clf.thresholds_.shape
    (3,)
    >>> bool(((clf.predict_proba(X) >= clf.thresholds_) == clf.predict(X)).all())
    True
    """

    def __init__(
        self,
        estimator,
        threshold="f1_macro",
        *,
        cv=None,
        refit=True,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.cv = cv
        self.refit = refit
        self.n_jobs = n_jobs
        self.random_state = random_state

    @inherit_docstring(MultilabelMetaClassifier.fit)
    def fit(self, X, y, sample_weight=None, **fit_params):
        """Tune the rule, and train the classifier."""
        self._check_refit()
        arguments = self._check_arguments(X, y, sample_weight, ["predict_proba"])
        tuned = resolve_threshold(self.threshold, arguments.codec).tuned
        fitted = self._cross_fit(arguments, y, fit_params, refit=self.refit, needs_scores=tuned)
        self._set_fitted(arguments, fitted, fitted.scores)
        return self

    def _check_refit(self):
        if not isinstance(self.refit, bool):
            raise ValueError(f"refit must be True or False, got {self.refit!r}.")
        if self.refit and self._is_prefit:
            raise ValueError("cv='prefit' keeps the estimator as it is: set refit=False.")

    @_estimator_has("predict_proba")
    @inherit_docstring(MultilabelMetaClassifier.predict)
    def predict_proba(self, X):
        """Compute the classifier's probability of each label.

        Returns
        -------
        ndarray of shape (n_samples, n_labels)
            In [0, 1]; an array also where `estimator` returns a list.
        """
        check_is_fitted(self)
        return predict_label_scores(self.estimator_, X, "predict_proba", self.targets_)

    @_estimator_has("decision_function")
    @inherit_docstring(MultilabelMetaClassifier.predict)
    def decision_function(self, X):
        """Compute the classifier's decision function, on which the rule has no effect.

        Returns
        -------
        ndarray of shape (n_samples, n_labels)
        """
        check_is_fitted(self)
        return predict_label_scores(self.estimator_, X, "decision_function", self.targets_)
