"""What is not accepted as X is refused with what works instead."""

import copy
import datetime
import pathlib
import re

import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import tensorflow as tf
from sklearn.base import BaseEstimator

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._inputs.checks import check_inputs
from tests.common import FAST

DAYS = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"])
A = np.arange(6.0).reshape(3, 2)


def checked(X, *, allow_nd=False):
    return check_inputs(BaseEstimator(), X, reset=True, dtype="float32", allow_nd=allow_nd)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, i):
        return A, A


TYPES = {
    "dict": ({"a": A, "b": A}, r"dict of the inputs 'a', 'b'"),
    "list of inputs": ([A, np.ones((3, 4))], r"list of 2 arrays of shapes \(3, 2\), \(3, 4\)"),
    "tuple of inputs": ((A, A), r"tuple of 2 arrays"),
    "list of sparse": ([sp.csr_array(A), sp.csr_array(A)], r"list of 2 matrices"),
    "list of frames": ([pd.DataFrame(A)], r"list of 1 matrices or DataFrames"),
    "generator": ((row for row in A), r"X is a generator"),
    "iterator": (iter(A.tolist()), r"list_iterator"),
    "map": (map(np.asarray, A), r"X is a map"),
    "path": (pathlib.Path("x.csv"), r"path.*x\.csv"),
    "string": ("x.csv", r"X is the str 'x\.csv'"),
    "set": ({1, 2}, r"X is a set"),
    "tf dataset": (tf.data.Dataset.from_tensor_slices(A), r"which yields batches"),
    "PyDataset": (Batches(), r"Batches, which yields batches"),
    "lazy": (pl.LazyFrame({"a": [1]}), r"LazyFrame"),
}
VALUES = {
    "dates": (DAYS.to_numpy().reshape(3, 1), r"dtype datetime64"),
    "durations": (np.ones((3, 1), "m8[s]"), r"dtype timedelta64"),
    "date objects": (np.array([[datetime.date(2020, 1, 1)]], object), r"holds the date"),
    "list of dates": ([[1.0, datetime.datetime(2020, 1, 1)]], r"holds the date .* row 0"),
    "list of numpy dates": ([[np.datetime64("2020-01-01")]], r"holds the date"),
    "one date column": (pd.DataFrame({"a": [1, 2, 3], "when": DAYS}), r"1 column.*'when' \(date"),
    "only date columns": (pd.DataFrame({"when": DAYS}), r"'when' \(date"),
    "durations in a frame": (pd.DataFrame({"t": DAYS - DAYS[0]}), r"'t' \(timedelta"),
    "periods": (pd.DataFrame({"t": DAYS.to_period("D")}), r"'t' \(period"),
    "text": (pd.DataFrame({"a": [1, 2], "city": ["x", "y"]}), r"'city' \(str"),
    "text as object": (pd.DataFrame({"city": ["x", 1]}, dtype=object), r"'city' \(str"),
    "numbers as text": (pd.DataFrame({"n": ["1", "2"]}, dtype=object), r"'n' \(str"),
    "category": (pd.DataFrame({"c": pd.Categorical([1, 2])}), r"'c' \(category"),
    "lists in cells": (pd.DataFrame({"c": [[1], [2]]}), r"'c' \(list"),
    "many": (pd.DataFrame({i: ["x"] for i in range(9)}), r"9 column\(s\).*, \.\.\.\."),
    "polars text": (pl.DataFrame({"a": [1], "city": ["x"]}), r"'city' \(String"),
    "polars dates": (pl.DataFrame({"d": [datetime.date(2020, 1, 1)]}), r"'d' \(Date"),
    "polars category": (pl.DataFrame({"c": pl.Series(["x"], dtype=pl.Categorical)}), r"'c' \(Cat"),
    "ragged": ([[1, 2], [3]], r"different lengths \(from 1 to 2\)"),
    "ragged arrays": ([np.ones(2), np.ones(3)], r"different lengths \(from 2 to 3\)"),
    "masked": (np.ma.masked_less(A, 2), r"masked array with 2 masked cells"),
    "structured": (np.ones(3, dtype=[("a", float), ("b", float)]), r"fields 'a', 'b'"),
}
if sp.coo_array([0.0, 1.0]).ndim == 1:  # from scipy 1.13 on
    VALUES["1-D sparse"] = sp.coo_array([0.0, 1.0]), r"sparse array of shape \(2,\)"


def advised(message, X):
    """Run the code in a message on what caused it."""
    return [eval(code, {"np": np, "X": X}) for code in re.findall(r"`(.+?)`", message)]


@pytest.mark.parametrize("case", TYPES)
def test_types_without_an_array_are_refused(case):
    X, message = TYPES[case]
    with pytest.raises(TypeError, match=message) as error:
        checked(X)
    for advice in advised(str(error.value), X):
        assert np.ndim(checked(advice)) == 2


@pytest.mark.parametrize("case", VALUES)
def test_cells_without_numbers_are_refused(case):
    X, message = VALUES[case]
    with pytest.raises(ValueError, match=message) as error:
        checked(X)
    assert len(str(error.value)) < 700
    for advice in advised(str(error.value), X):
        if not np.isnan(advice if not sp.issparse(advice) else advice.toarray()).any():
            assert checked(advice).ndim == 2


def test_arrow_tables():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": [1, 2], "b": [0.5, 1.5]})
    np.testing.assert_array_equal(checked(table), [[1, 0.5], [2, 1.5]])
    with pytest.raises(ValueError, match=r"'c' \(string"):
        checked(table.append_column("c", pa.array(["x", "y"])))


