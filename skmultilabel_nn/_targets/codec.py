"""Targets in, targets out: any ``y`` to a 0/1 matrix, and predictions back to the form of ``y``.

Everything after this module sees float32 matrices and a mask of known cells only.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse
from sklearn.preprocessing import MultiLabelBinarizer

from skmultilabel_nn._utils.text import format_values

from .label_set import LabelSet
from .reading import CONTAINERS, read_target
from .vocabulary import (
    check_finite_number,
    check_vocabulary,
    distinct_labels,
    find_columns,
    label_name_array,
    learn_classes,
    learn_vocabulary,
    name_columns,
    unique_classes,
)

_MAX_DENSE_LABELS = 1024  # beyond it a dense one-hot or label-set matrix is mostly zeros


class EncodedTarget(NamedTuple):
    """A target as numbers.

    Attributes
    ----------
    Y : ndarray or scipy.sparse.csr_array of float32, shape (n_samples, n_outputs)
        0/1; one-hot for 1-D class labels. It may share memory with the ``y`` given: do not
        write to it.
    known : ndarray of bool, shape (n_samples, n_outputs), or None
        False where the label is unknown (``Y`` is 0 there). None: every cell is known.
    n_unseen : ndarray of int64, shape (n_samples,), or None
        Labels of each row that are not among the labels of the codec; only with
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


def learn_targets(y, *, classes=None):
    """Learn form and vocabulary of ``y``, and encode it.

    Parameters
    ----------
    y : target in any of the forms below
        * label sets: list, tuple, 1-D object array, pandas or polars Series of sets,
          frozensets, lists or tuples of labels. A plain list of equally long lists of 0 and 1
          is an indicator, as in scikit-learn;
        * indicator: array (n_samples, n_labels) of 0 and 1, NaN for unknown, any dtype; scipy
          sparse matrix or array (without NaN); pandas or polars DataFrame, whose column names
          are the labels;
        * 1-D class labels: strings, integers, booleans. An (n_samples, 1) column of strings or
          of more than two whole numbers is raveled to these, with a DataConversionWarning.
    classes : sequence of labels, optional
        Fixes the vocabulary and its order. Names the columns of arrays and sparse matrices.
        For 1-D class labels the order is always ascending, because scikit-learn's scorers read
        the columns of ``predict_proba`` in that order.

    Returns
    -------
    codec : TargetCodec
    encoded : EncodedTarget

    Raises
    ------
    ValueError
        If ``y`` cannot be trained on, or holds labels outside ``classes``.

    Examples
    --------
    >>> from skmultilabel_nn._targets.codec import learn_targets
    >>> codec, encoded = learn_targets([{"cat"}, {"cat", "dog"}, set()])
    >>> codec.label_names
    array(['cat', 'dog'], dtype=object)
    >>> encoded.Y
    array([[1., 0.],
           [1., 1.],
           [0., 0.]], dtype=float32)
    >>> codec.decode(encoded.Y)[1] == {"cat", "dog"}
    True
    """
    reading = read_target(y)
    vocabulary = None if classes is None else check_vocabulary(classes)
    if reading.kind == "classes":
        names = learn_classes(reading.values, vocabulary)
    elif reading.kind == "sets":
        names = label_name_array(vocabulary or learn_vocabulary(reading.values))
    elif reading.kind == "frame":
        names = label_name_array(vocabulary or reading.names)
    else:
        names = name_columns(reading.values.shape[1], vocabulary)
    named = reading.kind not in ("indicator", "sparse") or vocabulary is not None
    codec = TargetCodec(reading.kind, names, container=reading.container, named=named)
    return codec, codec.encode_reading(reading, on_unseen="raise")


