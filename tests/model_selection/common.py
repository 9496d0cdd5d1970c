"""Classifiers and problems of the meta-estimators."""

import numpy as np
import pytest
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import LABELS

NAMES = np.array(LABELS[:4], dtype=object)
LOGISTIC = LogisticRegression(C=0.1)
FOREST = RandomForestClassifier(8, random_state=0)
KERAS = KerasMultiLabelClassifier((16,), epochs=5, random_state=0)
CLASSIFIERS = {
    "forest": FOREST,
    "tree": DecisionTreeClassifier(max_depth=4, random_state=0),
    "neighbors": KNeighborsClassifier(),
    "mlp": MLPClassifier((8,), max_iter=30, learning_rate_init=0.02, random_state=0),
    "one_vs_rest": OneVsRestClassifier(LOGISTIC),
    "multi_output": MultiOutputClassifier(LOGISTIC),
    "chain": ClassifierChain(LOGISTIC),
    "pipeline": make_pipeline(StandardScaler(), FOREST),
    "search": GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [2, 5]}, cv=2),
    "keras": KERAS,
}
every_classifier = pytest.mark.parametrize("name", CLASSIFIERS)


def make_problem(seed):
    X, Y = make_multilabel_classification(
        150, 8, n_classes=4, n_labels=2, allow_unlabeled=True, random_state=seed
    )
    return StandardScaler().fit_transform(X), Y


def positives(answer, classes):
    """Probabilities of class 1, read naively from what scikit-learn's classifiers answer."""
    if not isinstance(answer, list):
        return answer
    columns = [part[:, list(names).index(1)] for part, names in zip(answer, classes, strict=True)]
    return np.column_stack(columns)
