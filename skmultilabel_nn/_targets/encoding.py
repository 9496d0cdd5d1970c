"""Encoding of targets as 0/1 matrices, by a vocabulary."""

from typing import NamedTuple

import numpy as np
import scipy.sparse
from sklearn.preprocessing import MultiLabelBinarizer

from skmultilabel_nn._utils.text import format_values

from .vocabulary import distinct_labels, unique_classes

_MAX_DENSE_LABELS = 1024  # beyond it a dense one-hot or label-set matrix is mostly zeros


class EncodedTarget(NamedTuple):
    """Target encoded as a 0/1 matrix.

    Attributes
    ----------
    Y : ndarray or scipy.sparse.csr_array of float32, shape (n_samples, n_outputs)
        0/1; one-hot for 1-D class labels. It may share memory with the user's ``y``: do not write
        to it.
    known : ndarray of bool, shape (n_samples, n_outputs), or None
        False where the label is unknown (``Y`` is 0 there). None: every cell is known.
    n_unseen : ndarray of int64, shape (n_samples,), or None
        Number of labels of each row that are not among the labels of the codec; only with
        ``on_unseen="count"``.
    unseen : list
        These labels, each once; only with ``on_unseen="count"``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn._targets.codec import learn_targets
    >>> _, encoded = learn_targets(np.array([[1.0, np.nan], [0.0, 1.0]]))
    >>> encoded.known
    array([[ True, False],
           [ True,  True]])
    """

    Y: np.ndarray | scipy.sparse.csr_array
    known: np.ndarray | None = None
    n_unseen: np.ndarray | None = None
    unseen: list | tuple = ()


def encode_classes(values, positions, on_unseen):
    """Encode 1-D class labels as one-hot rows.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
    positions : dict of label to column
    on_unseen : {"raise", "count"}

    Returns
    -------
    EncodedTarget
    """
    distinct, inverse = unique_classes(values)
    columns = np.array([positions.get(label, -1) for label in distinct.tolist()])
    unseen = distinct[columns < 0].tolist()
    if on_unseen == "raise":
        _refuse_unseen(unseen, positions)
    columns = columns[inverse]
    seen = columns >= 0
    indptr = np.concatenate([[0], np.cumsum(seen)])
    data = np.ones(indptr[-1], dtype=np.float32)
    shape = (len(values), len(positions))
    Y = scipy.sparse.csr_array((data, columns[seen], indptr), shape=shape)
    return _encoded(Y, on_unseen, (~seen).astype(np.int64), unseen)


def encode_sets(rows, positions, on_unseen):
    """Encode label sets; parameters as in `encode_classes`."""
    unseen = distinct_labels(rows) - positions.keys()
    n_unseen = np.zeros(len(rows), dtype=np.int64)
    if unseen:
        if on_unseen == "raise":
            _refuse_unseen(unseen, positions)
        n_unseen[:] = [len(unseen.intersection(row)) for row in rows]
        rows = [[label for label in row if label in positions] for row in rows]
    binarizer = MultiLabelBinarizer(classes=list(positions), sparse_output=True)
    Y = scipy.sparse.csr_array(binarizer.fit(()).transform(rows), dtype=np.float32)
    Y.sort_indices()
    return _encoded(Y, on_unseen, n_unseen, sorted(unseen, key=str))


def _encoded(Y, on_unseen, n_unseen, unseen):
    if Y.shape[1] <= _MAX_DENSE_LABELS:
        Y = Y.toarray()
    return EncodedTarget(Y, None, n_unseen if on_unseen == "count" else None, unseen)


def encode_columns(reading, positions, on_unseen):
    """Encode an indicator by position; parameters as in `encode_classes`."""
    width = reading.values.shape[1]
    if width != len(positions):
        raise ValueError(
            f"y has {width} column(s), but there are {len(positions)} labels "
            f"({format_values(positions)}). Expected one column per label, in this order."
        )
    n_unseen = np.zeros(reading.values.shape[0], dtype=np.int64)
    return EncodedTarget(reading.values, reading.known, n_unseen if on_unseen == "count" else None)


def encode_frame(reading, positions, on_unseen):
    """Encode a DataFrame by the names of its columns; parameters as in `encode_classes`."""
    columns = {name: i for i, name in enumerate(reading.names)}
    missing = [name for name in positions if name not in columns]
    if missing:
        raise ValueError(
            f"y has no column for {len(missing)} of {len(positions)} labels: "
            f"{format_values(missing)}. Fill columns of unknown labels with NaN."
        )
    extra = [name for name in columns if name not in positions]
    n_unseen, unseen = None, []
    if on_unseen == "raise":
        _refuse_unseen(extra, positions)
    else:
        beyond = reading.values[:, [columns[name] for name in extra]]
        n_unseen = beyond.sum(axis=1).astype(np.int64)
        unseen = [name for name, occurs in zip(extra, beyond.any(axis=0), strict=True) if occurs]
    order = [columns[name] for name in positions]
    if order == list(range(len(columns))):
        return EncodedTarget(reading.values, reading.known, n_unseen, unseen)
    known = None if reading.known is None else reading.known[:, order]
    Y = np.ascontiguousarray(reading.values[:, order])
    known = None if known is None or known.all() else known
    return EncodedTarget(Y, known, n_unseen, unseen)


def _refuse_unseen(unseen, positions):
    if len(unseen):
        raise ValueError(
            f"y holds {len(unseen)} label(s) that are not among the {len(positions)} known "
            f"labels ({format_values(positions)}): {format_values(sorted(unseen, key=str))}. Give "
            "the full vocabulary with classes=."
        )
