"""Input of the metrics: truth, predictions and weights, as aligned arrays."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from skmultilabel_nn._targets.codec import TargetCodec
from skmultilabel_nn._targets.reading import read_target
from skmultilabel_nn._targets.vocabulary import (
    check_vocabulary,
    distinct_labels,
    label_name_array,
    learn_vocabulary,
)
from skmultilabel_nn._utils.frames import column_names
from skmultilabel_nn._utils.responses import iter_delegates
from skmultilabel_nn._utils.text import is_missing
from skmultilabel_nn._utils.weights import cell_weights, observed_row_weights


class Truth(NamedTuple):
    """The truth and the weight of each sample and cell.

    Samples without a cell that counts are removed. Labels without a prediction come last.

    Attributes
    ----------
    Y : ndarray or csr_array of shape (n_rows, n_labels), int64
        0/1; 0 where a cell does not count.
    names : list
        Names of the labels.
    n_predicted : int
        Number of labels that predictions have columns for.
    row_weight : ndarray of shape (n_rows,) or None
        Weights for metrics of whole samples: the mean over the cells that count. None: all equal.
    cell_weight : ndarray of shape (n_rows, n_labels) or None
        Weights of cells, 0 for those that do not count. None: as its sample.
    scored_samples : bool ndarray of shape (n_samples,) or None
        The samples with a cell that counts. None: all.
    """

    Y: np.ndarray | sp.csr_array
    names: list
    n_predicted: int
    row_weight: np.ndarray | None = None
    cell_weight: np.ndarray | None = None
    scored_samples: np.ndarray | None = None

    @property
    def dense(self):
        """Y as an ndarray."""
        return self.Y.toarray() if sp.issparse(self.Y) else self.Y

    def labels(self, predicted, codec):
        """Encode predicted labels as a 0/1 matrix like `Y`; unseen labels are not predicted."""
        P = encode_labels(predicted, codec)
        P = pad_columns(self._select_scored_samples(P).astype(np.int64), len(self.names), 0)
        if self.cell_weight is None:
            return P
        return (P.toarray() if sp.issparse(P) else P) * (self.cell_weight > 0)

    def scores(self, S):
        """Align scores with `Y`; unseen labels get a score below all others."""
        S = self._select_scored_samples(S)
        return pad_columns(S, len(self.names), np.nextafter(S.min(), -np.inf))

    def probabilities(self, S):
        """Align probabilities with `Y`; unseen labels get 0."""
        return pad_columns(self._select_scored_samples(S), len(self.names), 0)

    def _select_scored_samples(self, predicted):
        n_samples = self.Y.shape[0] if self.scored_samples is None else len(self.scored_samples)
        if predicted.shape != (n_samples, self.n_predicted):
            raise ValueError(
                f"The truth has {n_samples} samples and {self.n_predicted} labels, but the "
                f"predictions have the shape {predicted.shape}. Expected one row per sample and "
                "one column per label; name the columns with label_names= if the truth holds "
                "label sets."
            )
        return predicted if self.scored_samples is None else predicted[self.scored_samples]


# Vocabulary ----------------------------------------------------------------------------------


def named_codec(names):
    """Return a codec that matches label sets and DataFrames by name, arrays by position."""
    names = label_name_array(names)
    positional = np.array_equal(names, np.arange(len(names)))
    kind = "indicator" if positional else "sets"
    return TargetCodec(kind, names, container="frozenset", named=not positional)


def codec_of(estimator):
    """Return type and names of an estimator's labels; None if neither it nor a delegate has any."""
    for delegate in iter_delegates(estimator):
        codec = getattr(delegate, "targets_", None)
        if isinstance(codec, TargetCodec) and codec.multilabel:
            return codec
        if codec is None and getattr(delegate, "label_names_", None) is not None:
            return named_codec(delegate.label_names_)
    return None


def infer_codec(y_true, *, labels=None, scores=None, label_names=None):
    """Find the labels and their order from names, from DataFrames, or else from label sets.

    Parameters
    ----------
    y_true : multi-label target
    labels : predicted labels or None
    scores : predicted scores or None
    label_names : sequence or None
        Names of the columns; they come before all others.

    Returns
    -------
    codec : TargetCodec

    Raises
    ------
    ValueError
        If `y_true` is not multi-label.
    """
    vocabulary = None if label_names is None else check_vocabulary(label_names)
    reading = read_target(y_true, vocabulary=vocabulary)
    if reading.kind == "classes":
        raise ValueError(
            "The truth holds one class per row, but a multi-label target is needed: label sets or "
            "an indicator of 0 and 1. For 1-D classes use scikit-learn's metrics and scorers."
        )
    if vocabulary is not None:
        return named_codec(vocabulary)
    frames = [names for names in map(column_names, (scores, labels)) if names is not None]
    if frames or reading.kind == "frame":
        return named_codec(_check_column_names(frames[0] if frames else reading.names))
    if reading.kind != "sets":
        return named_codec(range(reading.values.shape[1]))
    rows = list(reading.values)
    if labels is not None:
        predicted = read_target(labels)
        rows += predicted.values if predicted.kind == "sets" else []
    return named_codec(learn_vocabulary(rows))


