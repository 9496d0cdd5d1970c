"""Adam with one second moment for all features."""

import keras
import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._training.shared_moment_adam import SharedSecondMomentAdam


def steps(optimizer, gradients, layer="hidden_1"):
    with keras.name_scope(layer):
        variable = keras.Variable(np.zeros((4, 2), np.float32), name="kernel")
    optimizer.build([variable])
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return np.asarray(variable)


@pytest.fixture
def gradients():
    return np.random.default_rng(0).standard_normal((5, 4, 2)).astype(np.float32)


def test_is_adam_for_other_weights(gradients):
    ours = steps(SharedSecondMomentAdam(["hidden_1"], learning_rate=0.1), gradients, "hidden_2")
    adam = steps(keras.optimizers.Adam(0.1), gradients)
    np.testing.assert_allclose(ours, adam, rtol=1e-4)


def test_first_step_is_proportional_to_the_gradient(gradients):
    moved = steps(SharedSecondMomentAdam(["hidden_1"], learning_rate=0.1), gradients[:1])
    size = np.sqrt((gradients[0] ** 2).mean(axis=0))
    np.testing.assert_allclose(moved, -0.1 * gradients[0] / size, rtol=1e-4)


def test_rare_features_move_less(gradients):
    gradients[1:, 0] = 0  # seen once
    gradients[:, 1] = gradients[0, 0]  # seen always, alike
    moved = np.abs(steps(SharedSecondMomentAdam(["hidden_1"], learning_rate=0.1), gradients))
    adam = np.abs(steps(keras.optimizers.Adam(0.1), gradients))
    assert (moved[0] / moved[1] < 0.8 * adam[0] / adam[1]).all()


def test_is_rebuilt_from_its_configuration(gradients):
    optimizer = SharedSecondMomentAdam(["hidden_1"], learning_rate=0.1, beta_1=0.8)
    config = keras.saving.serialize_keras_object(optimizer)
    copy = keras.saving.deserialize_keras_object(config)
    np.testing.assert_array_equal(steps(copy, gradients), steps(optimizer, gradients))


def test_trains(data):
    X, Y = data
    optimizer = SharedSecondMomentAdam(["hidden_1"], learning_rate=0.01)
    clf = KerasMultiLabelClassifier(
        hidden_layer_sizes=(16,),
        n_members=2,
        dropout=0,
        input_dropout=0,
        epochs=20,
        optimizer=optimizer,
        random_state=0,
    ).fit(X, Y)
    assert clf.history_["loss"][-1] < 0.8 * clf.history_["loss"][0]


def test_is_that_of_the_built_in_network_for_sparse_features():
    X = sp.random(40, 30, 0.2, "csr", np.float32, np.random.RandomState(0))
    Y = np.arange(80).reshape(40, 2) % 2
    for sizes, sharing in ("auto", 2), ((30, 30), 1), ((), 1):
        clf = KerasMultiLabelClassifier(sizes, epochs=1, warm_start=True, random_state=0)
        clf.fit(X, Y)
        state = clf.network_.optimizer_values
        assert state["class"] == "SharedSecondMomentAdam"
        assert (
            sum(value.shape[:1] == (1,) and value.ndim == 2 for value in state["values"]) == sharing
        )
