"""Vocabularies: labels of a target, their order and their checks."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from skmultilabel_nn._utils.frames import column_names
from skmultilabel_nn._utils.text import format_value, format_values, is_missing

from .joined_labels import warn_of_joined_labels
from .target_reading import CONTAINERS


def label_name_array(names):
    """Return an int64 array of integers, else an object array of the unchanged names."""
    plain = [name.item() if isinstance(name, np.generic) else name for name in names]
    if all(type(name) is int and abs(name) < 2**63 for name in plain):
        return np.array(plain, dtype=np.int64)
    return np.fromiter(plain, dtype=object, count=len(plain))


# classes= ------------------------------------------------------------------------------------


def read_vocabulary(classes):
    """Read ``classes=``: the labels, or scikit-learn's `classes_` of a multi-label classifier.

    Parameters
    ----------
    classes : sequence of labels, array of shape (n_labels, 2), list of arrays, or None

    Returns
    -------
    vocabulary : list of labels, or None
        None if `classes` is None or gives only the number of labels.
    n_labels : int or None
        Number of labels, if `classes` holds the classes 0 and 1 of each.

    Raises
    ------
    ValueError
        If `classes` is neither.
    """
    if classes is None:
        return None, None
    items = _items(classes)
    if items and all(map(_is_zero_and_one, items)):
        return None, len(items)
    return check_vocabulary(items), None


def _items(classes):
    names = column_names(classes)
    if names is not None:
        return names
    unordered = isinstance(classes, str | bytes | Mapping | set | frozenset)
    if unordered or (not isinstance(classes, list | tuple) and np.ndim(classes) == 0):
        raise ValueError(
            "classes must be a list or array of labels, whose order is the order of the "
            f"columns; got {type(classes).__name__}."
        )
    for method in ("tolist", "to_pylist"):
        if hasattr(classes, method):
            return getattr(classes, method)()
    return list(classes)


def _is_zero_and_one(item):
    """Return whether an item is the classes of one label of a multi-label classifier."""
    if not isinstance(item, list | tuple | np.ndarray) or np.ndim(item) != 1:
        return False
    values = np.asarray(item)
    return values.dtype.kind in "biuf" and values.tolist() in ([0, 1], [0], [1])


def check_vocabulary(classes):
    """Validate ``classes=`` and return its labels as a list."""
    labels = _items(classes)
    for label in labels:
        _check_label(label, "classes")
    if not labels:
        raise ValueError("classes is empty. Give at least one label.")
    repeated = [label for label, count in Counter(labels).items() if count > 1]
    if repeated:
        raise ValueError(f"classes holds labels more than once: {format_values(repeated)}.")
    return labels


def name_columns(width, vocabulary):
    """Return the names of the columns: the vocabulary, or else their indices."""
    if vocabulary is None:
        return np.arange(width, dtype=np.int64)
    if len(vocabulary) != width:
        raise ValueError(
            f"classes has {len(vocabulary)} labels, but y has {width} columns. Give one label "
            "per column, in the order of the columns."
        )
    return label_name_array(vocabulary)


def is_cell_values(classes, width):
    """Return whether ``classes=`` is what `numpy.unique` makes of an indicator.

    That is what scikit-learn's `learning_curve` passes to `partial_fit`.
    """
    is_array = isinstance(classes, np.ndarray) and classes.ndim == 1
    return is_array and width != 2 and classes.tolist() in ([0, 1], [0], [1])


def check_number_of_labels(reading, n_labels):
    """Raise ValueError if a target does not have as many labels as ``classes=`` has pairs 0, 1."""
    if reading.kind in ("sets", "classes"):
        form = "label sets" if reading.kind == "sets" else "one class label per row"
        raise ValueError(
            f"classes holds the classes 0 and 1 of {n_labels} labels and not their names, but y "
            f"holds {form}. Give the names, as in classes=other.label_names_."
        )
    width = reading.values.shape[1]
    if width != n_labels:
        raise ValueError(
            f"classes has {n_labels} labels, but y has {width} columns. Give one label per column."
        )


# Labels of y ---------------------------------------------------------------------------------


def learn_vocabulary(rows, code="y"):
    """List the labels of label sets in ascending order; `code` as in `distinct_labels`."""
    labels = distinct_labels(rows, code)
    if not labels:
        raise ValueError(
            "The vocabulary is empty: no row of y has a label. Give the labels with classes=."
        )
    try:
        return sorted(labels)
    except TypeError:
        types = sorted({type(label).__name__ for label in labels})
        raise ValueError(
            f"The labels in y are of types that cannot be ordered: {format_values(types)}. Use one "
            "type for all labels, or fix their order with classes=."
        ) from None


def distinct_labels(rows, code="y"):
    """Collect the labels of label sets, each one checked.

    Parameters
    ----------
    rows : iterable of collections of labels
    code : str
        Code whose items are the rows, for messages.

    Raises
    ------
    ValueError
        If something cannot be a label.
    """
    labels = set()
    for row in rows:
        try:
            labels.update(row)
        except TypeError:
            raise ValueError(
                f"The labels {format_value(row, 60)} in y are not all hashable. Labels must be "
                "strings or integers, and label sets must not be nested."
            ) from None
    for label in labels:
        _check_label(label, "y", code)
    return labels


def _check_label(label, where, code="y"):
    text = format_value(label, 60)
    if is_missing(label):
        advice = "Remove it; to mark a label as unknown, use an indicator with NaN there"
        if where == "y":
            advice += (
                ". Of padded lists: `[[label for label in row if label is not None and "
                f"label == label] for row in {code}]`"
            )
        raise ValueError(f"{where} holds the missing value {text} as a label. {advice}.")
    if isinstance(label, float | np.floating) and not float(label).is_integer():
        raise ValueError(
            f"{where} holds the fraction {text} as a label. Labels must be strings or integers."
        )
    if isinstance(label, int | np.integer) and abs(int(label)) >= 2**63:
        raise ValueError(
            f"{where} holds the label {text}, which exceeds 64 bits. Convert it to a string."
        )
    if isinstance(label, bytes):
        raise ValueError(f"{where} holds bytes as a label: {text}. Decode them to strings.")
    if isinstance(label, str) and not label.strip():
        advice = "Remove it"
        if where == "y":
            advice += f": `[[label for label in row if label.strip()] for row in {code}]`"
        raise ValueError(f"{where} holds the empty string {text} as a label. {advice}.")
    if isinstance(label, (*CONTAINERS.values(), np.ndarray, Mapping)):
        raise ValueError(
            f"{where} holds {text} as a label. Labels must be strings or integers, and label "
            "sets must not be nested."
        )


# 1-D classes ---------------------------------------------------------------------------------


def unique_classes(values):
    """Return the sorted classes, and the index of each value's class."""
    try:
        return np.unique(values, return_inverse=True)
    except TypeError:
        raise ValueError(
            "The class labels in y have types that cannot be ordered. Use one type for all."
        ) from None


def learn_classes(values, vocabulary, rows="y"):
    """Check 1-D class labels and return the classes in ascending order."""
    check_classification_targets(values)
    distinct, _ = unique_classes(values)
    if values.dtype.kind in "OU":
        warn_of_joined_labels(distinct.tolist(), rows, stacklevel=3)
    if vocabulary is None:
        return distinct
    ordered, _ = unique_classes(np.array(vocabulary, dtype=object))  # no silent str(number)
    return ordered if values.dtype.kind == "O" else np.array(ordered.tolist())
