"""The course of the learning rate."""

import keras
import numpy as np
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._training.one_cycle import OneCycle


class Watching(keras.callbacks.Callback):
    rates = ()

    def on_train_batch_end(self, batch, logs=None):
        self.rates = [*self.rates, float(self.model.optimizer.learning_rate)]


@pytest.mark.parametrize("n_steps", [1, 4, 100])
def test_one_rise_and_one_fall(n_steps):
    schedule = OneCycle(0.5, n_steps)
    rates = np.array([float(schedule(step)) for step in range(n_steps)])
    assert (rates > 0).all()
    assert rates.max() <= 0.5
    top = rates.argmax()
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert top <= n_steps / 4 + 1
    assert float(schedule(n_steps + 5)) == pytest.approx(0, abs=1e-6)


def test_without_a_rise():
    rates = [float(OneCycle(0.5, 20, warmup_fraction=0.0)(step)) for step in range(20)]
    assert 0.49 < rates[0] <= 0.5
    assert (np.diff(rates) < 0).all()


@pytest.mark.parametrize("warmup_fraction", [0.0, 0.25])
def test_configuration(warmup_fraction):
    cycle = OneCycle(0.25, 7, warmup_fraction)
    again = OneCycle.from_config(cycle.get_config())
    assert [float(again(i)) for i in range(7)] == [float(cycle(i)) for i in range(7)]


def test_assigned_numbers_count():
    cycle = OneCycle(0.25, 7)
    cycle.assign(OneCycle(0.5, 20, warmup_fraction=0.0))
    expected = OneCycle(0.5, 20, warmup_fraction=0.0)
    assert [float(cycle(i)) for i in range(20)] == [float(expected(i)) for i in range(20)]


def watched(data, **given):
    given = {"hidden_layer_sizes": (4,), "n_members": 1, "batch_size": 50, "epochs": 4} | given
    callbacks = [Watching(), *given.pop("callbacks", [])]
    clf = KerasMultiLabelClassifier(**given, callbacks=callbacks, random_state=0).fit(*data)
    return np.array(clf.callbacks_[0].rates)


@pytest.mark.parametrize(
    ("given", "max_learning_rate"), [({}, 0.003), ({"learning_rate": 0.02}, 0.02)]
)
def test_the_default_is_a_cycle_over_the_whole_training(data, given, max_learning_rate):
    rates = watched(data, **given)
    assert len(rates) == 16
    assert rates.max() == pytest.approx(max_learning_rate, rel=0.05)
    assert rates[-1] < 0.02 * max_learning_rate
    assert (
        watched(data, epochs=8, **given)[-1] < 0.02 * max_learning_rate
    )  # a program that is used again


# Keras's own callback turns a variable into an array in a way that numpy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation")
@pytest.mark.parametrize(
    "given",
    [
        {"optimizer": "adam"},
        {"optimizer": keras.optimizers.Adam(0.001)},
        {"callbacks": [keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=100)]},
    ],
    ids=["name", "object", "callback"],
)
def test_no_cycle_where_the_rate_is_set_by_others(data, given):
    assert watched(data, **given) == pytest.approx(0.001)


def test_partial_fit_keeps_its_rate(data):
    clf = KerasMultiLabelClassifier(hidden_layer_sizes=(4,), random_state=0)
    losses = [clf.partial_fit(*data).loss_ for _ in range(15)]
    assert losses[-1] < losses[5] < losses[0]


def test_a_warm_start_goes_through_a_new_cycle(data):
    given = {"hidden_layer_sizes": (4,), "epochs": 3, "warm_start": True, "random_state": 0}
    clf = KerasMultiLabelClassifier(**given).fit(*data)
    before = clf.loss_
    assert clf.fit(*data).loss_ < before
