"""What meta-estimators around multi-label classifiers share: targets, weights, routing, answers."""

import warnings
from collections.abc import Mapping
from functools import partial

from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._utils.indexing import num_samples
from skmultilabel_nn._utils.responses import (
    choose_method,
    final_classifier,
    supports_all_target_types,
)
from skmultilabel_nn._utils.weights import check_weights
from skmultilabel_nn.decision._rules import resolve_rule
from skmultilabel_nn.metrics._subset_accuracy import subset_accuracy

from ._cross_fit import CrossFit, make_splitter, training_target


class MultilabelMetaClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Base of the classifiers that rest on another one's scores of rows that did not train it.

    A subclass has the parameters `estimator`, `cv`, `n_jobs` and `random_state`. Its `fit` makes a
    `HeldOutScores` and ends with `_set_fitted`.
    """

    _supports_all_target_types = True

    def predict(self, X):
        """Predict the labels, in the form that `y` had.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.

        Returns
        -------
        ndarray, csr matrix or frame
            Label sets as a 1-D object array whose items are of the kind given to `fit`; an
            indicator as int64 array, CSR or frame.
        """
        check_is_fitted(self)
        chosen = self.rule_.decide(self.predict_proba(X))
        return self.targets_.decode(chosen, index=X.index if hasattr(X, "iloc") else None)

    def score(self, X, y, sample_weight=None):
        """Compute the share of samples of which all labels are predicted right.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            Samples, as `estimator` takes them.
        y : target
            True labels in any form that `fit` takes. Unknown labels do not count, labels that
            were not seen in training count as missed.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells; cells of weight zero do not count.

        Returns
        -------
        float
            In [0, 1].
        """
        check_is_fitted(self)
        chosen = self.rule_.decide(self.predict_proba(X))
        return subset_accuracy(y, chosen, self.targets_, sample_weight)

    @property
    def thresholds_(self):
        """The threshold of each label, if the rule has them: ndarray of shape (n_labels,)."""
        check_is_fitted(self)
        return self.rule_.thresholds_

    @property
    def label_names_(self):
        """Names of the labels, in the order of the columns: ndarray of shape (n_labels,)."""
        check_is_fitted(self)
        return self.targets_.label_names

    def get_metadata_routing(self):
        """Get what `fit` passes on: to the estimator's `fit` and to the splitter's `split`.

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

    def _set_fitted(self, held_out, rule):
        self.estimator_ = held_out.fitted
        self.rule_ = rule
        self.targets_ = held_out.codec
        self.classes_ = held_out.codec.classes
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))


