"""`fit` and `partial_fit`: held-out rows, going on, seeds, and what a failure leaves."""

import copy
import random
from itertools import chain

import joblib
import keras
import numpy as np
import pytest
import sklearn.metrics
import tensorflow as tf
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST, fast_classifier, make_problem

SEEDS = [0, 1]


@pytest.fixture(scope="module")
def problem():
    return make_problem(96, 8, highest=0)


# Held-out rows -------------------------------------------------------------------------------


def test_early_stopping_restores_the_best_weights(problem):
    X, Y = problem
    noise = np.random.default_rng(0).permutation(Y)
    clf = fast_classifier(
        early_stopping=True, epochs=200, patience=3, learning_rate=0.05, dropout=0
    )
    clf.fit(X, noise, validation_data=(X[::2], Y[::2]))
    losses = clf.history_["val_loss"]
    assert clf.n_iter_ == len(losses) == int(np.argmin(losses)) + 4 < 200
    P = np.where(Y[::2] == 1, clf.predict_proba(X[::2]), 1 - clf.predict_proba(X[::2]))
    assert -np.log(P).mean() == pytest.approx(min(losses), rel=1e-4)


@pytest.mark.parametrize("weighted", [False, True])
def test_validation_data(problem, weighted):
    X, Y = problem
    weight = np.random.default_rng(0).uniform(0.1, 2, size=20)
    held_out = (X[:20], Y[:20], weight)[: 3 if weighted else 2]
    clf = fast_classifier().fit(X[20:], Y[20:], validation_data=held_out)
    assert len(clf.history_["val_loss"]) == FAST["epochs"]
    cells = -np.log(np.where(Y[:20] == 1, clf.predict_proba(X[:20]), 1 - clf.predict_proba(X[:20])))
    expected = np.average(cells.mean(axis=1), weights=weight if weighted else None)
    assert clf.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-4)
    alone = fast_classifier().fit(X[20:], Y[20:])
    assert_allclose(clf.predict_proba(X), alone.predict_proba(X), rtol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_validation_fraction_is_seeded(problem, seed):
    fits = [
        fast_classifier(early_stopping=True, validation_fraction=0.25, random_state=seed).fit(
            *problem
        )
        for _ in range(2)
    ]
    assert fits[0].held_out_.Y.shape == (24, 3)
    assert_array_equal(fits[0].held_out_.Y, fits[1].held_out_.Y)
    assert fits[0].history_ == fits[1].history_


@pytest.mark.parametrize("metrics", [["accuracy"], [keras.metrics.BinaryAccuracy(name="accuracy")]])
def test_metrics_are_computed_of_probabilities(problem, metrics):
    X, Y = problem
    clf = fast_classifier(metrics=metrics).fit(X, Y, validation_data=(X, Y))
    assert set(clf.history_) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    expected = ((clf.predict_proba(X) > 0.5) == Y).mean()
    assert clf.history_["val_accuracy"][-1] == pytest.approx(expected, abs=1e-6)


def test_callbacks_are_copied(problem):
    class Counter(keras.callbacks.Callback):
        epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    counter = Counter()
    clf = fast_classifier(callbacks=[counter]).fit(*problem)
    assert counter.epochs == 0
    assert clf.callbacks_[0].epochs == clf.n_iter_ == FAST["epochs"]
    assert len(clf.history_["loss"]) == clf.n_iter_
    assert clf.loss_ == clf.history_["loss"][-1]


# Going on ------------------------------------------------------------------------------------


def test_partial_fit_is_fit_in_parts(problem):
    X, Y = problem
    clf = fast_classifier(dropout=0, learning_rate=0.02)
    for _ in range(3):
        clf.partial_fit(X, Y)
    assert clf.n_iter_ == len(clf.history_["loss"]) == 3
    assert clf.history_["loss"][-1] < clf.history_["loss"][0]
    for _ in range(40):
        clf.partial_fit(X, Y)
    assert (clf.predict(X) == Y).mean() > 0.9


def test_partial_fit_learns_the_vocabulary_from_classes(problem):
    X, Y = problem
    y = [{f"label {j}" for j in np.flatnonzero(row)} for row in Y]
    names = ["label 2", "label 1", "label 0", "label 9"]
    clf = fast_classifier().partial_fit(X, [labels - {"label 1"} for labels in y], classes=names)
    clf.partial_fit(X, y, sample_weight=np.ones(96))
    assert clf.label_names_.tolist() == names
    assert clf.predict_proba(X).shape == (96, 4)
    with pytest.raises(ValueError, match="'label 7'"):
        clf.partial_fit(X, [{"label 7"}] * 96)
    assert clf.n_iter_ == 2


def test_partial_fit_with_one_class_first(problem):
    X, Y = problem
    y = np.array(["no", "yes"])[Y[:, 0]]
    clf = fast_classifier(learning_rate=0.02).partial_fit(
        X[y == "no"], y[y == "no"], classes=["yes", "no"]
    )
    for _ in range(30):
        clf.partial_fit(X, y)
    assert clf.classes_.tolist() == ["no", "yes"]
    assert clf.score(X, y) > 0.8


def test_warm_start_goes_on(problem):
    X, Y = problem
    cold = fast_classifier(dropout=0).fit(X, Y)
    warm = fast_classifier(dropout=0, warm_start=True).fit(X, Y)
    assert_array_equal(warm.predict_proba(X), cold.predict_proba(X))
    warm.fit(X, Y)
    assert warm.n_iter_ == len(warm.history_["loss"]) == 2 * FAST["epochs"]
    assert max(warm.history_["loss"][5:]) < warm.history_["loss"][0]
    assert cold.fit(X, Y).n_iter_ == FAST["epochs"]


def test_fit_starts_anew_for_another_problem(problem):
    X, Y = problem
    clf = fast_classifier().fit(X, Y).fit(X[:, :5], [{"a"}, {"b"}] * 48)
    assert clf.n_features_in_ == 5
    assert clf.label_names_.tolist() == ["a", "b"]
    clf.fit(X, np.arange(96) % 2)
    assert clf.predict(X).shape == (96,)


# Seeds ---------------------------------------------------------------------------------------


def weights(clf):
    return [np.asarray(value) for value in clf.network_.values]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}, {"dtype": "float64"}])
