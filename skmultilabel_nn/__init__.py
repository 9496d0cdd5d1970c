"""Neural networks for multi-label problems, as scikit-learn estimators."""

from ._classifier import KerasMultiLabelClassifier
from ._targets.label_sets import label_sets
from ._utils.version import __version__ as __version__

__all__ = ["KerasMultiLabelClassifier", "label_sets"]
