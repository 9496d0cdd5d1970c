"""Numbers keyed by label are matched by name wherever there are names."""

from types import MappingProxyType

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn.decision import FixedThreshold, MinMaxLabels, PerLabelThreshold, resolve_rule
from skmultilabel_nn.decision._prediction import resolve_threshold
from skmultilabel_nn.metrics import (
    label_propensities,
    multilabel_report,
    precision_at_k,
    propensity_scored_precision_at_k,
)

Y = [{"a"}, {"b"}, {"c"}, {"a", "c"}]
CODEC, ENCODED = learn_targets(Y)
NAMED = {
    "mapping": {"c": 0.9, "a": 0.5, "b": 0.1},
    "mapping proxy": MappingProxyType({"c": 0.9, "a": 0.5, "b": 0.1}),
    "Series": pd.Series({"c": 0.9, "a": 0.5, "b": 0.1}),
    "Series of Float64": pd.Series({"c": 0.9, "a": 0.5, "b": 0.1}, dtype="Float64"),
    "frame": pd.DataFrame({"c": [0.9], "a": [0.5], "b": [0.1]}),
    "polars": pl.DataFrame({"c": [0.9], "a": [0.5], "b": [0.1]}),
}
POSITIONAL = {
    "list": [0.5, 0.1, 0.9],
    "array": np.array([0.5, 0.1, 0.9]),
    "Series": pd.Series([0.5, 0.1, 0.9]),
    "polars": pl.Series([0.5, 0.1, 0.9]),
    "counted frame": pd.DataFrame([[0.5, 0.1, 0.9]]),
}
VALUES = {**NAMED, **{f"positional {name}": value for name, value in POSITIONAL.items()}}


@pytest.mark.parametrize("case", VALUES)
def test_by_name_or_by_position(case):
    value = VALUES[case]
    numbers = CODEC.per_label(value, default=0.3, what="threshold")
    assert numbers.tolist() == [0.5, 0.1, 0.9]
    assert resolve_threshold(value, CODEC).thresholds_.tolist() == [0.5, 0.1, 0.9]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (pd.Series({"x": 0.9, "a": 0.5, "b": 0.1}), r"threshold names 'x'"),
        (pd.Series({"a": 0.5, "b": 0.1}), r"none for 1 of 3 labels: 'c'"),
        (pd.Series([1, 2, 3], index=["a", "a", "b"]), r"more than once: 'a'"),
        (pd.Series([1, 2, 3], index=[2, 0, 1]), r"threshold names 2, 0, 1"),
        (pd.Series([1, 2, 3])[::-1], r"threshold names 2, 1, 0"),
        (pd.DataFrame({"a": [1, 2], "b": 1, "c": 1}), r"DataFrame of 2 rows"),
        (pd.DataFrame({"a": [1], "b": 1}), r"none for 1 of 3 labels"),
        (pd.Series({"a": None, "b": 0.1, "c": 1}), r"finite"),
        (10**400, r"finite numbers"),
        ([10**400, 1, 1], r"finite numbers"),
        ({"a": "x" * 9999}, r"finite numbers"),
    ],
    ids=str,
)
def test_names_that_differ_are_refused(value, message):
    with pytest.raises(ValueError, match=message) as error:
        CODEC.per_label(value, default=0.5, what="threshold")
    assert len(str(error.value)) < 400


def test_numbers_of_unnamed_columns():
    codec, _ = learn_targets(np.eye(3))
    given = pd.Series([1, 2, 3], index=[2, 0, 1])
    assert codec.per_label(given, default=0, what="threshold").tolist() == [2, 3, 1]
    with pytest.raises(ValueError, match="names 'a'"):
        codec.per_label(pd.Series({"a": 1, "b": 2, "c": 3}), default=0, what="threshold")


# Cells -----------------------------------------------------------------------------------------

CELLS = np.arange(12.0).reshape(4, 3) + 1
FRAMES = {
    "pandas": pd.DataFrame(CELLS, columns=["a", "b", "c"])[["c", "a", "b"]],
    "polars": pl.DataFrame(CELLS, schema=["a", "b", "c"])[["c", "a", "b"]],
    "counted": pd.DataFrame(CELLS),
    "counted polars": pl.DataFrame(CELLS),
    "array": CELLS,
}


