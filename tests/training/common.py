"""A small problem, a network, and training by us and by Keras."""

import keras
import numpy as np

from skmultilabel_nn._training.config import Samples, TrainingConfig
from skmultilabel_nn._training.train import train
from tests.common import small_network

N, D, L = 50, 6, 3


def problem(seed, n=N):
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((n, D)).astype(np.float32)
    Y = (X[:, :L] + rng.standard_normal((n, L)) > 0).astype(np.float32)
    return X, Y


def network(seed, *, final=None, hidden=(), regularizer=None, cls=keras.Model):
    init = keras.initializers.GlorotUniform(100 * seed + 1)
    last = keras.layers.Dense(L, final, kernel_initializer=init, kernel_regularizer=regularizer)
    given = {"n_features": D, "units": 8, "activation": "tanh", "seed": 100 * seed}
    return small_network(*hidden, last, kernel_regularizer=regularizer, cls=cls, **given)


NOT_IN_CONFIG = ("metrics", "callbacks", "validation_score")


def ours(model, X, Y, *, weight=None, validation=None, rng=0, **given):
    validation = None if validation is None else Samples(*validation)
    others = {name: given.pop(name) for name in NOT_IN_CONFIG if name in given}
    config = TrainingConfig(**{"epochs": 4, "batch_size": 16, "shuffle": False, **given})
    rng = np.random.RandomState(rng)
    samples = Samples(X, Y, weight=weight)
    return train(model, samples, config, rng, validation=validation, **others)


def by_keras(model, X, Y, *, optimizer="adam", metrics=None, **given):
    """Train a network that ends in a sigmoid, as Keras's users do."""
    model.compile(optimizer, "binary_crossentropy", metrics=metrics, jit_compile=False)
    fit = {"epochs": 4, "batch_size": 16, "shuffle": False, "verbose": 0}
    return model.fit(X, Y, **{**fit, **given}).history


def assert_same_history(history, expected, rtol=1e-4):
    assert set(history) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(history[name], values, rtol=rtol, atol=1e-5, err_msg=name)


def assert_same_weights(values, model, atol=1e-5):
    expected = [v.numpy() for v in model.variables]
    assert len(values) == len(expected)
    for mine, keras_own in zip(values, expected, strict=True):
        np.testing.assert_allclose(mine, keras_own, rtol=1e-4, atol=atol)
