"""Encoding of any ``y`` as a 0/1 matrix, and decoding of predictions to the type of ``y``.

All other packages work on float32 matrices and a mask of known cells only.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse

from skmultilabel_nn._utils.text import format_values
from skmultilabel_nn._utils.weights import check_weights

from .decoding import decode_frame, decode_sets
from .encoding import EncodedTarget as EncodedTarget
from .encoding import (
    encode_classes,
    encode_columns,
    encode_frame,
    encode_sets,
)
from .joined_labels import warn_of_joined_items
from .label_sets import label_sets as label_sets  # the path by which stored objects name it
from .label_values import columns_by_label, numbers_per_label
from .reading import read_target
from .vocabulary import (
    check_number_of_labels,
    is_cell_values,
    label_name_array,
    learn_classes,
    learn_vocabulary,
    name_columns,
    read_vocabulary,
)


def learn_targets(y, *, classes=None):
    """Learn type and vocabulary of ``y``, and encode it.

    Parameters
    ----------
    y : target of any of the types below
        * label sets: list, tuple, 1-D object array, pandas, polars or pyarrow Series of sets,
          frozensets, lists, tuples or arrays of labels. Equally long lists of 0 and 1 are an
          indicator, as in scikit-learn;
        * indicator: array (n_samples, n_labels) of 0 and 1, NaN for unknown, any dtype; scipy
          sparse matrix or array (without NaN); pandas or polars DataFrame or pyarrow Table, whose
          column names are the labels;
        * 1-D class labels: strings, integers, booleans. An (n_samples, 1) column of strings or
          of more than two whole numbers is raveled to these, with a DataConversionWarning.
    classes : sequence of labels, array of shape (n_labels, 2) or list of arrays, optional
        Fixes the vocabulary and its order. Names the columns of arrays and sparse matrices.
        For 1-D class labels the order is always ascending, because scikit-learn's scorers read
        the columns of ``predict_proba`` in that order. The `classes_` of a multi-label classifier,
        0 and 1 for each label, only fix the number of columns.

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
    vocabulary, n_labels = read_vocabulary(classes)
    reading = read_target(y, vocabulary=vocabulary)
    if n_labels is not None:
        check_number_of_labels(reading, n_labels)
    unnamed = reading.kind in ("indicator", "sparse")
    if unnamed and is_cell_values(classes, reading.values.shape[1]):
        vocabulary = None
    if reading.kind == "classes":
        names = learn_classes(reading.values, vocabulary, reading.rows)
    elif reading.kind == "sets":
        names = label_name_array(vocabulary or learn_vocabulary(reading.values, reading.rows))
        if vocabulary is None:
            warn_of_joined_items(reading.values, reading.rows, stacklevel=3)
    elif reading.kind == "frame":
        names = label_name_array(vocabulary or reading.names)
    else:
        names = name_columns(reading.values.shape[1], vocabulary)
    named = not unnamed or vocabulary is not None
    codec = TargetCodec(reading.kind, names, container=reading.container, named=named)
    return codec, codec.encode_reading(reading, on_unseen="raise")