@pytest.mark.parametrize("case", FRAMES)
def test_weights_of_cells(case):
    np.testing.assert_array_equal(CODEC.check_weights(FRAMES[case], 4), CELLS)
    assert CODEC.check_weights(None, 4) is None
    np.testing.assert_array_equal(CODEC.check_weights(pd.Series([1, 2, 3, 4]), 4), [1, 2, 3, 4])


@pytest.mark.parametrize("columns", [["a", "b", "x"], ["a", "b"], ["a", "b", "c", "d"], ["a"] * 3])
def test_weights_with_other_columns(columns):
    frame = pd.DataFrame(np.ones((4, len(columns))), columns=columns)
    with pytest.raises(ValueError, match=r"sample_weight has the columns 'a'.*labels are 'a', 'b'"):
        CODEC.check_weights(frame, 4)


def test_metrics_pair_by_name():
    rng = np.random.default_rng(0)
    scores = pd.DataFrame(rng.random((4, 3)), columns=["a", "b", "c"])
    other = scores[["c", "a", "b"]]
    weight = pd.DataFrame(CELLS, columns=["a", "b", "c"])
    expected = precision_at_k(Y, scores, k=1, sample_weight=weight)
    for names in (None, ["a", "b", "c"], ["b", "c", "a"]):
        given = precision_at_k(
            Y, other, k=1, label_names=names, sample_weight=weight[["b", "c", "a"]]
        )
        assert given == expected
    with pytest.raises(ValueError, match="y_score has the columns"):
        precision_at_k(Y, scores, k=1, label_names=["x", "b", "c"])
    propensities = label_propensities(Y, as_dict=True)
    value = propensity_scored_precision_at_k(Y, scores, k=1, propensities=propensities)
    named = pd.Series(propensities)[["c", "a", "b"]]
    assert propensity_scored_precision_at_k(Y, scores, k=1, propensities=named) == value
    report = multilabel_report(Y, y_score=scores, thresholds={"a": 0.4}, output="dict")
    other = multilabel_report(
        Y,
        y_score=other,
        label_names=["a", "b", "c"],
        thresholds=pd.Series({"c": 0.5, "b": 0.5, "a": 0.4}),
        output="dict",
    )
    assert str(other) == str(report)


# Rules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [NAMED["Series"], NAMED["mapping"], NAMED["frame"]])
def test_rules_know_no_names(value):
    P = np.full((2, 3), 0.5)
    with pytest.raises((TypeError, ValueError), match="knows no names"):
        FixedThreshold(value).fit(P, P)
    with pytest.raises((TypeError, ValueError), match="knows no names"):
        resolve_rule(value)
    with pytest.raises((TypeError, ValueError), match="knows no names"):
        MinMaxLabels(threshold=value).fit(P, P)


def test_rules_refuse_frames_in_another_order():
    P = pd.DataFrame(np.random.default_rng(0).random((4, 3)), columns=["a", "b", "c"])
    truth = (P > 0.5).astype(int)
    PerLabelThreshold().fit(truth, P)
    with pytest.raises(ValueError, match=r"Y has the columns 'c', 'a', 'b', but P has 'a'"):
        PerLabelThreshold().fit(truth[["c", "a", "b"]], P)


# classes= --------------------------------------------------------------------------------------

PAIRS = {
    "array": np.array([[0, 1], [0, 1], [0, 1]]),
    "list of arrays": [np.array([0, 1])] * 3,
    "constant labels": [np.array([0]), np.array([0, 1]), np.array([1])],
    "floats": [np.array([0.0, 1.0])] * 3,
    "lists": [[0, 1]] * 3,
}


@pytest.mark.parametrize("case", PAIRS)
def test_classes_of_another_classifier(case):
    codec, _ = learn_targets(np.eye(3), classes=PAIRS[case])
    assert codec.label_names.tolist() == [0, 1, 2]
    assert not codec.named
    frame = pd.DataFrame(np.eye(3), columns=list("abc"))
    assert learn_targets(frame, classes=PAIRS[case])[0].label_names.tolist() == ["a", "b", "c"]
    codec.check_classes(PAIRS[case])
    CODEC.check_classes(PAIRS[case])
    for wrong in (Y, ["a", "b", "c"]):
        with pytest.raises(ValueError, match=r"not their names.*label_names_"):
            learn_targets(wrong, classes=PAIRS[case])
    with pytest.raises(ValueError, match="classes has 3 labels, but y has 2 columns"):
        learn_targets(np.eye(2), classes=PAIRS[case])