class HeldOutScores:
    """Checks the arguments of a `fit`, then finds scores of rows that did not train.

    Parameters
    ----------
    meta : MultilabelMetaClassifier
        Whose parameters say how.
    X, y, sample_weight, fit_params
        Arguments of its `fit`.
    methods : sequence of {"predict_proba", "decision_function"}
        What may be asked of the classifier, best first.

    Attributes
    ----------
    codec : TargetCodec
        Form and vocabulary of `y`.
    method : str
        What is asked.
    """

    def __init__(self, meta, X, y, sample_weight, fit_params, methods):
        self.method = choose_method(meta.estimator, methods)
        self._prefit = isinstance(meta.cv, str) and meta.cv == "prefit"
        splitter = None if self._prefit else make_splitter(meta.cv, meta.random_state)
        self.codec, self._target = _read_target(meta.estimator, y, prefit=self._prefit)
        _check_rows(X, self._target)
        self._weight = check_weights(sample_weight, *self._target.Y.shape)
        fit_params, split_params = _routed(meta, self._weight, fit_params, self._prefit)
        self._X, self._n_jobs = X, meta.n_jobs
        self._cross_fit = CrossFit(meta.estimator, self.method, self.codec, fit_params)
        if not self._prefit:
            if self.codec.kind == "sets":
                # Of label lists, some rows alone might look like an indicator.
                y = self.codec.decode(self._target.Y)
            self._y = training_target(meta.estimator, y, self._target)
            _refuse_cell_weights(meta.estimator, fit_params)
            self._split = partial(splitter.split, X, y, **split_params)

    def collect(self, *, refit=True, needed=True):
        """Score held-out rows, and train the classifier that is to predict.

        Parameters
        ----------
        refit : bool
            Whether that one is trained on all rows, or is the one of a single split.
        needed : bool
            Whether the scores of several folds will be used at all.

        Returns
        -------
        scores : ndarray of shape (n_held_out, n_labels), or None if not needed
        """
        work = self._cross_fit
        if self._prefit:
            work.take(self._X)
        elif not refit:
            work.hold_out(self._X, self._y, list(self._split()))
        else:
            if needed:
                work.score_folds(self._X, self._y, list(self._split()), self._n_jobs)
            work.fit_all(self._X, self._y)
        return work.scores if needed else None

    @property
    def fitted(self):
        """The classifier that is to predict."""
        return self._cross_fit.fitted

    @property
    def rows(self):
        """The rows that were held out, in the order of their scores: ndarray of int."""
        return self._cross_fit.rows

    def truth(self):
        """Return `Y`, and `known` and `sample_weight` as a dict, of the rows that have scores."""
        target, weight, rows = self._target, self._weight, self.rows
        known = None if target.known is None else target.known[rows]
        weight = None if weight is None else weight[rows]
        return target.Y[rows], {"known": known, "sample_weight": weight}

    def rule(self, spec):
        """Resolve a rule; thresholds may also be ``{label: number}``, 0.5 for labels left out."""
        if isinstance(spec, Mapping):
            spec = self.codec.per_label(spec, default=0.5, what="threshold")
        return resolve_rule(spec)

    def tune(self, rule, probabilities):
        """Fit a rule on the held-out rows; one that is not tuned needs only the labels' number."""
        if not rule.tuned:
            return rule.fit(self._target.Y, None)
        Y, counted = self.truth()
        return rule.fit(Y, probabilities, **counted)


def _read_target(estimator, y, *, prefit):
    """Return codec and encoded target; a classifier of this package has or fixes the vocabulary."""
    final = final_classifier(estimator)
    own = supports_all_target_types(estimator)
    if prefit:
        check_is_fitted(estimator)
    if prefit and own:
        codec = final.targets_
        target = codec.encode(y) if codec.multilabel else None
    else:
        classes = _vocabulary(final) if own else None
        codec, target = learn_targets(y, classes=classes)
    if not codec.multilabel:
        raise ValueError(
            "y holds one class a row (1-D). This is for multi-label targets: label sets or an "
            "indicator. scikit-learn has TunedThresholdClassifierCV and CalibratedClassifierCV "
            "for the others."
        )
    return codec, target


def _vocabulary(final):
    while isinstance(final, MultilabelMetaClassifier):
        final = final_classifier(final.estimator)
    return getattr(final, "classes", None)


def _check_rows(X, target):
    if num_samples(X) != target.Y.shape[0]:
        raise ValueError(
            f"X has {num_samples(X)} rows and y has {target.Y.shape[0]}: they must describe the "
            "same samples."
        )


def _routed(meta, weight, fit_params, prefit):
    """Return the arguments of the estimator's `fit` and of the splitter's `split`."""
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(meta, "fit", sample_weight=weight, **fit_params)
        return routed.estimator.fit, routed.splitter.split
    if weight is None or prefit or isinstance(meta.estimator, FrozenEstimator):
        return fit_params, {}
    if has_fit_parameter(meta.estimator, "sample_weight"):
        return {**fit_params, "sample_weight": weight}, {}
    warnings.warn(
        f"{type(meta.estimator).__name__} takes no sample_weight, so the weights count in "
        f"{type(meta).__name__} alone. In a pipeline, pass step__sample_weight as well, or enable "
        "metadata routing.",
        UserWarning,
        stacklevel=4,
    )
    return fit_params, {}


def _refuse_cell_weights(estimator, fit_params):
    weight = fit_params.get("sample_weight")
    if weight is not None and weight.ndim == 2 and not supports_all_target_types(estimator):
        raise ValueError(
            f"sample_weight has one weight a cell, shape {weight.shape}, but "
            f"{type(estimator).__name__} takes one a row, shape ({weight.shape[0]},). Weights of "
            "cells are for KerasMultiLabelClassifier, and for cv='prefit'."
        )
