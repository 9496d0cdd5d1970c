"""Pictures of multi-label problems and classifiers, in the manner of scikit-learn's displays.

Each display is made by a class method, which computes plain attributes and draws them: `plot` draws
them again, on other axes or with other labels in front. matplotlib is imported only to draw
(``pip install "skmultilabel-nn[plot]"``).
"""

from ._display_calibration import MultilabelCalibrationDisplay
from ._display_cooccurrence import LabelCooccurrenceDisplay
from ._display_curves import MultilabelPrecisionRecallDisplay, MultilabelRocDisplay
from ._display_history import TrainingHistoryDisplay
from ._display_thresholds import ThresholdDisplay

__all__ = [
    "LabelCooccurrenceDisplay",
    "MultilabelCalibrationDisplay",
    "MultilabelPrecisionRecallDisplay",
    "MultilabelRocDisplay",
    "ThresholdDisplay",
    "TrainingHistoryDisplay",
]
