"""The threads that burned users of other packages, each with the right answer.

Where a loss is asked for, one step is trained with a learning rate that moves nothing, so that the
loss reported is that of the probabilities predicted.
"""

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    get_scorer,
    log_loss,
    roc_auc_score,
)

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.model_selection import MultilabelStratifiedKFold
from tests.common import FAST

STANDING_STILL = {
    "hidden_layer_sizes": (4,),
    "dropout": 0,
    "n_members": 1,
    "input_dropout": 0,
    "learning_rate": 1e-12,
    "epochs": 1,
    "batch_size": 1000,
}


def cross_entropy(Y, P):
    return -np.where(Y == 1, np.log(P), np.log(1 - P))


def standing_still(X, Y, *, sample_weight=None, seed=0, **parameters):
    clf = KerasMultiLabelClassifier(**{**STANDING_STILL, **parameters}, random_state=seed)
    clf.fit(X, Y, sample_weight=sample_weight)
    return clf.loss_, clf.predict_proba(X).astype(np.float64)


@pytest.fixture(params=[0, 1])
def problem(request):
    rng = np.random.default_rng(request.param)
    return rng.normal(size=(12, 5)), (rng.random((12, 3)) < 0.5).astype(int)


def test_keras_8011_class_weight_is_per_label_not_of_the_first_positive(problem):
    X, Y = problem
    loss, P = standing_still(X, Y, class_weight={0: 10.0, 1: 100.0, 2: 1000.0})
    weight = np.where(Y == 1, [10.0, 100.0, 1000.0], 1.0)
    assert loss == pytest.approx((weight * cross_entropy(Y, P)).sum() / weight.sum(), rel=1e-5)


def test_keras_2408_cell_weights_when_the_batch_is_as_large_as_the_number_of_labels(problem):
    X, Y = problem[0][:3], problem[1][:3]
    weight = np.random.default_rng(0).uniform(0.1, 5, size=(3, 3))
    for sample_weight in (weight, weight[:, 0]):
        loss, P = standing_still(X, Y, sample_weight=sample_weight, batch_size=3)
        cells = np.broadcast_to(sample_weight.reshape(3, -1), (3, 3))
        assert loss == pytest.approx((cells * cross_entropy(Y, P)).sum() / cells.sum(), rel=1e-5)


def test_keras_9549_missing_labels_do_not_make_the_loss_nan(problem):
    X, Y = problem
    unknown = np.random.default_rng(1).random(Y.shape) < 0.4
    loss, P = standing_still(X, np.where(unknown, np.nan, Y))
    assert loss == pytest.approx(cross_entropy(Y, P)[~unknown].mean(), rel=1e-5)


def test_sklearn_9037_folds_keep_a_rare_label():
    rng = np.random.default_rng(0)
    Y = (rng.random((200, 6)) < 0.4).astype(int)
    Y[:, 0] = 0
    Y[rng.choice(200, 5, replace=False), 0] = 1
    cv = MultilabelStratifiedKFold(n_splits=5)
    assert [Y[test, 0].sum() for _, test in cv.split(np.zeros((200, 1)), Y)] == [1] * 5


def test_flair_655_no_empty_predictions(data):
    clf = KerasMultiLabelClassifier(**FAST).fit(*data)
    clf.set_params(threshold=0.999)
    assert (clf.predict(data[0]).sum(axis=1) == 0).any()
    clf.set_params(threshold="at_least_one")
    assert (clf.predict(data[0]).sum(axis=1) >= 1).all()


def test_flair_2368_tuned_thresholds_are_saved(data):
    clf = KerasMultiLabelClassifier(**FAST, threshold="f1_macro").fit(*data)
    loaded = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(loaded.thresholds_, clf.thresholds_)
    np.testing.assert_array_equal(loaded.predict(data[0]), clf.predict(data[0]))


def test_autokeras_1482_label_names_are_saved(data):
    y = [{f"label {j}" for j in np.flatnonzero(row)} for row in data[1]]
    clf = pickle.loads(pickle.dumps(KerasMultiLabelClassifier(**FAST).fit(data[0], y)))
    assert clf.label_names_.tolist() == [f"label {j}" for j in range(4)]
    assert set().union(*clf.predict(data[0])) <= set(clf.label_names_)


def test_scikeras_one_label_per_row_stays_multilabel(data):
    Y = np.eye(4, dtype=int)[np.arange(200) % 4]
    clf = KerasMultiLabelClassifier(**FAST).fit(data[0], Y)
    np.testing.assert_array_equal(clf.predict(data[0]), clf.predict_proba(data[0]) >= 0.5)
    assert set(clf.predict(data[0]).sum(axis=1)) != {1}


def test_scikeras_a_single_row_keeps_two_dimensions(data):
    clf = KerasMultiLabelClassifier(**FAST).fit(*data)
    assert clf.predict_proba(data[0][:1]).shape == clf.predict(data[0][:1]).shape == (1, 4)


def test_keras_wrappers_clone_keeps_every_parameter():
    clf = KerasMultiLabelClassifier(**FAST, class_weight={0: 2.0}, threshold={1: 0.3})
    assert clone(clf).get_params() == clf.get_params()


def test_scikeras_a_seed_leaves_keras_unseeded_layers_usable(data):
    KerasMultiLabelClassifier(**FAST).fit(*data)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5), keras.layers.Dense(4)])
    model.compile("sgd", "mse")
    model.fit(*data, verbose=0)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "neg_log_loss", "f1_macro"])
def test_sklearn_26817_scorers_with_two_labels(data, name):
    X, Y = data[0], data[1][:, :2]
    clf = KerasMultiLabelClassifier(**FAST).fit(X, Y)
    P = clf.predict_proba(X)
    expected = {
        "roc_auc": lambda: roc_auc_score(Y, P),
        "average_precision": lambda: average_precision_score(Y, P),
        "neg_log_loss": lambda: -log_loss(Y, P),
        "f1_macro": lambda: f1_score(Y, P >= 0.5, average="macro"),
    }
    assert get_scorer(name)(clf, X, Y) == pytest.approx(expected[name](), rel=1e-6)


def test_sklearn_label_binarizer_permutes_wide_narrow_integers():
    rng = np.random.default_rng(0)
    Y = (rng.random((60, 300)) < 0.1).astype(np.uint8)
    X = rng.normal(size=(60, 5))
    small = KerasMultiLabelClassifier(**FAST).fit(X, Y).predict_proba(X)
    wide = KerasMultiLabelClassifier(**FAST).fit(X, Y.astype(np.int64)).predict_proba(X)
    np.testing.assert_array_equal(small, wide)


def test_autointent_323_early_stopping_does_not_watch_thresholded_scores(data):
    Y = np.zeros((200, 30), int)
    Y[np.arange(200), np.arange(200) % 30] = 1  # no label ever reaches 0.5
    clf = KerasMultiLabelClassifier(**{**FAST, "epochs": 30}, early_stopping=True, patience=5)
    assert clf.fit(data[0], Y).n_iter_ > 6