@pytest.mark.parametrize(
    "X",
    [
        np.ma.MaskedArray(A),
        list(A),
        tuple(map(tuple, A)),
        pd.DataFrame(A, dtype=object),
        pd.DataFrame(A).astype("Float64"),
        pd.DataFrame(A > 2).astype("boolean"),
        pd.DataFrame(A).astype(pd.SparseDtype(float, 0)),
        pl.DataFrame(A).cast(pl.Boolean),
        pl.DataFrame(A),
        np.array(A, dtype=object),
        tf.constant(A),
    ],
    ids=lambda X: type(X).__name__,
)
def test_numbers_in_any_wrapping_are_accepted(X):
    assert checked(X).shape == (3, 2)


def test_list_of_images():
    assert checked([np.ones((4, 4)), np.ones((4, 4))], allow_nd=True).shape == (2, 4, 4)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict"])
def test_estimator_refuses_before_training(method):
    classifier = KerasMultiLabelClassifier(hidden_layer_sizes=(4,), epochs=1)
    if method == "predict":
        classifier.fit(A, [[0, 1], [1, 0], [1, 1]])
    state = vars(classifier).copy()
    rest = () if method == "predict" else (np.eye(3, 2),)
    with pytest.raises(TypeError, match="dict of the inputs"):
        getattr(classifier, method)({"a": A, "b": A}, *rest)
    assert vars(classifier) == state


# Sparse matrices of inconsistent format -----------------------------------------------


def broken_matrices():
    """Yield one matrix per kind of inconsistency."""
    for form in ("csr", "csc"):
        for kind in ("matrix", "array"):
            make = getattr(sp, f"{form}_{kind}")
            good = make(np.array([[1.0, 0, 1], [0, 1, 0], [1, 1, 0]]))
            for name, attribute, at, value in [
                ("beyond", "indices", 0, 99),
                ("just beyond", "indices", 1, 3),
                ("negative", "indices", 0, -1),
                ("far", "indices", 2, 2**31 - 1),
                ("falls", "indptr", 1, 5),
                ("ends beyond", "indptr", -1, 50),
                ("starts late", "indptr", 0, 1),
                ("negative pointer", "indptr", 1, -5),
            ]:
                bad = copy.deepcopy(good)
                getattr(bad, attribute)[at] = value
                yield f"{form}_{kind} {name}", bad
            for name, attribute, value in [
                ("short data", "data", np.ones(1)),
                ("short pointer", "indptr", np.array([0, 5], np.int32)),
                ("fractional indices", "indices", np.array([0.5, 2, 1, 0, 1])),
                ("2-D data", "data", np.ones((5, 1))),
            ]:
                bad = copy.deepcopy(good)
                setattr(bad, attribute, value)
                yield f"{form}_{kind} {name}", bad
    for kind in ("matrix", "array"):
        for value in (9, -1):
            bad = getattr(sp, f"coo_{kind}")(np.eye(3))
            bad.col[0] = value
            yield f"coo_{kind} {value}", bad
        bad = getattr(sp, f"coo_{kind}")(np.eye(3))
        bad.data = np.ones(7)
        yield f"coo_{kind} data", bad
        bad = getattr(sp, f"lil_{kind}")(np.eye(3))
        bad.rows[0] = [7]
        yield f"lil_{kind} column", bad
        bad = getattr(sp, f"lil_{kind}")(np.eye(3))
        bad.rows[0] = [0, 1]
        yield f"lil_{kind} lengths", bad
        bad = getattr(sp, f"bsr_{kind}")(np.eye(4), blocksize=(2, 2))
        bad.indices[0] = 9
        yield f"bsr_{kind} column", bad


BROKEN = dict(broken_matrices())


@pytest.mark.parametrize("case", BROKEN)
def test_inconsistent_sparse_matrices_are_refused(case):
    with pytest.raises(ValueError, match=r"X is an inconsistent sparse \w+ matrix"):
        checked(BROKEN[case])


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
@pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csr_array])
def test_check_leaves_the_matrix_as_it_was(form, kind):
    X = kind(np.eye(3)).asformat(form)
    if form == "csr":
        X.data, X.indices = np.append(X.data, 5.0), np.append(X.indices, 7)  # stored in vain
    before = {name: copy.deepcopy(value) for name, value in vars(X).items()}
    np.testing.assert_array_equal(checked(X).toarray(), np.eye(3))
    for name in ("data", "indices", "indptr"):
        if name in before:
            np.testing.assert_array_equal(getattr(X, name), before[name])


@pytest.mark.parametrize("network", [None, "of the user"])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (["a.png", "b.png"], r"the str 'a.png' in row 0"),
        (np.array([["1", "2"], ["3", "b"]]), r"the str(_|) .*'b'.* in row 1"),
        ([[1, 2], [3, pathlib.Path("a.png")]], r"in row 1, but only numbers"),
        ([{"a": 1}, {"a": 2}], r"the dict .* in row 0"),
        (np.array([[1, {"a": 1}], [2, 3]], dtype=object), r"the dict .* in row 0"),
        (None, "Expected 2D array .* got None"),
        (3, "Expected 2D array .* got 3"),
        (len, "Expected 2D array .* got <built-in function len>"),
    ],
    ids=["files", "text", "paths", "dicts", "object array", "None", "number", "function"],
)
def test_what_is_no_number_is_named(X, message, network):
    def build(input_shape, n_outputs):
        return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(n_outputs)])

    clf = KerasMultiLabelClassifier(network=None if network is None else build)
    with pytest.raises((TypeError, ValueError), match=message):
        clf.fit(X, [[0, 1], [1, 0]])


def test_text_of_numbers_is_read_as_before():
    X = np.array([["1", "2"], ["3", "4.5"]])
    clf = KerasMultiLabelClassifier(**FAST).fit(X, [[0, 1], [1, 0]])
    assert clf.predict_proba(X.astype(float)).shape == (2, 2)
