"""Responses of fitted classifiers, as one score per label."""

import numpy as np
import scipy.sparse as sp
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import assert_all_finite

from .checks import check_numbers
from .text import format_values
from .validation import check_probabilities

# Scores of a label that was absent from, or present in, every sample of a training set.
CONSTANT_SCORES = {"predict_proba": (0.0, 1.0), "decision_function": (-np.inf, np.inf)}

_SEARCH = ("estimator", "scoring", "refit")  # parameters by which unfitted searches are known


class MissingMethodError(TypeError, AttributeError):
    """The estimator has none of the required methods."""


# The predicting estimator ----------------------------------------------------------------------


def iter_delegates(estimator, *, wrappers=True):
    """Yield an estimator, the one inside of it that predicts, and so on inwards.

    Parameters
    ----------
    estimator : estimator
        A pipeline delegates to its last step, a search to its best estimator or, unfitted, to the
        one that it tunes, a frozen estimator to what it froze.
    wrappers : bool
        Whether any estimator delegates to its `estimator_`, too.

    Yields
    ------
    estimator
        Each once, even if estimators contain each other.
    """
    seen = set()
    while estimator is not None and id(estimator) not in seen:
        yield estimator
        seen.add(id(estimator))
        estimator = _delegate(estimator, wrappers)


def _delegate(estimator, wrappers):
    if getattr(estimator, "steps", None):
        return estimator.steps[-1][1]
    if getattr(estimator, "best_estimator_", None) is not None:
        return estimator.best_estimator_
    if isinstance(estimator, FrozenEstimator):
        return estimator.estimator
    if wrappers and getattr(estimator, "estimator_", None) is not None:
        return estimator.estimator_
    if all(hasattr(estimator, name) for name in _SEARCH):
        return estimator.estimator
    return None


def final_estimator(estimator):
    """Return the predicting estimator inside of pipelines, searches and frozen estimators."""
    *_, final = iter_delegates(estimator, wrappers=False)
    return final


def supports_all_target_types(estimator):
    """Return whether a classifier accepts all target types, missing labels and cell weights."""
    return hasattr(final_estimator(estimator), "_supports_all_target_types")


# Responses -------------------------------------------------------------------------------------


def response_method(estimator, methods):
    """Return the first of some methods that an estimator has.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.
    methods : sequence of {"predict_proba", "decision_function", "predict"}
        Best first.

    Returns
    -------
    str

    Raises
    ------
    MissingMethodError
        If `estimator` has none of them, or is no estimator.
    """
    is_class = isinstance(estimator, type)
    selected = next((name for name in methods if hasattr(estimator, name)), None)
    if selected is not None and not is_class:
        return selected
    hint = ""
    if hasattr(estimator, "decision_function") and not is_class:
        hint = (
            " MultilabelCalibratedClassifierCV of skmultilabel_nn.calibration makes probabilities "
            "of its decision_function."
        )
    given = f"the class {estimator.__name__}" if is_class else type(estimator).__name__
    missing = "is not an instance" if is_class else f"has no {' and no '.join(methods)}"
    raise MissingMethodError(
        f"estimator must be a classifier with fit and {' or '.join(methods)}; {given} {missing}."
        f"{hint}"
    )


def response(estimator, X, method):
    """Return the result of a method of a fitted estimator, scores as a dense array."""
    values = getattr(estimator, method)(X)
    return values.toarray() if method != "predict" and sp.issparse(values) else values


def predict_label_scores(estimator, X, method, codec):
    """Predict one score per label of a codec.

    Parameters
    ----------
    estimator : estimator
        Fitted on the labels of `codec`, or on label sets that lacked some of them.
    X : samples
        As the estimator takes them.
    method : {"predict_proba", "decision_function"}
        Method of the estimator.
    codec : TargetCodec
        The labels.

    Returns
    -------
    ndarray of shape (n_samples, n_labels), floating
        Probabilities in [0, 1] or decisions. Of a label that the classifier does not know, that of
        a label never seen: 0 or minus infinity.

    Raises
    ------
    ValueError
        If the response cannot be read as one score per label.
    """
    own = supports_all_target_types(estimator)
    names = final_estimator(estimator).label_names_ if own else codec.label_names
    if np.array_equal(names, codec.label_names):
        return predict_scores(estimator, X, method, codec.n_outputs)
    positions = {name: column for column, name in enumerate(codec.label_names.tolist())}
    known = predict_scores(estimator, X, method, len(names))
    scores = np.full((len(known), codec.n_outputs), CONSTANT_SCORES[method][0], known.dtype)
    scores[:, [positions[name] for name in np.asarray(names).tolist()]] = known
    return scores