@pytest.mark.parametrize(
    ("y", "classes", "right"),
    [
        (Y, ["c", "b", "a"], True),
        (Y, pd.Series(["a", "b", "c"]), True),
        (Y, pd.Index(["a", "b", "c"]), True),
        (Y, ["a", "b"], False),
        (Y, [[0, 1]] * 2, False),
        ([{1}, {2}], ["1", "2"], False),
        ([{"1"}, {"2"}], [1, 2], False),
        ([{1}, {2}], np.array([2, 1]), True),
        (["x", "y"], ["y", "x"], True),
        (["x", "y"], [[0, 1]] * 2, False),
        ([1, 2], ["1", "2"], False),
        (np.eye(2), [0, 1], True),
        (np.eye(2), [1, 0], False),
        (np.eye(2), ["0", "1"], False),
        (np.eye(2), None, True),
    ],
)
def test_vocabulary_of_a_later_call(y, classes, right):
    codec, _ = learn_targets(y)
    if right:
        codec.check_classes(classes)
    else:
        with pytest.raises(ValueError, match="is not the vocabulary of the first call"):
            codec.check_classes(classes)


def test_order_of_columns_in_a_later_call():
    codec, _ = learn_targets(np.eye(2), classes=["b", "a"])
    codec.check_classes(["b", "a"])
    with pytest.raises(ValueError, match="is not the vocabulary"):
        codec.check_classes(["a", "b"])


# The estimator ---------------------------------------------------------------------------------


def test_estimator_takes_weights_by_name():
    X = np.random.default_rng(0).random((4, 2))
    classifier = KerasMultiLabelClassifier(hidden_layer_sizes=(4,), epochs=1, random_state=0)
    frame = pd.DataFrame(CELLS, columns=["a", "b", "c"])
    losses = {
        classifier.fit(X, Y, sample_weight=weight).loss_
        for weight in (CELLS, frame, frame[["c", "a", "b"]])
    }
    assert len(losses) == 1
    with pytest.raises(ValueError, match="sample_weight has the columns"):
        classifier.fit(X, Y, sample_weight=frame.rename(columns={"a": "x"}))
    classifier.set_params(class_weight=pd.Series({"c": 5.0, "a": 2.0, "b": 1.0}))
    by_name = classifier.fit(X, Y).loss_
    assert by_name == classifier.set_params(class_weight=[2.0, 1.0, 5.0]).fit(X, Y).loss_


def test_classes_in_partial_fit():
    X = np.random.default_rng(0).random((4, 2))
    classifier = KerasMultiLabelClassifier(hidden_layer_sizes=(4,))
    indicator = np.array([[0, 1], [1, 0], [1, 1], [0, 0]])
    classifier.partial_fit(X, indicator, classes=[np.array([0, 1])] * 2)
    classifier.partial_fit(X, indicator, classes=classifier.classes_)
    with pytest.raises(ValueError, match="not the vocabulary"):
        classifier.partial_fit(X, indicator, classes=["0", "1"])


def test_estimator_takes_thresholds_by_name():
    X = np.random.default_rng(0).random((4, 2))
    classifier = KerasMultiLabelClassifier(
        hidden_layer_sizes=(4,), epochs=1, random_state=0, threshold=NAMED["Series"]
    ).fit(X, Y)
    assert classifier.thresholds_.tolist() == [0.5, 0.1, 0.9]


def test_score_reads_classes_as_fit_does():
    X = np.random.default_rng(0).random((4, 2))
    classifier = KerasMultiLabelClassifier(hidden_layer_sizes=(4,), epochs=1, random_state=0)
    y = ["x", "y", "x", "y"]
    score = classifier.fit(X, y).score(X, y)
    given = [pd.Series(y, dtype="category"), pl.Series(y), object_array_of(y)]
    if hasattr(np.dtypes, "StringDType"):
        given.append(np.array(y, dtype=np.dtypes.StringDType()))
    for other in given:
        assert classifier.score(X, other) == score
    with pytest.raises(ValueError, match="y is multi-label"):
        classifier.score(X, Y)


def object_array_of(items):
    return np.array(items, dtype=object)