def label_sets(y):
    """Wrap multi-label targets into an object array of frozensets that cannot be sorted.

    scikit-learn refuses lists of label lists wherever it looks at ``y`` (``cv=5``, for
    instance); it lets this form through, with estimators and scorers that understand it.

    Parameters
    ----------
    y : label sets, indicator, sparse matrix or frame
        The labels of an array are its column numbers, those of a frame its column names.

    Returns
    -------
    sets : ndarray of frozenset, shape (n_samples,), dtype object

    Raises
    ------
    ValueError
        If ``y`` holds 1-D class labels, or unknown cells, which sets cannot express.

    See Also
    --------
    skmultilabel_nn.model_selection.cross_val_predict : Out-of-fold predictions.
    skmultilabel_nn.model_selection.train_test_split : One stratified split.

    Notes
    -----
    Searches, `cross_validate`, `cross_val_score`, `learning_curve`, `validation_curve`,
    `permutation_test_score` and `permutation_importance` of scikit-learn work with these sets. Its
    `cross_val_predict` does for ``method="predict"``; for probabilities it sorts the items of `y`
    to number them as classes, and so do `train_test_split` with `stratify`, `LabelEncoder`,
    `compute_class_weight` and others. Plain sets and frozensets then give, without a word, a
    column for each *combination* of labels. The sets made here raise a TypeError instead, that
    label sets have no order (`LabelEncoder` raises its own after it, "Encoders require their input
    argument must be uniformly strings or numbers").

    Examples
    --------
    >>> from skmultilabel_nn import label_sets
    >>> label_sets([["a", "b"], ["b"], []]).tolist() == [{"a", "b"}, {"b"}, set()]
    True
    """
    reading = read_target(y)
    if reading.kind == "classes":
        raise ValueError(
            "y holds one class label per row, not label sets; a lone string is not a set of "
            "characters. Wrap them, as in [{label} for label in y], or split them first."
        )
    if reading.known is not None:
        raise ValueError("y has unknown cells (NaN), which label sets cannot express.")
    if reading.kind == "sets":
        distinct_labels(reading.values)
        items = map(LabelSet, reading.values)
        return np.fromiter(items, dtype=object, count=len(reading.values))
    names = reading.names or range(reading.values.shape[1])
    return TargetCodec("sets", label_name_array(names), container="label_set").decode(
        reading.values
    )


