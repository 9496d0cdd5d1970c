"""What several test modules share: problems, target forms, small networks."""

import sys

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier, label_sets
from skmultilabel_nn._backend.loading import load_keras

# Parameters with which a fit takes a moment.
FAST = {
    "hidden_layer_sizes": (16,),
    "n_members": 2,
    "epochs": 5,
    "batch_size": 32,
    "random_state": 0,
}
LABELS = ["ant", "bee", "cat", "dog", "elk"]


def fast_classifier(**parameters):
    return KerasMultiLabelClassifier(**{**FAST, **parameters})


def make_problem(n_samples=120, n_features=5, n_labels=3, *, seed=0, highest=0.5):
    """Labels that are present where a feature is above its threshold; rows without any occur.

    The thresholds rise from 0 for the first label to `highest` for the last.
    """
    X = np.random.default_rng(seed).normal(size=(n_samples, n_features))
    return X, (X[:, :n_labels] > np.linspace(0, highest, n_labels)).astype(int)


def small_network(*last, n_features=5, units=16, activation="relu", seed=0, cls=None, **given):
    """Return a Keras model of a hidden layer with seeded weights, and the layers `last`.

    It is functional, unless `cls` is ``keras.Sequential``; `given` goes to the hidden layer.
    """
    keras = load_keras()
    initializer = keras.initializers.GlorotUniform(seed)
    hidden = keras.layers.Dense(units, activation, kernel_initializer=initializer, **given)
    inputs = keras.Input((n_features,))
    if cls is keras.Sequential:
        return cls([inputs, hidden, *last])
    outputs = hidden(inputs)
    for layer in last:
        outputs = layer(outputs)
    return (cls or keras.Model)(inputs, outputs)


# Target forms --------------------------------------------------------------------------------


def names_of_rows(Y, kind=list, names=LABELS):
    """Return the names of the labels of each row, as a collection of this kind."""
    return [kind(names[j] for j in np.flatnonzero(row)) for row in Y]


def object_array(items):
    items = list(items)
    return np.fromiter(items, dtype=object, count=len(items))


def _pandas(dtype=None):
    def write(Y, names=LABELS):
        names = list(names)[: Y.shape[1]]
        given = dict(zip(names, dtype, strict=False)) if isinstance(dtype, tuple) else dtype
        frame = pd.DataFrame(Y, columns=names)
        return frame if dtype is None else frame.astype(given)

    return write


def _polars(*dtypes):
    def write(Y, names=LABELS):
        names = list(names)[: Y.shape[1]]
        given = dict(zip(names, dtypes, strict=False))
        return pl.DataFrame(Y, schema=names).cast(given)

    return write


# One entry per target form: how to write a 0/1 matrix in it. The names are those of the columns;
# arrays and sparse matrices have none.
SET_FORMS = {
    "list of sets": lambda Y, names=LABELS: names_of_rows(Y, set, names),
    "list of frozensets": lambda Y, names=LABELS: names_of_rows(Y, frozenset, names),
    "list of lists": lambda Y, names=LABELS: names_of_rows(Y, list, names),
    "tuple of tuples": lambda Y, names=LABELS: tuple(names_of_rows(Y, tuple, names)),
    "array of sets": lambda Y, names=LABELS: object_array(names_of_rows(Y, set, names)),
    "array of lists": lambda Y, names=LABELS: object_array(names_of_rows(Y, list, names)),
    "label sets": lambda Y, names=LABELS: label_sets(names_of_rows(Y, set, names)),
    "pandas Series of sets": lambda Y, names=LABELS: pd.Series(
        names_of_rows(Y, set, names), index=np.arange(len(Y)) + 7
    ),
    "pandas Series of lists": lambda Y, names=LABELS: pd.Series(names_of_rows(Y, list, names)),
    "pandas Series of tuples": lambda Y, names=LABELS: pd.Series(names_of_rows(Y, tuple, names)),
    "polars Series of lists": lambda Y, names=LABELS: pl.Series(names_of_rows(Y, list, names)),
    "polars Series of frozensets": lambda Y, names=LABELS: pl.Series(
        names_of_rows(Y, frozenset, names), dtype=pl.Object
    ),
}
ARRAY_FORMS = {
    **{
        f"{np.dtype(dtype).name} array": lambda Y, names=None, dtype=dtype: Y.astype(dtype)
        for dtype in (bool, np.int8, np.uint8, np.int64, np.float16, np.float32, float, object)
    },
    "Fortran array": lambda Y, names=None: np.asfortranarray(Y),
    "strided array": lambda Y, names=None: np.repeat(Y, 2, axis=1)[:, ::2],
    "nested lists": lambda Y, names=None: Y.tolist(),
    "nested lists of bool": lambda Y, names=None: Y.astype(bool).tolist(),
    "list of arrays": lambda Y, names=None: list(Y),
    "tuple of tuples of 0 and 1": lambda Y, names=None: tuple(map(tuple, Y.tolist())),
}
SPARSE_FORMS = {
    f"{kind}_{style}": lambda Y, names=None, kind=kind, style=style: getattr(sp, f"{kind}_{style}")(
        Y
    )
    for kind in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")
    for style in ("matrix", "array")
}
FRAME_FORMS = {
    "pandas frame": _pandas(),
    "pandas frame of bool": _pandas(bool),
    "pandas frame of Int64": _pandas("Int64"),
    "pandas frame of boolean": _pandas("boolean"),
    "pandas frame of objects": _pandas(object),
    "mixed pandas frame": _pandas((bool, "Float64", "Int64")),
    "polars frame": _polars(),
    "polars frame of bool": _polars(*[pl.Boolean] * len(LABELS)),
    "mixed polars frame": _polars(pl.Boolean, pl.Float32),
}
TARGET_FORMS = {**SET_FORMS, **ARRAY_FORMS, **SPARSE_FORMS, **FRAME_FORMS}


# Speed ---------------------------------------------------------------------------------------


def count_calls(function, *arguments):
    """Return how many functions, of Python or built in, one call needs.

    A measure of the work in Python that does not depend on the machine or its load.
    """
    n_calls = 0

    def profile(frame, event, argument):
        nonlocal n_calls
        n_calls += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return n_calls
