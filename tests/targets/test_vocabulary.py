"""Labels, their order, and numbers per label."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from numpy.testing import assert_array_equal

from skmultilabel_nn._targets.codec import learn_targets
from tests.common import (
    ARRAY_FORMS,
    FRAME_FORMS,
    SET_FORMS,
    SPARSE_FORMS,
    TARGET_FORMS,
    names_of_rows,
)

from .common import NAMES, dense, indicator

# Label sets -----------------------------------------------------------------------------------


def test_label_values_stay_python_values():
    codec, encoded = learn_targets([{np.int64(3), 1}, {2}])
    assert codec.label_names.dtype == np.int64
    assert [type(label) for label in codec.decode(encoded.Y)[0]] == [int, int]
    codec, encoded = learn_targets([[np.str_("b")], ["a"]])
    assert [type(item[0]) for item in codec.decode(encoded.Y)] == [str, str]


def test_empty_rows_only_work_with_classes():
    codec, encoded = learn_targets([[], []], classes=["a", "b"])
    assert encoded.Y.tolist() == [[0, 0], [0, 0]]
    assert codec.decode(encoded.Y).tolist() == [[], []]


# Classes --------------------------------------------------------------------------------------


def test_classes_of_a_one_dimensional_target_are_sorted():
    codec, encoded = learn_targets(["b", "a"], classes=["c", "b", "a"])
    assert codec.label_names.tolist() == ["a", "b", "c"]
    assert encoded.Y.tolist() == [[0, 1, 0], [1, 0, 0]]


# classes= -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*SET_FORMS, *FRAME_FORMS])
def test_classes_fix_the_order(form):
    Y = indicator()
    codec, encoded = learn_targets(TARGET_FORMS[form](Y), classes=NAMES[::-1])
    assert codec.label_names.tolist() == NAMES[::-1]
    assert_array_equal(encoded.Y, Y[:, ::-1])


@pytest.mark.parametrize("form", [*ARRAY_FORMS, *SPARSE_FORMS])
def test_classes_name_the_columns_of_arrays(form):
    Y = indicator()
    codec, encoded = learn_targets(TARGET_FORMS[form](Y), classes=np.array(NAMES))
    assert codec.label_names.tolist() == NAMES
    assert_array_equal(dense(encoded.Y), Y)
    assert_array_equal(codec.encode(names_of_rows(Y, set)).Y, Y)
    assert codec.decode(encoded.Y).shape == Y.shape


def test_classes_allow_labels_that_cannot_be_ordered_or_are_absent():
    codec, encoded = learn_targets([{1, "a"}, set()], classes=["a", 1, "z"])
    assert encoded.Y.tolist() == [[1, 1, 0], [0, 0, 0]]
    assert codec.decode(encoded.Y).tolist() == [{1, "a"}, set()]


@pytest.mark.parametrize(
    ("y", "classes", "message"),
    [
        ([{"a"}, {"x"}], ["a", "b"], r"not among the 2 known labels .*'x'"),
        (pd.DataFrame({"a": [1, 0], "x": [0, 1]}), ["a"], r"'x'"),
        (pd.DataFrame({"a": [1, 0]}), ["a", "b"], r"no column for 1 of 2 labels: 'b'"),
        (["a", "x"], ["a", "b"], r"'x'"),
        ([1, 2], [1, "b"], r"cannot be ordered"),
        (np.eye(3), ["a", "b"], r"classes has 2 labels, but y has 3 columns"),
        (scipy.sparse.csr_array(np.eye(3)), list("abcd"), r"4 labels, but y has 3 columns"),
        ([{"a"}], ["a", "a", "b"], r"more than once: 'a'"),
        ([{"a"}], "ab", r"list or array of labels.*str"),
        ([{"a"}], {"a", "b"}, r"list or array of labels.*set"),
        ([{"a"}], 3, r"list or array of labels"),
        ([{"a"}], [], r"classes is empty"),
        ([{"a"}], ["a", None], r"missing value None"),
        (np.eye(2), np.array([[0, 2], [0, 1]]), r"must not be nested"),
    ],
)
def test_wrong_classes_are_refused(y, classes, message):
    with pytest.raises(ValueError, match=message):
        learn_targets(y, classes=classes)


# Errors ---------------------------------------------------------------------------------------


def test_unseen_labels_are_counted():
    codec, _ = learn_targets([["a"], ["b"]])
    encoded = codec.encode([["a", "z"], ["b"], ["y", "z", "z"], []], on_unseen="count")
    assert encoded.Y.tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]
    assert encoded.n_unseen.tolist() == [1, 0, 2, 0]

    codec, _ = learn_targets(["a", "b"])
    encoded = codec.encode(["b", "z"], on_unseen="count")
    assert encoded.Y.tolist() == [[0, 1], [0, 0]]
    assert encoded.n_unseen.tolist() == [0, 1]
    with pytest.raises(ValueError, match="on_unseen"):
        codec.encode(["b"], on_unseen="ignore")


# per_label ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [0.5, 0.5, 0.5]),
        (2, [2, 2, 2]),
        (np.float32(0.25), [0.25, 0.25, 0.25]),
        ([1, 2, 3], [1, 2, 3]),
        (np.array([1, 2, 3]), [1, 2, 3]),
        ({"bee": 0.1}, [0.5, 0.1, 0.5]),
        ({"cat": 1, "ant": np.int64(2)}, [2, 0.5, 1]),
        ({}, [0.5, 0.5, 0.5]),
    ],
)
def test_per_label(value, expected):
    codec, _ = learn_targets([{"ant", "bee"}, {"cat"}])
    numbers = codec.per_label(value, default=0.5, what="threshold")
    assert numbers.dtype == np.float64
    assert numbers.tolist() == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2], r"threshold has the shape \(2,\), but there are 3 labels"),
        (np.ones((1, 3)), r"shape \(1, 3\)"),
        ({"bees": 0.1}, r"threshold names 'bees'.*Did you mean 'bee'"),
        ({0: 0.1}, r"threshold names 0"),
        (np.nan, r"finite"),
        ([1, 2, np.inf], r"finite"),
        ({"ant": "high"}, r"finite numbers, got 'high'"),
        (True, r"finite numbers, got True"),
        (1j, r"finite numbers"),
        ("auto", r"got 'auto'"),
    ],
)
def test_wrong_per_label_values_are_refused(value, message):
    codec, _ = learn_targets([{"ant", "bee"}, {"cat"}])
    with pytest.raises(ValueError, match=message):
        codec.per_label(value, default=0.5, what="threshold")
