"""What users import stays where it is."""

import importlib

import pytest

# Frozen: a name may be added, but removed or moved only after a deprecation.
PUBLIC = {
    "skmultilabel_nn": "KerasMultiLabelClassifier label_sets",
    "skmultilabel_nn.calibration": "LabelCalibrator MultilabelCalibratedClassifierCV",
    "skmultilabel_nn.decision": (
        "CardinalityThreshold DecisionRule ExpectedUtility FixedThreshold MinMaxLabels "
        "PerLabelThreshold RULES SharedThreshold TargetPrecision TargetRecall TopK "
        "resolve_rule"
    ),
    "skmultilabel_nn.display": (
        "LabelCooccurrenceDisplay MultilabelCalibrationDisplay "
        "MultilabelPrecisionRecallDisplay MultilabelRocDisplay ThresholdDisplay "
        "TrainingHistoryDisplay"
    ),
    "skmultilabel_nn.losses": (
        "Asymmetric BinaryCrossentropy CellLoss Focal LossAdapter SoftF1 ZLPR get_loss"
    ),
    "skmultilabel_nn.metrics": (
        "MultilabelScorer label_propensities multilabel_report multilabel_scorer "
        "multilabel_scorer_names ndcg_at_k precision_at_k propensity_scored_precision_at_k "
        "recall_at_k"
    ),
    "skmultilabel_nn.model_selection": (
        "MultilabelStratifiedKFold MultilabelStratifiedShuffleSplit "
        "RepeatedMultilabelStratifiedKFold TunedThresholdsClassifierCV cross_val_predict "
        "train_test_split"
    ),
    "skmultilabel_nn.networks": "ConvNet EmbeddingBag MLP custom_objects",
}
PUBLIC = {module: names.split() for module, names in PUBLIC.items()}


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_stay(module):
    imported = importlib.import_module(module)
    assert set(PUBLIC[module]) <= set(imported.__all__)
    for name in imported.__all__:
        assert getattr(imported, name) is not None


@pytest.mark.parametrize("module", PUBLIC)
def test_new_public_names_are_frozen_too(module):
    assert sorted(importlib.import_module(module).__all__) == sorted(PUBLIC[module])
