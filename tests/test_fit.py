"""`fit` and `partial_fit`: inputs, weights, seeds, held-out rows, and what a failure leaves."""

import copy
import random
import warnings

import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import tensorflow as tf
from conftest import FAST
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmultilabel_nn import KerasMultiLabelClassifier

SEEDS = [0, 1]
NAMES = [f"feature {i}" for i in range(8)]


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(96, 8))
    return X, (X[:, :3] > 0).astype(int)


def fast(**parameters):
    return KerasMultiLabelClassifier(**{**FAST, **parameters})


def probabilities(X, y, *, fit=None, **parameters):
    return fast(**parameters).fit(X, y, **(fit or {})).predict_proba(X)


# Inputs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype", [np.float64, np.float32, np.float16, np.int64, np.int8, np.uint8, bool]
)
def test_dtypes(problem, dtype):
    X, Y = problem
    X = np.clip(np.round(10 * X), 0, 20).astype(dtype)
    expected = probabilities(X.astype(np.float32), Y)
    assert_allclose(probabilities(X, Y), expected, rtol=1e-4)


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_orders(problem, order):
    X, Y = problem
    assert_array_equal(probabilities(np.array(X, order=order), Y), probabilities(X, Y))
    assert_array_equal(probabilities(X.tolist(), Y), probabilities(X, Y))


