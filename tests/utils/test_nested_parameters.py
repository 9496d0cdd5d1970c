"""Nested parameters of values without any: what the message says to write works."""

import functools

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP

X = np.random.RandomState(0).rand(40, 3)
Y = (X[:, :2] > 0.5).astype(int)


def build(input_shape, n_outputs, hidden=16, activation="relu"):
    layers = [keras.layers.Dense(hidden, activation), keras.layers.Dense(n_outputs)]
    return keras.Sequential([keras.Input(input_shape), *layers])


def search(network, **grid):
    clf = KerasMultiLabelClassifier(network=network, epochs=1, random_state=0)
    return GridSearchCV(clf, {f"network__{name}": values for name, values in grid.items()}, cv=2)


def code_in(message):
    start = message.index("from sklearn")
    return message[start : message.index("\n\nKerasMultiLabelClassifier(")]


FUNCTIONS = [build, functools.partial(build), lambda *shapes, **given: build(*shapes, **given)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=["function", "partial", "lambda"])
@pytest.mark.parametrize(
    "grid", [{"hidden": [4, 8]}, {"hidden": [4], "activation": ["relu", "tanh"]}]
)
def test_code_in_the_message_about_a_function_works(function, grid):
    with pytest.raises(ValueError, match="network__hidden") as caught:
        search(function, **grid).fit(X, Y)
    names = {"build": function}
    exec(code_in(str(caught.value)), names)
    found = search(names["Network"](), **grid).fit(X, Y)
    assert set(found.best_params_) == {f"network__{name}" for name in grid}
    kernel = found.best_estimator_.model_.trainable_variables[0]
    assert kernel.shape[1] == found.best_params_["network__hidden"]


def test_learning_rate_of_an_optimizer_works_as_the_message_says():
    clf = KerasMultiLabelClassifier(optimizer="adam", epochs=1)
    with pytest.raises(ValueError, match="Write learning_rate=..., or give an optimizer object"):
        clf.set_params(optimizer__learning_rate=0.1)
    assert clf.set_params(learning_rate=0.1).fit(X, Y).config_.learning_rate == 0.1
    clf.set_params(optimizer=keras.optimizers.Adam(0.1), learning_rate=None).fit(X, Y)


@pytest.mark.parametrize(
    ("nested", "message"),
    [
        ({"optimizer__momentum": 0.5}, "optimizer object"),
        ({"network__hidden": 3}, "hidden_layer_sizes"),
        ({"loss__gamma": 2.0}, "Set loss itself"),
        ({"network": MLP, "network__dropout": 0.5}, "network__dropout cannot"),
        ({"network": build, "network__a__b": 1}, "network__a__b cannot"),
    ],
)
def test_other_values_without_parameters(nested, message):
    clf = KerasMultiLabelClassifier()
    before = clf.get_params()
    with pytest.raises(ValueError, match=message):
        clf.set_params(epochs=3, **nested)
    assert clf.get_params() == before  # nothing is set halfway


def test_in_a_pipeline():
    pipe = make_pipeline(StandardScaler(), KerasMultiLabelClassifier(network=build))
    with pytest.raises(ValueError, match="network__hidden"):
        pipe.set_params(kerasmultilabelclassifier__network__hidden=3)


def test_parameters_of_builders_are_set_as_ever():
    clf = KerasMultiLabelClassifier(network=MLP((3,))).set_params(network__dropout=0.3)
    assert clone(clf).network.dropout == 0.3
    clf = KerasMultiLabelClassifier().set_params(network=MLP((3,)), network__dropout=0.2)
    assert clf.network.dropout == 0.2
    with pytest.raises(ValueError, match="Invalid parameter 'nothing'"):
        clf.set_params(nothing__of=3)
