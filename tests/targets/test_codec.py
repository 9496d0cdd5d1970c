"""Targets of all forms to indicators and back."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from numpy.testing import assert_array_equal
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import KFold, check_cv
from sklearn.utils.multiclass import type_of_target

from skmultilabel_nn._targets.codec import TargetCodec, learn_targets
from skmultilabel_nn._targets.label_set import LabelSet
from skmultilabel_nn._targets.label_sets import label_sets
from tests.common import (
    ARRAY_FORMS,
    FRAME_FORMS,
    SET_FORMS,
    SPARSE_FORMS,
    TARGET_FORMS,
    names_of_rows,
    object_array,
)

from .common import HOLES, NAMES, SEEDS, dense, indicator

CLASS_FORMS = {
    "str list": ["red", "blue", "red", "green"],
    "str array": np.array(["red", "blue", "red", "green"]),
    "object str array": np.array(["red", "blue", "red", "green"], dtype=object),
    "int list": [3, 1, 3, 2],
    "int32 array": np.array([3, 1, 3, 2], dtype=np.int32),
    "uint8 array": np.array([3, 1, 3, 2], dtype=np.uint8),
    "negative": np.array([-1, 1, 1, -1]),
    "float array": np.array([3.0, 1.0, 3.0, 2.0]),
    "bool array": np.array([True, False, True, True]),
    "one class": np.ones(4),
    "pandas str Series": pd.Series(["red", "blue", "red", "green"]),
    "pandas category Series": pd.Series(["red", "blue", "red", "green"], dtype="category"),
    "pandas Int64 Series": pd.Series([3, 1, 3, 2], dtype="Int64"),
    "polars str Series": pl.Series(["red", "blue", "red", "green"]),
    "polars int Series": pl.Series([3, 1, 3, 2]),
    "polars bool Series": pl.Series([True, False, True, True]),
}


def expected_answer(form, y, Y):
    """What decode must give: the input, as predictions are documented."""
    if form in FRAME_FORMS:
        library = pd if "pandas" in form else pl
        names = {"columns" if library is pd else "schema": NAMES}
        return library.DataFrame(Y, **names)
    items = y.to_list() if isinstance(y, pl.Series) else list(y)
    return object_array(items) if form in SET_FORMS else Y


def assert_same_target(answer, expected):
    assert type(answer) is type(expected)
    if isinstance(expected, np.ndarray):
        assert answer.dtype == expected.dtype
        assert answer.shape == expected.shape
        assert answer.tolist() == expected.tolist()
        if expected.dtype == object:
            assert [type(a) for a in answer] == [type(e) for e in expected]
    else:
        assert answer.equals(expected)


# Round trips ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_multilabel_round_trip(form, seed):
    Y = indicator(seed)
    y = TARGET_FORMS[form](Y)
    codec, encoded = learn_targets(y)

    assert encoded.Y.dtype == np.float32
    assert_array_equal(dense(encoded.Y), Y)
    assert encoded.known is None
    assert encoded.n_unseen is None
    named = form in SET_FORMS or form in FRAME_FORMS
    assert codec.label_names.tolist() == (NAMES if named else [0, 1, 2, 3])
    assert codec.multilabel
    assert codec.n_outputs == 4
    assert codec.classes.tolist() == [[0, 1]] * 4
    assert codec.classes.dtype == np.int64

    answer = codec.decode(encoded.Y)
    if form in SPARSE_FORMS:
        assert codec.kind == "sparse"
        assert isinstance(encoded.Y, scipy.sparse.csr_array)
        style = scipy.sparse.csr_array if form.endswith("array") else scipy.sparse.csr_matrix
        assert isinstance(answer, style)
        assert answer.dtype == np.int64
        assert_array_equal(answer.toarray(), Y)
    else:
        assert encoded.Y.flags.c_contiguous
        assert_same_target(answer, expected_answer(form, y, Y))
        assert_same_target(codec.decode(scipy.sparse.csr_array(Y)), answer)


@pytest.mark.parametrize("form", CLASS_FORMS)
def test_class_round_trip(form):
    y = CLASS_FORMS[form]
    codec, encoded = learn_targets(y)
    assert codec.kind == "classes"
    assert not codec.multilabel
    assert codec.label_names.tolist() == sorted(set(y))
    assert_array_equal(codec.classes, codec.label_names)
    assert_array_equal(encoded.Y.sum(axis=1), 1)
    assert encoded.Y.dtype == np.float32

    by_one_hot = codec.decode(encoded.Y)
    by_index = codec.decode(encoded.Y.argmax(axis=1))
    assert by_one_hot.tolist() == by_index.tolist() == list(y)
    if isinstance(y, np.ndarray):
        assert by_one_hot.dtype == y.dtype
    assert_array_equal(codec.encode(y).Y, encoded.Y)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("learned", ["list of sets", "pandas frame", "polars frame"])
def test_every_form_encodes_alike_by_a_named_codec(learned, form, seed):
    codec, _ = learn_targets(TARGET_FORMS[learned](indicator(99)))
    Y = indicator(seed)
    encoded = codec.encode(TARGET_FORMS[form](Y), on_unseen="count")
    assert_array_equal(dense(encoded.Y), Y)
    assert encoded.n_unseen.tolist() == [0] * len(Y)


@pytest.mark.parametrize("form", [*ARRAY_FORMS, *SPARSE_FORMS, *FRAME_FORMS])
def test_every_form_encodes_alike_by_a_codec_without_names(form):
    codec, _ = learn_targets(indicator(99))
    Y = indicator(1)
    assert_array_equal(dense(codec.encode(TARGET_FORMS[form](Y)).Y), Y)
    by_number = codec.encode(names_of_rows(Y, set, names=range(4)))
    assert_array_equal(by_number.Y, Y)


@pytest.mark.parametrize("seed", SEEDS)
def test_shuffled_rows_give_shuffled_codes(form, seed):
    Y = indicator(seed)
    order = np.random.default_rng(seed).permutation(len(Y))
    codec, encoded = learn_targets(TARGET_FORMS[form](Y))
    shuffled_codec, shuffled = learn_targets(TARGET_FORMS[form](Y[order]))
    assert_array_equal(shuffled_codec.label_names, codec.label_names)
    assert_array_equal(dense(shuffled.Y), dense(encoded.Y)[order])


@pytest.mark.parametrize("form", [*TARGET_FORMS, *CLASS_FORMS])
def test_codec_survives_pickle_and_copy(form):
    y = CLASS_FORMS[form] if form in CLASS_FORMS else TARGET_FORMS[form](indicator())
    codec, encoded = learn_targets(y)
    for other in (pickle.loads(pickle.dumps(codec)), copy.deepcopy(codec)):
        assert_array_equal(dense(other.encode(y).Y), dense(encoded.Y))
        assert str(other.decode(encoded.Y)) == str(codec.decode(encoded.Y))
    plain = (str, bool, np.ndarray)
    assert all(isinstance(value, plain) for value in vars(codec).values())


# Label sets -----------------------------------------------------------------------------------


def test_first_item_decides_the_collection():
    codec, encoded = learn_targets([("a",), {"b"}, ["a", "b"]])
    assert codec.decode(encoded.Y).tolist() == [("a",), ("b",), ("a", "b")]


def test_lists_of_zeros_and_ones_are_labels_where_labels_were_learned():
    codec, _ = learn_targets([[0, 1], [2], [1, 2]])
    assert codec.encode([[0, 1], [1, 0]]).Y.tolist() == [[1, 1, 0], [1, 1, 0]]
    named, _ = learn_targets([["a"], ["b"]])
    assert named.encode([[0, 1], [1, 0]]).Y.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("n_labels", [1024, 1025])
def test_many_labels_are_encoded_sparse(n_labels):
    y = [{j, (j * 7) % n_labels} for j in range(n_labels)]
    codec, encoded = learn_targets(y)
    assert scipy.sparse.issparse(encoded.Y) == (n_labels > 1024)
    assert encoded.Y.dtype == np.float32
    assert codec.decode(encoded.Y).tolist() == y


@pytest.mark.parametrize("seed", SEEDS)
def test_label_sets(form, seed):
    Y = indicator(seed)
    sets = label_sets(TARGET_FORMS[form](Y))
    named = form in SET_FORMS or form in FRAME_FORMS
    assert sets.shape == (len(Y),)
    assert sets.tolist() == names_of_rows(Y, frozenset, NAMES if named else range(4))
    assert {type(item) for item in sets} == {LabelSet}
    assert type_of_target(sets) == "unknown"
    assert isinstance(check_cv(5, sets, classifier=True), KFold)
    assert label_sets(sets).tolist() == sets.tolist()


# Frames ---------------------------------------------------------------------------------------


def test_frame_columns_are_matched_by_name():
    Y = indicator()
    frame = pd.DataFrame(Y, columns=NAMES)
    codec, _ = learn_targets(frame)
    assert_array_equal(codec.encode(frame[NAMES[::-1]]).Y, Y)
    assert_array_equal(codec.encode(pl.DataFrame(Y[:, ::-1], schema=NAMES[::-1])).Y, Y)


def test_frame_answers_keep_the_index():
    frame = pd.DataFrame(indicator(), columns=NAMES, index=np.arange(30) * 10)
    codec, encoded = learn_targets(frame)
    pd.testing.assert_frame_equal(codec.decode(encoded.Y, index=frame.index), frame)
    assert codec.decode(encoded.Y).index.equals(pd.RangeIndex(30))


def test_frame_with_missing_and_extra_columns():
    frame = pd.DataFrame(indicator(), columns=NAMES)
    codec, _ = learn_targets(frame[["ant", "bee"]])
    with pytest.raises(ValueError, match=r"no column for 1 of 2 labels: 'bee'"):
        codec.encode(frame[["ant"]])
    with pytest.raises(ValueError, match=r"'cat', 'dog'"):
        codec.encode(frame)
    encoded = codec.encode(frame, on_unseen="count")
    assert_array_equal(encoded.Y, frame[["ant", "bee"]])
    assert_array_equal(encoded.n_unseen, frame["cat"] + frame["dog"])


def test_frame_reordering_keeps_the_mask_aligned():
    codec, _ = learn_targets(pd.DataFrame(indicator(width=3), columns=list("abc")))
    frame = pd.DataFrame(HOLES, columns=list("abc"))
    encoded = codec.encode(frame[["c", "a", "b"]])
    assert_array_equal(encoded.known, ~np.isnan(HOLES))
    assert_array_equal(encoded.Y, np.nan_to_num(HOLES))


def test_frame_with_several_column_levels():
    columns = pd.MultiIndex.from_tuples([("pet", "cat"), ("pet", "dog"), ("wild", "ant")])
    frame = pd.DataFrame(indicator(width=3), columns=columns)
    codec, encoded = learn_targets(frame)
    pd.testing.assert_frame_equal(codec.decode(encoded.Y), frame)


def test_one_column_frame():
    one = pd.DataFrame({"cat": [0, 1, 1]})
    codec, encoded = learn_targets(one)
    pd.testing.assert_frame_equal(codec.decode(encoded.Y), one)
    with pytest.warns(DataConversionWarning):
        codec, _ = learn_targets(pd.DataFrame({"color": ["red", "blue", "red"]}))
    assert codec.label_names.tolist() == ["blue", "red"]


# Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("learned", "given", "message"),
    [
        ([{"a"}, {"b"}], ["a", "b"], r"one class label per row.*Expected label sets"),
        (np.eye(3), [0, 1, 2], r"one class label per row.*3 column"),
        ([0, 1, 2], np.eye(3), r"y is multi-label \(indicator\).*1-D array"),
        (["a", "b"], [{"a"}], r"y is multi-label \(sets\)"),
        (np.eye(3), np.eye(2), r"2 column\(s\), but there are 3 labels"),
        ([{"a"}, {"b"}], scipy.sparse.eye_array(3), r"3 column\(s\), but there are 2 labels"),
        ([{"a"}, {"b"}], [{"z", "a"}], r"not among the 2 known labels.*'z'"),
        (["a", "b"], ["a", "z"], r"'z'"),
    ],
)
def test_targets_that_do_not_fit_the_codec_are_refused(learned, given, message):
    codec, _ = learn_targets(learned)
    with pytest.raises(ValueError, match=message):
        codec.encode(given)


# Imports --------------------------------------------------------------------------------------


def test_frames_libraries_are_not_imported():
    code = (
        "import sys, numpy as np\n"
        "from skmultilabel_nn._targets.codec import learn_targets\n"
        "for y in ([{'a'}], np.eye(2), ['a', 'b']):\n"
        "    codec, encoded = learn_targets(y)\n"
        "    codec.decode(encoded.Y)\n"
        "assert not {'polars', 'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_codec_is_plain_data():
    codec = TargetCodec("sets", np.array([1, 2]), container="list")
    assert codec.decode(np.array([[0, 1]])).tolist() == [[2]]


def test_unseen_labels_are_listed_once():
    codec, _ = learn_targets([{"a"}, {"b"}])
    sets = codec.encode([{"a", "z"}, {"y", "z"}, {"z"}], on_unseen="count")
    assert sets.n_unseen.tolist() == [1, 2, 1]
    assert sets.unseen == ["y", "z"]
    frame = pd.DataFrame({"a": [1, 0], "b": [0, 0], "y": [0, 0], "z": [1, 1]})
    assert codec.encode(frame, on_unseen="count").unseen == ["z"]
    classes, _ = learn_targets(["a", "b", "a"])
    assert classes.encode(["a", "z", "z"], on_unseen="count").unseen == ["z"]
    assert not classes.encode(["a", "b"], on_unseen="count").unseen
