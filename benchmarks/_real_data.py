"""Real data sets and classifiers that the scripts on accuracy have in common."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, StandardScaler

from skmultilabel_nn import KerasMultiLabelClassifier

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"

OURS = "this package"


def load(folder, name):
    """Return training and test rows of a data set, the target as int64 indicator.

    Labels without a positive or a negative training row are left out: most peers refuse them.
    Where the folder is missing, the set comes from openml.org, with a random third as test rows.
    """
    X, Y, train, test = _packed(folder, name) if Path(folder).exists() else _downloaded(name)
    learnable = Y[train].any(axis=0) & ~Y[train].all(axis=0)
    return X[train], Y[train][:, learnable], X[test], Y[test][:, learnable]


def check_folder(parser, folder, advice=""):
    """End the program if there is no such folder."""
    if not Path(folder).exists():
        parser.error(f"There is no folder {folder} of data sets{advice}.")


def chosen_sets(parser, arguments, packed):
    """Return the names that were given, or else those of the packed sets.

    Where there is no folder, it is the sets at openml.org. A folder that was named must exist, and
    so must the sets.
    """
    from _openml import OPENML

    folder, there = Path(arguments.data), list(OPENML)
    if folder != FOLDER:
        check_folder(parser, folder, "; leave --data out for openml.org")
    if folder.exists():
        there = sorted(path.stem for path in folder.glob("*.npz"))
    else:
        packed = there
    unknown = [name for name in arguments.sets or [] if name not in there]
    if unknown:
        parser.error(f"There is no data set {', '.join(unknown)}; there are {', '.join(there)}.")
    return arguments.sets or packed


def packed_sets(folder):
    """Return the module in a folder of packed sets that loads them."""
    spec = importlib.util.spec_from_file_location("load", Path(folder) / "load.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _packed(folder, name):
    X, Y, meta = packed_sets(folder).load(name)
    X = X.tocsr() if sp.issparse(X) else X
    Y = Y.toarray() if sp.issparse(Y) else Y
    return X, Y, meta["train_idx"], meta["test_idx"]


def _downloaded(name):
    from _openml import is_mostly_zero, load_openml

    X, Y = load_openml(name)
    rows = train_test_split(range(len(Y)), test_size=1 / 3, random_state=0)
    return sp.csr_matrix(X) if is_mostly_zero(X) else X, Y, *rows


def read_rows(path):
    """Return the rows of the CSV file of an earlier run; none if there was none."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _scaled(classifier, sparse):
    # Sparse features are not centred, and a rare word is not blown up by its small deviation.
    return make_pipeline(MaxAbsScaler() if sparse else StandardScaler(), classifier)


def _dense_float32(X):
    return X.astype("float32")


class OnVaryingLabels(ClassifierMixin, BaseEstimator):
    """A classifier that need not learn labels which all rows have, or none, as in a fold.

    CatBoost refuses them.

    Parameters
    ----------
    classifier : estimator
        Gives probabilities as one array (n_samples, n_labels).
    """

    def __init__(self, classifier):
        self.classifier = classifier

    def fit(self, X, Y):
        """Train on the other labels."""
        self.constant_ = Y[0].astype(float)
        self.varies_ = Y.min(axis=0) < Y.max(axis=0)
        self.classifier_ = clone(self.classifier).fit(X, Y[:, self.varies_])
        self.classes_ = [np.array([0, 1])] * Y.shape[1]
        return self

    def predict_proba(self, X):
        """Return probabilities, of a label that did not vary 0 or 1."""
        P = np.tile(self.constant_, (X.shape[0], 1))
        P[:, self.varies_] = self.classifier_.predict_proba(X)
        return P


def classifiers(sparse, seed=0):
    """Return the contenders by name, each set up as its documentation advises.

    `MLPClassifier` keeps its own early stopping off: it watches subset accuracy, which ends
    training too soon on most of these sets. Nobody is tuned on any set.
    """
    linear = LogisticRegression(max_iter=1000)
    contenders = {
        OURS: KerasMultiLabelClassifier(random_state=seed),
        "random forest": RandomForestClassifier(500, n_jobs=-1, random_state=seed),
        "MLPClassifier": _scaled(MLPClassifier(random_state=seed), sparse),
        "logistic regressions": _scaled(OneVsRestClassifier(linear, n_jobs=-1), sparse),
        "classifier chain": _scaled(
            ClassifierChain(linear, order="random", random_state=seed), sparse
        ),
        # Of words, by the angle between rows, as is advised for texts.
        "nearest neighbours": make_pipeline(
            Normalizer() if sparse else StandardScaler(), KNeighborsClassifier(10, n_jobs=-1)
        ),
    }
    if importlib.util.find_spec("xgboost"):
        from xgboost import XGBClassifier

        boosted = XGBClassifier(tree_method="hist", n_jobs=-1, random_state=seed)
        contenders["XGBoost"] = make_pipeline(FunctionTransformer(_dense_float32), boosted)
    if importlib.util.find_spec("catboost"):
        from catboost import CatBoostClassifier

        boosted = CatBoostClassifier(
            500,
            loss_function="MultiLogloss",
            verbose=False,
            random_seed=seed,
            allow_writing_files=False,
        )
        contenders["CatBoost"] = OnVaryingLabels(boosted)
    return contenders
