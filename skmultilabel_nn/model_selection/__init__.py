"""Splits that keep the proportion of every label, and thresholds tuned by cross-validation."""

from ._classification_threshold import TunedThresholdsClassifierCV
from ._split import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
    RepeatedMultilabelStratifiedKFold,
    train_test_split,
)

__all__ = [
    "MultilabelStratifiedKFold",
    "MultilabelStratifiedShuffleSplit",
    "RepeatedMultilabelStratifiedKFold",
    "TunedThresholdsClassifierCV",
    "train_test_split",
]
