"""Problems, metrics and rules of the tests of decisions."""

from functools import partial

import numpy as np
from sklearn.metrics import f1_score, jaccard_score

from skmultilabel_nn.decision import (
    CardinalityThreshold,
    MinMaxLabels,
    PerLabelThreshold,
    SharedThreshold,
    TargetPrecision,
    TargetRecall,
)

METRICS = [
    "f1_micro",
    "f1_samples",
    "f1_macro",
    "jaccard_micro",
    "jaccard_samples",
    "jaccard_macro",
]
EXACT = {"min_positives": 1, "shrink": 0}
TUNED = [
    *(SharedThreshold(metric) for metric in METRICS),
    SharedThreshold(partial(f1_score, average="micro", zero_division=0), n_candidates=31),
    PerLabelThreshold(**EXACT),
    PerLabelThreshold(),
    CardinalityThreshold(),
    CardinalityThreshold(per_label=True),
    TargetPrecision(0.6),
    TargetRecall(0.7),
    MinMaxLabels(1, 2, threshold="f1_macro"),
]
SEEDS = [0, 1]


def class_name(rule):
    """Test id; the repr of a callable metric holds an address."""
    return type(rule).__name__


def problem(seed, n=40, n_labels=5, ties=True):
    """Correlated truth and probabilities, with equal scores and labels of different frequency."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(np.linspace(-2, 0.5, n_labels), 1.5, (n, n_labels))
    P = 1 / (1 + np.exp(-logits))
    Y = (rng.random((n, n_labels)) < P).astype(np.int64)
    Y[0] = 1
    return Y, np.round(P, 2) if ties else P


def all_thresholds(scores):
    """A threshold at each distinct score and one above all."""
    return np.append(np.unique(scores), 1.5)


def sklearn_metric(name, zero_division=0.0):
    measure, average = name.split("_")
    score = f1_score if measure == "f1" else jaccard_score
    return partial(score, average=average, zero_division=zero_division)
