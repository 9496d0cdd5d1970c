"""The same data are read the same way in every wrapping."""

import datetime
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skmultilabel_nn._targets.codec import learn_targets
from tests.common import object_array
from tests.inputs.test_refusals import BROKEN

ROWS = [[0, 1, 0], [1, 1, 0], [0, 0, 1]]
WRAPPINGS = {
    "list": list,
    "tuple": tuple,
    "tuples": lambda rows: [tuple(row) for row in rows],
    "arrays": lambda rows: [np.array(row) for row in rows],
    "object array": object_array,
    "Series": pd.Series,
    "Series of tuples": lambda rows: pd.Series([tuple(row) for row in rows]),
    "Series of arrays": lambda rows: pd.Series([np.array(row) for row in rows]),
    "object array of arrays": lambda rows: object_array([np.array(row) for row in rows]),
    "column": lambda rows: pd.DataFrame({"labels": rows}),
    "polars": pl.Series,
    "polars column": lambda rows: pl.DataFrame({"labels": rows}),
    "polars array": lambda rows: pl.Series(rows, dtype=pl.Array(pl.Int64, len(rows[0]))),
}


@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize("case", WRAPPINGS)
@pytest.mark.parametrize("cell", [int, float, bool])
def test_an_indicator_is_one_in_every_wrapping(case, cell):
    if case == "polars array" and cell is not int:
        pytest.skip("its type is that of the cells")
    y = WRAPPINGS[case]([[cell(value) for value in row] for row in ROWS])
    codec, encoded = learn_targets(y)
    assert codec.kind == "indicator"
    assert encoded.Y.tolist() == ROWS
    assert codec.encode(y).Y.tolist() == ROWS


SETS = [["a", "b"], ["b", "c"], ["a", "c"]]


@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize("case", [case for case in WRAPPINGS if case != "polars array"])
@pytest.mark.parametrize("rows", [SETS, [["a"], ["b", "c"], []], [[3, 4], [4, 5], [3, 5]]], ids=str)
def test_label_lists_are_sets_in_every_wrapping(case, rows):
    if "arrays" in case and rows[0][0] == 3:
        pytest.skip("arrays of numbers are an indicator")
    y = WRAPPINGS[case](rows)
    codec, encoded = learn_targets(y)
    assert codec.kind == "sets"
    names = codec.label_names
    assert [sorted(names[row > 0].tolist()) for row in encoded.Y] == [sorted(r) for r in rows]


@pytest.mark.parametrize("rows", [[[0, 1], [1, 0]], [[0], [1]]])
@pytest.mark.parametrize("wrap", [pd.Series, object_array, pl.Series])
def test_ambiguous_rows(rows, wrap):
    assert learn_targets(rows)[0].kind == "indicator"  # as scikit-learn reads it
    with pytest.raises(ValueError, match="Say which"):
        learn_targets(wrap(rows))
    of_sets, _ = learn_targets([[0, 1, 2], [1]])
    assert of_sets.encode(wrap(rows)).Y.sum() == len(rows) * len(rows[0])
    of_columns, _ = learn_targets(np.eye(len(rows[0])))
    assert of_columns.encode(wrap(rows)).Y.tolist() == rows


@pytest.mark.parametrize("wrap", [list, pd.Series, object_array])
def test_given_classes_decide(wrap):
    codec, encoded = learn_targets(wrap([[0], [1]]), classes=[0, 1, 2])
    assert codec.kind == "sets"
    assert encoded.Y.tolist() == [[1, 0, 0], [0, 1, 0]]


# Columns of parquet files ----------------------------------------------------------------------

