"""Fitted and unfitted estimators with the user's own code: stored, copied, or refused at once."""

import copy
import pickle
import subprocess
import sys
import textwrap

import cloudpickle
import keras
import numpy as np
import pytest
from sklearn.base import clone

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP

layers = keras.layers

# A module of a user's: layers, models and functions of which Keras was not told.
OWN = """
import keras


def double(x):
    return 2 * x


class Double(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs


class Own(keras.Model):
    def __init__(self, n_outputs):
        super().__init__()
        self.n_outputs = n_outputs
        self.last = keras.layers.Dense(n_outputs, activation="sigmoid")

    def call(self, inputs):
        return self.last(inputs)

    def get_config(self):
        return {"n_outputs": self.n_outputs}


def sequential(*inner):
    return lambda shape, n: keras.Sequential([keras.Input(shape), *inner, keras.layers.Dense(n)])


def of_layer(shape, n):
    return sequential(Double())(shape, n)


def of_function(shape, n):
    return sequential(keras.layers.Lambda(double))(shape, n)


def of_activation(shape, n):
    return sequential(keras.layers.Dense(4, activation=double))(shape, n)


def subclassed(shape, n):
    model = Own(n)
    model(keras.ops.zeros((1, *shape)))
    return model


def loss(y_true, y_pred):
    return keras.losses.binary_crossentropy(y_true, y_pred, from_logits=True)
"""
BUILDERS = ["of_layer", "of_function", "of_activation", "subclassed"]
READ = """
import sys, pickle, numpy as np
X = np.load("X.npy")
with open("stored", "rb") as file:
    clf = pickle.load(file)
np.save("P.npy", clf.predict_proba(X))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module that is found from the folder `tmp_path`."""
    (tmp_path / "own_layers.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    import own_layers  # noqa: PLC0415 (written above)

    yield own_layers
    del sys.modules["own_layers"]


def fast(**given):
    return KerasMultiLabelClassifier(**{"epochs": 2, "random_state": 0} | given)


def in_another_process(clf, X, folder, dumps, code=READ):
    (folder / "stored").write_bytes(dumps(clf))
    np.save(folder / "X.npy", X)
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return np.load(folder / "P.npy")


@pytest.mark.slow
@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("as_model", [False, True])
def test_unregistered_code_predicts_in_another_process(own, data, tmp_path, builder, as_model):
    X, Y = data
    network = getattr(own, builder)
    clf = fast(network=network(X.shape[1:], Y.shape[1]) if as_model else network).fit(X, Y)
    expected = clf.predict_proba(X)
    found = in_another_process(clf, X, tmp_path, pickle.dumps)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("again", [copy.deepcopy, clone, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_model_as_parameter_is_copied(own, data, builder, again):
    X, Y = data
    model = getattr(own, builder)(X.shape[1:], Y.shape[1])
    model.compile(keras.optimizers.SGD(0.125), loss=own.loss)
    clf = fast(network=model)
    copied = again(clf)
    assert isinstance(copied.network, keras.Model)
    assert copied.network is not model
    assert float(copied.network.optimizer.learning_rate) == 0.125
    for a, b in zip(copied.network.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    expected = clf.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(copied.fit(X, Y).predict_proba(X), expected)


@pytest.mark.parametrize("builder", BUILDERS)
def test_fitted_and_deep_copied(own, data, builder):
    X, Y = data
    clf = fast(network=getattr(own, builder), warm_start=True).fit(X, Y)
    expected = clf.predict_proba(X)
    copied = copy.deepcopy(clf)
    np.testing.assert_allclose(copied.predict_proba(X), expected, rtol=1e-6)
    copied.fit(X, Y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)


@pytest.mark.slow
def test_local_classes_reach_workers_by_value(data, tmp_path):
    class Local(layers.Layer):
        def call(self, inputs):
            return inputs + 1

    def network(shape, n_outputs):
        return keras.Sequential([keras.Input(shape), Local(), layers.Dense(n_outputs)])

    Local.__module__ = "__main__"  # as in a notebook
    X, Y = data
    clf = fast(network=network(X.shape[1:], Y.shape[1])).fit(X, Y)
    expected = clf.predict_proba(X)
    found = in_another_process(clf, X, tmp_path, cloudpickle.dumps)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises((AttributeError, pickle.PicklingError), match="Local"):
        pickle.dumps(clf)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("layer", [layers.Lambda, lambda f: layers.Dense(4, activation=f)])
def test_a_lambda_is_refused_at_once_but_copied(data, layer):
    X, Y = data

    def network(shape, n):
        return keras.Sequential([keras.Input(shape), layer(lambda x: 2 * x), layers.Dense(n)])

    clf = fast(network=network).fit(X, Y)
    expected = clf.predict_proba(X)
    np.testing.assert_array_equal(copy.deepcopy(clf).predict_proba(X), expected)
    clf.network = None
    for dumps in (pickle.dumps, cloudpickle.dumps):
        with pytest.raises(TypeError, match="lambda.*def"):
            dumps(clf)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_two_functions_of_one_name_are_not_mixed_up(data):
    X, Y = data
    add, scale = layers.Lambda(lambda x: x + 1), layers.Lambda(lambda x: 3 * x)
    model = keras.Sequential([keras.Input(X.shape[1:]), add, scale, layers.Dense(Y.shape[1])])
    with pytest.raises(ValueError, match="different names"):
        fast(network=model).fit(X, Y)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_callback_with_an_open_file_is_no_obstacle(data, tmp_path, early_stopping):
    X, Y = data
    callbacks = [keras.callbacks.CSVLogger(tmp_path / "log.csv"), keras.callbacks.History()]
    clf = fast(callbacks=callbacks, early_stopping=early_stopping).fit(X, Y)
    assert len(clf.callbacks_) == 2
    for again in (copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))):
        copied = again(clf)
        np.testing.assert_array_equal(copied.predict_proba(X), clf.predict_proba(X))
        assert [type(c).__name__ for c in copied.callbacks_] == ["History"]


@pytest.mark.slow
def test_unpickling_loads_no_tensorflow(data, tmp_path):
    X, Y = data
    for name, network in [("none", None), ("builder", MLP((4,)))]:
        clf = fast(network=network, early_stopping=True).fit(X, Y)
        (tmp_path / name).write_bytes(pickle.dumps(clf))
        code = f"""
import pickle, sys
with open({name!r}, "rb") as file:
    clf = pickle.load(file)
assert clf.classes_ is not None and repr(clf) and clf.get_params()
heavy = {{"tensorflow", "keras"}} & set(sys.modules)
assert not heavy, heavy
assert clf.predict_proba([[0.0] * {X.shape[1]}]).shape == (1, {Y.shape[1]})
"""
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), name


KERAS_OBJECTS = "model subclassed function optimizer schedule scheduled metrics loss callbacks"
KERAS_OBJECTS = KERAS_OBJECTS.split()


def keras_objects(own, shape, n):
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    return {
        "model": {"network": own.of_layer(shape, n)},
        "subclassed": {"network": own.subclassed(shape, n)},
        "function": {"network": own.of_function},
        "optimizer": {"optimizer": keras.optimizers.AdamW(0.01, weight_decay=0.5)},
        "schedule": {"learning_rate": schedule},
        "scheduled": {
            "optimizer": keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(1.0, 9))
        },
        "metrics": {"metrics": [keras.metrics.AUC(num_thresholds=9), "accuracy"]},
        "loss": {"loss": keras.losses.Huber(delta=3.0)},
        "callbacks": {"callbacks": [keras.callbacks.EarlyStopping(monitor="loss")]},
    }


@pytest.mark.parametrize("name", KERAS_OBJECTS)
@pytest.mark.parametrize("fitted", [False, True])
def test_skops(own, data, name, fitted):
    io = pytest.importorskip("skops.io")
    X, Y = data
    clf = fast(**keras_objects(own, X.shape[1:], Y.shape[1])[name])
    expected = clone(clf).fit(X, Y).predict_proba(X)
    if fitted:
        clf.fit(X, Y)
    stored = io.dumps(clf)
    loaded = io.loads(stored, trusted=io.get_untrusted_types(data=stored))
    if fitted:
        np.testing.assert_array_equal(loaded.predict_proba(X), expected)
    np.testing.assert_array_equal(loaded.fit(X, Y).predict_proba(X), expected)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_skops_refuses_a_lambda(data):
    io = pytest.importorskip("skops.io")
    X, Y = data
    end = layers.Dense(Y.shape[1])
    model = keras.Sequential([keras.Input(X.shape[1:]), layers.Lambda(lambda x: 2 * x), end])
    with pytest.raises(TypeError, match="lambda.*def"):
        io.dumps(fast(network=model))
