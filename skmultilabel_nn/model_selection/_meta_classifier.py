"""Base of the meta-estimators around multi-label classifiers."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from skmultilabel_nn._targets.codec import EncodedTarget, TargetCodec, learn_targets
from skmultilabel_nn._utils.responses import (
    final_estimator,
    response_method,
    supports_all_target_types,
)
from skmultilabel_nn.decision._prediction import ValidationPredictions, fitted_rule
from skmultilabel_nn.metrics._subset_accuracy import subset_accuracy

from ._cross_fit import (
    cross_fit,
    learn_training_target,
    make_splitter,
    refuse_cell_weights,
    training_target,
)
from ._split import check_same_samples


class FitArguments(NamedTuple):
    """Checked arguments of a meta-estimator's `fit`.

    Attributes
    ----------
    X : samples
        As the classifier takes them.
    codec : TargetCodec
        Type and vocabulary of `y`.
    target : EncodedTarget
        `y` as numbers.
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
        Weights of samples or cells.
    method : {"predict_proba", "decision_function"}
        The response of the classifier that is used.
    """

    X: object
    codec: TargetCodec
    target: EncodedTarget
    weight: np.ndarray | None
    method: str

    def truth(self, indices):
        """Return `Y`, `known` and `weight` of some samples, each None where there is none."""
        values = self.target.Y, self.target.known, self.weight
        return [None if value is None else value[indices] for value in values]


class MultilabelMetaClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Base class of classifiers that are fitted on held-out predictions of another classifier.

    A subclass has the parameters `estimator`, `cv`, `threshold`, `n_jobs` and `random_state`. Its
    `fit` calls `_check_arguments`, then `_cross_fit`, and ends with `_set_fitted`.
    `inherit_docstring` completes its docstrings from those here.

    Parameters
    ----------
    n_jobs : int or None, default=None
        Number of folds that are trained in parallel.
    random_state : int, RandomState instance or None, default=None
        Seed of the splits, if `cv` is a number or None. With None, folds depend on `y` alone.

    Attributes
    ----------
    rule_ : DecisionRule
        The decision rule fitted for `threshold`.
    thresholds_ : ndarray of shape (n_labels,)
        The threshold of each label, where the rule consists of thresholds.
    classes_ : ndarray of shape (n_labels, 2)
        ``[0, 1]`` for each label.
    label_names_ : ndarray of shape (n_labels,)
        Names of the labels, in the order of the columns.
    targets_ : TargetCodec
        Type and vocabulary of `y`.
    n_features_in_ : int
        Number of features, if `estimator_` has this attribute.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if `estimator_` has this attribute.
    """

    _supports_all_target_types = True

    def fit(self, X, y, sample_weight=None, **fit_params):
        """Fit on held-out predictions, and train the classifier.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.
        y : target
            Label sets, or an indicator of 0 and 1 as array, sparse matrix or DataFrame; NaN marks
            an unknown label, which has no effect on what is fitted on held-out predictions.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or cells of the held-out predictions. Also passed to `estimator.fit`
            if it takes them or, with metadata routing enabled, if it asks for them.
        **fit_params : dict
            More arguments of `estimator.fit`, split where they have one item per sample. With
            metadata routing enabled, also those of the splitter.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If an argument or a parameter is not allowed.
        sklearn.exceptions.NotFittedError
            If ``cv="prefit"`` and `estimator` is not fitted.
        """
        raise NotImplementedError

    def predict(self, X):
        """Predict the labels, in the type of `y`.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.

        Returns
        -------
        ndarray, CSR matrix or DataFrame
            Label sets as a 1-D object array whose items are of the kind given to `fit`; an
            indicator as int64 array, CSR or DataFrame.
        """
        check_is_fitted(self)
        indicator = self._effective_rule().decide(self.predict_proba(X))
        return self.targets_.decode(indicator, index=X.index if hasattr(X, "iloc") else None)

    def score(self, X, y, sample_weight=None):
        """Compute the share of samples whose labels are all predicted correctly.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.
        y : target
            True labels in any type that `fit` accepts. Unknown labels do not count, labels that
            were not seen in training count as missed.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells; cells of weight zero do not count.

        Returns
        -------
        float
            In [0, 1].
        """
        check_is_fitted(self)
        indicator = self._effective_rule().decide(self.predict_proba(X))
        return subset_accuracy(y, indicator, self.targets_, sample_weight)

    @property
    def thresholds_(self):
        """ndarray of shape (n_labels,): The threshold of each label, if the rule has thresholds."""
        check_is_fitted(self)
        return self._effective_rule().thresholds_

    @property
    def label_names_(self):
        """ndarray of shape (n_labels,): Names of the labels, in the order of the columns."""
        check_is_fitted(self)
        return self.targets_.label_names

    def get_metadata_routing(self):
        """Get the metadata routing: to the estimator's `fit` and to the splitter's `split`.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRouter
        """
        fitting = MethodMapping().add(caller="fit", callee="fit")
        splitting = MethodMapping().add(caller="fit", callee="split")
        router = MetadataRouter(owner=self).add_self_request(self)
        router.add(estimator=self.estimator, method_mapping=fitting)
        return router.add(splitter=self.cv, method_mapping=splitting)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "targets_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.multi_class = False
        tags.target_tags.single_output = False
        inner = get_tags(self.estimator).input_tags
        tags.input_tags.sparse, tags.input_tags.allow_nan = inner.sparse, inner.allow_nan
        return tags

    @property
    def _is_prefit(self):
        return isinstance(self.cv, str) and self.cv == "prefit"

    def _effective_rule(self):
        return fitted_rule(self.threshold, self.targets_, self.held_out_, self.rule_)

    def _check_arguments(self, X, y, sample_weight, methods):
        """Check the arguments of `fit`, and select the first available one of `methods`."""
        method = response_method(self.estimator, methods)
        if not self._is_prefit:
            make_splitter(self.cv, self.random_state)
        codec, target = self._read_target(y)
        if not codec.multilabel:
            raise ValueError(
                "y holds one class per sample (1-D). This is for multi-label targets: label sets "
                "or an indicator. scikit-learn has TunedThresholdClassifierCV and "
                "CalibratedClassifierCV for the others."
            )
        check_same_samples(X, target)
        weight = codec.check_weights(sample_weight, target.Y.shape[0])
        return FitArguments(X, codec, target, weight, method)

    def _read_target(self, y):
        if not self._is_prefit:
            return learn_training_target(self.estimator, y)
        check_is_fitted(self.estimator)
        if not supports_all_target_types(self.estimator):
            return learn_targets(y)
        codec = final_estimator(self.estimator).targets_
        return codec, codec.encode(y) if codec.multilabel else None

    def _cross_fit(self, arguments, y, fit_params, *, refit=True, needs_scores=True):
        """Fit the classifier, and score held-out samples if that is needed."""
        X, codec, target, weight, method = arguments
        fit_params, split_params = self._route(weight, fit_params)
        training_y = splits = None
        if not self._is_prefit:
            training_y = training_target(self.estimator, y, codec, target)
            refuse_cell_weights(self.estimator, fit_params)
            splitter = make_splitter(self.cv, self.random_state)
            needs_splits = needs_scores or not refit
            splits = list(splitter.split(X, y, **split_params)) if needs_splits else []
        return cross_fit(
            self.estimator,
            X,
            training_y,
            splits,
            method=method,
            codec=codec,
            fit_params=fit_params,
            refit=refit,
            n_jobs=self.n_jobs,
        )

    def _route(self, weight, fit_params):
        """Return the arguments of the estimator's `fit` and of the splitter's `split`."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", sample_weight=weight, **fit_params)
            return routed.estimator.fit, routed.splitter.split
        if weight is None or self._is_prefit or isinstance(self.estimator, FrozenEstimator):
            return fit_params, {}
        if has_fit_parameter(self.estimator, "sample_weight"):
            return {**fit_params, "sample_weight": weight}, {}
        warnings.warn(
            f"{type(self.estimator).__name__} takes no sample_weight, so the weights count in "
            f"{type(self).__name__} alone. In a pipeline, pass step__sample_weight as well, or "
            "enable metadata routing.",
            UserWarning,
            stacklevel=4,
        )
        return fit_params, {}

    def _set_fitted(self, arguments, fitted, probabilities):
        """Set the fitted attributes; `probabilities` of the held-out samples may be None."""
        held_out, codec = None, arguments.codec
        if probabilities is not None:
            truth = arguments.truth(fitted.indices)
            held_out = ValidationPredictions(*truth, probabilities, fitted.indices)
        self.rule_ = fitted_rule(self.threshold, codec, held_out)
        self.held_out_ = held_out
        self.estimator_ = fitted.estimator
        self.targets_ = codec
        self.classes_ = codec.classes
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
