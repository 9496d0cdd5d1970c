"""Calibration of the probabilities of multi-label classifiers, per label."""

from ._calibrated_classifier import MultilabelCalibratedClassifierCV
from ._label_calibrator import LabelCalibrator

__all__ = [
    "LabelCalibrator",
    "MultilabelCalibratedClassifierCV",
]