def test_the_seed_decides_everything(problem, seed, parameters):
    first, again, other = (
        fast_classifier(random_state=s, **parameters).fit(*problem) for s in (seed, seed, seed + 1)
    )
    for mine, same in zip(weights(first), weights(again), strict=True):
        assert_array_equal(mine, same)
    assert abs(weights(first)[-2] - weights(other)[-2]).max() > 0.01


def test_threads_do_not_mix(problem):
    def fit(seed):
        return weights(fast_classifier(random_state=seed, threshold="f1_macro").fit(*problem))

    alone = [fit(seed) for seed in range(4)]
    together = joblib.Parallel(4, "threading")(joblib.delayed(fit)(seed) for seed in range(4))
    for mine, same in zip(chain(*alone), chain(*together), strict=True):
        assert_array_equal(mine, same)


def test_random_state_instances_move_on(problem):
    rng = np.random.RandomState(0)
    first, second = (fast_classifier(random_state=rng).fit(*problem) for _ in range(2))
    assert abs(weights(first)[-2] - weights(second)[-2]).max() > 0.01
    again = fast_classifier(random_state=np.random.RandomState(0)).fit(*problem)
    assert_array_equal(weights(first)[-2], weights(again)[-2])


def test_without_a_seed_fits_differ(problem):
    first, second = (fast_classifier(random_state=None).fit(*problem) for _ in range(2))
    assert abs(weights(first)[-2] - weights(second)[-2]).max() > 0.01


@pytest.mark.parametrize("random_state", [0, None])
def test_global_random_states_stay(problem, random_state):
    def draws():
        return (
            random.random(),
            np.random.random(),  # noqa: NPY002
            float(keras.random.uniform(())),
            float(tf.random.uniform(())),
        )

    def seeded_draws(between=lambda: None):
        keras.utils.set_random_seed(5)
        between()
        return np.array(draws())

    def work():
        clf = fast_classifier(random_state=random_state, early_stopping=True, threshold="f1_macro")
        clf.fit(*problem).predict(problem[0])
        clf.partial_fit(*problem).model_.get_weights()

    expected = seeded_draws()
    repeats = seeded_draws() == expected  # old releases of Keras do not reset their own generator
    assert repeats[[0, 1, 3]].all()
    assert_array_equal(seeded_draws(work)[repeats], expected[repeats])


