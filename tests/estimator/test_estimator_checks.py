"""scikit-learn's own checks of estimators, all of them, in two settings of training."""

import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from skmultilabel_nn import KerasMultiLabelClassifier

MINI_BATCHES = KerasMultiLabelClassifier(
    hidden_layer_sizes=(16,), epochs=40, batch_size=16, learning_rate=0.01, random_state=0
)
# One batch an epoch and no dropout: then nothing depends on which row comes when.
FULL_BATCHES = clone(MINI_BATCHES).set_params(
    epochs=100, batch_size=100_000, learning_rate=0.03, dropout=0, input_dropout=0, dtype="float64"
)
REPETITION = "in mini-batches, a row of weight 2 is not met as often as the same row twice"
WEIGHT_EQUIVALENCE = {
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
}
QUICK = {
    "check_classifiers_classes",
    "check_classifiers_multilabel_output_format_decision_function",
    "check_classifiers_multilabel_output_format_predict",
    "check_classifiers_multilabel_output_format_predict_proba",
    "check_dict_unchanged",
    "check_estimators_nan_inf",
    "check_estimators_partial_fit_n_features",
    "check_estimators_unfitted",
    "check_fit2d_1sample",
    "check_n_features_in_after_fitting",
    "check_no_attributes_set_in_init",
    "check_positive_only_tag_during_fit",
    "check_readonly_memmap_input",
    "check_requires_y_none",
    "check_supervised_y_2d",
}


def checks(estimator, *, names=None, failing=()):
    """All checks, or those named; `parametrize_with_checks` gives an iterator, which warns."""
    return [
        pytest.param(instance, check, id=check_id(check), marks=marks(check, failing))
        for instance, check in estimator_checks_generator(estimator)
        if names is None or check.func.__name__ in names
    ]


def check_id(check):
    return "-".join([check.func.__name__, *map(str, check.keywords.values())])


def marks(check, failing):
    expected = check.func.__name__ in failing
    return pytest.mark.xfail(reason=REPETITION, strict=True) if expected else ()


@pytest.mark.slow
@pytest.mark.parametrize(("estimator", "check"), checks(MINI_BATCHES, failing=WEIGHT_EQUIVALENCE))
def test_mini_batches(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize(("estimator", "check"), checks(FULL_BATCHES))
def test_full_batches(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("estimator", "check"), checks(MINI_BATCHES, names=QUICK))
def test_quick(estimator, check):
    check(estimator)


def test_every_check_is_run():
    """A tag can turn checks off; then a run without failures would say nothing."""
    names = {check.func.__name__ for _, check in estimator_checks_generator(MINI_BATCHES)}
    assert names > QUICK
    assert {"check_classifiers_train", "check_classifiers_one_label", *WEIGHT_EQUIVALENCE} < names
    assert len(names) >= 50
