import numpy as np
import pytest

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn.decision import (
    RULES,
    FixedThreshold,
    MinMaxLabels,
    PerLabelThreshold,
    SharedThreshold,
    resolve_rule,
)
from skmultilabel_nn.decision._prediction import (
    ValidationPredictions,
    fitted_rule,
    resolve_threshold,
)


@pytest.fixture
def codec():
    return learn_targets([{"a"}, {"b"}, {"c"}])[0]


@pytest.fixture
def held_out():
    rng = np.random.default_rng(0)
    P = rng.random((40, 3))
    return ValidationPredictions((rng.random((40, 3)) < P).astype(float), None, None, P)


def balanced_accuracy(y_true, y_pred):
    return (y_true == y_pred)[y_true == 1].mean() + (y_true == y_pred)[y_true == 0].mean()


THRESHOLDS = [
    *RULES,
    0.3,
    [0.1, 0.2, 0.3],
    {"b": 0.9},
    PerLabelThreshold(shrink=0),
    MinMaxLabels(0, 2, threshold="f1_macro"),
    SharedThreshold(balanced_accuracy),
]


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=range(len(THRESHOLDS)))
def test_the_rule_of_fit_is_used_while_the_threshold_is_the_same(threshold, codec, held_out):
    in_fit = fitted_rule(threshold, codec, held_out)
    again = fitted_rule(threshold, codec, None if in_fit.tuned else held_out, in_fit)
    assert (again is in_fit) == in_fit.tuned
    P = held_out.probabilities
    np.testing.assert_array_equal(again.decide(P), in_fit.decide(P))


@pytest.mark.parametrize("old", [*RULES, 0.3, MinMaxLabels(threshold="f1_macro")], ids=repr)
@pytest.mark.parametrize(
    "new",
    [
        SharedThreshold("f1_samples"),
        PerLabelThreshold(shrink=1),
        MinMaxLabels(threshold=PerLabelThreshold(shrink=1)),
        MinMaxLabels(threshold="cardinality"),
    ],
    ids=repr,
)
def test_another_threshold_is_tuned_anew_and_the_old_rule_stays(old, new, codec, held_out):
    in_fit = fitted_rule(old, codec, held_out)
    before = in_fit.decide(held_out.probabilities)
    rule = fitted_rule(new, codec, held_out, in_fit)
    expected = resolve_rule(new).fit(held_out.Y, held_out.probabilities)
    np.testing.assert_array_equal(rule.thresholds_, expected.thresholds_)
    np.testing.assert_array_equal(in_fit.decide(held_out.probabilities), before)


def test_unknown_cells_and_weights_tune_nothing(codec, held_out):
    known = np.random.default_rng(1).random((40, 3)) < 0.7
    masked = ValidationPredictions(held_out.Y, known, None, held_out.probabilities)
    weighted = ValidationPredictions(held_out.Y, None, known.astype(float), held_out.probabilities)
    expected = PerLabelThreshold().fit(held_out.Y, held_out.probabilities, known=known)
    for predictions in (masked, weighted):
        rule = fitted_rule("f1_macro", codec, predictions)
        np.testing.assert_array_equal(rule.thresholds_, expected.thresholds_)


def test_without_held_out_samples_nothing_can_be_tuned(codec):
    fixed = fitted_rule({"b": 0.9}, codec, None)
    np.testing.assert_array_equal(fixed.thresholds_, [0.5, 0.9, 0.5])
    with pytest.raises(ValueError, match=r"threshold='f1_macro'.*Call fit with this threshold"):
        fitted_rule("f1_macro", codec, None, fixed)


def test_resolved_rules_are_copies(codec):
    given = FixedThreshold(0.2)
    assert resolve_threshold(given, codec) is not given
    assert not hasattr(given, "thresholds_")
