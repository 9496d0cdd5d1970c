"""What meta-estimators need of a multi-label classifier: its scores of rows that did not train it.

`CrossFit` trains and scores; `MultilabelMetaClassifier` is the estimator around it.
"""

import warnings
from collections.abc import Mapping
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_consistent_length, check_is_fitted, has_fit_parameter

from ._classifier import KerasMultiLabelClassifier
from ._inputs import check_weights
from ._label_scores import final_classifier, read_scores
from ._outputs import subset_accuracy
from ._splitters import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit, _take
from ._targets import learn_targets
from .decision import resolve_rule
