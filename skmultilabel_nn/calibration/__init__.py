"""Probabilities that mean what they say: of all cells given 0.3, three in ten are positive."""

from ._calibrated_classifier import MultilabelCalibratedClassifierCV
from ._label_calibrator import LabelCalibrator

__all__ = [
    "LabelCalibrator",
    "MultilabelCalibratedClassifierCV",
]
