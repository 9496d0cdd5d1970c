"""Training any multi-label classifier on some rows, and its scores of the others."""

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.parallel import Parallel, delayed

from skmultilabel_nn._utils.indexing import num_samples, take_rows
from skmultilabel_nn._utils.responses import (
    CONSTANT_SCORES,
    ask,
    read_scores,
    supports_all_target_types,
)

from ._split import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit


class CrossFit:
    """Classifiers trained on some rows, and their scores of rows that did not train them.

    Parameters
    ----------
    estimator : estimator
        What is trained, in copies.
    method : {"predict_proba", "decision_function"}
        What is asked of it.
    codec : TargetCodec
        The labels.
    fit_params : dict
        Arguments of its `fit`; those with one item a row are split along.

    Attributes
    ----------
    fitted : estimator
        The classifier that is to predict.
    rows : ndarray of int
        Rows that were held out, fold by fold; a row may come more than once.
    scores : ndarray of shape (len(rows), n_labels)
        Their scores.
    """

    def __init__(self, estimator, method, codec, fit_params):
        self._estimator = estimator
        self._method = method
        self._codec = codec
        self._fit_params = fit_params

    def take(self, X):
        """Keep the estimator, which is fitted, and score all rows."""
        self.fitted = self._estimator
        self.scores = read_scores(self.fitted, X, self._method, self._codec)
        self.rows = np.arange(len(self.scores))

    def hold_out(self, X, y, splits):
        """Train on the training rows of the only split, keep that classifier, score the others."""
        if len(splits) > 1:
            raise ValueError(
                f"refit=False keeps the classifier of a single split, but cv makes {len(splits)}. "
                "Give the share of held-out rows, as in cv=0.2, or set refit=True."
            )
        train, self.rows = splits[0]
        self.fitted = _fit(self._estimator, X, y, train, self._fit_params)
        self.scores = read_scores(self.fitted, take_rows(X, self.rows), self._method, self._codec)

    def score_folds(self, X, y, splits, n_jobs):
        """Score the held-out rows of each split with a classifier trained on its other rows."""
        common = self._estimator, X, y, self._fit_params, self._method, self._codec
        self.scores = np.concatenate(
            Parallel(n_jobs=n_jobs)(delayed(_fold_scores)(*common, *split) for split in splits)
        )
        self.rows = np.concatenate([test for _, test in splits])

    def fit_all(self, X, y):
        """Train on all rows the classifier that is to predict."""
        self.fitted = clone(self._estimator).fit(X, y, **self._fit_params)


def training_target(estimator, y, target):
    """Return the target as a classifier takes it.

    Parameters
    ----------
    estimator : estimator
        Whoever is to be fitted.
    y : target
        In any form.
    target : EncodedTarget
        The same as numbers.

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
        return y
    if target.known is not None:
        raise ValueError(
            f"y has unknown cells (NaN), which {type(estimator).__name__} cannot train on. Use "
            "KerasMultiLabelClassifier, fill them (np.nan_to_num takes them for 0), or fit the "
            "classifier yourself and pass cv='prefit'."
        )
    Y = target.Y if isinstance(target.Y, np.ndarray) else target.Y.toarray()
    return _columns_for(estimator, Y.astype(np.int64))


def make_splitter(cv, random_state):
    """Make a splitter of what a user gives as ``cv=``.

    Parameters
    ----------
    cv : int, float, splitter, iterable of (train, test) or None
        None: 5 stratified folds; int: so many; float: one stratified split with this share of
        held-out rows.
    random_state : int, RandomState instance or None
        Seed of the order of the rows; None: folds take them as they come.

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
    raise ValueError(
        "cv must be None, a number of folds, a share of held-out rows in (0, 1), a splitter, "
        f"an iterable of (train, test) or 'prefit', got {cv!r}."
    )


def _columns_for(estimator, Y):
    """One label is a 1-D target to scikit-learn, except to estimators that take no such target."""
    if Y.shape[1] == 1 and get_tags(estimator).target_tags.single_output:
        return Y.ravel()
    return Y


def _fit(estimator, X, y, rows, fit_params):
    n_rows = num_samples(X)
    params = {
        name: take_rows(value, rows) if _has_rows(value, n_rows) else value
        for name, value in fit_params.items()
    }
    return clone(estimator).fit(take_rows(X, rows), take_rows(y, rows), **params)


def _has_rows(value, n_rows):
    if isinstance(value, str | Mapping) or getattr(value, "ndim", 1) == 0:
        return False
    return hasattr(value, "__len__") and num_samples(value) == n_rows


def _fold_scores(estimator, X, y, fit_params, method, codec, train, test):
    held_out = take_rows(X, test)
    try:
        fitted = _fit(estimator, X, y, train, fit_params)
    except ValueError:
        # Some classifiers refuse a label that is absent from, or present in, all training rows.
        varying = _varying_columns(estimator, y, train)
        if varying.all():
            raise
    else:
        return read_scores(fitted, held_out, method, codec)
    never, always = CONSTANT_SCORES[method]
    scores = np.where(y[train[0]] == 1, always, never) * np.ones((len(test), 1))
    if varying.any():
        columns = _columns_for(estimator, y[:, varying])
        fitted = _fit(estimator, X, columns, train, fit_params)
        scores[:, varying] = ask(fitted, held_out, method, np.count_nonzero(varying))
    return scores


def _varying_columns(estimator, y, train):
    if supports_all_target_types(estimator) or y.ndim == 1:
        return np.ones(1, dtype=bool)
    return np.ptp(y[train], axis=0) > 0
