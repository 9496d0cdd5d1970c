"""Names that stored estimators contain stay, so that later versions read what this one stores."""

import importlib
import inspect
import io
import pickle
import pkgutil

import keras
import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.model_selection import GridSearchCV

import skmultilabel_nn
from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.calibration import MultilabelCalibratedClassifierCV
from skmultilabel_nn.decision import ExpectedUtility
from skmultilabel_nn.losses import Focal
from skmultilabel_nn.metrics import multilabel_scorer
from skmultilabel_nn.model_selection import MultilabelStratifiedKFold, TunedThresholdsClassifierCV
from skmultilabel_nn.networks import MLP, EmbeddingBag

from .common import FAST

# Frozen: pickles and skops files name the module of each object. A name may be added. To move one,
# leave an import of it at the old place, and list the new place here as well.
STORED = {
    "_classifier": ["KerasMultiLabelClassifier"],
    "_inference": ["FittedNetwork"],
    "_targets.codec": ["TargetCodec", "label_sets"],
    "_training.config": ["TrainingConfig"],
    "calibration._calibrated_classifier": ["MultilabelCalibratedClassifierCV"],
    "calibration._label_calibrator": ["LabelCalibrator", "_Line"],
    "decision._base": ["DecisionRule"],
    "decision._expected_utility": ["ExpectedUtility"],
    "decision._prediction": ["ValidationPredictions"],
    "decision._rules": ["FixedThreshold", "MinMaxLabels", "TopK", "resolve_rule"],
    "decision._tuned_thresholds": [
        "CardinalityThreshold",
        "PerLabelThreshold",
        "SharedThreshold",
        "TargetPrecision",
        "TargetRecall",
    ],
    "losses._adapter": ["LossAdapter"],
    "losses._base": ["CellLoss"],
    "losses._lookup": ["get_loss"],
    "losses._losses": ["Asymmetric", "BinaryCrossentropy", "Focal", "SoftF1", "ZLPR"],
    "metrics._functions": [
        "label_propensities",
        "ndcg_at_k",
        "precision_at_k",
        "propensity_scored_precision_at_k",
        "recall_at_k",
    ],
    "metrics._report": ["multilabel_report"],
    "metrics._scorer": ["MultilabelScorer", "multilabel_scorer", "multilabel_scorer_names"],
    "model_selection._classification_threshold": ["TunedThresholdsClassifierCV"],
    "model_selection._split": [
        "MultilabelStratifiedKFold",
        "MultilabelStratifiedShuffleSplit",
        "RepeatedMultilabelStratifiedKFold",
        "train_test_split",
    ],
    "model_selection._validation": ["cross_val_predict"],
    "networks._convnet": ["ConvNet"],
    "networks._custom_objects": ["custom_objects"],
    "networks._embedding_bag": ["EmbeddingBag"],
    "networks._mlp": ["MLP"],
    "networks._storage": ["CodeReference", "StoredKerasObject"],
}
PATHS = {f"skmultilabel_nn.{module}.{name}" for module, names in STORED.items() for name in names}

# Frozen too: the configuration of a network names its layers so, and what is compiled in a Keras
# file its losses, metrics, optimizers and schedules.
REGISTERED = [
    "Asymmetric",
    "BinaryCrossentropy",
    "Focal",
    "InputDropout",
    "InputScaling",
    "LossAdapter",
    "EnsembleMean",
    "Logits",
    "MaskedMean",
    "EnsembleOutput",
    "ProbabilityMetric",
    "OneCycle",
    "PackedDense",
    "PiecewiseLinear",
    "SoftF1",
    "SharedSecondMomentAdam",
    "SparseLinear",
    "MaskedIdentity",
    "ZLPR",
]


@pytest.mark.parametrize("path", sorted(PATHS))
def test_paths_stay(path):
    module, name = path.rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), name))


# What draws is not stored.
PACKAGES = ["calibration", "decision", "losses", "metrics", "model_selection", "networks"]


@pytest.mark.parametrize("package", PACKAGES)
def test_all_public_names_are_frozen(package):
    module = importlib.import_module(f"skmultilabel_nn.{package}")
    public = [getattr(module, name) for name in module.__all__]
    public = [thing for thing in public if inspect.isclass(thing) or inspect.isfunction(thing)]
    assert {f"{thing.__module__}.{thing.__name__}" for thing in public} <= PATHS


def test_registered_names_stay():
    for module in pkgutil.walk_packages(skmultilabel_nn.__path__, "skmultilabel_nn."):
        if "__main__" not in module.name:
            importlib.import_module(module.name)
    ours = [name for name in keras.saving.get_custom_objects() if "skmultilabel_nn>" in name]
    assert sorted(ours) == sorted(f"skmultilabel_nn>{name}" for name in REGISTERED)


class _Finder(pickle.Unpickler):
    """Unpickle, and note the paths of this package on the way."""

    def __init__(self, stored):
        super().__init__(io.BytesIO(stored))
        self.found = set()

    def find_class(self, module, name):
        if module.startswith("skmultilabel_nn."):
            self.found.add(f"{module}.{name}")
        return super().find_class(module, name)


def _sets(Y):
    return [{f"label {column}" for column in np.flatnonzero(row)} for row in Y]


def _tokens(X):
    return X.astype(np.int64) % 5


FITTED = {
    "label sets, tuned": lambda X, Y: KerasMultiLabelClassifier(
        **FAST, threshold="f1_macro", early_stopping=True
    ).fit(X, _sets(Y)),
    "classes": lambda X, Y: KerasMultiLabelClassifier(**FAST).fit(X, Y[:, 0]),
    "sparse, linear": lambda X, Y: KerasMultiLabelClassifier(hidden_layer_sizes=(), epochs=1).fit(
        sp.csr_matrix(X), sp.csr_matrix(Y)
    ),
    "partial_fit": lambda X, Y: KerasMultiLabelClassifier(**FAST).partial_fit(X, Y),
    "builder, loss, rule": lambda X, Y: KerasMultiLabelClassifier(
        network=MLP((4,)), loss=Focal(), threshold=ExpectedUtility("f1"), epochs=1
    ).fit(X, Y),
    "tokens": lambda X, Y: KerasMultiLabelClassifier(
        network=EmbeddingBag(5), epochs=1, standardize=False
    ).fit(_tokens(X), Y),
    "thresholds of another classifier": lambda X, Y: TunedThresholdsClassifierCV(
        KerasMultiLabelClassifier(**FAST), cv=2
    ).fit(X, Y),
    "calibrated": lambda X, Y: MultilabelCalibratedClassifierCV(
        KerasMultiLabelClassifier(**FAST), cv=2
    ).fit(X, Y),
    "searched": lambda X, Y: GridSearchCV(
        KerasMultiLabelClassifier(**FAST),
        {"dropout": [0.0]},
        scoring=multilabel_scorer("f1_macro"),
        cv=MultilabelStratifiedKFold(2),
    ).fit(X, Y),
}


@pytest.mark.parametrize("name", FITTED)
def test_fitted_estimators_contain_no_other_paths(data, name):
    X, Y = data[0][:60], data[1][:60]
    finder = _Finder(pickle.dumps(FITTED[name](X, Y)))
    finder.load()
    assert "skmultilabel_nn._inference.FittedNetwork" in finder.found
    assert finder.found <= PATHS
