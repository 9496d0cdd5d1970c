"""Values as short text for messages."""

import numpy as np


def is_missing(value):
    """Tell whether a value stands for a missing one (None, NaN, NaT, ``pandas.NA``)."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def quote(values, limit=5):
    """List a few values for an error message."""
    plain = [v.item() if isinstance(v, np.generic) else v for v in values]
    return ", ".join(map(repr, plain[:limit])) + (", ..." if len(plain) > limit else "")
