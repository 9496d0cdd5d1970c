"""Out-of-fold predictions for every type of target."""

import numpy as np
import scipy.sparse as sp
from sklearn import get_config
from sklearn.model_selection import cross_val_predict as _plain_cross_val_predict
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

from skmultilabel_nn._utils.checks import check_option
from skmultilabel_nn._utils.responses import response_method

from ._cross_fit import (
    learn_training_target,
    make_splitter,
    predict_held_out,
    refuse_cell_weights,
    training_target,
)
from ._split import check_same_samples


def cross_val_predict(
    estimator,
    X,
    y,
    *,
    groups=None,
    cv=None,
    n_jobs=None,
    verbose=0,
    params=None,
    pre_dispatch="2*n_jobs",
    method="predict",
):
    """Predict each sample by a classifier that was not trained on it, for every type of target.

    The counterpart of :func:`sklearn.model_selection.cross_val_predict`, which numbers the values
    of `y` if ``method`` is not "predict": label sets then give one column per *combination* of
    labels, and NaN becomes a class.

    Parameters
    ----------
    estimator : estimator
        A classifier of this package or of scikit-learn; pipelines, searches and meta-estimators
        around one as well. It is cloned for each fold.
    X : array-like, sparse matrix, DataFrame or list of n_samples items
        Samples, as `estimator` takes them.
    y : target
        Label sets, or an indicator of 0 and 1 as array, sparse matrix or DataFrame; NaN marks an
        unknown label. 1-D classes are left to scikit-learn's function.
    groups : array-like of shape (n_samples,), default=None
        Groups for the splitter. With metadata routing enabled, give them in `params`.
    cv : int, splitter, iterable of (train, test) or None, default=None
        None: 5 folds of :class:`MultilabelStratifiedKFold`; an int: number of folds. Each sample
        must be in exactly one test set.
    n_jobs : int or None, default=None
        Number of folds that are fitted in parallel.
    verbose : int, default=0
        Verbosity of :class:`joblib.Parallel`.
    params : dict or None, default=None
        Arguments of `estimator.fit`, split where they have one item per sample. With metadata
        routing enabled, also those of the splitter.
    pre_dispatch : int or str, default="2*n_jobs"
        Number of folds that are dispatched at once, as in :class:`joblib.Parallel`.
    method : {"predict", "predict_proba", "decision_function"}, default="predict"
        The method of the classifier whose results are returned.

    Returns
    -------
    ndarray, CSR matrix or DataFrame
        In the order of the samples. For "predict" labels in the type of `y`; otherwise an array of
        shape (n_samples, n_labels), whose columns are the labels of `y` in the order of an
        estimator's `label_names_`: sorted, or as the columns of `y`, or as its `classes`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not allowed, the classifier has no such method, or the test sets are no
        partition of the samples.

    See Also
    --------
    TunedThresholdsClassifierCV : Tunes thresholds on such probabilities.
    skmultilabel_nn.label_sets : What scikit-learn's functions do with label sets.

    Notes
    -----
    A label that no training sample of a fold has gets the probability 0 there, and minus infinity
    as decision function; one that all have, from a classifier that refuses to train on such a
    label, 1 and infinity.

    Classifiers of this package are given `y` as it is; all others an int64 indicator (1-D for a
    single label), and cannot train with missing labels.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmultilabel_nn.model_selection import cross_val_predict
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]] * 5
    >>> y = [set(), {"sun"}, {"sea"}, {"sea", "sun"}] * 5
    >>> cross_val_predict(KNeighborsClassifier(1), X, y, method="predict_proba", cv=2)[:4]
    array([[0., 0.],
           [0., 1.],
           [1., 0.],
           [1., 1.]])
    >>> bool((cross_val_predict(KNeighborsClassifier(1), X, y) == y).all())
    True
    """
    check_option("method", method, ("predict", "predict_proba", "decision_function"))
    response_method(estimator, [method])
    codec, target = learn_training_target(estimator, y)
    check_same_samples(X, target)
    parallel = {"n_jobs": n_jobs, "verbose": verbose, "pre_dispatch": pre_dispatch}
    if not codec.multilabel:
        y = codec.decode(target.Y)
        options = {"groups": groups, "cv": cv, "params": params, "method": method}
        return _plain_cross_val_predict(estimator, X, y, **options, **parallel)
    splitter = make_splitter(cv, random_state=None, allow_prefit=False)
    fit_params, split_params = _route(estimator, splitter, groups, params or {})
    training_y = training_target(estimator, y, codec, target)
    refuse_cell_weights(estimator, fit_params)
    splits = list(splitter.split(X, y, **split_params))
    _check_partition(splits, target.Y.shape[0])
    common = {"method": method, "codec": codec, "fit_params": fit_params}
    indices, parts = predict_held_out(estimator, X, training_y, splits, **common, **parallel)
    is_sparse = any(map(sp.issparse, parts))
    stacked = sp.vstack(parts, format="csr") if is_sparse else np.concatenate(parts)
    predictions = stacked[np.argsort(indices)]
    if method != "predict":
        return predictions
    return codec.decode(predictions, index=y.index if hasattr(y, "iloc") else None)


def _route(estimator, splitter, groups, params):
    """Return the arguments of the estimator's `fit` and of the splitter's `split`."""
    if not get_config()["enable_metadata_routing"]:
        return params, {} if groups is None else {"groups": groups}
    if groups is not None:
        raise ValueError("With metadata routing enabled, give params={'groups': ...}, not groups.")
    router = MetadataRouter(owner="cross_val_predict")
    fitting = MethodMapping().add(caller="fit", callee="fit")
    splitting = MethodMapping().add(caller="fit", callee="split")
    router.add(estimator=estimator, method_mapping=fitting)
    router.add(splitter=splitter, method_mapping=splitting)
    routed = process_routing(router, "fit", **params)
    return routed.estimator.fit, routed.splitter.split


def _check_partition(splits, n_samples):
    times = np.bincount(np.concatenate([test for _, test in splits]), minlength=n_samples)
    if len(times) != n_samples or (times != 1).any():
        raise ValueError(
            "cross_val_predict needs each sample in exactly one test set, but the splits of cv "
            f"have {np.count_nonzero(times == 0)} of {n_samples} samples in none and "
            f"{np.count_nonzero(times > 1)} in several. Use folds, such as cv=5."
        )