CELLS = [[1, 0], [0, None], [1, 1]]
COLUMNS = {
    "Int64": lambda c: pd.array(c, dtype="Int64"),
    "UInt8": lambda c: pd.array(c, dtype="UInt8"),
    "boolean": lambda c: pd.array([None if v is None else bool(v) for v in c], dtype="boolean"),
    "object bool": lambda c: object_array([None if v is None else bool(v) for v in c]),
    "numpy bool": lambda c: object_array([None if v is None else np.bool_(v) for v in c]),
    "category": pd.Categorical,
    "bool category": lambda c: pd.Categorical([None if v is None else bool(v) for v in c]),
    "decimal": lambda c: object_array([None if v is None else Decimal(v) for v in c]),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_pandas_columns(case):
    frame = pd.DataFrame({n: COLUMNS[case](c) for n, c in zip("ab", zip(*CELLS))})  # noqa: B905
    codec, encoded = learn_targets(frame)
    assert codec.kind == "frame"
    assert encoded.Y.tolist() == [[1, 0], [0, 0], [1, 1]]
    assert encoded.known.tolist() == [[True, True], [True, False], [True, True]]


@pytest.mark.parametrize("dtype", [pl.UInt8, pl.Boolean, pl.Decimal(5, 2), pl.Float32])
def test_polars_columns(dtype):
    frame = pl.DataFrame(CELLS, schema=["a", "b"], orient="row").cast(dtype)
    _, encoded = learn_targets(frame)
    assert encoded.Y.tolist() == [[1, 0], [0, 0], [1, 1]]
    assert encoded.known.tolist() == [[True, True], [True, False], [True, True]]


def arrow_types(pa):
    cells = {
        "bool": pa.bool_(),
        "uint8": pa.uint8(),
        "int64": pa.int64(),
        "float": pa.float32(),
        "decimal": pa.decimal128(21, 2),
    }
    arrays = {n: [pa.array(c).cast(t) for c in zip(*CELLS)] for n, t in cells.items()}  # noqa: B905
    arrays["dictionary"] = [pa.array(c).dictionary_encode() for c in zip(*CELLS)]  # noqa: B905
    return arrays


@pytest.mark.parametrize("case", ["bool", "uint8", "int64", "float", "decimal", "dictionary"])
def test_arrow_tables(case):
    pa = pytest.importorskip("pyarrow")
    table = pa.table(arrow_types(pa)[case], names=["a", "b"])
    for y in (table, table.to_batches()[0]):
        codec, encoded = learn_targets(y)
        assert codec.label_names.tolist() == ["a", "b"]
        assert encoded.Y.tolist() == [[1, 0], [0, 0], [1, 1]]
        assert encoded.known.tolist() == [[True, True], [True, False], [True, True]]
        answer = pickle.loads(pickle.dumps(codec)).decode(encoded.Y)
        assert answer.equals(pa.table({"a": [1, 0, 1], "b": [0, 0, 1]}))
        assert codec.encode(table.select(["b", "a"])).Y.tolist() == encoded.Y.tolist()


def test_arrow_series():
    pa = pytest.importorskip("pyarrow")
    for make in (pa.array, lambda values: pa.chunked_array([values])):
        assert learn_targets(make(ROWS))[1].Y.tolist() == ROWS
        assert learn_targets(make([["a"], ["a", "b"]]))[0].kind == "sets"
        assert learn_targets(make(["x", "y"]))[0].classes.tolist() == ["x", "y"]
        assert learn_targets(make([2, 1]), classes=make([1, 2, 3]))[0].classes.tolist() == [1, 2, 3]
        with pytest.raises(ValueError, match="NaN"):
            learn_targets(make(["x", None]))


def test_arrow_backed_pandas():
    pa = pytest.importorskip("pyarrow")
    for kind in (pa.bool_(), pa.uint8(), pa.decimal128(21, 2)):
        columns = {
            n: pd.array(pa.array(c).cast(kind), dtype=pd.ArrowDtype(kind))
            for n, c in zip("ab", zip(*CELLS))  # noqa: B905
        }
        _, encoded = learn_targets(pd.DataFrame(columns))
        assert encoded.Y.tolist() == [[1, 0], [0, 0], [1, 1]]
        assert encoded.known.sum() == 5
    lists = pd.Series(ROWS, dtype=pd.ArrowDtype(pa.list_(pa.int64())))
    assert learn_targets(lists)[1].Y.tolist() == ROWS


# What is no target -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (pd.DataFrame([[1, 0], [0, 1]], columns=["a", np.nan]), r"column with the name nan"),
        (pd.DataFrame([[1, 0], [0, 1]], columns=["a", None]), r"column with the name"),
        (pd.DataFrame([[1, 0], [0, 1]], columns=[pd.NaT, "a"]), r"column with the name NaT"),
        (pd.DataFrame([[1, 0], [0, 1]], columns=["a", ""]), r"column with the name ''"),
        (pd.DataFrame([[1, 0], [0, 1]], columns=[b"a", "b"]), r"name b'a'. Decode"),
        (pl.DataFrame({"": [1, 0]}), r"column with the name ''"),
        pytest.param(
            scipy.sparse.coo_array([1, 0, 1]),
            r"sparse array of shape \(3,\)",
            marks=pytest.mark.skipif(
                scipy.sparse.coo_array([1]).ndim == 2, reason="scipy 1.12 has no 1-D arrays"
            ),
        ),
        (pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"])), r"datetime64"),
        (pd.Series(pd.to_datetime(["2020-01-01"])).dt.tz_localize("UTC"), r"'Timestamp'|datetime"),
        (np.array(["2020-01-01"], "M8[D]"), r"datetime64"),
        (pl.Series([datetime.date(2020, 1, 1)]), r"'date'"),
        (object_array([1j, 2j]), r"'complex'"),
        (np.array([1j, 2j]), r"dtype complex128"),
        ([{"a", ""}, {"a"}], r"empty string '' as a label"),
        ([{"a", " "}, {"a"}], r"empty string ' ' as a label"),
        (np.ma.MaskedArray(["a", "b"], mask=[False, True]), r"class of row 1 is missing"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_what_is_no_target(y, message):
    with pytest.raises(ValueError, match=message):
        learn_targets(y)


@pytest.mark.parametrize("case", BROKEN)
def test_inconsistent_sparse_matrices_are_refused(case):
    y = BROKEN[case]
    with pytest.raises(ValueError, match=r"y is an inconsistent sparse \w+ matrix"):
        learn_targets(y)
    codec, _ = learn_targets(np.eye(y.shape[1]))
    with pytest.raises(ValueError, match="inconsistent sparse"):
        codec.encode(y)


def test_string_dtype():
    if not hasattr(np.dtypes, "StringDType"):
        pytest.skip("numpy 2 has it")
    y = np.array(["b", "a", "b"], dtype=np.dtypes.StringDType())
    codec, encoded = learn_targets(y, classes=np.array(["a", "b"], dtype=y.dtype))
    assert codec.label_names.tolist() == ["a", "b"]
    assert codec.encode(y).Y.tolist() == encoded.Y.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert codec.class_labels(y).tolist() == ["b", "a", "b"]


def test_other_arrays():
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix(ROWS)
    assert learn_targets(matrix)[1].Y.tolist() == ROWS
    assert learn_targets(object_array([np.True_, np.False_]))[0].classes.tolist() == [False, True]
    assert learn_targets(object_array([Decimal(2), Decimal(1)]))[0].classes.tolist() == [1, 2]