@pytest.mark.parametrize("style", ["matrix", "array"])
@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
def test_sparse_formats(problem, kind, style):
    X, Y = problem
    X = X * (X > 0.5)
    given = getattr(sp, f"{kind}_{style}")(X)
    assert_allclose(
        probabilities(given, Y), probabilities(sp.csr_array(X), Y), rtol=1e-5, err_msg=kind
    )
    unscaled = fast(standardize=False).fit(X, Y)
    assert_allclose(unscaled.predict_proba(given), unscaled.predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("width", [8192, 8193])
def test_sparse_input_is_never_made_dense(width):
    rng = np.random.default_rng(0)
    X = sp.random(64, width, 0.01, format="csr", random_state=0)
    Y = (rng.random((64, 2)) < 0.5).astype(int)
    X.toarray = X.todense = None  # would raise
    clf = fast(standardize=False).fit(X, Y)
    dense = fast(standardize=False).fit(sp.csr_array(X).toarray(), Y)
    assert_allclose(clf.predict_proba(X), dense.predict_proba(sp.csr_array(X).toarray()), rtol=1e-3)


@pytest.mark.parametrize("library", [pd, pl])
def test_feature_names(problem, library):
    X, Y = problem
    frame = pd.DataFrame(X, columns=NAMES) if library is pd else pl.DataFrame(X, schema=NAMES)
    clf = fast().fit(frame, Y)
    assert clf.n_features_in_ == 8
    assert clf.feature_names_in_.tolist() == NAMES
    assert_array_equal(clf.predict_proba(frame), probabilities(X, Y))
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(frame[NAMES[::-1]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        clf.predict(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf.predict(frame)
        clf.score(frame, Y)
        fast(early_stopping=True).fit(frame, Y, validation_data=(frame, Y))


def test_inputs_are_not_changed(problem):
    X, Y = (a.copy() for a in problem)
    weight = np.ones(96)
    for a in (X, Y, weight):
        a.flags.writeable = False
    fast(early_stopping=True).fit(X, Y, sample_weight=weight).score(X, Y)
    assert_array_equal(X, problem[0])


def test_scaling_is_inside(problem):
    X, Y = problem
    moved = 1e3 * X + 5e3
    assert_allclose(probabilities(moved, Y), probabilities(X, Y), atol=0.02)
    assert_allclose(fast().fit(moved, Y).model_(moved).numpy(), probabilities(moved, Y), rtol=1e-3)
    assert (abs(probabilities(moved, Y, standardize=False) - probabilities(X, Y)) > 0.1).any()


# Weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("per_cell", [False, True])
def test_weights_are_relative(problem, seed, per_cell):
    X, Y = problem
    weight = np.random.default_rng(seed).uniform(0.1, 3, size=Y.shape if per_cell else 96)
    once = probabilities(X, Y, fit={"sample_weight": weight})
    assert_allclose(once, probabilities(X, Y, fit={"sample_weight": 4 * weight}), rtol=1e-5)
    assert abs(once - probabilities(X, Y)).max() > 1e-3
    assert_allclose(
        probabilities(X, Y, fit={"sample_weight": np.full_like(weight, 7)}),
        probabilities(X, Y),
        rtol=1e-4,
    )


def test_rows_of_weight_zero_do_not_train(problem):
    X, Y = problem
    weight = np.repeat([1.0, 0.0], 48)
    changed = np.concatenate([Y[:48], 1 - Y[48:]])
    X2 = np.concatenate([X[:48], 100 + X[48:]])
    clf = fast().fit(X, Y, sample_weight=weight)
    other = fast().fit(X2, changed, sample_weight=weight)
    assert_allclose(clf.predict_proba(X), other.predict_proba(X), rtol=1e-4)


def test_weights_of_cells_equal_weights_of_rows(problem):
    X, Y = problem
    weight = np.random.default_rng(0).uniform(0.1, 3, size=96)
    cells = np.repeat(weight[:, None], 3, axis=1)
    assert_allclose(
        probabilities(X, Y, fit={"sample_weight": cells}),
        probabilities(X, Y, fit={"sample_weight": weight}),
        rtol=1e-4,
    )


@pytest.mark.parametrize(
    ("class_weight", "weights"), [([3, 1, 0.5], [3, 1, 0.5]), ({0: 3, 2: 0.5}, [3, 1, 0.5])]
)
def test_class_weight_is_the_weight_of_positives(problem, class_weight, weights):
    X, Y = problem
    clf = fast(standardize=False)  # the scaling looks at the weights of samples only
    by_cells = clone(clf).fit(X, Y, sample_weight=np.where(Y, weights, 1.0))
    clf.set_params(class_weight=class_weight).fit(X, Y)
    assert_allclose(clf.predict_proba(X), by_cells.predict_proba(X), rtol=1e-4)


def test_balanced_class_weight(problem):
    X, _ = problem
    Y = (X[:, :2] > [-1.0, 1.2]).astype(int)
    share = Y.mean(axis=0)
    cells = np.where(Y, 0.5 / share, 0.5 / (1 - share))
    clf = fast(standardize=False)
    by_cells = clone(clf).fit(X, Y, sample_weight=cells).predict_proba(X)
    plain = clone(clf).fit(X, Y).predict_proba(X)
    balanced = clf.set_params(class_weight="balanced").fit(X, Y).predict_proba(X)
    assert_allclose(balanced, by_cells, rtol=1e-4)
    assert balanced[:, 1].mean() > plain[:, 1].mean()


def test_class_weight_by_label_name(problem):
    X, Y = problem
    y = [{f"label {j}" for j in np.flatnonzero(row)} for row in Y]
    clf = fast(class_weight={"label 1": 5.0}).fit(X, y)
    assert_array_equal(clf.predict_proba(X), probabilities(X, Y, class_weight={1: 5.0}))


def test_class_weight_of_classes(problem):
    X, Y = problem
    y = np.array(["no", "yes"])[Y[:, 0]]
    rows = np.where(y == "yes", 4.0, 1.0)
    clf = fast(class_weight={"yes": 4.0}).fit(X, y)
    assert_allclose(
        clf.predict_proba(X), probabilities(X, y, fit={"sample_weight": rows}), rtol=1e-4
    )


# Held-out rows -------------------------------------------------------------------------------


def test_early_stopping_restores_the_best_weights(problem):
    X, Y = problem
    noise = np.random.default_rng(0).permutation(Y)
    clf = fast(early_stopping=True, epochs=200, patience=3, learning_rate=0.05, dropout=0)
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
    clf = fast().fit(X[20:], Y[20:], validation_data=held_out)
    assert len(clf.history_["val_loss"]) == FAST["epochs"]
    cells = -np.log(np.where(Y[:20] == 1, clf.predict_proba(X[:20]), 1 - clf.predict_proba(X[:20])))
    expected = np.average(cells.mean(axis=1), weights=weight if weighted else None)
    assert clf.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-4)
    alone = fast().fit(X[20:], Y[20:])
    assert_allclose(clf.predict_proba(X), alone.predict_proba(X), rtol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_validation_fraction_is_seeded(problem, seed):
    fits = [
        fast(early_stopping=True, validation_fraction=0.25, random_state=seed).fit(*problem)
        for _ in range(2)
    ]
    assert fits[0].held_out_.Y.shape == (24, 3)
    assert_array_equal(fits[0].held_out_.Y, fits[1].held_out_.Y)
    assert fits[0].history_ == fits[1].history_


@pytest.mark.parametrize("metrics", [["accuracy"], [keras.metrics.BinaryAccuracy(name="accuracy")]])
def test_metrics_are_computed_of_probabilities(problem, metrics):
    X, Y = problem
    clf = fast(metrics=metrics).fit(X, Y, validation_data=(X, Y))
    assert set(clf.history_) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    expected = ((clf.predict_proba(X) > 0.5) == Y).mean()
    assert clf.history_["val_accuracy"][-1] == pytest.approx(expected, abs=1e-6)


def test_callbacks_are_copied(problem):
    class Counter(keras.callbacks.Callback):
        epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    counter = Counter()
    clf = fast(callbacks=[counter]).fit(*problem)
    assert counter.epochs == 0
    assert clf.callbacks_[0].epochs == clf.n_iter_ == FAST["epochs"]
    assert len(clf.history_["loss"]) == clf.n_iter_
    assert clf.loss_ == clf.history_["loss"][-1]


# Going on ------------------------------------------------------------------------------------


def test_partial_fit_is_fit_in_parts(problem):
    X, Y = problem
    clf = fast(dropout=0, learning_rate=0.02)
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
    clf = fast().partial_fit(X, [labels - {"label 1"} for labels in y], classes=names)
    clf.partial_fit(X, y, sample_weight=np.ones(96))
    assert clf.label_names_.tolist() == names
    assert clf.predict_proba(X).shape == (96, 4)
    with pytest.raises(ValueError, match="'label 7'"):
        clf.partial_fit(X, [{"label 7"}] * 96)
    assert clf.n_iter_ == 2


def test_partial_fit_with_one_class_first(problem):
    X, Y = problem
    y = np.array(["no", "yes"])[Y[:, 0]]
    clf = fast(learning_rate=0.02).partial_fit(X[y == "no"], y[y == "no"], classes=["yes", "no"])
    for _ in range(30):
        clf.partial_fit(X, y)
    assert clf.classes_.tolist() == ["no", "yes"]
    assert clf.score(X, y) > 0.8


def test_warm_start_goes_on(problem):
    X, Y = problem
    cold = fast(dropout=0).fit(X, Y)
    warm = fast(dropout=0, warm_start=True).fit(X, Y)
    assert_array_equal(warm.predict_proba(X), cold.predict_proba(X))
    warm.fit(X, Y)
    assert warm.n_iter_ == len(warm.history_["loss"]) == 2 * FAST["epochs"]
    assert max(warm.history_["loss"][5:]) < warm.history_["loss"][0]
    assert cold.fit(X, Y).n_iter_ == FAST["epochs"]


def test_fit_starts_anew_for_another_problem(problem):
    X, Y = problem
    clf = fast().fit(X, Y).fit(X[:, :5], [{"a"}, {"b"}] * 48)
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
        fast(random_state=s, **parameters).fit(*problem) for s in (seed, seed, seed + 1)
    )
    for mine, same in zip(weights(first), weights(again), strict=True):
        assert_array_equal(mine, same)
    assert abs(weights(first)[-2] - weights(other)[-2]).max() > 0.01


def test_random_state_instances_move_on(problem):
    rng = np.random.RandomState(0)
    first, second = (fast(random_state=rng).fit(*problem) for _ in range(2))
    assert abs(weights(first)[-2] - weights(second)[-2]).max() > 0.01
    again = fast(random_state=np.random.RandomState(0)).fit(*problem)
    assert_array_equal(weights(first)[-2], weights(again)[-2])


def test_without_a_seed_fits_differ(problem):
    first, second = (fast(random_state=None).fit(*problem) for _ in range(2))
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

    keras.utils.set_random_seed(5)
    expected = draws()
    keras.utils.set_random_seed(5)
    clf = fast(random_state=random_state, early_stopping=True, threshold="f1_macro")
    clf.fit(*problem).partial_fit(*problem).predict(problem[0])
    clf.model_  # noqa: B018
    assert draws() == expected
    assert (
        not tf.config.experimental.is_op_determinism_enabled()
        if hasattr(tf.config.experimental, "is_op_determinism_enabled")
        else True
    )


# What is left of a fit -----------------------------------------------------------------------


def test_the_model_is_usable(problem):
    X, Y = problem
    clf = fast().fit(X, Y)
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
    clf = fast().fit(X, Y)
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
    (interrupted, KeyboardInterrupt, ""),
    (diverging, ValueError, r"diverged.*learning_rate"),
    (not_finite, ValueError, "NaN"),
    (other_length, ValueError, "inconsistent numbers of samples"),
    (other_values, ValueError, "0 and 2"),
    (bad_parameter, ValueError, "epochs"),
    (bad_loss, ValueError, "no such loss"),
]


@pytest.mark.parametrize("method", ["fit", "partial_fit", "warm fit"])
@pytest.mark.parametrize(("break_it", "error", "message"), FAILURES)
def test_a_failed_fit_leaves_a_fitted_estimator_as_it_was(
    problem, method, break_it, error, message
):
    X, Y = problem
    if method == "partial_fit" and break_it is interrupted:
        pytest.skip("partial_fit trains one epoch only")
    clf = fast(warm_start=method == "warm fit").fit(X, Y)
    predictions = clf.predict_proba(X)
    bad = break_it(clf, X[:, ::-1], Y)
    before = dict(vars(clf))
    contents = copy.deepcopy({k: v for k, v in before.items() if k in ("history_", "n_iter_")})
    with pytest.raises(error, match=message):
        (clf.partial_fit if method == "partial_fit" else clf.fit)(*bad)
    assert vars(clf) == before
    assert all(vars(clf)[name] is value for name, value in before.items())
    assert contents == {name: before[name] for name in contents}
    assert_array_equal(clf.predict_proba(X), predictions)
    clf.set_params(**fast(callbacks=None, learning_rate=None).get_params()).set_params(
        optimizer="auto"
    )
    assert_array_equal(clf.fit(X, Y).predict_proba(X), predictions)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(("break_it", "error", "message"), FAILURES)
def test_a_failed_fit_leaves_an_unfitted_estimator_unfitted(
    problem, method, break_it, error, message
):
    if method == "partial_fit" and break_it is interrupted:
        pytest.skip("partial_fit trains one epoch only")
    clf = fast()
    bad = break_it(clf, *problem)
    before = dict(vars(clf))
    with pytest.raises(error, match=message):
        getattr(clf, method)(*bad)
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
    clf = fast(**parameters)
    before = clf.get_params()
    clf.fit(*problem).partial_fit(*problem).predict(problem[0])
    assert clf.get_params() == before
    assert all(getattr(clf, name) is value for name, value in parameters.items())
    assert not parameters["optimizer"].built
    assert clf.classes == [0, 1, 2]
    assert (
        clone(fast(class_weight={0: 2.0})).get_params() == fast(class_weight={0: 2.0}).get_params()
    )