def _check_column_names(names):
    missing = [name for name in names if is_missing(name)]
    if missing:
        raise ValueError(
            f"A DataFrame has a column whose name is {missing[0]!r}. Name every column by its "
            "label."
        )
    return names


def extend_with_unseen(codec, y_true):
    """Add the labels to a codec that occur in the truth only."""
    reading = read_target(y_true, expected_kind=codec.kind)
    names = codec.label_names.tolist()
    if reading.kind == "sets":
        found = distinct_labels(reading.values)
    else:
        present = np.ravel(reading.values.sum(axis=0)) > 0
        found = {
            name for name, any_positive in zip(reading.names, present, strict=True) if any_positive
        }
    unseen = sorted(found - set(names), key=str)
    return TargetCodec(codec.kind, label_name_array([*names, *unseen]), container=codec.container)


# Truth, labels, scores -----------------------------------------------------------------------


def encode_truth(y_true, codec):
    """Encode the truth; labels outside of the vocabulary get columns at the end.

    Returns
    -------
    codec : TargetCodec
        With the unseen labels.
    encoded : EncodedTarget
    """
    encoded = codec.encode(y_true, on_unseen="count")
    if encoded.n_unseen.any():
        codec = extend_with_unseen(codec, y_true)
        encoded = codec.encode(y_true, on_unseen="count")
    return codec, encoded


def read_truth(y_true, codec, sample_weight=None):
    """Encode the truth and weigh its samples and cells.

    Parameters
    ----------
    y_true : multi-label target
        NaN marks cells that do not count.
    codec : TargetCodec
        Vocabulary of the predictions.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), or None
        Cells of weight 0 do not count.

    Returns
    -------
    truth : Truth

    Raises
    ------
    ValueError
        If the truth or the weights are invalid, or no cell counts.
    """
    full, encoded = encode_truth(y_true, codec)
    Y = encoded.Y.astype(np.int64)
    if sp.issparse(Y) and Y.shape[1] == 1:
        Y = Y.toarray()
    weight = codec.check_weights(sample_weight, Y.shape[0])
    rows, cells = _row_and_cell_weights(weight, encoded.known, Y.shape)
    if cells is not None:
        Y = (Y.toarray() if sp.issparse(Y) else Y) * (cells > 0)
    truth = Truth(Y, full.label_names.tolist(), codec.n_outputs, rows, cells)
    return truth if rows is None or rows.all() else _without_unscored(truth, rows > 0)


def _row_and_cell_weights(weight, known, shape):
    if known is None and (weight is None or weight.ndim == 1):
        return weight, None
    if weight is not None and weight.ndim == 2:
        unseen = np.repeat(weight.mean(axis=1, keepdims=True), shape[1] - weight.shape[1], axis=1)
        weight = np.hstack([weight, unseen])
    cells = cell_weights(weight, known, shape)
    return observed_row_weights(cells), cells


def _without_unscored(truth, scored):
    if not scored.any():
        raise ValueError("No cell of the truth is known and has a weight: nothing can be scored.")
    cells = truth.cell_weight
    return truth._replace(
        Y=truth.Y[scored],
        row_weight=truth.row_weight[scored],
        cell_weight=None if cells is None else cells[scored],
        scored_samples=scored,
    )


def encode_labels(predicted, codec):
    """Encode predicted labels of any type, (n_samples, n_labels)."""
    if (
        codec.n_outputs == 1
        and getattr(predicted, "ndim", 0) == 1
        and predicted.dtype.kind in "biuf"
    ):
        predicted = np.reshape(predicted, (-1, 1))
    encoded = codec.encode(predicted)
    if encoded.known is not None:
        raise ValueError("The predicted labels hold NaN. Expected 0 and 1, or label sets.")
    return encoded.Y


def pad_columns(M, width, fill):
    """Append columns of one value up to a width."""
    extra = width - M.shape[1]
    if not extra:
        return M
    if sp.issparse(M):
        return sp.csr_array((M.data, M.indices, M.indptr), shape=(M.shape[0], width))
    return np.pad(M, [(0, 0), (0, extra)], constant_values=fill)
