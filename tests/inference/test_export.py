"""`model_` in other formats."""

import keras
import numpy as np
import pytest
import scipy.sparse as sp
import tensorflow as tf

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP


def builder(input_shape, n_outputs):
    return MLP((8,))(input_shape, n_outputs)


class Subclass(keras.Model):
    def __init__(self, n_outputs):
        super().__init__()
        self.last = keras.layers.Dense(n_outputs)

    def call(self, inputs):
        return self.last(inputs)


def subclass(input_shape, n_outputs):
    return Subclass(n_outputs)


CASES = {
    "default": ({}, np.asarray, False),
    "float64": ({"dtype": "float64"}, np.asarray, False),
    "classes": ({}, np.asarray, True),
    "sparse": ({}, sp.csr_matrix, False),
    "builder": ({"network": builder, "standardize": True}, np.asarray, False),
    "subclass": ({"network": subclass}, np.asarray, False),
}


@pytest.fixture(params=CASES)
def fitted(request, data):
    given, form, exclusive = CASES[request.param]
    X, Y = data
    clf = KerasMultiLabelClassifier(epochs=2, random_state=0, **given)
    return clf.fit(form(X), Y.argmax(axis=1) if exclusive else Y), X


def exported(clf, X, path):
    clf.model_.export(path, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(path)  # owns the variables
    return loaded.serve(X.astype(clf.dtype)).numpy()


def converted(clf, X, _):
    content = tf.lite.TFLiteConverter.from_keras_model(clf.model_).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    given = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(given["index"], X.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], X.astype(given["dtype"]))
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("convert", [exported, converted])
def test_gives_the_same_probabilities(fitted, tmp_path, convert):
    clf, X = fitted
    if convert is converted and clf.dtype == "float64":
        pytest.skip("LiteRT has no float64 products")
    found = convert(clf, X, str(tmp_path / "model"))
    np.testing.assert_allclose(found, clf.predict_proba(X), rtol=1e-4, atol=1e-6)


def test_is_called_and_has_no_float64(data):
    X, Y = data
    model = KerasMultiLabelClassifier(epochs=1, random_state=0).fit(X, Y).model_
    traced = tf.function(model).get_concrete_function(tf.TensorSpec((None, X.shape[1])))
    assert tf.float64 not in {t.dtype for op in traced.graph.get_operations() for t in op.outputs}


def test_extreme_logits_stay_numbers(data):
    X, Y = data
    model = KerasMultiLabelClassifier(epochs=1, random_state=0).fit(X, Y).model_
    for variable in model.trainable_variables:
        variable.assign(variable * 1e4)
    found = model.predict(X, verbose=0)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_looking_at_the_model_does_not_change_training(data):
    X, Y = data
    probabilities = []
    for look in (False, True):
        clf = KerasMultiLabelClassifier(
            network=wrapped, epochs=2, random_state=0, warm_start=True
        ).fit(X, Y)
        if look:
            clf.model_.predict(X, verbose=0)
        probabilities.append(clf.fit(X, Y).predict_proba(X))
    np.testing.assert_array_equal(*probabilities)


class Own(keras.layers.Layer):
    def call(self, inputs):
        return inputs


def wrapped(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, MLP((8,))(input_shape, n_outputs)(Own()(inputs)))
