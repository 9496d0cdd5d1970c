"""Stratified splits and cross-validation for all types of multi-label targets."""

from ._classification_threshold import TunedThresholdsClassifierCV
from ._split import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
    RepeatedMultilabelStratifiedKFold,
    train_test_split,
)
from ._validation import cross_val_predict

__all__ = [
    "MultilabelStratifiedKFold",
    "MultilabelStratifiedShuffleSplit",
    "RepeatedMultilabelStratifiedKFold",
    "TunedThresholdsClassifierCV",
    "cross_val_predict",
    "train_test_split",
]
