"""Target forms and comparisons of targets."""

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse

NAMES = ["ant", "bee", "cat", "dog"]
SEEDS = [0, 1]


def indicator(seed=0, n=30, width=4, dtype=np.int64):
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, width)) < 0.4).astype(dtype)
    Y[0] = 0  # a row without labels
    Y[1] = 1
    return Y


def objects(items):
    out = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        out[i] = item
    return out


def rows(Y, kind=list, names=NAMES):
    return [kind(names[j] for j in np.flatnonzero(row)) for row in Y]


# One entry per target form: how to write a 0/1 matrix in it.
SET_FORMS = {
    "list of sets": lambda Y: rows(Y, set),
    "list of frozensets": lambda Y: rows(Y, frozenset),
    "list of lists": lambda Y: rows(Y, list),
    "tuple of tuples": lambda Y: tuple(rows(Y, tuple)),
    "object array of sets": lambda Y: objects(rows(Y, set)),
    "object array of lists": lambda Y: objects(rows(Y, list)),
    "pandas Series of sets": lambda Y: pd.Series(rows(Y, set), index=np.arange(len(Y)) + 7),
    "pandas Series of lists": lambda Y: pd.Series(rows(Y, list)),
    "polars Series of lists": lambda Y: pl.Series(rows(Y, list)),
    "polars Series of frozensets": lambda Y: pl.Series(rows(Y, frozenset), dtype=pl.Object),
}
ARRAY_FORMS = {
    **{
        f"{np.dtype(dtype).name} array": lambda Y, dtype=dtype: Y.astype(dtype)
        for dtype in (bool, np.int8, np.uint8, np.int64, np.float16, np.float32, float, object)
    },
    "Fortran array": lambda Y: np.asfortranarray(Y),
    "strided array": lambda Y: np.repeat(Y, 2, axis=1)[:, ::2],
    "nested lists": lambda Y: Y.tolist(),
    "nested lists of bool": lambda Y: Y.astype(bool).tolist(),
    "list of arrays": lambda Y: list(Y),
    "tuple of tuples of 0 and 1": lambda Y: tuple(map(tuple, Y.tolist())),
}
SPARSE_FORMS = {
    f"{kind} {style}": lambda Y, kind=kind, style=style: getattr(scipy.sparse, f"{kind}_{style}")(Y)
    for kind in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")
    for style in ("matrix", "array")
}
FRAME_FORMS = {
    "pandas int64": lambda Y: pd.DataFrame(Y, columns=NAMES),
    "pandas bool": lambda Y: pd.DataFrame(Y.astype(bool), columns=NAMES),
    "pandas Int64": lambda Y: pd.DataFrame(Y, columns=NAMES).astype("Int64"),
    "pandas boolean": lambda Y: pd.DataFrame(Y.astype(bool), columns=NAMES).astype("boolean"),
    "pandas object": lambda Y: pd.DataFrame(Y, columns=NAMES).astype(object),
    "pandas mixed": lambda Y: pd.DataFrame(Y, columns=NAMES).astype(
        {"ant": bool, "bee": "Float64", "cat": "Int64"}
    ),
    "polars int64": lambda Y: pl.DataFrame(Y, schema=NAMES),
    "polars bool": lambda Y: pl.DataFrame(Y.astype(bool), schema=NAMES),
    "polars mixed": lambda Y: pl.DataFrame(Y, schema=NAMES).with_columns(
        pl.col("ant").cast(pl.Boolean), pl.col("bee").cast(pl.Float32)
    ),
}
MULTILABEL_FORMS = {**SET_FORMS, **ARRAY_FORMS, **SPARSE_FORMS, **FRAME_FORMS}


def dense(Y):
    return Y.toarray() if scipy.sparse.issparse(Y) else Y


HOLES = np.array([[1, np.nan, 0], [0, 1, np.nan], [np.nan, np.nan, np.nan], [1, 0, 1]])
