"""Numbers per label, matched by name if there are names, else by position."""

from collections import Counter
from collections.abc import Mapping
from numbers import Real

import numpy as np

from skmultilabel_nn._utils.frames import column_names, frame_library
from skmultilabel_nn._utils.text import did_you_mean, format_value, format_values

from .frames import frame_values, series_values


def named_items(value, what):
    """Return the names and the values of a parameter with one value per label.

    Parameters
    ----------
    value : mapping, Series, DataFrame of one row, or anything else
        The index of a pandas Series names its values unless it is 0, 1, 2, ...; so do the columns
        of a DataFrame of one row.
    what : str
        Name of the parameter, for messages.

    Returns
    -------
    names : list or None
        None if `value` has no names.
    values : list, or what was given

    Raises
    ------
    ValueError
        If a name is not unique, or a DataFrame has not exactly one row.
    """
    if isinstance(value, Mapping):
        return list(value), list(value.values())
    library, is_frame = frame_library(value)
    if not library:
        return None, value
    if not is_frame:
        values = series_values(value, library)
        names = None if _is_positional(getattr(value, "index", None)) else value.index.tolist()
    else:
        values = frame_values(value, library)
        if len(values) != 1:
            raise ValueError(
                f"{what} is a DataFrame of {len(values)} rows. Expected one row with a column per "
                "label, or a Series whose index holds the labels."
            )
        values, names = values[0], _column_names(value)
    repeated = [name for name, count in Counter(names or ()).items() if count > 1]
    if repeated:
        raise ValueError(f"{what} names labels more than once: {format_values(repeated)}.")
    return names, values.tolist()


def _is_positional(index):
    """Return whether an index is a range of row numbers (or None)."""
    if index is None or callable(index):
        return True
    return getattr(index, "start", None) == 0 and getattr(index, "step", None) == 1


def _column_names(frame):
    """Return the column names of a DataFrame, None if they are a range."""
    names = column_names(frame)
    counted = [f"column_{j}" for j in range(len(names))]  # polars's own, for want of names
    if names == counted or _is_positional(getattr(frame, "columns", None)):
        return None
    return names


def find_columns(labels, positions, what):
    """Return the columns of the labels that the parameter ``what`` names."""
    unknown = [label for label in labels if label not in positions]
    if not unknown:
        return [positions[label] for label in labels]
    hint = did_you_mean(unknown[0], positions, cutoff=0.6)
    raise ValueError(
        f"{what} names {format_values(unknown)}, not among the {len(positions)} labels "
        f"({format_values(positions)}).{hint}"
    )


def check_finite_number(number, what):
    """Convert an entry of the parameter ``what`` to float; raise ValueError if it is not finite."""
    plain = number.item() if isinstance(number, np.generic) else number
    try:
        finite = isinstance(plain, Real) and not isinstance(plain, bool)
        result = float(plain) if finite else np.nan
    except OverflowError:
        result = np.inf
    if not np.isfinite(result):
        raise ValueError(f"{what} must consist of finite numbers, got {format_value(plain, 60)}.")
    return result


def numbers_per_label(value, positions, *, default, what):
    """Return one number per label; see `TargetCodec.per_label`."""
    numbers = np.full(len(positions), default, dtype=np.float64)
    names, values = named_items(value, what)
    if names is not None:
        columns = find_columns(names, positions, what)
        if not isinstance(value, Mapping):
            check_complete(names, positions, what)
        numbers[columns] = [check_finite_number(number, what) for number in values]
    elif isinstance(value, str | bytes):
        raise ValueError(
            f"{what} must be a number, a sequence or a mapping, got {format_value(value, 60)}."
        )
    elif np.ndim(values):
        if np.shape(values) != (len(positions),):
            raise ValueError(
                f"{what} has the shape {np.shape(values)}, but there are {len(positions)} "
                "labels. Give one number, one per label, or a mapping {label: number}."
            )
        numbers[:] = [check_finite_number(number, what) for number in values]
    elif value is not None:
        numbers[:] = check_finite_number(value, what)
    return numbers


def check_complete(names, positions, what):
    """Raise ValueError if labels are not among the names."""
    given = set(names)
    missing = [label for label in positions if label not in given]
    if missing:
        raise ValueError(
            f"{what} has names, but none for {len(missing)} of {len(positions)} labels: "
            f"{format_values(missing)}. Give all of them, or a mapping of some: {{label: number}}."
        )


def columns_by_label(values, positions, what):
    """Return the cells of a DataFrame with its columns in the order of the labels.

    Parameters
    ----------
    values : DataFrame of shape (n_samples, n_labels), or anything else
        Anything other than a DataFrame is returned unchanged.
    positions : dict
        Column of each label.
    what : str
        Name of the parameter, for messages.

    Returns
    -------
    ndarray of shape (n_samples, n_labels), or what was given

    Raises
    ------
    ValueError
        If the columns have other names than the labels.
    """
    library, is_frame = frame_library(values)
    if not is_frame:
        return values
    cells, names = frame_values(values, library), _column_names(values)
    if names is None:
        return cells
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated or set(names) != set(positions):
        raise ValueError(
            f"{what} has the columns {format_values(names)}, but the labels are "
            f"{format_values(positions)}. Name each column by its label, or pass an array whose "
            "columns are in the order of the labels; a Series or 1-D array holds one number per "
            "sample."
        )
    column = {name: j for j, name in enumerate(names)}
    return cells[:, [column[label] for label in positions]]
