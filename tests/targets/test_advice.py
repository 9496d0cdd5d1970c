"""Code in messages about y works on the y that caused it, and gives what the message says."""

import ast
import datetime
import json
import re
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._targets.label_sets import label_sets
from tests.common import object_array


def complaint(y):
    """Return the text of the error or the only warning that a target causes, None without."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            learn_targets(y)
        except ValueError as error:
            return str(error)
    return str(caught[0].message) if caught else None


def advised_targets(y):
    """Run each piece of code in the complaint about a target on it."""
    text = complaint(y)
    assert text is not None, "accepted without a word"
    names = {"np": np, "pd": pd, "re": re, "ast": ast, "json": json, "y": y}
    return [eval(code, names) for code in re.findall(r"`(.+?)`", text)]


def labels_of(y):
    codec, encoded = learn_targets(y)
    Y = encoded.Y.toarray() if scipy.sparse.issparse(encoded.Y) else encoded.Y
    names = codec.label_names
    return [set(names[row > 0].tolist()) for row in Y]


SETS = [{"drama", "war"}, {"war"}, {"drama"}, {"crime", "drama"}]
JOINED = {
    "python lists": [str(sorted(row)) for row in SETS],
    "python tuples": [str(tuple(sorted(row))) for row in SETS],
    "python sets": [str(row) for row in SETS],
    "json": [json.dumps(sorted(row)) for row in SETS],
    "numpy": [str(np.array(sorted(row))) for row in SETS],
    "unquoted": ["[" + ", ".join(sorted(row)) + "]" for row in SETS],
    "bar": ["|".join(sorted(row)) for row in SETS],
    "bar and blanks": [" | ".join(sorted(row)) for row in SETS],
    "semicolon": ["; ".join(sorted(row)) for row in SETS],
    "comma": [",".join(sorted(row)) for row in SETS],
    "comma and blank": [", ".join(sorted(row)) for row in SETS],
    "slash": ["/".join(sorted(row)) for row in SETS],
    "frozensets": [str(frozenset(row)) for row in SETS],
    "numpy with commas": [repr(np.array(sorted(row))) for row in SETS],
    "numpy strings": [str([np.str_(label) for label in sorted(row)]) for row in SETS],
    "tab": ["\t".join(sorted(row)) for row in SETS],
    "newline": ["\n".join(sorted(row)) for row in SETS],
    "ampersand": [" & ".join(sorted(row)) for row in SETS],
    "plus": ["+".join(sorted(row)) for row in SETS],
}


@pytest.mark.parametrize("wrap", [list, np.array, object_array, pd.Series, pl.Series])
@pytest.mark.parametrize("case", JOINED)
def test_joined_labels(case, wrap):
    y = wrap(JOINED[case])
    (advice,) = advised_targets(y)
    assert labels_of(advice) == SETS


@pytest.mark.parametrize("wrap", [list, tuple, set, frozenset])
@pytest.mark.parametrize("case", JOINED)
def test_joined_labels_in_rows_of_one_string(case, wrap):
    (advice,) = advised_targets([wrap([joined]) for joined in JOINED[case]])
    assert labels_of(advice) == SETS


def test_rows_of_several_strings_are_label_sets():
    assert complaint([["crime/drama", "crime"], ["drama"], ["crime"]]) is None


@pytest.mark.parametrize(
    "row",
    ["{'a': 1, 'b': 0}", '{"a": 1, "b": 0}', '[{"id": 18, "name": "Drama"}]', "{'a' : True}"],
)
def test_mappings_as_strings_are_not_split_at_quotes(row):
    text = complaint([row, row.replace("1", "0")])
    assert "json.loads or ast.literal_eval" in text
    assert "`" not in text


def test_joined_labels_of_a_column():
    frame = pd.DataFrame({"genres": JOINED["bar"]})
    with pytest.warns(UserWarning, match="joined") as caught:
        learn_targets(frame)
    text = str(next(w.message for w in caught if "joined" in str(w.message)))
    assert labels_of(eval(re.findall(r"`(.+?)`", text)[0], {"np": np, "y": frame})) == SETS


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (["rust scab", "rust", "scab", "rust"], [{"rust", "scab"}, {"rust"}, {"scab"}, {"rust"}]),
        (["a b", "b c", "c"], [{"a", "b"}, {"b", "c"}, {"c"}]),
        (["['a']", "[]", "['a', 'b']"], [{"a"}, set(), {"a", "b"}]),
        (["['a']", "", "['a', 'b']"], [{"a"}, set(), {"a", "b"}]),
        (["a|b", "", "b"], [{"a", "b"}, set(), {"b"}]),
        (["[3, 17]", "[5]", "[17]"], [{3, 17}, {5}, {17}]),
        (["[3 17]", "[5]", "[17]"], [{3, 17}, {5}, {17}]),
        (['["it\'s", "b"]', '["b"]'], [{"it's", "b"}, {"b"}]),
    ],
)
def test_other_joined_labels(y, expected):
    (advice,) = advised_targets(y)
    assert labels_of(advice) == expected


@pytest.mark.parametrize(
    "y",
    [
        ["[0 1 0]", "[1 1 0]"],
        ["[0, 1, 0]", "[1, 1, 0]"],
        ["[0. 1. 0.]", "[1. 1. 0.]"],
        ["0 1 0", "1 1 0"],
        ["0,1,0", "1,1,0"],
        ["(0, 1, 0)", "(1, 1, 0)"],
        ["array([0, 1, 0])", "array([1, 1, 0])"],
        ["array([0, 1, 0], dtype=int16)", "array([1, 1, 0], dtype=int16)"],
        ["[np.int16(0), np.int16(1), np.int16(0)]", "[np.int16(1), np.int16(1), np.int16(0)]"],
    ],
)
def test_indicators_as_strings(y):
    (advice,) = advised_targets(y)
    codec, encoded = learn_targets(advice)
    assert codec.kind == "indicator"
    assert encoded.Y.tolist() == [[0, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    "y",
    [
        ["light blue", "dark blue", "light green", "dark green", "blue"],
        ["New York", "New Orleans", "York"],
        ["he/him", "she/her", "they/them"],
        ["n/a", "yes", "no"],
        ["TCP/IP", "UDP", "HTTP"],
        ["class 1", "class 2", "class 10"],
        ["(0, 10]", "(10, 20]"],
        ["R&B", "rock", "pop"],
        ["C++", "C", "Java"],
        ["1/2/2020", "1/3/2020"],
        ["Smith, John", "Smith, Jane", "Doe, Jim"],
    ],
)
def test_ordinary_classes_cause_no_complaint(y):
    assert complaint(y) is None


A = np.array
FAULTY = {
    "-1/1": A([[-1, 1], [1, 1]]),
    "-1/1 lists": [[-1, 1], [1, 1]],
    "-1/1 Series of lists": pd.Series([[-1, 1], [1, 1]]),
    "-1/1 polars Series": pl.Series([[-1, 1], [1, 1]]),
    "-1/1 array of lists": object_array([[-1, 1], [1, 1]]),
    "-1/1 frame": pd.DataFrame({"a": [-1, 1], "b": [1, 1]}),
    "-1/1 polars": pl.DataFrame({"a": [-1, 1], "b": [1, 1]}),
    "-1/1 sparse": scipy.sparse.csr_array([[-1, 1], [1, 1]]),
    "0/2 sparse": scipy.sparse.csc_matrix([[0, 2], [2, 0]]),
    "0/2 with nan": A([[0, 2, np.nan], [2, 2, 0]]),
    "0/2 frame with nan": pd.DataFrame({"a": [0, 2, np.nan], "b": [2, 2, 0]}),
    "0/2 with None": A([[0, 2, None], [2, 2, 0]], dtype=object),
    "-1/0/1": A([[-1, 1], [0, 1]]),
    "fractions": A([[0.3, 1.0], [0.0, 0.9]]),
    "fractions, lists": [[0.3, 1.0], [0.0, 0.9]],
    "fractions, object": A([[0.3, None], [0.0, 0.9]], dtype=object),
    "fractions, sparse": scipy.sparse.csr_array([[0.3, 0], [0.9, 0]]),
    "yes/no": A([["yes", "no"], ["no", "no"]]),
    "yes/no frame": pd.DataFrame({"a": ["yes", "no"], "b": ["no", "no"]}),
    "yes/no polars": pl.DataFrame({"a": ["yes", "no"], "b": ["no", "no"]}),
    "yes/no category": pd.DataFrame({"a": ["yes", "no"], "b": ["no", "no"]}, dtype="category"),
    "yes/no lists": [["yes", "no"], ["no", "no"]],
    "yes/no Series of lists": pd.Series([["yes", "no"], ["no", "no"]]),
    "yes/no polars lists": pl.Series([["yes", "no"], ["no", "no"]]),
    "0/1 strings": [["0", "1"], ["1", "1"]],
    "rows are Series": object_array([pd.Series([0, 1]), pd.Series([1, 1])]),
    "padded, last column empty": pd.DataFrame(
        {"first": ["a", "b"], "second": ["b", None], "third": [None, None]}
    ),
    "padded polars lists": pl.Series([["a", "b"], ["b", None]]),
    "None among polars lists": pl.Series([["a"], None]),
    "padded": pd.DataFrame({"first": ["a", "b"], "second": ["b", None]}),
    "padded, nan": pd.DataFrame({"first": ["a", "b"], "second": ["b", np.nan]}, dtype=object),
    "padded, empty": pd.DataFrame({"first": ["a", "b"], "second": ["b", ""]}),
    "padded, polars": pl.DataFrame({"first": ["a", "b"], "second": ["b", None]}),
    "padded, array": A([["a", "b"], ["b", None]], dtype=object),
    "padded, lists": [["a", "b"], ["b", None]],
    "padded lists, empty": [["a", "b"], ["b", ""]],
    "pairs": A([["a", "b"], ["b", "c"]]),
    "padded ids": A([[3, 17], [5, np.nan], [17, 4]]),
    "padded ids by -1": A([[3, 17, 5], [5, -1, -1], [17, 4, -1]]),
    "string among sets": [{"a"}, "b"],
    "string among lists": pd.Series([["a"], "b"]),
    "None among lists": pd.Series([["a"], None]),
    "NaN among lists": pd.Series([["a"], np.nan]),
    "ragged arrays": [A([1, 0]), A([2])],
    "ragged arrays, Series": pd.Series([A([1, 0]), A([2])]),
    "ambiguous": pd.Series([[0, 1], [1, 0]]),
    "ambiguous, one": object_array([[0], [1], [1]]),
    "ambiguous, polars": pl.Series([[0, 1], [1, 0]]),
    "bytes": [b"a", b"b"],
    "bytes array": A([b"a", b"b"]),
    "bytes objects": object_array([b"a", "b"]),
    "mixed": ["a", 1, "b"],
    "mixed Series": pd.Series(["a", 1, "b"], dtype=object),
    "dates": [datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)],
    "complex": object_array([1j, 2j]),
    "sparse nan": scipy.sparse.csr_array([[np.nan, 1]]),
    "one string": "sport",
    "generator": ({"a"} for _ in range(3)),
    "text column": pd.DataFrame({"id": ["x1", "x2"], "a": [0, 1], "b": [1, 1]}),
    "text column, polars": pl.DataFrame({"id": ["x1", "x2"], "a": [0, 1], "b": [1, 1]}),
    "one column of 2": pd.DataFrame({"a": [0, 1], "b": [0, 2]}),
    "one column of 2, polars": pl.DataFrame({"a": [0, 1], "b": [0, 2]}),
}


@pytest.mark.parametrize("case", FAULTY)
def test_advice_makes_a_target(case):
    y = FAULTY[case]
    advice = advised_targets(y)
    assert advice
    for target in advice:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            codec, encoded = learn_targets(target)
        if case.startswith(("padded", "pairs")) and "ids" not in case:
            assert set(codec.label_names.tolist()) <= {"a", "b", "c"}
        if case.startswith("None among"):
            assert codec.label_names.tolist() == ["a"]
        if "yes/no" in case:
            assert encoded.Y.tolist() == [[1, 0], [0, 0]]
        if "nan" in case and "0/2" in case:
            assert (~encoded.known).sum() == 1


@pytest.mark.parametrize("y", [["a", "b"], pd.Series(["a", "b"]), pl.Series(["a", "b"])])
def test_advice_of_label_sets(y):
    with pytest.raises(ValueError, match="lone string") as error:
        label_sets(y)
    (code,) = re.findall(r"`(.+?)`", str(error.value))
    assert label_sets(eval(code, {"y": y})).tolist() == [{"a"}, {"b"}]


def test_arrow_lists_with_missing_labels():
    pa = pytest.importorskip("pyarrow")
    (advice,) = advised_targets(pa.array([["a", None], ["b"]]))
    assert labels_of(advice) == [{"a"}, {"b"}]


@pytest.mark.parametrize("item", [pd.Series([0.5, 1]), 1j, object()])
def test_fractions_and_objects_are_not_called_zeros_and_ones(item):
    assert "lists of 0 and 1" not in complaint(object_array([item, item]))
    assert "lists of 0 and 1" not in complaint(pd.Series([[0.25, 0.5], [0.5, 0.75]]))


def test_mixed_text_and_numbers_are_no_label_lists():
    assert "`" not in complaint(np.array([["a", 1], ["b", 0]], dtype=object))


LONG = "x" * 20_000
HUGE = {
    "label": [{10**5000}],
    "label in lists": [[LONG, [LONG]], ["b"]],
    "fraction": [{0.5, 1.5}],
    "string": LONG,
    "row": [{"a"}, LONG],
    "joined": [f"{LONG}|a", "a"],
    "columns": pd.DataFrame([[1, 0]], columns=[LONG, LONG]),
    "values": np.array([[LONG, "b"], ["b", "b"]]),
    "many": np.arange(4000).reshape(2, 2000),
    "object integers": np.array([[10**400, 1]], dtype=object),
    "decimals": [[Decimal("1e999"), 0], [0, 0]],
}


@pytest.mark.parametrize("case", HUGE)
def test_messages_are_short(case):
    text = complaint(HUGE[case])
    assert text
    assert len(text) < 700
