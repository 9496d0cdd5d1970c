"""Cross-fitting: copies of a classifier predict the held-out samples of each split."""

from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.parallel import Parallel, delayed

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._utils.indexing import num_samples, take_rows
from skmultilabel_nn._utils.responses import (
    CONSTANT_SCORES,
    final_estimator,
    predict_label_scores,
    predict_scores,
    supports_all_target_types,
)
from skmultilabel_nn._utils.text import format_value

from ._split import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit


class CrossFit(NamedTuple):
    """Result of `cross_fit`.

    Attributes
    ----------
    estimator : estimator
        The fitted classifier.
    indices : ndarray of int, shape (n_held_out,), or None
        Positions of the held-out samples, split by split; a sample may occur more than once.
    scores : ndarray of shape (n_held_out, n_labels), or None
        Their scores. None, like `indices`, if there was no split.
    """

    estimator: BaseEstimator
    indices: np.ndarray | None
    scores: np.ndarray | None


def cross_fit(estimator, X, y, splits, *, method, codec, fit_params, refit=True, n_jobs=None):
    """Fit a classifier, and score held-out samples with copies that were not trained on them.

    Parameters
    ----------
    estimator : estimator
        A multi-label classifier.
    X : samples
        As `estimator` takes them.
    y : target
        As returned by `training_target`; None if `estimator` is fitted.
    splits : list of (train, test) or None
        None: `estimator` is already fitted; it scores all samples and is returned as it is.
    method : {"predict_proba", "decision_function"}
        The response that is called score here.
    codec : TargetCodec
        The labels.
    fit_params : dict
        Arguments of the classifier's `fit`; those with one item per sample are split like `X`.
    refit : bool, default=True
        Whether the returned classifier is trained on all samples; if False, it is the one that
        was trained in the only split.
    n_jobs : int or None, default=None
        Number of splits that are fitted in parallel.

    Returns
    -------
    CrossFit
        The fitted classifier, and the held-out samples with their scores.

    Raises
    ------
    ValueError
        If ``refit=False`` and there are several splits.
    """
    if splits is None:
        scores = predict_label_scores(estimator, X, method, codec)
        return CrossFit(estimator, np.arange(len(scores)), scores)
    if not refit:
        return _fit_single_split(estimator, X, y, splits, method, codec, fit_params)
    indices = scores = None
    if splits:
        common = {"method": method, "codec": codec, "fit_params": fit_params}
        indices, parts = predict_held_out(estimator, X, y, splits, **common, n_jobs=n_jobs)
        scores = np.concatenate(parts)
    return CrossFit(clone(estimator).fit(X, y, **fit_params), indices, scores)


def _fit_single_split(estimator, X, y, splits, method, codec, fit_params):
    if len(splits) > 1:
        raise ValueError(
            f"refit=False keeps the classifier of a single split, but cv makes {len(splits)}. "
            "Give the share of held-out samples, as in cv=0.2, or set refit=True."
        )
    train, test = splits[0]
    fitted = _fit(estimator, X, y, train, fit_params)
    return CrossFit(fitted, test, predict_label_scores(fitted, take_rows(X, test), method, codec))


def predict_held_out(estimator, X, y, splits, *, method, codec, fit_params, **parallel):
    """Predict the test samples of each split by a copy trained on its training samples.

    Parameters
    ----------
    estimator, X, y, codec, fit_params
        As in `cross_fit`.
    splits : list of (train, test)
        At least one.
    method : {"predict", "predict_proba", "decision_function"}
        What is predicted; "predict" gives an indicator.
    **parallel : dict
        Arguments of :class:`joblib.Parallel`.

    Returns
    -------
    indices : ndarray of int, shape (n_held_out,)
        Positions of the test samples, split by split.
    predictions : list of ndarray or csr_array, each of shape (n_test, n_labels)
        Predictions of each split.
    """
    predictions = Parallel(**parallel)(
        delayed(_predict_split)(estimator, X, y, fit_params, method, codec, train, test)
        for train, test in splits
    )
    return np.concatenate([test for _, test in splits]), predictions


def learn_training_target(estimator, y):
    """Learn the vocabulary of `y`, which a classifier of this package may fix by `classes`.

    Parameters
    ----------
    estimator : estimator
        Estimator to fit.
    y : target
        Of any type.

    Returns
    -------
    codec : TargetCodec
    target : EncodedTarget
    """
    final = final_estimator(estimator)
    while supports_all_target_types(final) and hasattr(final, "estimator"):
        final = final_estimator(final.estimator)
    classes = getattr(final, "classes", None) if supports_all_target_types(final) else None
    return learn_targets(y, classes=classes)


def training_target(estimator, y, codec, target):
    """Return the target in a type that a classifier accepts.

    Parameters
    ----------
    estimator : estimator
        Estimator to fit.
    y : target
        Of any multi-label type.
    codec : TargetCodec
        Type and vocabulary of `y`.
    target : EncodedTarget
        `y` as numbers.

    Returns
    -------
    target
        For estimators of this package `y` itself; for others an int64 indicator.

    Raises
    ------
    ValueError
        If labels are missing, for other estimators.
    """
    if supports_all_target_types(estimator):
        return _unambiguous(codec).decode(target.Y) if codec.kind == "sets" else y
    if target.known is not None:
        raise ValueError(
            f"y has unknown cells (NaN), which {type(estimator).__name__} cannot train on. Use "
            "KerasMultiLabelClassifier, fill them (np.nan_to_num takes them for 0), or fit the "
            "classifier yourself and pass cv='prefit'."
        )
    Y = target.Y if isinstance(target.Y, np.ndarray) else target.Y.toarray()
    return _columns_for(estimator, Y.astype(np.int64))