@dataclass(eq=False)
class TargetCodec:
    """Type and vocabulary of a target; converts between it and 0/1 matrices.

    Created by `learn_targets`. Consists of plain strings and arrays only.

    Attributes
    ----------
    kind : {"sets", "indicator", "sparse", "frame", "classes"}
        The type of the target that was learned.
    label_names : ndarray of shape (n_outputs,)
        Label names in column order; for 1-D targets the classes. Column numbers for an array
        without names.
    container : str
        What `decode` returns: the type of a label set, the library of a DataFrame, or "matrix" or
        "array" for sparse targets.
    named : bool
        False if the label names are column numbers.

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

        All multi-label types are accepted, whichever was learned: sets are matched by label,
        DataFrames by column name, arrays and sparse matrices by position.

        Parameters
        ----------
        y : target
            As in `learn_targets`.
        on_unseen : {"raise", "count"}
            Whether labels outside the vocabulary raise an error or are counted per row.

        Returns
        -------
        encoded : EncodedTarget

        Raises
        ------
        ValueError
            If ``y`` is invalid, of the wrong type or width, or holds unseen labels with
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
        expected_kind = self.kind
        if expected_kind == "sets" and not {0, 1} & set(self.label_names.tolist()):
            expected_kind = "indicator"  # zeros and ones are no labels here
        return self.encode_reading(read_target(y, expected_kind=expected_kind), on_unseen)

    def class_labels(self, y):
        """Read the class labels of a 1-D target, which may be unknown to the codec.

        Parameters
        ----------
        y : 1-D target

        Returns
        -------
        ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If ``y`` does not hold one class label per row.
        """
        reading = read_target(y, expected_kind="classes")
        self._check_kind(reading)
        return reading.values

    def check_classes(self, classes):
        """Check that ``classes=`` is the vocabulary that was learned.

        Parameters
        ----------
        classes : sequence of labels, array of shape (n_labels, 2), list of arrays, or None
            As in `learn_targets`; None is always accepted.

        Raises
        ------
        ValueError
            If the labels differ; for arrays and sparse matrices, whose columns have no names, also
            if their order differs.
        """
        if classes is None:
            return
        vocabulary, n_labels = read_vocabulary(classes)
        names = self.label_names.tolist()
        if n_labels is not None:
            same = self.multilabel and n_labels == self.n_outputs
        elif self.kind in ("indicator", "sparse"):
            same = vocabulary == names or is_cell_values(classes, len(names))
        else:
            same = set(vocabulary) == set(names)
        if not same:
            given = vocabulary if n_labels is None else [[0, 1]] * n_labels
            raise ValueError(
                f"classes=[{format_values(given)}] is not the vocabulary of the first call, "
                f"[{format_values(names)}]. Omit classes, or call fit to start again."
            )

    def _check_kind(self, reading):
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

    def encode_reading(self, reading, on_unseen):
        """Encode a target that `read_target` has read; otherwise as `encode`."""
        self._check_kind(reading)
        positions = self._positions
        if reading.kind == "classes":
            return encode_classes(reading.values, positions, on_unseen)
        if reading.kind == "sets":
            return encode_sets(reading.values, positions, on_unseen)
        if reading.kind == "frame" and (self.named or set(reading.names) & positions.keys()):
            return encode_frame(reading, positions, on_unseen)
        return encode_columns(reading, positions, on_unseen)

    @property
    def _positions(self):
        return {name: i for i, name in enumerate(self.label_names.tolist())}

    def decode(self, indicator, *, index=None):
        """Convert a 0/1 matrix to the type of the learned target.

        Parameters
        ----------
        indicator : ndarray or scipy sparse, shape (n_samples, n_outputs)
            0/1. For 1-D targets one-hot, or class indices of shape (n_samples,).
        index : pandas Index, optional
            Index of the DataFrame; a RangeIndex if not given. Only used for pandas.

        Returns
        -------
        y : ndarray, csr_matrix, csr_array or DataFrame
            Label sets: object array (n_samples,) of the learned type of collection, lists and
            tuples in column order. Indicators, sparse matrices (CSR) and DataFrames: int64.
            1-D targets: (n_samples,), of the dtype of the classes.

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
            predicted = indicator if indicator.ndim == 1 else indicator.argmax(axis=1)
            return self.label_names[np.asarray(predicted).ravel()]
        if self.kind == "sets":
            return decode_sets(indicator, self.label_names.tolist(), self.container)
        if self.kind == "sparse":
            kind = "csr_array" if self.container == "array" else "csr_matrix"
            return getattr(scipy.sparse, kind)(indicator, dtype=np.int64)
        if scipy.sparse.issparse(indicator):
            indicator = indicator.toarray()
        indicator = indicator.astype(np.int64)
        if self.kind == "indicator":
            return indicator
        return decode_frame(indicator, self.label_names.tolist(), self.container, index)

    def per_label(self, value, *, default, what):
        """Return one number per label.

        Parameters
        ----------
        value : number, sequence of n_outputs numbers, mapping {label: number}, or None
            Also a pandas Series, whose index holds the labels in any order (unless it is a range),
            and a DataFrame of one row with one column per label.
        default : number
            Value for None, and for labels that the mapping does not name.
        what : str
            Name of the parameter, for messages.

        Returns
        -------
        numbers : ndarray of float64, shape (n_outputs,)

        Raises
        ------
        ValueError
            If the length is wrong, a label is unknown or missing from an index, or a value is not a
            finite number.

        Examples
        --------
        >>> from skmultilabel_nn._targets.codec import learn_targets
        >>> codec, _ = learn_targets([{"a"}, {"b"}])
        >>> codec.per_label({"b": 0.3}, default=0.5, what="threshold")
        array([0.5, 0.3])
        """
        return numbers_per_label(value, self._positions, default=default, what=what)

    def order_columns(self, values, what):
        """Return the cells of a DataFrame with its columns in the order of the labels.

        As `columns_by_label`, with the labels of the codec; 1-D targets leave all unchanged.

        Examples
        --------
        >>> import pandas as pd
        >>> from skmultilabel_nn._targets.codec import learn_targets
        >>> codec, _ = learn_targets([{"a"}, {"b"}])
        >>> codec.order_columns(pd.DataFrame({"b": [2], "a": [1]}), "sample_weight")
        array([[1, 2]])
        """
        return columns_by_label(values, self._positions, what) if self.multilabel else values

    def check_weights(self, sample_weight, n_samples):
        """Check weights of samples or cells; columns of a DataFrame are matched by label.

        As `skmultilabel_nn._utils.weights.check_weights`; for 1-D targets of shape (n_samples,).
        """
        weight = self.order_columns(sample_weight, "sample_weight")
        return check_weights(weight, n_samples, self.n_outputs if self.multilabel else None)
