"""Reading one score a label out of whatever a fitted multi-label classifier answers."""

import numpy as np
import scipy.sparse as sp
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from ._classifier import KerasMultiLabelClassifier
from ._threshold_search import check_probabilities

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


def takes_every_form(estimator):
    """Tell whether the classifier takes targets in every form, with missing labels and weights."""
    final = final_classifier(estimator)
    return isinstance(final, KerasMultiLabelClassifier) or hasattr(final, "_takes_every_form")


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
    own = takes_every_form(estimator)
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
