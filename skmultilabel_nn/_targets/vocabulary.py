"""Vocabularies: the labels found in a target, their order, their checks."""

import warnings
from collections import Counter
from collections.abc import Mapping
from numbers import Real

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from skmultilabel_nn._utils.text import did_you_mean, format_values, is_missing

from .reading import CONTAINERS

_SEPARATORS = "|;,"


def label_name_array(names):
    """Make an int64 array of integers, else an object array of the names as they were given."""
    plain = [name.item() if isinstance(name, np.generic) else name for name in names]
    if all(type(name) is int and abs(name) < 2**63 for name in plain):
        return np.array(plain, dtype=np.int64)
    return np.fromiter(plain, dtype=object, count=len(plain))


def check_vocabulary(classes):
    """Validate ``classes=`` and return its labels as a list."""
    if isinstance(classes, str | bytes | Mapping | set | frozenset) or np.ndim(classes) == 0:
        raise ValueError(
            "classes must be a list or array of labels, whose order is the order of the "
            f"columns; got {type(classes).__name__}."
        )
    labels = classes.tolist() if hasattr(classes, "tolist") else list(classes)
    for label in labels:
        _check_label(label, "classes")
    if not labels:
        raise ValueError("classes is empty. Give at least one label.")
    repeated = [label for label, count in Counter(labels).items() if count > 1]
    if repeated:
        raise ValueError(f"classes holds labels more than once: {format_values(repeated)}.")
    return labels


def name_columns(width, vocabulary):
    """Name the columns of an array by the vocabulary, or else by their numbers."""
    if vocabulary is None:
        return np.arange(width, dtype=np.int64)
    if len(vocabulary) != width:
        raise ValueError(
            f"classes has {len(vocabulary)} labels, but y has {width} columns. Give one label "
            "per column, in the order of the columns."
        )
    return label_name_array(vocabulary)


def learn_vocabulary(rows):
    """List the labels of label sets in ascending order."""
    labels = distinct_labels(rows)
    if not labels:
        raise ValueError(
            "The vocabulary is empty: no row of y has a label. Give the labels with classes=."
        )
    try:
        return sorted(labels)
    except TypeError:
        types = sorted({type(label).__name__ for label in labels})
        raise ValueError(
            f"The labels in y are of types that cannot be ordered: {format_values(types)}. Use "
            "one type for all labels, or fix their order with classes=."
        ) from None


def distinct_labels(rows):
    """Collect the labels of label sets, each one checked."""
    labels = set()
    for row in rows:
        try:
            labels.update(row)
        except TypeError:
            raise ValueError(
                f"The labels {row!r} in y are not all hashable. Labels must be strings or "
                "integers, and label sets must not be nested."
            ) from None
    for label in labels:
        _check_label(label, "y")
    return labels


def _check_label(label, where):
    if is_missing(label):
        raise ValueError(
            f"{where} holds the missing value {label!r} as a label. Leave it out; to say that a "
            "label is unknown for a row, use an indicator with NaN there."
        )
    if isinstance(label, float | np.floating) and not float(label).is_integer():
        raise ValueError(
            f"{where} holds the fraction {label} as a label. Labels must be strings or integers."
        )
    if isinstance(label, int | np.integer) and abs(int(label)) >= 2**63:
        raise ValueError(f"{where} holds the label {label}, beyond 64 bits. Make it a string.")
    if isinstance(label, bytes):
        raise ValueError(f"{where} holds bytes as a label: {label!r}. Decode them to strings.")
    if isinstance(label, (*CONTAINERS.values(), np.ndarray, Mapping)):
        raise ValueError(
            f"{where} holds {label!r} as a label. Labels must be strings or integers, and label "
            "sets must not be nested."
        )


def find_columns(labels, positions, what):
    """List the columns of labels that the parameter ``what`` names."""
    unknown = [label for label in labels if label not in positions]
    if not unknown:
        return [positions[label] for label in labels]
    hint = did_you_mean(unknown[0], positions, cutoff=0.6)
    raise ValueError(
        f"{what} names {format_values(unknown)}, not among the {len(positions)} labels "
        f"({format_values(positions)}).{hint}"
    )


def check_finite_number(number, what):
    """Convert an entry of the parameter ``what`` to float; refuse what is no finite number."""
    plain = number.item() if isinstance(number, np.generic) else number
    if isinstance(plain, bool) or not isinstance(plain, Real) or not np.isfinite(plain):
        raise ValueError(f"{what} must consist of finite numbers, got {plain!r}.")
    return float(plain)


def unique_classes(values):
    """Return the sorted classes, and the index of each value's class."""
    try:
        return np.unique(values, return_inverse=True)
    except TypeError:
        raise ValueError(
            "The class labels in y are of types that cannot be ordered. Use one type for all."
        ) from None


def learn_classes(values, vocabulary):
    """Check 1-D class labels and return the classes in ascending order."""
    check_classification_targets(values)
    distinct, _ = unique_classes(values)
    if values.dtype.kind in "OU":
        _warn_of_joined_labels(values)
    if vocabulary is None:
        return distinct
    ordered, _ = unique_classes(np.array(vocabulary, dtype=object))  # no silent str(number)
    return ordered if values.dtype.kind == "O" else np.array(ordered.tolist())


def _warn_of_joined_labels(values):
    """Warn if strings look like "a|b"."""
    distinct = {str(value) for value in values.tolist()}
    for separator in _SEPARATORS:
        if _look_joined(distinct, separator):
            example = next(value for value in sorted(distinct) if separator in value)
            warnings.warn(
                f"The class labels in y look like joined label lists, such as {example!r}. They "
                "are trained as classes, one per combination. For one output per label split "
                f'them: [set(s.split("{separator}")) for s in y].',
                UserWarning,
                stacklevel=4,
            )
            return


def _look_joined(values, separator):
    """Whether some values are lists of labels; commas also stand within one, "Washington, D.C."."""
    pieces = [{piece.strip() for piece in value.split(separator)} for value in values]
    joined = [parts for parts in pieces if len(parts) > 1]
    if separator != "," or not joined:
        return bool(joined)
    counts = Counter(piece for parts in pieces for piece in parts)
    recurring = [counts[piece] > 1 for piece in set().union(*joined)]
    spaced = any(", " in value for value in values)
    return not spaced or np.mean(recurring) >= 0.5
