"""Metrics and scorers for multi-label targets of all types.

What scikit-learn has is called, not rewritten; added are label sets, unknown cells, weights of
cells, names for searches, and the metrics of the top k labels.
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
