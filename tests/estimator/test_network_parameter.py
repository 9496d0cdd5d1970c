"""Networks of the user: what may be given as `network=`, and what becomes of it."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, KFold

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP
from tests.common import make_problem, small_network

# Keras's own copying of models, which clone and deepcopy call, warns with numpy 2.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

LEARNING = {"epochs": 25, "batch_size": 16, "learning_rate": 0.02, "random_state": 0}
LAYERS = keras.layers


@pytest.fixture(scope="module")
def problem():
    return make_problem()


@pytest.fixture(scope="module")
def images():
    """Pictures of 8 x 8, whose labels say which halves are bright."""
    rng = np.random.default_rng(0)
    Y = rng.integers(0, 2, size=(160, 2))
    X = rng.normal(0, 0.3, size=(160, 8, 8, 1))
    X[:, :4] += Y[:, 0, None, None, None]
    X[:, :, 4:] += Y[:, 1, None, None, None]
    return X, Y


@keras.saving.register_keras_serializable(package="tests")
class Subclassed(keras.Model):
    """A network by subclassing, which ends in a sigmoid."""

    def __init__(self, units=16, n_outputs=3, **kwargs):
        super().__init__(**kwargs)
        self.units, self.n_outputs = units, n_outputs
        self.hidden = LAYERS.Dense(units, activation="relu")
        self.final = LAYERS.Dense(n_outputs, activation="sigmoid")

    def call(self, x):
        return self.final(self.hidden(x))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "n_outputs": self.n_outputs}


def dense(activation=None, units=3):
    return LAYERS.Dense(
        units, activation=activation, kernel_initializer=keras.initializers.GlorotUniform(1)
    )


ENDS = {
    "logits": lambda: [dense()],
    "sigmoid in Dense": lambda: [dense("sigmoid")],
    "sigmoid in Activation": lambda: [dense(), LAYERS.Activation("sigmoid")],
    "softmax in Dense": lambda: [dense("softmax")],
    "softmax in Activation": lambda: [dense(), LAYERS.Activation("softmax")],
    "Softmax layer": lambda: [dense(), LAYERS.Softmax()],
}
STYLES = {"sequential": keras.Sequential, "functional": keras.Model}


def with_end(style, end):
    return small_network(*ENDS[end](), cls=STYLES[style])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("end", ENDS)
def test_final_activations_are_recognised(problem, style, end):
    X, Y = problem
    expected = KerasMultiLabelClassifier(network=with_end("sequential", "logits"), **LEARNING)
    expected = expected.fit(X, Y).predict_proba(X)
    clf = KerasMultiLabelClassifier(network=with_end(style, end), **LEARNING).fit(X, Y)
    assert ((clf.predict_proba(X) >= 0.5) == Y).mean() > 0.9
    assert_allclose(clf.predict_proba(X), expected, rtol=1e-4)


def test_final_activation_of_a_subclass(problem):
    X, Y = problem
    clf = KerasMultiLabelClassifier(network=Subclassed(), **LEARNING).fit(X, Y)
    assert (clf.predict(X) == Y).mean() > 0.9
    assert abs(clf.decision_function(X)).max() > 2  # logits: a second sigmoid would stay below 1
    assert clf.predict_proba(X).min() < 0.1


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("make", [lambda: with_end("sequential", "sigmoid in Dense"), Subclassed])
def test_a_model_is_never_changed(problem, make, compiled):
    X, Y = problem
    model = make()
    before = model(X).numpy()
    if compiled:
        model.compile(keras.optimizers.SGD(0.1), "binary_focal_crossentropy", metrics=["auc"])
        model.optimizer.build(model.trainable_variables)
    weights = [w.copy() for w in model.get_weights()]
    optimizer = [v.numpy() for v in model.optimizer.variables] if compiled else []
    clf = KerasMultiLabelClassifier(network=model, epochs=3, random_state=0).fit(X, Y).fit(X, Y)
    assert clf.network is model
    for mine, old in zip(model.get_weights(), weights, strict=True):
        assert_array_equal(mine, old)
    assert_array_equal(model(X).numpy(), before)
    assert model.layers[-1].activation is keras.activations.sigmoid
    assert model.compiled == compiled
    if compiled:
        assert model.loss == "binary_focal_crossentropy"
        for mine, old in zip(model.optimizer.variables, optimizer, strict=True):
            assert_array_equal(mine.numpy(), old)
    assert abs(clf.predict_proba(X) - before).max() > 1e-3


def test_a_model_lends_its_weights(problem):
    X, Y = problem
    model = with_end("functional", "sigmoid in Dense")
    clf = KerasMultiLabelClassifier(network=model, learning_rate=1e-12, epochs=1).fit(X, Y)
    assert_allclose(clf.predict_proba(X), model(X).numpy(), rtol=1e-4)
    assert_allclose(clf.model_(X).numpy(), model(X).numpy(), rtol=1e-4)


def test_a_compiled_model_brings_optimizer_and_loss(problem):
    X, Y = problem
    model = with_end("sequential", "sigmoid in Dense")
    compiled = keras.models.clone_model(model)
    compiled.set_weights(model.get_weights())
    compiled.compile(keras.optimizers.SGD(0.3, momentum=0.5), "mse")
    brought = KerasMultiLabelClassifier(network=compiled, epochs=4, random_state=0).fit(X, Y)
    given = KerasMultiLabelClassifier(network=model, epochs=4, random_state=0, loss="mse")
    given.set_params(optimizer=keras.optimizers.SGD(0.3, momentum=0.5)).fit(X, Y)
    assert_allclose(brought.predict_proba(X), given.predict_proba(X), rtol=1e-5)
    assert_allclose(brought.history_["loss"], given.history_["loss"], rtol=1e-5)
    other = clone(brought).set_params(optimizer="adam", loss="binary_crossentropy").fit(X, Y)
    assert abs(other.predict_proba(X) - brought.predict_proba(X)).max() > 0.01


@pytest.mark.parametrize("style", STYLES)
def test_frozen_layers_stay_as_they_are(problem, style):
    model = with_end(style, "sigmoid in Dense")
    frozen = next(layer for layer in model.layers if layer.name.startswith("dense"))
    frozen.trainable = False
    clf = KerasMultiLabelClassifier(network=model, **LEARNING).fit(*problem)
    weights = {layer.name: layer.get_weights() for layer in clf.model_.layers}
    assert_array_equal(weights[frozen.name][0], frozen.get_weights()[0])
    assert clf.history_["loss"][-1] < clf.history_["loss"][0]


def test_the_models_of_the_issue(problem):
    X, Y = problem
    X, Y = np.hstack([X, X]), np.hstack([Y, Y[:, :2]])
    model = keras.Sequential(
        [
            keras.Input((10,)),
            LAYERS.Dense(10, activation="relu"),
            LAYERS.Dense(5, activation="sigmoid"),
        ]
    )
    clf = KerasMultiLabelClassifier(network=model, **LEARNING).fit(X, Y)
    assert (clf.predict(X) == Y).mean() > 0.85


# Callables and builders ----------------------------------------------------------------------


def build(input_shape, n_outputs):
    return small_network(LAYERS.Dense(n_outputs, activation="sigmoid"), n_features=input_shape[0])


@pytest.mark.parametrize("n_labels", [1, 2, 3])
def test_a_callable_is_told_the_shapes(problem, n_labels):
    X, Y = problem[0], problem[1][:, :n_labels]
    told = []

    def network(input_shape, n_outputs):
        told.append((input_shape, n_outputs))
        return build(input_shape, n_outputs)

    clf = KerasMultiLabelClassifier(network=network, **LEARNING).fit(X, Y)
    assert told == [((5,), n_labels)]
    assert (clf.predict(X) == Y).mean() > 0.9
    again = clone(clf).fit(X, Y)
    assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_a_callable_for_classes(problem):
    X = problem[0]
    y = X[:, :3].argmax(axis=1)
    clf = KerasMultiLabelClassifier(network=build, **LEARNING).fit(X, y)
    assert clf.score(X, y) > 0.9


class ConvNet(BaseEstimator):
    def __init__(self, filters=2, activation="relu"):
        self.filters = filters
        self.activation = activation

    def __call__(self, input_shape, n_outputs):
        inputs = keras.Input(input_shape)
        x = LAYERS.Conv2D(self.filters, 3, activation=self.activation)(inputs)
        return keras.Model(inputs, LAYERS.Dense(n_outputs)(LAYERS.Flatten()(x)))


@pytest.mark.parametrize("dtype", ["float64", "uint8"])
def test_images(images, dtype):
    X, Y = images
    X = np.clip(100 * X + 100, 0, 255).astype(np.uint8) if dtype == "uint8" else X
    clf = KerasMultiLabelClassifier(network=ConvNet(), **LEARNING, standardize=True).fit(X, Y)
    assert clf.predict_proba(X).shape == (160, 2)
    assert clf.score(X, Y) > 0.9
    assert_allclose(clf.predict_proba(X[3:4]), clf.predict_proba(X)[3:4], rtol=1e-5)
    assert_allclose(clf.model_(X.astype("float32")).numpy(), clf.predict_proba(X), rtol=1e-4)


def test_a_search_tunes_the_builder(images):
    X, Y = images
    clf = KerasMultiLabelClassifier(network=ConvNet(), **LEARNING).set_params(epochs=3)
    assert "network__filters" in clf.get_params()
    search = GridSearchCV(clf, {"network__filters": [1, 6]}, cv=KFold(2)).fit(X, Y)
    best = search.best_params_["network__filters"]
    assert search.best_estimator_.model_.layers[1].filters == best
    assert clf.network.filters == 2


def test_a_search_tunes_the_packages_own_builder(problem):
    X, Y = problem
    clf = KerasMultiLabelClassifier(network=MLP(), epochs=2, random_state=0)
    grid = {"network__hidden_layer_sizes": [(4,), (8, 8)], "network__dropout": [0, 0.3]}
    search = GridSearchCV(clf, grid, cv=2).fit(X, Y)
    assert len(search.cv_results_["params"]) == 4


@pytest.mark.slow
@pytest.mark.parametrize("make", [lambda: with_end("sequential", "sigmoid in Dense"), MLP])
def test_a_search_in_parallel(problem, make):
    clf = KerasMultiLabelClassifier(network=make(), epochs=3, random_state=0)
    grid = {"learning_rate": [1e-12, 0.02]}
    search = GridSearchCV(clf, grid, cv=2, scoring="f1_macro", n_jobs=2).fit(*problem)
    alone = GridSearchCV(clf, grid, cv=2, scoring="f1_macro").fit(*problem)
    assert_allclose(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"], atol=0.02
    )


# Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("end", [e for e in ENDS if "logits" not in e])
def test_a_wrong_number_of_outputs(problem, style, end):
    X, Y = problem
    clf = KerasMultiLabelClassifier(network=with_end(style, end), epochs=1)
    with pytest.raises(ValueError, match=r"\b3 outputs.*\b2 labels"):
        clf.fit(X, Y[:, :2])
    assert vars(clf).keys() == clf.get_params(deep=False).keys()


def test_a_callable_with_a_wrong_number_of_outputs(problem):
    X, Y = problem
    clf = KerasMultiLabelClassifier(network=lambda shape, n: build(shape, n + 4), epochs=1)
    with pytest.raises(ValueError, match=r"\b7 outputs.*\b3 labels"):
        clf.fit(X, Y)


@pytest.mark.parametrize(
    ("network", "error", "message"),
    [
        ("mlp", TypeError, r"network must be None, a keras.Model or a callable.*'mlp'"),
        (lambda shape, n: "model", TypeError, "must return a keras.Model.*returned str"),
        (lambda shape: build(shape, 3), TypeError, r"input_shape, n_outputs.*arguments \(shape\)"),
        (MLP, TypeError, r"got a class.*MLP\(\)"),
        (Subclassed, TypeError, r"got a class.*Subclassed\(\)"),
    ],
)
def test_what_is_no_network(problem, network, error, message):
    with pytest.raises(error, match=message):
        KerasMultiLabelClassifier(network=network, epochs=1).fit(*problem)


def test_a_model_for_other_inputs(problem):
    X, Y = problem
    clf = KerasMultiLabelClassifier(network=with_end("sequential", "logits"), epochs=1)
    with pytest.raises(ValueError, match=r"\(5,\).*\(4,\)"):
        clf.fit(X[:, :4], Y)


def test_a_model_with_nothing_to_train(problem):
    model = with_end("sequential", "logits")
    model.trainable = False
    with pytest.raises(ValueError, match="no weights to train"):
        KerasMultiLabelClassifier(network=model, epochs=1).fit(*problem)


def test_samples_of_another_shape_than_in_fit(images):
    X, Y = images
    clf = KerasMultiLabelClassifier(network=ConvNet(), epochs=1).fit(X, Y)
    with pytest.raises(ValueError, match=r"\(8, 7, 1\).*\(8, 8, 1\)"):
        clf.predict(X[:, :, :7])
    with pytest.raises(ValueError, match="dim"):
        KerasMultiLabelClassifier(epochs=1).fit(X, Y)


def test_the_model_of_another_fit_as_network(data):
    X, Y = data
    first = KerasMultiLabelClassifier((8,), epochs=1, random_state=0).fit(X, Y)
    again = KerasMultiLabelClassifier(network=first.model_, epochs=1, optimizer="adam").fit(X, Y)
    found = again.model_.predict(X, verbose=0)
    np.testing.assert_allclose(found, again.predict_proba(X), rtol=1e-4)
