"""What kind of target y is, and targets that are refused."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.exceptions import DataConversionWarning

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._targets.label_sets import label_sets
from tests.common import object_array

# Label sets -----------------------------------------------------------------------------------


def test_repeated_labels_and_other_orders_count_once():
    codec, encoded = learn_targets([["b", "a", "b"], ["c"]])
    assert encoded.Y.tolist() == [[1, 1, 0], [0, 0, 1]]
    assert codec.decode(encoded.Y)[0] == ["a", "b"]


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        ([[0, 1], [1, 0]], "indicator"),
        ([[1], [0]], "indicator"),
        ([[True, False], [1.0, 0]], "indicator"),
        ([[1, None], [0, 1]], "indicator"),
        ([[1, np.nan], [0, 1]], "indicator"),
        ([[0, 1], [1, 2]], "sets"),
        ([[1, 2], [3, 4]], "sets"),
        ([[2], [1]], "sets"),
        ([["a", "b"], ["b", "c"]], "sets"),
        ([["a", 1], ["b", 2]], None),
        ([[0, 1], [1]], "sets"),
        ([{0, 1}, {1, 0}], "sets"),
        (object_array([[0, 1], [1, 2]]), "sets"),
        (pd.Series([[0, 1], [1, 1]]), "indicator"),
        (pl.Series([[0, 1], [1, 1]]), "indicator"),
        (np.array([[0, 1], [1, 0]], dtype=object), "indicator"),
        ([[1, -1], [-1, -1]], None),
        ([[0.5, 0.1], [1, 0]], None),
        ([np.array([2, 1]), np.array([1, 2])], None),
    ],
)
def test_lists_are_an_indicator_only_if_rectangular_and_binary(y, kind):
    if kind is None:
        with pytest.raises(ValueError, match=r"0 and 1 only|cannot be ordered"):
            learn_targets(y)
    else:
        assert learn_targets(y)[0].kind == kind


@pytest.mark.parametrize("y", [["a|b", "a"], [1, 2], [[np.nan, 1.0]], [[None, "a"]], "ab"])
def test_label_sets_refuses_what_it_cannot_express(y):
    with pytest.raises(ValueError, match=r"lone string|unknown cells|missing value"):
        label_sets(y)


# Classes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", [[[2], [0], [1]], [["x"], ["y"], ["x"]], [[3.0], [5.0], [4.0]]])
def test_column_of_classes_is_raveled_with_a_warning(column):
    y = np.array(column)
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        codec, encoded = learn_targets(y)
    assert codec.decode(encoded.Y).tolist() == y.ravel().tolist()


def test_column_for_a_codec_of_classes_is_raveled_whatever_it_holds():
    codec, _ = learn_targets([0, 1, 2])
    with pytest.warns(DataConversionWarning):
        encoded = codec.encode(np.array([[0], [1]]))
    assert encoded.Y.tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("y", "separator"),
    [
        (["a|b", "b|c", "a", "c"], "|"),
        (["a, b", "b, c", "a", "c"], ","),
        (["x;y", "y;z", "x;z"], ";"),
        (pd.Series(["a|b", "a|c", "b|c"]), "|"),
        (["a|b", "c", "d", "c"], "|"),
        (["a,b", "c"], ","),
        (["a, b", "a"], ","),
    ],
)
def test_joined_label_lists_are_warned_of(y, separator):
    with pytest.warns(UserWarning, match=rf's\.split\("\{separator}"\)'):
        codec, _ = learn_targets(y)
    assert codec.kind == "classes"


@pytest.mark.parametrize(
    "y",
    [
        ["red", "blue", "red"],
        ["Smith, John", "Smith, Jane", "Doe, Jim"],
        ["New York, USA", "Paris, France", "Boston, USA"],
        [1, 2, 1],
    ],
)
def test_ordinary_classes_are_not_warned_of(y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        learn_targets(y)


ERRORS = {
    "none": (None, r"requires y to be passed, but the target y is None"),
    "string": ("sport", r"lone string is not a set of characters"),
    "bytes": (b"sport", r"single bytes"),
    "dict": ({"a": 1}, r"single dict"),
    "one set": ({"a", "b"}, r"single set"),
    "number": (3, r"single int"),
    "no rows, list": ([], r"0 samples"),
    "no rows, array": (np.empty((0, 3)), r"0 samples"),
    "no rows, sparse": (scipy.sparse.csr_array((0, 3)), r"at least one"),
    "no rows, frame": (pd.DataFrame({"a": []}), r"0 samples"),
    "no columns": (np.empty((3, 0)), r"no label columns"),
    "lone string in sets": ([{"a"}, "ab"], r"Row 1 of y is 'ab'.*lone string is not a set"),
    "lone string in lists": ([["a"], "ab", ["b"]], r"lone string is not a set"),
    "lone string first": (object_array(["ab", {"a"}]), r"Row 0 .*lone string"),
    "number among sets": ([{1}, 2], r"Row 1 of y is 2 among label sets"),
    "missing row": (pd.Series([["a"], None]), r"Row 1 of y is None.*empty set"),
    "dict rows": ([{"a": 1}, {"b": 1}], r"items of type 'dict'"),
    "dict among sets": ([{"a"}, {"b": 1}], r"Row 1"),
    "bytes labels": ([{b"a"}, {b"b"}], r"bytes as a label"),
    "bytes items": (object_array([b"a", b"b"]), r"Decode them to strings"),
    "bytes array": (np.array([b"a", b"b"]), r"dtype \|S1"),
    "none label": ([{"a", None}], r"missing value None as a label"),
    "nan label": ([["a", float("nan")], ["b"]], r"missing value nan as a label"),
    "unhashable labels": ([["a", ["b"]], ["c"]], r"not all hashable"),
    "nested labels": ([{("a", "b")}, {"c"}], r"must not be nested"),
    "labels that cannot be ordered": ([{"a", 1}], r"cannot be ordered: 'int', 'str'"),
    "huge label": ([{2**70}], r"exceeds 64 bits"),
    "huge numpy label": ([{np.uint64(2**63)}], r"exceeds 64 bits"),
    "infinite label": ([{np.inf}], r"as a label"),
    "fraction label": ([[0.2, 0.3], [1.0]], r"fraction 0\.\d as a label"),
    "empty vocabulary": ([set(), set()], r"vocabulary is empty.*classes="),
    "empty lists": ([[], []], r"vocabulary is empty"),
    "-1/1": (np.array([[-1, 1], [1, 1]]), r"values -1 and 1.*`y == 1`"),
    "-1/1 lists": ([[-1, 1], [1, 1]], r"values -1 and 1"),
    "-1/1 column": (np.array([[-1], [1]]), r"values -1 and 1"),
    "0/2": (np.array([[0, 2], [2, 0]]), r"values 0 and 2.*`y == 2`"),
    "0/2 column": (np.array([[0.0], [2.0]]), r"values 0.0 and 2.0"),
    "1/2": (np.array([[1, 2], [2, 1]], dtype=np.uint8), r"values 1 and 2"),
    "0/2 with nan": (np.array([[0, 2, np.nan]]), r"values 0.0 and 2.0"),
    "0/2 object": (np.array([[0, 2], [2, 0]], dtype=object), r"values 0.0 and 2.0"),
    "0/2 sparse": (scipy.sparse.csr_array([[0, 2], [2, 0]]), r"values 0 and 2"),
    "0/2 frame": (pd.DataFrame({"a": [0, 1], "b": [0, 2]}), r"Columns at fault: 'b'"),
    "duplicate entries": (
        scipy.sparse.coo_array(([1, 1], ([0, 0], [1, 1])), shape=(2, 2)),
        r"values 0 and 2",
    ),
    "1/0/-1": (np.array([[-1, 1], [0, 1]]), r"values -1, 0, 1.*`y == 1`"),
    "classes in columns": (np.array([[0, 3], [2, 1]]), r"one estimator per column"),
    "fractions": (np.array([[0.3, 1.0], [0.0, 0.9]]), r"fractions such as 0.3.*`y >= 0.5`"),
    "fractions, column": (np.array([[0.3], [1.0], [0.1]]), r"fractions"),
    "fractions, sparse": (scipy.sparse.csr_array([[0.3, 0]]), r"fractions"),
    "late fraction": (np.r_[np.zeros(600_000), 0.25].reshape(-1, 1), r"fractions such as 0.25"),
    "infinity": (np.array([[np.inf, 1.0]]), r"infinity"),
    "infinity, 1-D": (np.full(10, np.inf), r"Input y contains infinity"),
    "nan, 1-D": (np.full(10, np.nan), r"Input y contains NaN"),
    "nan, sparse": (scipy.sparse.csr_array([[np.nan, 1]]), r"y\.toarray\(\)"),
    "nan among strings": (pd.Series(["a", None, "b"]), r"Input y contains NaN.*row 1"),
    "null in Int64": (pd.Series([1, None, 2], dtype="Int64"), r"Input y contains NaN"),
    "null in polars": (pl.Series([1, None, 2]), r"Input y contains NaN"),
    "regression": (np.array([0.5, 1.7, 2.2]), r"Unknown label type: continuous"),
    "3-D": (np.zeros((2, 2, 2)), r"3 dimensions"),
    "3-D lists": (np.zeros((2, 2, 2)).tolist(), r"3 dimensions"),
    "yes/no": (np.array([["yes", "no"], ["no", "no"]]), r"array of 'no', 'yes'.*`y == 'yes'`"),
    "complex": (np.zeros((2, 2), dtype=complex), r"dtype complex128"),
    "ragged arrays": ([np.array([1, 0]), np.array([1])], r"different lengths \(from 1 to 2\)"),
    "array of arrays": (
        object_array([np.array([1, 0]), np.array([1])]),
        r"different lengths \(from 1 to 2\)",
    ),
    "mixed classes": (["a", 1, "b"], r"mixes strings and numbers"),
    "repeated columns": (pd.DataFrame([[1, 0]], columns=["a", "a"]), r"same name: 'a'"),
    "lazy frame": (pl.LazyFrame({"a": [0, 1]}), r"y\.collect\(\)"),
}


# Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ERRORS)
def test_wrong_targets_are_refused(case):
    y, message = ERRORS[case]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=f"(?s){message}"):
            learn_targets(y)