@dataclass(eq=False)
class TargetCodec:
    """Form and vocabulary of a target; translates between it and 0/1 matrices.

    Made by `learn_targets`. Holds plain strings and arrays only.

    Attributes
    ----------
    kind : {"sets", "indicator", "sparse", "frame", "classes"}
        The form of the target that was learned.
    label_names : ndarray of shape (n_outputs,)
        Label names in column order; for 1-D targets the classes. Column numbers where an array
        came without names.
    container : str
        What `decode` makes: the type of a label set, the library of a frame, or "matrix" or
        "array" for sparse targets.
    named : bool
        False if the label names are column numbers for want of names.

    Examples
    --------
    >>> from skmultilabel_nn._targets.codec import learn_targets
    >>> codec, _ = learn_targets([["b"], ["a", "b"]])
    >>> codec.kind, codec.n_outputs, codec.multilabel
    ('sets', 2, True)
    >>> codec.decode([[1, 1]])[0]
    ['a', 'b']
    """

    kind: str
    label_names: np.ndarray
    container: str = ""
    named: bool = True

    @property
    def multilabel(self):
        """bool: False only for 1-D class labels."""
        return self.kind != "classes"

    @property
    def n_outputs(self):
        """int: number of labels, or of classes."""
        return len(self.label_names)

    @property
    def classes(self):
        """ndarray: the classes of a 1-D target; else [0, 1] per label, (n_outputs, 2) int64."""
        if not self.multilabel:
            return self.label_names
        return np.tile(np.array([0, 1], dtype=np.int64), (self.n_outputs, 1))

    def encode(self, y, *, on_unseen="raise"):
        """Encode a target by the learned vocabulary.

        Every multi-label form is accepted whichever was learned: sets are matched by label,
        frames by column name, arrays and sparse matrices by position.

        Parameters
        ----------
        y : target
            As in `learn_targets`.
        on_unseen : {"raise", "count"}
            What to do with labels outside the vocabulary: raise, or count them per row.

        Returns
        -------
        encoded : EncodedTarget

        Raises
        ------
        ValueError
            If ``y`` is invalid, of the wrong form or width, or holds unseen labels with
            ``on_unseen="raise"``.

        Examples
        --------
        >>> from skmultilabel_nn._targets.codec import learn_targets
        >>> codec, _ = learn_targets([{"a"}, {"b"}])
        >>> encoded = codec.encode([{"b", "z"}], on_unseen="count")
        >>> encoded.Y, encoded.n_unseen
        (array([[0., 1.]], dtype=float32), array([1]))
        """
        if on_unseen not in ("raise", "count"):
            raise ValueError(f"on_unseen must be 'raise' or 'count', got {on_unseen!r}.")
        like = self.kind
        if like == "sets" and not {0, 1} & set(self.label_names.tolist()):
            like = None  # zeros and ones are no labels here, so lists of them are an indicator
        return self.encode_reading(read_target(y, like=like), on_unseen)

    def encode_reading(self, reading, on_unseen):
        """Encode a target that `read_target` has read; otherwise as `encode`."""
        if self.multilabel and reading.kind == "classes":
            raise ValueError(
                "y holds one class label per row, but the target is multi-label, with "
                f"{self.n_outputs} labels ({format_values(self.label_names)}). Expected label "
                f"sets, or an indicator of 0 and 1 with {self.n_outputs} column(s)."
            )
        if not self.multilabel and reading.kind != "classes":
            raise ValueError(
                f"y is multi-label ({reading.kind}), but the target has one class label per row "
                f"(classes {format_values(self.label_names)}). Expected a 1-D array of these."
            )
        if reading.kind == "classes":
            return self._encode_classes(reading.values, on_unseen)
        if reading.kind == "sets":
            return self._encode_sets(reading.values, on_unseen)
        if reading.kind == "frame" and (self.named or set(reading.names) & self._positions.keys()):
            return self._encode_frame(reading, on_unseen)
        return self._encode_columns(reading, on_unseen)

    @property
    def _positions(self):
        return {name: i for i, name in enumerate(self.label_names.tolist())}

    def _encode_classes(self, values, on_unseen):
        distinct, inverse = unique_classes(values)
        positions = self._positions
        columns = np.array([positions.get(label, -1) for label in distinct.tolist()])
        unseen = distinct[columns < 0].tolist()
        if on_unseen == "raise":
            self._refuse_unseen(unseen)
        columns = columns[inverse]
        seen = columns >= 0
        indptr = np.concatenate([[0], np.cumsum(seen)])
        data = np.ones(indptr[-1], dtype=np.float32)
        shape = (len(values), self.n_outputs)
        Y = scipy.sparse.csr_array((data, columns[seen], indptr), shape=shape)
        return self._encoded(Y, on_unseen, (~seen).astype(np.int64), unseen)

    def _encode_sets(self, rows, on_unseen):
        names = self.label_names.tolist()
        vocabulary = set(names)
        unseen = distinct_labels(rows) - vocabulary
        n_unseen = np.zeros(len(rows), dtype=np.int64)
        if unseen:
            if on_unseen == "raise":
                self._refuse_unseen(unseen)
            n_unseen[:] = [len(unseen.intersection(row)) for row in rows]
            rows = [vocabulary.intersection(row) for row in rows]
        binarizer = MultiLabelBinarizer(classes=names, sparse_output=True)
        Y = scipy.sparse.csr_array(binarizer.fit(()).transform(rows), dtype=np.float32)
        Y.sort_indices()
        return self._encoded(Y, on_unseen, n_unseen, sorted(unseen, key=str))

    def _encoded(self, Y, on_unseen, n_unseen, unseen):
        if self.n_outputs <= _MAX_DENSE_LABELS:
            Y = Y.toarray()
        return EncodedTarget(Y, None, n_unseen if on_unseen == "count" else None, unseen)

    def _encode_columns(self, reading, on_unseen):
        width = reading.values.shape[1]
        if width != self.n_outputs:
            raise ValueError(
                f"y has {width} column(s), but there are {self.n_outputs} labels "
                f"({format_values(self.label_names)}). Expected one column per label, in this "
                "order."
            )
        n_unseen = np.zeros(reading.values.shape[0], dtype=np.int64)
        return EncodedTarget(
            reading.values, reading.known, n_unseen if on_unseen == "count" else None
        )

    def _encode_frame(self, reading, on_unseen):
        columns = {name: i for i, name in enumerate(reading.names)}
        positions = self._positions
        missing = [name for name in positions if name not in columns]
        if missing:
            raise ValueError(
                f"y has no column for {len(missing)} of {self.n_outputs} labels: "
                f"{format_values(missing)}. Fill columns of unknown labels with NaN."
            )
        extra = [name for name in columns if name not in positions]
        n_unseen, unseen = None, []
        if on_unseen == "raise":
            self._refuse_unseen(extra)
        else:
            beyond = reading.values[:, [columns[name] for name in extra]]
            n_unseen = beyond.sum(axis=1).astype(np.int64)
            unseen = [
                name for name, occurs in zip(extra, beyond.any(axis=0), strict=True) if occurs
            ]
        order = [columns[name] for name in positions]
        if order == list(range(len(columns))):
            return EncodedTarget(reading.values, reading.known, n_unseen, unseen)
        known = None if reading.known is None else reading.known[:, order]
        Y = np.ascontiguousarray(reading.values[:, order])
        known = None if known is None or known.all() else known
        return EncodedTarget(Y, known, n_unseen, unseen)

    def _refuse_unseen(self, unseen):
        if len(unseen):
            raise ValueError(
                f"y holds {len(unseen)} label(s) that are not among the {self.n_outputs} known "
                f"labels ({format_values(self.label_names)}): "
                f"{format_values(sorted(unseen, key=str))}. Give the full vocabulary with classes=."
            )

    def decode(self, indicator, *, index=None):
        """Turn a 0/1 matrix into the form that the learned target had.

        Parameters
        ----------
        indicator : ndarray or scipy sparse, shape (n_samples, n_outputs)
            0/1. For 1-D targets one-hot, or class indices of shape (n_samples,).
        index : pandas Index, optional
            Index of the DataFrame; a RangeIndex if not given. Only used for pandas frames.

        Returns
        -------
        y : ndarray, csr_matrix, csr_array or DataFrame
            Label sets: object array (n_samples,) of the learned kind of collection, lists and
            tuples in column order. Indicators, sparse matrices (CSR) and frames: int64.
            1-D targets: (n_samples,), of the classes' dtype.

        Examples
        --------
        >>> import numpy as np
        >>> from skmultilabel_nn._targets.codec import learn_targets
        >>> codec, _ = learn_targets(np.array(["red", "green", "red"]))
        >>> codec.decode([1, 0]).tolist()
        ['red', 'green']
        """
        if not scipy.sparse.issparse(indicator):
            indicator = np.asarray(indicator)
        if self.kind == "classes":
            chosen = indicator if indicator.ndim == 1 else indicator.argmax(axis=1)
            return self.label_names[np.asarray(chosen).ravel()]
        if self.kind == "sets":
            return self._decode_sets(indicator)
        if self.kind == "sparse":
            kind = "csr_array" if self.container == "array" else "csr_matrix"
            return getattr(scipy.sparse, kind)(indicator, dtype=np.int64)
        if scipy.sparse.issparse(indicator):
            indicator = indicator.toarray()
        indicator = indicator.astype(np.int64)
        return indicator if self.kind == "indicator" else self._decode_frame(indicator, index)

    def _decode_sets(self, indicator):
        Y = scipy.sparse.csr_array(indicator, copy=True)
        Y.eliminate_zeros()
        Y.sort_indices()
        names = self.label_names.tolist()
        labels = [names[column] for column in Y.indices.tolist()]
        container = CONTAINERS[self.container]
        ends = Y.indptr.tolist()
        items = (container(labels[a:b]) for a, b in itertools.pairwise(ends))
        return np.fromiter(items, dtype=object, count=Y.shape[0])

    def _decode_frame(self, indicator, index):
        names = self.label_names.tolist()
        if self.container == "polars":
            import polars  # noqa: PLC0415 (optional)

            return polars.DataFrame(indicator, schema=names, orient="row")
        import pandas  # noqa: PLC0415 (optional)

        return pandas.DataFrame(indicator, columns=pandas.Index(names), index=index)

    def per_label(self, value, *, default, what):
        """Give one number per label.

        Parameters
        ----------
        value : number, sequence of n_outputs numbers, mapping {label: number}, or None
        default : number
            For labels that the mapping leaves out, and for None.
        what : str
            Name of the parameter, for messages.

        Returns
        -------
        numbers : ndarray of float64, shape (n_outputs,)

        Raises
        ------
        ValueError
            If the length is wrong, a label is unknown, or a value is not a finite number.

        Examples
        --------
        >>> from skmultilabel_nn._targets.codec import learn_targets
        >>> codec, _ = learn_targets([{"a"}, {"b"}])
        >>> codec.per_label({"b": 0.3}, default=0.5, what="threshold")
        array([0.5, 0.3])
        """
        numbers = np.full(self.n_outputs, default, dtype=np.float64)
        if isinstance(value, Mapping):
            columns = find_columns(value, self._positions, what)
            numbers[columns] = [check_finite_number(number, what) for number in value.values()]
        elif isinstance(value, str | bytes):
            raise ValueError(f"{what} must be a number, a sequence or a mapping, got {value!r}.")
        elif np.ndim(value):
            if np.shape(value) != (self.n_outputs,):
                raise ValueError(
                    f"{what} has the shape {np.shape(value)}, but there are {self.n_outputs} "
                    "labels. Give one number, one per label, or a mapping {label: number}."
                )
            numbers[:] = [check_finite_number(number, what) for number in value]
        elif value is not None:
            numbers[:] = check_finite_number(value, what)
        return numbers