def refuse_cell_weights(estimator, fit_params):
    """Raise ValueError if weights of cells are meant for a classifier that takes none."""
    weight = fit_params.get("sample_weight")
    if weight is not None and np.ndim(weight) == 2 and not supports_all_target_types(estimator):
        shape = np.shape(weight)
        raise ValueError(
            f"sample_weight has one weight per cell, shape {shape}, but "
            f"{type(estimator).__name__} takes one per sample, shape ({shape[0]},). Weights of "
            "cells are for KerasMultiLabelClassifier, and for cv='prefit'."
        )


def _unambiguous(codec):
    """Return a codec whose label sets are not read as an indicator, whichever samples they are."""
    if {0, 1} & set(codec.label_names.tolist()):  # lists of these may look like one
        return replace(codec, container="frozenset")
    return codec


def make_splitter(cv, random_state, *, allow_prefit=True):
    """Return the splitter of a parameter ``cv``.

    Parameters
    ----------
    cv : int, float, splitter, iterable of (train, test) or None
        None: 5 stratified folds; int: number of folds; float: one stratified split with this
        share of held-out samples.
    random_state : int, RandomState instance or None
        Seed of the order of the samples; None: folds depend on `y` alone.
    allow_prefit : bool, default=True
        Whether the message of the error names "prefit".

    Returns
    -------
    splitter

    Raises
    ------
    ValueError
        If `cv` is none of these.
    """
    if isinstance(cv, Real) and not isinstance(cv, Integral) and 0 < cv < 1:
        return MultilabelStratifiedShuffleSplit(1, test_size=float(cv), random_state=random_state)
    if cv is None or (isinstance(cv, Integral) and not isinstance(cv, bool)):
        shuffle = random_state is not None
        n_splits = 5 if cv is None else int(cv)
        return MultilabelStratifiedKFold(n_splits, shuffle=shuffle, random_state=random_state)
    if hasattr(cv, "split") and not isinstance(cv, str):
        return cv
    if hasattr(cv, "__iter__") and not isinstance(cv, str):
        return check_cv(cv)
    others = ", a share of held-out samples in (0, 1) or 'prefit'" if allow_prefit else ""
    raise ValueError(
        "cv must be None, a number of folds, a splitter, an iterable of (train, test)"
        f"{others}; got {format_value(cv)}."
    )


def _columns_for(estimator, Y):
    """Return one label as a 1-D target, except for estimators that do not accept it."""
    if Y.shape[1] == 1 and get_tags(estimator).target_tags.single_output:
        return Y.ravel()
    return Y


def _fit(estimator, X, y, indices, fit_params):
    n_samples = num_samples(X)
    params = {
        name: take_rows(value, indices) if _is_per_sample(value, n_samples) else value
        for name, value in fit_params.items()
    }
    return clone(estimator).fit(take_rows(X, indices), take_rows(y, indices), **params)


def _is_per_sample(value, n_samples):
    if isinstance(value, str | Mapping) or getattr(value, "ndim", 1) == 0:
        return False
    return hasattr(value, "__len__") and num_samples(value) == n_samples


def _predict_split(estimator, X, y, fit_params, method, codec, train, test):
    X_test = take_rows(X, test)
    try:
        fitted = _fit(estimator, X, y, train, fit_params)
    except ValueError:
        # Some classifiers refuse a label that is absent from, or present in, all training samples.
        varying = _varying_columns(estimator, y, train)
        if varying.all():
            raise
    else:
        return _predict(fitted, X_test, method, codec)
    never, always = (0, 1) if method == "predict" else CONSTANT_SCORES[method]
    predictions = np.where(y[train[0]] == 1, always, never) * np.ones((len(test), 1))
    if varying.any():
        columns = _columns_for(estimator, y[:, varying])
        fitted = _fit(estimator, X, columns, train, fit_params)
        n_varying = np.count_nonzero(varying)
        predictions[:, varying] = _predict_columns(fitted, X_test, method, n_varying)
    return predictions


def _predict(fitted, X, method, codec):
    if method != "predict":
        return predict_label_scores(fitted, X, method, codec)
    if supports_all_target_types(fitted):
        return codec.encode(fitted.predict(X)).Y
    return _predict_columns(fitted, X, method, codec.n_outputs)


def _predict_columns(fitted, X, method, n_labels):
    if method != "predict":
        return predict_scores(fitted, X, method, n_labels)
    labels = fitted.predict(X)
    labels = labels.toarray() if sp.issparse(labels) else np.asarray(labels)
    return labels.reshape(-1, n_labels)


def _varying_columns(estimator, y, train):
    if supports_all_target_types(estimator) or y.ndim == 1:
        return np.ones(1, dtype=bool)
    return np.ptp(y[train], axis=0) > 0