def predict_scores(estimator, X, method, n_labels):
    """Predict one score per label that the classifier was fitted on; see `predict_label_scores`."""
    scores = response(estimator, X, method)
    if method == "predict_proba":
        scores = positive_class_scores(scores, getattr(estimator, "classes_", None), n_labels)
    scores = np.asarray(scores)
    if scores.ndim == 1 and n_labels == 1:
        scores = scores[:, np.newaxis]
    if scores.ndim != 2 or scores.shape[1] != n_labels:
        raise ValueError(
            f"{method} of {type(estimator).__name__} returned the shape {scores.shape} instead of "
            f"(n_samples, {n_labels}), one column per label. Was it fitted on the {n_labels} "
            "label(s) of this y?"
        )
    if method == "predict_proba":
        return check_probabilities(scores)
    if np.isnan(scores).any():
        raise ValueError(f"{method} of {type(estimator).__name__} returned NaN.")
    return scores


def as_scores(scores, n_labels, classes=None):
    """Convert scores or probabilities to one array.

    Parameters
    ----------
    scores : array-like or DataFrame of shape (n_samples, n_labels), or list of arrays
        A list holds one array per label with the probabilities of its classes, (n_samples, 2), as
        forests return it.
    n_labels : int
        For one label, (n_samples,) and (n_samples, 2) are accepted too.
    classes : list of arrays or None
        `classes_` of the estimator. Needed for lists where a label had one class in training.

    Returns
    -------
    ndarray of shape (n_samples, n_labels), float

    Raises
    ------
    ValueError
        If the scores are sparse, no numbers, not finite, or of another form.
    """
    if sp.issparse(scores):
        raise ValueError("The scores are a sparse matrix. Expected an array; call .toarray().")
    scores = np.asarray(positive_class_scores(scores, classes, n_labels))
    if n_labels == 1 and scores.ndim == 1:
        scores = scores[:, np.newaxis]
    if scores.ndim == 0 or scores.dtype.kind not in "fiubO":
        raise ValueError(
            f"The scores must be an array of numbers of shape (n_samples, n_labels), got shape "
            f"{scores.shape} and dtype {scores.dtype}."
        )
    scores = scores if scores.dtype.kind == "f" else check_numbers("scores", scores)
    assert_all_finite(scores, input_name="scores")
    return scores


def positive_class_scores(scores, classes, n_labels):
    """Reduce probabilities of two classes per label to those of class 1.

    Parameters
    ----------
    scores : array-like
        A list of arrays of shape (n_samples, n_classes), one per label, is reduced; and for a
        single label an array of this shape. Anything else is returned as it is.
    classes : list of arrays, array or None
        `classes_` of the estimator; a label that was constant in training has one class.
    n_labels : int
        Number of labels.

    Returns
    -------
    array-like of shape (n_samples, n_labels)

    Raises
    ------
    ValueError
        If the column of class 1 in an array of the list is unknown.
    """
    if isinstance(scores, list | tuple) and len(scores) and np.ndim(scores[0]) == 2:
        if classes is None or len(classes) != len(scores):
            classes = [_two_classes(scores)] * len(scores)
        return np.column_stack([_of_class_1(*pair) for pair in zip(scores, classes, strict=True)])
    if n_labels != 1 or np.ndim(scores) != 2:
        return scores
    # For scikit-learn one label is a binary problem.
    n_columns = np.shape(scores)[1]
    if classes is not None and np.ndim(classes) == 1 and len(classes) == n_columns:
        return _of_class_1(scores, classes)
    return np.asarray(scores)[:, 1:] if n_columns == 2 else scores


def _two_classes(arrays):
    if any(np.shape(array)[1] != 2 for array in arrays):
        raise ValueError(
            "A list of probabilities must hold arrays of shape (n_samples, 2), one per label; got "
            f"{[np.shape(array) for array in arrays][:5]}."
        )
    return np.array([0, 1])


def _of_class_1(probabilities, classes):
    """Return the column of class 1, 0 without one: the label was absent in training."""
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or probabilities.shape[1] != len(classes):
        raise ValueError(
            f"Probabilities of the classes {format_values(classes)} of a label must have the shape "
            f"(n_samples, {len(classes)}), got {probabilities.shape}."
        )
    return probabilities[:, np.asarray(classes) == 1].sum(axis=1)
