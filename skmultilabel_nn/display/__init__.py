"""Plots of multi-label problems and classifiers, in the manner of scikit-learn's displays.

Each display is made by a class method, which computes plain attributes and draws them; `plot` draws
them again, on other axes or with other labels highlighted. matplotlib is imported only to draw
(``pip install "skmultilabel-nn[plot]"``).
"""

from ._calibration import MultilabelCalibrationDisplay
from ._cooccurrence import LabelCooccurrenceDisplay
from ._curves import MultilabelPrecisionRecallDisplay, MultilabelRocDisplay
from ._history import TrainingHistoryDisplay
from ._thresholds import ThresholdDisplay

__all__ = [
    "LabelCooccurrenceDisplay",
    "MultilabelCalibrationDisplay",
    "MultilabelPrecisionRecallDisplay",
    "MultilabelRocDisplay",
    "ThresholdDisplay",
    "TrainingHistoryDisplay",
]
