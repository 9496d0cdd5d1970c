"""Values as short text for messages."""

from difflib import get_close_matches
from itertools import islice

import numpy as np


def is_missing(value):
    """Return whether a value is missing (None, NaN, NaT, ``pandas.NA``)."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def format_value(value, max_length=200):
    """Return the representation of a value for a message, truncated to a readable length."""
    value = value.item() if isinstance(value, np.generic) else value
    try:
        text = repr(value)
    except Exception:  # Python does not print very long integers; user classes may raise anything
        return f"<{type(value).__name__}>"
    if len(text) <= max_length:
        return text
    return f"{text[:max_length]}... ({len(text)} characters)"


def format_values(values, limit=5):
    """List the first few values for an error message."""
    first = list(islice(values, limit + 1))
    listed = ", ".join(format_value(value, max_length=60) for value in first[:limit])
    return listed + (", ..." if len(first) > limit else "")


def format_options(options):
    """List allowed values as ``'a', 'b' or 'c'``."""
    *others, last = map(repr, options)
    return f"{', '.join(others)} or {last}" if others else last


def did_you_mean(given, known, *, cutoff=0.4):
    """Return " Did you mean 'x'?" for the most similar known name, "" if none is similar."""
    near = get_close_matches(str(given), list(map(str, known)), n=1, cutoff=cutoff)
    return f" Did you mean {near[0]!r}?" if near else ""


def unknown_name_message(what, given, known):
    """Return the message about an unknown name."""
    return (
        f"Unknown {what} {format_value(given)}; known are {', '.join(map(repr, known))}."
        f"{did_you_mean(given, known)}"
    )
