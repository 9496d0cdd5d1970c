"""What plots are computed from: truth, scores and weights of each label, as aligned arrays."""

import warnings
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.utils.validation import check_consistent_length

from skmultilabel_nn._targets.codec import TargetCodec, learn_targets
from skmultilabel_nn._targets.reading import read_target
from skmultilabel_nn._utils.frames import column_names
from skmultilabel_nn._utils.responses import (
    as_scores,
    iter_delegates,
    response,
    response_method,
)
from skmultilabel_nn._utils.text import format_values
from skmultilabel_nn._utils.weights import cell_weights


class LabelScores(NamedTuple):
    """Truth and score of every cell.

    Attributes
    ----------
    codec : TargetCodec
        Names and order of the labels.
    truth : bool ndarray of shape (n_samples, n_labels)
        False where a cell is unknown.
    score : float ndarray of shape (n_samples, n_labels)
    known : bool ndarray of shape (n_samples, n_labels), or None
        None: every cell is known.
    weight : ndarray of shape (n_samples,) or (n_samples, n_labels), or None
    """

    codec: TargetCodec
    truth: np.ndarray
    score: np.ndarray
    known: np.ndarray | None = None
    weight: np.ndarray | None = None

    @property
    def label_names(self):
        """Names of the labels, (n_labels,)."""
        return self.codec.label_names

    @property
    def n_positives(self):
        """Number of positives of each label, (n_labels,)."""
        return self.truth.sum(axis=0)

    def of_label(self, column):
        """Return truth, score and weight (or None) of a label's known cells."""
        rows = slice(None) if self.known is None else self.known[:, column]
        weight = self._cell_weight
        weight = None if weight is None else weight[rows, column]
        return self.truth[rows, column], self.score[rows, column], weight

    def pooled(self):
        """Return truth, score and weight (or None) of the known cells of all labels."""
        parts = self.truth, self.score, self._cell_weight
        if self.known is None:
            return tuple(None if part is None else part.ravel() for part in parts)
        return tuple(None if part is None else part[self.known] for part in parts)

    @property
    def _cell_weight(self):
        return None if self.weight is None else cell_weights(self.weight, None, self.truth.shape)


def read_scores(y_true, scores, label_names=None, sample_weight=None):
    """Align a target with an array of scores.

    Parameters
    ----------
    y_true : target
        Of any type that `KerasMultiLabelClassifier.fit` accepts.
    scores : array-like of shape (n_samples, n_labels) or list of arrays of shape (n_samples, 2)
    label_names : array-like of shape (n_labels,), default=None
        Names of the columns of `scores`. None: those of a frame, or of `y_true`.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None

    Returns
    -------
    LabelScores

    Raises
    ------
    ValueError
        If the shapes do not fit, or a name is missing.
    """
    if label_names is None:
        label_names = column_names(scores)
    codec, target = learn_targets(y_true, classes=label_names)
    return _align(codec, target, scores, sample_weight, label_names)


def read_estimator(estimator, X, y, methods, label_names=None, sample_weight=None):
    """Align a target with the scores that a classifier gives.

    Parameters
    ----------
    estimator : classifier, fitted
    X : array-like of shape (n_samples, ...)
    y : target
    methods : sequence of str
        The first that the classifier has gives the scores.
    label_names, sample_weight
        As in `read_scores`.

    Returns
    -------
    LabelScores

    Raises
    ------
    ValueError, TypeError
        As `read_scores`; also if the classifier has none of the methods.
    """
    method = response_method(estimator, methods)
    codec, target = _encode(estimator, y, label_names)
    scores = response(estimator, X, method)
    classes = getattr(estimator, "classes_", None)
    if isinstance(scores, np.ndarray) and scores.ndim == 1 and not codec.multilabel:
        scores = np.column_stack([-scores, scores])  # the decision function of two classes
    return _align(codec, target, scores, sample_weight, label_names, classes)


def _encode(estimator, y, label_names):
    """Encode a target by the labels that the estimator has columns for."""
    codecs = (getattr(delegate, "targets_", None) for delegate in iter_delegates(estimator))
    codec = next((codec for codec in codecs if isinstance(codec, TargetCodec)), None)
    if codec is None or label_names is not None:
        if label_names is None and read_target(y).kind == "classes":
            label_names = estimator.classes_
        return learn_targets(y, classes=label_names)
    target = codec.encode(y, on_unseen="count")
    if target.unseen:
        warnings.warn(
            f"{len(target.unseen)} label(s) of y were not seen in training: "
            f"{format_values(target.unseen)}. There are no scores for them; the plot leaves them "
            f"out.",
            stacklevel=4,
        )
    return codec, target


def _align(codec, target, scores, sample_weight, label_names, classes=None):
    n_labels = codec.n_outputs
    score = as_scores(codec.order_columns(scores, "scores"), n_labels, classes)
    if score.ndim != 2 or score.shape[1] != n_labels:
        raise ValueError(
            f"The target has {n_labels} labels ({format_values(codec.label_names)}), but the "
            f"scores have the shape {score.shape}. Expected a column for each label; if some "
            f"labels do not occur in the target, name all columns by label_names=."
        )
    check_consistent_length(target.Y, score)
    if label_names is not None and not codec.multilabel:  # 1-D classes are sorted
        column = {name: i for i, name in enumerate(label_names)}
        score = score[:, [column[name] for name in codec.label_names.tolist()]]
    truth = target.Y.toarray() if sp.issparse(target.Y) else target.Y
    weight = codec.check_weights(sample_weight, len(score))
    return LabelScores(codec, truth > 0, score, target.known, weight)


def warn_undefined(label_names, values, what, needed):
    """Warn once of the labels whose value is NaN."""
    undefined = np.isnan(values)
    if undefined.any():
        warnings.warn(
            f"{undefined.sum()} label(s) have no known {needed}, so that their {what} is "
            f"undefined; they are not drawn and averages leave them out: "
            f"{format_values(label_names[undefined].tolist())}.",
            UndefinedMetricWarning,
            stacklevel=4,
        )
