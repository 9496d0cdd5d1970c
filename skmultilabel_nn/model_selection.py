"""Splits that keep the proportion of every label, and thresholds tuned by cross-validation."""

from ._splitters import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
    RepeatedMultilabelStratifiedKFold,
    train_test_split,
)
from ._threshold_tuning import TunedThresholdsClassifierCV

__all__ = [
    "MultilabelStratifiedKFold",
    "MultilabelStratifiedShuffleSplit",
    "RepeatedMultilabelStratifiedKFold",
    "TunedThresholdsClassifierCV",
    "train_test_split",
]
