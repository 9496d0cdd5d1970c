"""Metrics and scorers for multi-label targets of all types.

The metrics of scikit-learn are called, not reimplemented. In addition there are label sets, unknown
cells, cell weights, names for searches, and metrics of the top k labels.
"""

from ._functions import (
    label_propensities,
    ndcg_at_k,
    precision_at_k,
    propensity_scored_precision_at_k,
    recall_at_k,
)
from ._report import multilabel_report
from ._scorer import MultilabelScorer, multilabel_scorer, multilabel_scorer_names

__all__ = [
    "MultilabelScorer",
    "label_propensities",
    "multilabel_report",
    "multilabel_scorer",
    "multilabel_scorer_names",
    "ndcg_at_k",
    "precision_at_k",
    "propensity_scored_precision_at_k",
    "recall_at_k",
]
