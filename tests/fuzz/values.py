"""Odd values, and targets and samples with and without faults, as Hypothesis strategies."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse as sp
from hypothesis import strategies as st

N, D, L = 12, 3, 3
X = np.random.default_rng(0).standard_normal((N, D))
Y = (X > 0).astype(np.int64)
P = 1 / (1 + np.exp(-X))
NAMES = ["ant", "bee", "cat"]

# No large numbers among them: they are allowed as sizes and would only take memory and time.
_ODD = (
    *(None, True, False, 0, 1, 2, -1, 0.5, -0.5, 1.5, float("nan"), float("inf"), -float("inf")),
    *("", "auto", "f1_macro", "no such name", b"ab", 1j, Decimal("0.5"), Fraction(1, 3), int),
    *(np.int8(2), np.uint8(2), np.float32(0.5), np.bool_(True), np.datetime64("2020-01-01")),
    *(np.array([]), np.array([0.5, 0.5, 0.5]), np.array("x"), np.array([None, 1])),
    *(pd.Series([0.1, 0.2, 0.3], index=NAMES), pd.NA, pl.Series([1, 2]), sp.eye(3, format="csr")),
    *(np.zeros((2, 2)), object(), len, ValueError, range(2), Ellipsis, NotImplemented),
)
ODD = st.one_of(
    st.sampled_from(_ODD),
    st.builds(list),
    st.builds(dict),
    st.builds(set),
    st.builds(lambda: iter([2])),
)
NESTED = st.one_of(
    ODD,
    st.lists(ODD, max_size=3),
    st.lists(ODD, max_size=3).map(tuple),
    st.dictionaries(st.sampled_from([*NAMES, 0, 1, None]), ODD, max_size=3),
)


def _without(values, row, column, value):
    changed = np.array(values, dtype=object if isinstance(value, str | bytes) else np.float64)
    changed[row, column] = value
    return changed


def _mostly(good, odd):
    """Draw `good` two times of three: one fault at a time shows what another would hide."""
    return st.integers(0, 2).flatmap(lambda i: odd if i == 2 else st.just(good))


_SAMPLES = st.one_of(
    st.sampled_from([X.astype(np.float32), X[:1], X[:0], X[:, :2], X[0], np.float64(1)]),
    st.sampled_from([sp.csr_matrix(X), sp.coo_array(X), pd.DataFrame(X), pl.DataFrame(X)]),
    st.builds(
        _without,
        st.just(X),
        st.integers(0, N - 1),
        st.integers(0, D - 1),
        st.sampled_from([np.nan, np.inf, 1e308, -1e300, "text", b"bytes"]),
    ),
    NESTED,
)
_SETS = [{NAMES[j] for j in np.flatnonzero(row)} for row in Y]
_TARGETS = st.one_of(
    st.sampled_from([Y, Y.astype(bool), Y.tolist(), sp.csr_matrix(Y), Y[:, 0], Y[:5], Y[:0], Y[0]]),
    st.sampled_from([_SETS, [list(s) for s in _SETS], [tuple(s) for s in _SETS], _SETS[:3]]),
    st.sampled_from([pd.DataFrame(Y, columns=NAMES), pl.DataFrame(Y, schema=NAMES)]),
    st.builds(
        _without,
        st.just(Y),
        st.integers(0, N - 1),
        st.integers(0, L - 1),
        st.sampled_from([np.nan, 2, -1, 0.5, np.inf, "1", b"1"]),
    ),
    st.lists(st.sampled_from(["a", "b", "['a']", "a b", "", "0"]), min_size=N, max_size=N),
    st.lists(st.one_of(ODD, st.lists(ODD, max_size=2)), min_size=N, max_size=N),
    NESTED,
)
_PROBABILITIES = st.one_of(
    st.sampled_from([P, P.astype(np.float32), P.tolist(), P[:5], P[:, :2], P[0], np.round(P)]),
    st.builds(
        _without,
        st.just(P),
        st.integers(0, N - 1),
        st.integers(0, L - 1),
        st.sampled_from([np.nan, np.inf, 1.5, -0.1, "x"]),
    ),
    NESTED,
)
_WEIGHTS = st.one_of(
    st.none(),
    st.sampled_from([np.ones(N), np.ones((N, L)), np.zeros(N), np.ones(N - 1), -np.ones(N)]),
    NESTED,
)

SAMPLES = _mostly(X, _SAMPLES)
TARGETS = _mostly(Y, _TARGETS)
PROBABILITIES = _mostly(P, _PROBABILITIES)
WEIGHTS = _mostly(None, _WEIGHTS)
