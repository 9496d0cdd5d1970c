"""Reading one score a label out of whatever a fitted multi-label classifier answers."""

import numpy as np
import scipy.sparse as sp
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import assert_all_finite

from .validation import check_probabilities


def final_estimator(estimator):
    """Return the last step of a pipeline and the refitted estimator of a search."""
    while hasattr(estimator, "steps") or hasattr(estimator, "best_estimator_"):
        if hasattr(estimator, "steps"):
            estimator = estimator.steps[-1][1]
        else:
            estimator = estimator.best_estimator_
    return estimator


# What is said of a label that was absent from, or present in, every row that trained.
CONSTANT_SCORES = {"predict_proba": (0.0, 1.0), "decision_function": (-np.inf, np.inf)}

_SEARCH = ("estimator", "scoring", "refit")  # parameters by which searches are known


def choose_method(estimator, methods):
    """Return the first of `methods` that the classifier has.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.
    methods : sequence of {"predict_proba", "decision_function"}
        Best first.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `estimator` has none of them, or is no estimator.
    """
    chosen = next((name for name in methods if hasattr(estimator, name)), None)
    if chosen is not None and hasattr(estimator, "fit") and not isinstance(estimator, type):
        return chosen
    hint = ""
    if hasattr(estimator, "decision_function") and not isinstance(estimator, type):
        hint = (
            " MultilabelCalibratedClassifierCV of skmultilabel_nn.calibration makes probabilities "
            "of its decision_function."
        )
    raise TypeError(
        f"estimator must be a classifier with fit and {' or '.join(methods)}, got "
        f"{estimator!r}.{hint}"
    )


def final_classifier(estimator):
    """Return what classifies in the end, inside of pipelines, searches and frozen estimators."""
    while True:
        if isinstance(estimator, Pipeline):
            estimator = estimator.steps[-1][1]
        elif all(hasattr(estimator, name) for name in _SEARCH):
            estimator = getattr(estimator, "best_estimator_", estimator.estimator)
        elif isinstance(estimator, FrozenEstimator):
            estimator = estimator.estimator
        else:
            return estimator


def supports_all_target_types(estimator):
    """Tell whether the classifier takes targets in every form, with missing labels and weights."""
    return hasattr(final_classifier(estimator), "_supports_all_target_types")


def read_scores(estimator, X, method, codec):
    """Ask a fitted classifier for one score a label.

    Parameters
    ----------
    estimator : estimator
        Fitted on the labels of `codec`, or on label sets that lacked some of them.
    X : samples
        As the estimator takes them.
    method : {"predict_proba", "decision_function"}
        What to ask.
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
        If the answer cannot be read as one score a label.
    """
    own = supports_all_target_types(estimator)
    names = final_classifier(estimator).label_names_ if own else codec.label_names
    if np.array_equal(names, codec.label_names):
        return ask(estimator, X, method, codec.n_outputs)
    positions = {name: column for column, name in enumerate(codec.label_names.tolist())}
    scores = ask(estimator, X, method, len(names))
    every = np.full((len(scores), codec.n_outputs), CONSTANT_SCORES[method][0], scores.dtype)
    every[:, [positions[name] for name in np.asarray(names).tolist()]] = scores
    return every


def ask(estimator, X, method, n_labels):
    """Return the scores of all labels that the classifier was fitted on; see `read_scores`."""
    answer = getattr(estimator, method)(X)
    if method == "predict_proba":
        answer = _positive_columns(answer, getattr(estimator, "classes_", None), n_labels)
    answer = answer.toarray() if sp.issparse(answer) else np.asarray(answer)
    if answer.ndim == 1 and n_labels == 1:
        answer = answer[:, np.newaxis]
    if answer.ndim != 2 or answer.shape[1] != n_labels:
        raise ValueError(
            f"{method} of {type(estimator).__name__} gave the shape {answer.shape}, which is not "
            f"(n_samples, {n_labels}), one column per label. Was it fitted on the {n_labels} "
            "label(s) of this y?"
        )
    if method == "predict_proba":
        return check_probabilities(answer)
    if np.isnan(answer).any():
        raise ValueError(f"{method} of {type(estimator).__name__} gave NaN.")
    return answer


def _positive_columns(answer, classes, n_labels):
    """Reduce probabilities of two classes a label to those of class 1."""
    if not isinstance(answer, list | tuple):
        if n_labels != 1 or np.ndim(classes) != 1 or classes is None:
            return answer
        answer, classes = [answer], [classes]  # one label is a binary problem to scikit-learn
    if classes is None:
        classes = [np.arange(np.shape(part)[-1]) for part in answer]
    return np.column_stack([_of_class_1(*pair) for pair in zip(answer, classes, strict=True)])


def _of_class_1(probabilities, classes):
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or probabilities.shape[1] != len(classes):
        return probabilities
    at = np.flatnonzero(np.asarray(classes) == 1)
    return probabilities[:, at[0]] if len(at) else np.zeros(len(probabilities))


def as_scores(scores, n_labels, classes=None):
    """Bring scores or probabilities into one array.

    Parameters
    ----------
    scores : array-like or frame of shape (n_samples, n_labels), or list of arrays (n_samples, 2)
        A list holds one array per label with the probabilities of its classes, as forests give.
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
        If the scores are sparse, not finite, or of another form.
    """
    if sp.issparse(scores):
        raise ValueError("The scores are a sparse matrix. Expected an array; call .toarray().")
    if isinstance(scores, list) and scores and np.ndim(scores[0]) == 2:
        scores = _stack_positive_columns(scores, classes)
    scores = np.asarray(scores)
    if n_labels == 1 and scores.ndim == 1:
        scores = scores[:, np.newaxis]
    if n_labels == 1 and scores.ndim == 2 and scores.shape[1] == 2:
        scores = scores[:, 1:]
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    assert_all_finite(scores, input_name="scores")
    return scores


def _stack_positive_columns(arrays, classes):
    """Stack the probabilities of class 1, absent where a label was constant in training."""
    if classes is None or len(classes) != len(arrays):
        if any(np.shape(array)[1] != 2 for array in arrays):
            raise ValueError(
                "A list of probabilities must hold arrays of shape (n_samples, 2), one per label; "
                f"got {[np.shape(array) for array in arrays][:5]}."
            )
        classes = [np.array([0, 1])] * len(arrays)
    columns = [
        np.asarray(array)[:, np.asarray(values) == 1].sum(axis=1)
        for array, values in zip(arrays, classes, strict=True)
    ]
    return np.column_stack(columns)