# What is left of a fit -----------------------------------------------------------------------


def test_the_model_is_usable(problem):
    X, Y = problem
    clf = fast_classifier().fit(X, Y)
    model = clf.model_
    assert_allclose(model(X).numpy(), clf.predict_proba(X), rtol=1e-4)
    assert_allclose(model.predict(X, verbose=0), clf.predict_proba(X), rtol=1e-4)
    model.compile("sgd", "binary_crossentropy")
    model.fit(X, Y, epochs=1, verbose=0)
    assert_allclose(clf.model_(X).numpy(), clf.predict_proba(X), rtol=1e-4)
    reloaded = keras.models.clone_model(clf.model_)
    assert reloaded.output_shape == (None, 3)


def test_prediction_changes_nothing(problem):
    X, Y = problem
    clf = fast_classifier().fit(X, Y)
    before = dict(vars(clf))
    clf.predict(X), clf.predict_proba(X), clf.score(X, Y), clf.decision_function(X), clf.model_
    assert vars(clf) == before


class Interrupting(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def interrupted(clf, X, Y):
    clf.set_params(callbacks=[Interrupting()])
    return X, Y


def diverging(clf, X, Y):
    clf.set_params(learning_rate=1e30, optimizer="sgd", dropout=0)
    return X, Y


def not_finite(clf, X, Y):
    return np.where(X.max() == X, np.nan, X), Y


def other_length(clf, X, Y):
    return X, Y[:-1]


def other_values(clf, X, Y):
    return X, 2 * Y


def bad_parameter(clf, X, Y):
    clf.set_params(epochs=0)
    return X, Y


def bad_loss(clf, X, Y):
    clf.set_params(loss="no such loss")
    return X, Y


FAILURES = [
    (interrupted, KeyboardInterrupt, None),
    (diverging, ValueError, r"diverged.*learning_rate"),
    (not_finite, ValueError, "NaN"),
    (other_length, ValueError, "inconsistent numbers of samples"),
    (other_values, ValueError, "0 and 2"),
    (bad_parameter, ValueError, "epochs"),
    (bad_loss, ValueError, "no such loss"),
]


# Not partial_fit, whose only epoch is over before the callback interrupts.
CASES = [(case, method) for case in FAILURES for method in ("fit", "warm fit", "partial_fit")]
CASES.remove((FAILURES[0], "partial_fit"))


def ids(case):
    return case if isinstance(case, str) else case[0].__name__


def call(clf, method, *data):
    return (clf.partial_fit if method == "partial_fit" else clf.fit)(*data)


@pytest.mark.parametrize(("failure", "method"), CASES, ids=ids)
def test_a_failed_fit_leaves_a_fitted_estimator_as_it_was(problem, failure, method):
    break_it, error, message = failure
    X, Y = problem
    clf = fast_classifier(warm_start=method == "warm fit").fit(X, Y)
    predictions = clf.predict_proba(X)
    bad = break_it(clf, X[:, ::-1], Y)
    before, history = dict(vars(clf)), copy.deepcopy(clf.history_)
    with pytest.raises(error, match=message):
        call(clf, method, *bad)
    assert vars(clf).keys() == before.keys()
    assert all(vars(clf)[name] is value for name, value in before.items())
    assert clf.history_ == history
    assert_array_equal(clf.predict_proba(X), predictions)
    good = fast_classifier().get_params()
    assert_array_equal(clf.set_params(**good).fit(X, Y).predict_proba(X), predictions)


@pytest.mark.parametrize(("failure", "method"), CASES, ids=ids)
def test_a_failed_fit_leaves_an_unfitted_estimator_unfitted(problem, failure, method):
    break_it, error, message = failure
    clf = fast_classifier(warm_start=method == "warm fit")
    bad = break_it(clf, *problem)
    before = dict(vars(clf))
    with pytest.raises(error, match=message):
        call(clf, method, *bad)
    assert vars(clf) == before
    with pytest.raises(NotFittedError):
        clf.predict(problem[0])
    with pytest.raises(NotFittedError):
        clf.model_  # noqa: B018


def test_parameters_are_not_changed(problem):
    parameters = {
        "optimizer": keras.optimizers.SGD(0.1),
        "loss": keras.losses.BinaryFocalCrossentropy(),
        "metrics": [keras.metrics.AUC(multi_label=True, num_labels=3)],
        "callbacks": [keras.callbacks.TerminateOnNaN()],
        "class_weight": {0: 2.0},
        "classes": [0, 1, 2],
        "threshold": {0: 0.3},
    }
    clf = fast_classifier(**parameters)
    before = clf.get_params()
    clf.fit(*problem).partial_fit(*problem).predict(problem[0])
    assert clf.get_params() == before
    assert all(getattr(clf, name) is value for name, value in parameters.items())
    assert not parameters["optimizer"].built
    assert clf.classes == [0, 1, 2]
    assert (
        clone(fast_classifier(class_weight={0: 2.0})).get_params()
        == fast_classifier(class_weight={0: 2.0}).get_params()
    )


# Refused, by name -----------------------------------------------------------------------------


def test_partial_fit_refuses_another_vocabulary(problem):
    X, Y = problem
    clf = fast_classifier().partial_fit(X, Y, classes=range(Y.shape[1]))
    before = clf.predict_proba(X)
    with pytest.raises(ValueError, match="is not the vocabulary of the first call"):
        clf.partial_fit(X, Y, classes=["x", "y"])
    assert_array_equal(
        clf.partial_fit(X, Y, classes=range(Y.shape[1])).label_names_, range(Y.shape[1])
    )
    assert not np.array_equal(clf.predict_proba(X), before)


def test_callbacks_that_cannot_be_copied_are_named(problem):
    class NoCopy(keras.callbacks.Callback):
        def __copy__(self):
            raise RuntimeError("only one of me")

    with pytest.raises(TypeError, match=r"Callbacks are copied in each fit.*only one of me"):
        fast_classifier(callbacks=[NoCopy()]).fit(*problem)


@pytest.mark.parametrize(
    ("metrics", "error", "message"),
    [
        ("accuracy", TypeError, r"Write \['accuracy'\]"),
        (3, TypeError, "metrics must be a list"),
        (False, TypeError, "metrics must be a list"),
        ([3], ValueError, "is not a Keras metric"),
        (["no such metric"], ValueError, "is not a Keras metric"),
        (["f1_score"], ValueError, r"average='macro'"),
        ([keras.metrics.F1Score()], ValueError, "one number per epoch"),
        (["sparse_categorical_accuracy"], ValueError, "cannot be computed from an indicator"),
        ([sklearn.metrics.f1_score], TypeError, "a function of scikit-learn"),
    ],
)
def test_metrics_are_checked_before_training(problem, metrics, error, message):
    with pytest.raises(error, match=message):
        fast_classifier(metrics=metrics).fit(*problem)


def test_metrics_of_a_compiled_network_are_recorded(problem):
    X, Y = problem
    network = keras.Sequential(
        [keras.Input(X.shape[1:]), keras.layers.Dense(Y.shape[1], activation="sigmoid")]
    )
    network.compile(
        "adam", "binary_crossentropy", metrics=["mae"], weighted_metrics=[keras.metrics.AUC()]
    )
    clf = KerasMultiLabelClassifier(network=network, epochs=2, random_state=0).fit(X, Y)
    assert len(clf.history_) == 3
    given = KerasMultiLabelClassifier(network=network, metrics=["accuracy"], epochs=2).fit(X, Y)
    assert set(given.history_) == {"loss", "accuracy"}


def test_progress_without_a_terminal_is_plain_text(problem, capsys):
    fast_classifier(verbose=1, epochs=2).fit(*problem)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].startswith("Epoch 1/2 - loss: 0.")
    assert len(printed.splitlines()) == 2
    assert not {"\b", "\x1b", "\r"} & set(printed)


def test_class_weight_is_no_number(problem):
    with pytest.raises(ValueError, match="class_weight must be None, 'balanced'"):
        fast_classifier(class_weight=3).fit(*problem)
