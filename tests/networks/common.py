"""Models of every style, and their preparation."""

import keras
import numpy as np

from skmultilabel_nn.networks._preparation import prepare_network
from tests.common import small_network

layers = keras.layers
SHAPE, L = (6,), 3
X = np.random.RandomState(0).standard_normal((5, 6)).astype(np.float32)


def built(network, seed=0, **given):
    return prepare_network(network, SHAPE, L, seed=seed, **given).model


def out(model, x=X):
    return keras.ops.convert_to_numpy(model(x))


class Sub(keras.Model):
    """A model with its own `call`, of which the last layer made is not the last one used."""

    def __init__(self, activation=None):
        super().__init__()
        self.out = layers.Dense(L, activation=activation)
        self.gate = layers.Dense(4, activation="sigmoid")

    def call(self, inputs):
        return self.out(self.gate(inputs))


def graph(*end, cls=None):
    return small_network(*end, n_features=SHAPE[0], units=4, activation="tanh", cls=cls)


def sequential(*end):
    return graph(*end, cls=keras.Sequential)


def nested(inner):
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, inner(inputs))


def dense(activation=None):
    return layers.Dense(L, activation)
