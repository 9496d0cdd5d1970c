"""Problems, and a classifier with given scores."""

import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import UndefinedMetricWarning

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn.metrics import multilabel_scorer, multilabel_scorer_names
from tests.common import LABELS, names_of_rows

SEEDS = [0, 1]
ALIASES = {
    "roc_auc_macro": "roc_auc",
    "average_precision_macro": "average_precision",
    "label_ranking_average_precision": "lrap",
}
# Precision and recall differ from F1 in the function of scikit-learn that is called only.
NAMES = [
    name.replace("@k", "@2")
    for name in multilabel_scorer_names()
    if name not in ALIASES and not name.startswith(("precision_", "recall_"))
]


class GivenScores(ClassifierMixin, BaseEstimator):
    """Gives the columns of X as probabilities, and labels in the form of y."""

    def __init__(self, columns=tuple(LABELS), cut=0.5):
        self.columns = columns
        self.cut = cut

    def fit(self, X, y, sample_weight=None):
        self.targets_learned_, _ = learn_targets(y)
        self.label_names_ = self.targets_learned_.label_names
        self.classes_ = self.targets_learned_.classes
        self.weighted_ = sample_weight is not None
        return self

    def predict_proba(self, X):
        names = self.label_names_.tolist()
        if names == list(range(len(names))):
            return np.asarray(X)
        return np.asarray(X)[:, [list(self.columns).index(name) for name in names]]

    def predict(self, X):
        return self.targets_learned_.decode(self.predict_proba(X) >= self.cut)


def problem(seed=0, n=60, width=5):
    """Truth and probabilities that have to do with it, without ties."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, width)) < np.linspace(0.2, 0.6, width)).astype(np.int64)
    Y[:2] = [[0], [1]]
    S = 1 / (1 + np.exp(-(1.5 * Y - 1 + rng.normal(size=Y.shape))))
    return Y, S


def masked(seed=0, n=60, width=5):
    Y, S = problem(seed, n, width)
    known = np.random.default_rng(seed + 99).random(Y.shape) < 0.6
    known[3] = False
    return Y, S, known, np.where(known, Y, np.nan)


def make(name, Y=None, **options):
    if name.startswith("psp"):
        options["propensities"] = np.linspace(0.9, 0.3, 5 if Y is None else Y.shape[1])
    return multilabel_scorer(name, **options)


def score(name, y, S, sample_weight=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UndefinedMetricWarning)
        model = GivenScores().fit(S, y)
        return make(name, S, **options)(model, S, y, sample_weight=sample_weight)


def named(Y):
    return names_of_rows(Y, set)


Y5, S5 = problem()
