"""Neural networks for multi-label problems, as scikit-learn estimators."""

from ._classifier import KerasMultiLabelClassifier
from ._targets.codec import label_sets

__version__ = "0.1.0"

__all__ = ["KerasMultiLabelClassifier", "label_sets"]
