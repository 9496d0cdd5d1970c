"""Odd values of every parameter: a clear error before training, or training."""

import inspect

import keras
import numpy as np
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._fitting.parameters import check_parameters
from tests.common import FAST, make_problem

X, Y = make_problem(30, 4)
PARAMETERS = list(inspect.signature(KerasMultiLabelClassifier).parameters)


class NoRepr:
    def __repr__(self):
        raise RuntimeError("no text")


class NoEquality:
    __hash__ = None

    def __eq__(self, other):
        raise RuntimeError("no comparison")


def odd_values():
    """Make the values anew, for iterators are used up."""
    numbers = [True, np.True_, -1, 0, -0.0, 1e-300, float("nan"), float("inf"), 1j]
    numbers += [10**30, 10**400, np.uint8(255), np.float32(0.5), np.array(8), np.datetime64("NaT")]
    texts = ["x", "", b"ab", bytearray(b"ab"), memoryview(b"ab"), np.array(["x", "y"])]
    collections = [[], (), {}, {"a": 8}, {8, 4}, [[8]], np.array([8, 4]), iter([8])]
    things = [None, int, object(), keras.optimizers.Adam, lambda *a: "text", (i for i in [8])]
    return [*numbers, *texts, *collections, *things, NoRepr(), NoEquality()]


class TrainingStarted(Exception):
    pass


class Stop(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise TrainingStarted


def fit(**parameters):
    settings = {**FAST, "early_stopping": True, "callbacks": [Stop()], **parameters}
    KerasMultiLabelClassifier(**settings).fit(X, Y)


@pytest.mark.parametrize("name", PARAMETERS)
def test_clear_error_or_training(name):
    for value in odd_values():
        try:
            fit(**{"epochs": 1, name: value})
        except TrainingStarted:
            continue
        except (ValueError, TypeError) as error:
            assert name.removesuffix("s") in str(error).splitlines()[0]
            assert len(str(error)) < 1000


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("hidden_layer_sizes", iter([8]), "integers above 0"),
        ("hidden_layer_sizes", {8, 4}, "integers above 0"),
        ("hidden_layer_sizes", bytearray(b"ab"), "integers above 0"),
        ("hidden_layer_sizes", (10**30,), "integers above 0"),
        ("activation", lambda x: "text", "takes and returns a tensor"),
        ("activation", keras.optimizers.Adam, "takes and returns a tensor"),
        ("n_members", 10**30, "at most 2147483647"),
        ("epochs", 10**12, "at most 2147483647"),
        ("batch_size", 10**30, "at most 2147483647"),
        ("patience", 10**400, "at most 2147483647"),
        ("optimizer", None, "'auto', the name of a Keras optimizer"),
        ("optimizer", {}, "'auto', the name of a Keras optimizer"),
        ("optimizer", keras.optimizers.Adam, r"Write optimizer='adam', with learning_rate, or Ad"),
        ("learning_rate", 10**400, "above 0"),
        ("learning_rate", int, "above 0"),
        ("learning_rate", lambda: "fast", "gives no number at the first step"),
        ("learning_rate", lambda: -1.0, "gives -1"),
        ("loss", lambda y, p: "text", "loss: .* cannot be computed"),
        ("loss", lambda y: 0.0, "loss: .* cannot be computed"),
        ("loss", {}, "class_name"),
        ("threshold", 10**400, "threshold"),
        ("threshold", 1.5, "threshold"),
        ("metrics", False, "metrics must be a list"),
        ("random_state", NoRepr(), "random_state: <NoRepr> cannot be used to seed"),
        ("random_state", 2**32, r"from 0 to 2\*\*32 - 1"),
        ("warm_start", np.zeros(2), "warm_start must be True or False"),
    ],
)
def test_refused(name, value, words):
    with pytest.raises((ValueError, TypeError), match=words):
        fit(**{name: value})


@pytest.mark.parametrize("threshold", [1.5, [0.5], {"no such": 0.5}, "no such", None])
@pytest.mark.parametrize("how", ["early stopping", "validation data", "partial_fit"])
def test_thresholds_are_refused_before_training(threshold, how):
    settings = {**FAST, "early_stopping": how == "early stopping", "callbacks": [Stop()]}
    clf = KerasMultiLabelClassifier(**settings, threshold=threshold)
    with pytest.raises((ValueError, TypeError), match="threshold|decision rule"):
        if how == "partial_fit":
            clf.partial_fit(X, Y)
        else:
            clf.fit(X, Y, validation_data=(X, Y) if how == "validation data" else None)


def test_what_the_message_about_an_optimizer_class_says_works():
    for optimizer in ("adam", keras.optimizers.Adam(0.01)):
        with pytest.raises(TrainingStarted):
            fit(optimizer=optimizer)


def test_numbers_of_numpy_become_those_of_python():
    given = {"epochs": np.uint8(3), "hidden_layer_sizes": np.array([8, 4], np.uint8)}
    given |= {"random_state": np.int64(5), "patience": np.uint8(255), "dropout": np.float32(0.5)}
    found = vars(check_parameters(KerasMultiLabelClassifier(**given)))
    expected = {"epochs": 3, "hidden_layer_sizes": (8, 4), "random_state": 5}
    expected |= {"patience": 255, "dropout": 0.5}
    for name, value in expected.items():
        assert found[name] == value
        assert type(found[name]) is type(value)


def test_training_gets_the_checked_parameters():
    given = {"learning_rate": np.float64(0.01), "patience": np.uint8(3), "shuffle": np.False_}
    given |= {"validation_fraction": np.float32(0.5), "early_stopping": np.True_, "verbose": False}
    clf = KerasMultiLabelClassifier(**FAST, **given).fit(X, Y)
    expected = {"learning_rate": 0.01, "patience": 3, "shuffle": False}
    for name, value in {**expected, "early_stopping": True, "verbose": 0}.items():
        assert getattr(clf.config_, name) == value
        assert type(getattr(clf.config_, name)) is type(value)
    assert all(getattr(clf, name) is value for name, value in given.items())


@pytest.mark.parametrize("loss", ["focal", keras.losses.BinaryCrossentropy(), None])
def test_losses_that_are_allowed(loss):
    with pytest.raises(TrainingStarted):
        fit(loss=loss)


def test_a_loss_of_the_user_is_allowed():
    with pytest.raises(TrainingStarted):
        fit(loss=lambda y, p: keras.ops.mean((y - p) ** 2, axis=-1))
