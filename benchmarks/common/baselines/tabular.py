"""Baselines of `accuracy` and `decisions`: classifiers of tables, as their users set them up."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, StandardScaler

from benchmarks.common.baselines import THIS_PACKAGE, Baseline
from skmultilabel_nn import KerasMultiLabelClassifier


def _scaled(classifier, sparse):
    # Sparse features are not centered, and rare words are not scaled up by their small deviation.
    return make_pipeline(MaxAbsScaler() if sparse else StandardScaler(), classifier)


def _dense_float32(X):
    return X.astype("float32")


class NonConstantLabels(ClassifierMixin, BaseEstimator):
    """A classifier that is fitted without the labels that are constant in the training rows.

    CatBoost raises an error for these labels, which occur in folds.

    Parameters
    ----------
    classifier : estimator
        Returns probabilities as one array (n_samples, n_labels).
    """

    def __init__(self, classifier):
        self.classifier = classifier

    def fit(self, X, Y):
        """Train on the labels that are not constant."""
        self.constant_ = Y[0].astype(float)
        self.varies_ = Y.min(axis=0) < Y.max(axis=0)
        self.classifier_ = clone(self.classifier).fit(X, Y[:, self.varies_])
        self.classes_ = [np.array([0, 1])] * Y.shape[1]
        return self

    def predict_proba(self, X):
        """Return probabilities, 0 or 1 for constant labels."""
        P = np.tile(self.constant_, (X.shape[0], 1))
        P[:, self.varies_] = self.classifier_.predict_proba(X)
        return P


def _this_package(sparse, seed):
    return KerasMultiLabelClassifier(random_state=seed)


def _forest(sparse, seed):
    return RandomForestClassifier(500, n_jobs=-1, random_state=seed)


def _mlp(sparse, seed):
    # Its early stopping stays off: it monitors subset accuracy, which ends training too soon on
    # most of these sets.
    return _scaled(MLPClassifier(random_state=seed), sparse)


def _logistic_regressions(sparse, seed):
    return _scaled(OneVsRestClassifier(LogisticRegression(max_iter=1000), n_jobs=-1), sparse)


def _chain(sparse, seed):
    linear = LogisticRegression(max_iter=1000)
    return _scaled(ClassifierChain(linear, order="random", random_state=seed), sparse)


def _neighbors(sparse, seed):
    # Of words, by the angle between rows, as is advised for texts.
    scaler = Normalizer() if sparse else StandardScaler()
    return make_pipeline(scaler, KNeighborsClassifier(10, n_jobs=-1))


def _xgboost(sparse, seed):
    from xgboost import XGBClassifier

    boosted = XGBClassifier(tree_method="hist", n_jobs=-1, random_state=seed)
    return make_pipeline(FunctionTransformer(_dense_float32), boosted)


def _catboost(sparse, seed):
    from catboost import CatBoostClassifier

    boosted = CatBoostClassifier(
        500,
        loss_function="MultiLogloss",
        verbose=False,
        random_seed=seed,
        allow_writing_files=False,
    )
    return NonConstantLabels(boosted)


# ``make(sparse, seed)``, as the documentation of each advises; none is tuned on any set.
BASELINES = {
    THIS_PACKAGE: Baseline(make=_this_package),
    "random forest": Baseline(make=_forest),
    "MLPClassifier": Baseline(make=_mlp),
    "logistic regressions": Baseline(make=_logistic_regressions, deterministic=True),
    "classifier chain": Baseline(make=_chain),
    "nearest neighbors": Baseline(make=_neighbors, deterministic=True),
    # It draws neither rows nor features by default.
    "XGBoost": Baseline(make=_xgboost, packages=("xgboost",), deterministic=True),
    "CatBoost": Baseline(make=_catboost, packages=("catboost",)),
}
