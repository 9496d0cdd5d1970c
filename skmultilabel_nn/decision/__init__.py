"""Rules that turn probabilities into labels, and their tuning on held-out samples.

Every rule has the same interface: ``fit(Y, P)`` tunes it on the true labels and the probabilities
of held-out samples, ``decide(P)`` returns a 0/1 indicator. :func:`resolve_rule` returns the rule of
a name in :data:`RULES`, a number, or one number per label.
"""

from ._base import DecisionRule
from ._expected_utility import ExpectedUtility
from ._rules import RULES, FixedThreshold, MinMaxLabels, TopK, resolve_rule
from ._tuned_thresholds import (
    CardinalityThreshold,
    PerLabelThreshold,
    SharedThreshold,
    TargetPrecision,
    TargetRecall,
)

__all__ = [
    "RULES",
    "CardinalityThreshold",
    "DecisionRule",
    "ExpectedUtility",
    "FixedThreshold",
    "MinMaxLabels",
    "PerLabelThreshold",
    "SharedThreshold",
    "TargetPrecision",
    "TargetRecall",
    "TopK",
    "resolve_rule",
]
