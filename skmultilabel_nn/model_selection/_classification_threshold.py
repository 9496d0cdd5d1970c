"""Decision rules tuned on out-of-fold probabilities of any classifier."""

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skmultilabel_nn._utils.responses import read_scores

from ._meta_classifier import HeldOutScores, MultilabelMetaClassifier


def _estimator_has(name):
    return available_if(lambda self: hasattr(self.estimator, name))


class TunedThresholdsClassifierCV(MultilabelMetaClassifier):
    """Decide by thresholds, or another rule, tuned on rows that did not train the classifier.

    The multi-label counterpart of :class:`sklearn.model_selection.TunedThresholdClassifierCV`:
    the classifier is trained on all folds but one and gives probabilities for that one, in turn;
    the rule is fitted on all of these; the classifier is then trained on all rows.

    Parameters
    ----------
    estimator : estimator
        A multi-label classifier with `predict_proba`: an array (n_samples, n_labels), or a list of
        arrays, one a label, as forests return. Pipelines and searches around one as well.
    rule : str, DecisionRule, float, array-like of shape (n_labels,) or dict, default="f1_macro"
        A rule of :mod:`skmultilabel_nn.decision` or its name, or fixed thresholds (as a dict:
        ``{label: number}``, 0.5 for labels left out). A rule that learns nothing, as these, costs
        no cross-validation.
    cv : int, float, splitter, iterable of (train, test), "prefit" or None, default=None
        None: 5 folds of :class:`MultilabelStratifiedKFold`; an int: so many. A float: one
        stratified split with this share of held-out rows. "prefit": `estimator` is fitted and
        stays as it is, and `fit` is given rows that did not train it; needs ``refit=False``.
    refit : bool, default=True
        Whether the classifier is trained again on all rows. If False, `cv` must be a single
        split, or "prefit".
    n_jobs : int or None, default=None
        Folds that are trained at a time.
    random_state : int, RandomState instance or None, default=None
        Seed of the splits, if `cv` is a number or None. With None, folds depend on `y` alone.
    store_cv_results : bool, default=False
        Whether to keep the probabilities that the rule was tuned on.

    Attributes
    ----------
    estimator_ : estimator
        The classifier that predicts.
    rule_ : DecisionRule
        The fitted rule.
    thresholds_ : ndarray of shape (n_labels,)
        The threshold of each label, where the rule consists of thresholds.
    cv_results_ : dict
        "rows": numbers of the held-out rows, fold by fold; "probabilities": theirs, of shape
        (n_held_out, n_labels). Only with ``store_cv_results=True``; empty if the rule learns
        nothing.
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
    KerasMultiLabelClassifier : Its own `threshold` is tuned on one held-out part: less precise for
        rare labels, but the network trains once.
    skmultilabel_nn.calibration.MultilabelCalibratedClassifierCV : Probabilities that mean what they
        say, which rules of expected utility need.

    Notes
    -----
    Another `rule` takes effect at the next `fit`, as all parameters of scikit-learn's do.

    Classifiers of this package, also at the end of a pipeline or inside a search, are given `y` as
    it is. All others are given an int64 indicator (1-D for a single label), and cannot train with
    missing labels.

    A classifier that saw a label in no row of its folds gives it the probability 0, in all rows 1;
    so does this class for classifiers that refuse to train on such a label, whose other labels
    they are given. Only in folds, though: the final training is on the labels that there are.

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
        rule="f1_macro",
        *,
        cv=None,
        refit=True,
        n_jobs=None,
        random_state=None,
        store_cv_results=False,
    ):
        self.estimator = estimator
        self.rule = rule
        self.cv = cv
        self.refit = refit
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.store_cv_results = store_cv_results

    def fit(self, X, y, sample_weight=None, **fit_params):
        """Tune the rule, and train the classifier.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.
        y : target
            Label sets, or an indicator of 0 and 1 as array, sparse matrix or frame; NaN marks an
            unknown label, which tunes nothing.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or cells in the tuning. Also passed to `estimator.fit` if it takes
            them or, with metadata routing enabled, if it asks for them.
        **fit_params : dict
            More arguments of `estimator.fit`, split where they have one item a row. With metadata
            routing enabled, also those of the splitter.

        Returns
        -------
        self : TunedThresholdsClassifierCV

        Raises
        ------
        ValueError, TypeError
            If an argument or a parameter is not allowed.
        sklearn.exceptions.NotFittedError
            If ``cv="prefit"`` and `estimator` is not fitted.
        """
        self._check_refit()
        held_out = HeldOutScores(self, X, y, sample_weight, fit_params, ["predict_proba"])
        rule = held_out.rule(self.rule)
        probabilities = held_out.collect(refit=self.refit, needed=rule.tuned)
        self._set_fitted(held_out, held_out.tune(rule, probabilities))
        if self.store_cv_results:
            self.cv_results_ = {}
            if rule.tuned:
                self.cv_results_ = {"rows": held_out.rows, "probabilities": probabilities}
        return self

    def _check_refit(self):
        if not isinstance(self.refit, bool):
            raise ValueError(f"refit must be True or False, got {self.refit!r}.")
        if self.refit and isinstance(self.cv, str) and self.cv == "prefit":
            raise ValueError("cv='prefit' keeps the estimator as it is: set refit=False.")

    @_estimator_has("predict_proba")
    def predict_proba(self, X):
        """Compute the probability of each label, as the classifier sees it.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.

        Returns
        -------
        ndarray of shape (n_samples, n_labels)
            In [0, 1]; an array also where `estimator` returns a list.
        """
        check_is_fitted(self)
        return read_scores(self.estimator_, X, "predict_proba", self.targets_)

    @_estimator_has("decision_function")
    def decision_function(self, X):
        """Compute the classifier's decision function, on which the rule has no effect.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.

        Returns
        -------
        ndarray of shape (n_samples, n_labels)
        """
        check_is_fitted(self)
        return read_scores(self.estimator_, X, "decision_function", self.targets_)
