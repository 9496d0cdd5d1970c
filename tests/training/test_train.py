"""Training against `keras.Model.fit`: the same weights, history and calls of callbacks."""

import copy
import random

import keras
import numpy as np
import pytest
import scipy.sparse as sp
import tensorflow as tf

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._training import loop, trainer
from skmultilabel_nn._training.config import Rows, Settings
from skmultilabel_nn._training.train import train

N, D, L = 50, 6, 3

# Raised by Keras itself with numpy 2.4, under `Model.fit` too.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def problem(seed, n=N):
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((n, D)).astype(np.float32)
    Y = (X[:, :L] + rng.standard_normal((n, L)) > 0).astype(np.float32)
    return X, Y


def network(seed, *, final=None, hidden=(), regularizer=None, cls=keras.Model):
    keras_seed = iter(range(100 * seed, 100 * seed + 10))

    def dense(units, activation):
        init = keras.initializers.GlorotUniform(next(keras_seed))
        return keras.layers.Dense(
            units, activation, kernel_initializer=init, kernel_regularizer=regularizer
        )

    inputs = keras.Input((D,))
    x = dense(8, "tanh")(inputs)
    for layer in hidden:
        x = layer(x)
    return cls(inputs, dense(L, final)(x))


def settings(**given):
    return Settings(
        **{"multilabel": True, "epochs": 4, "batch_size": 16, "shuffle": False, **given}
    )


def ours(model, X, Y, *, weight=None, validation=None, rng=0, **given):
    validation = None if validation is None else Rows(*validation)
    rng = np.random.RandomState(rng)
    return train(model, Rows(X, Y, weight), settings(**given), rng, validation=validation)


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


class Recorder(keras.callbacks.Callback):
    """Write down every call of a hook."""

    def __init__(self):
        super().__init__()
        self.calls = []


class QuietRecorder(keras.callbacks.Callback):
    """Write down the calls of an epoch only."""

    def __init__(self):
        super().__init__()
        self.calls = []


def _hook(name):
    if name.startswith(("on_train_batch", "on_test_batch", "on_epoch")):
        return lambda self, index, logs=None: self.calls.append((name, index, dict(logs or {})))
    return lambda self, logs=None: self.calls.append((name, None, dict(logs or {})))


for _name in ("train_begin", "train_end", "epoch_begin", "epoch_end", "test_begin", "test_end"):
    setattr(Recorder, f"on_{_name}", _hook(f"on_{_name}"))
    setattr(QuietRecorder, f"on_{_name}", _hook(f"on_{_name}"))
for _name in ("train_batch_begin", "train_batch_end", "test_batch_begin", "test_batch_end"):
    setattr(Recorder, f"on_{_name}", _hook(f"on_{_name}"))


def assert_same_calls(calls, expected):
    assert [call[:2] for call in calls] == [call[:2] for call in expected]
    for (name, index, logs), (_, _, wanted) in zip(calls, expected, strict=True):
        assert set(logs) == set(wanted), (name, index)
        for key, value in wanted.items():
            assert isinstance(logs[key], float)
            np.testing.assert_allclose(logs[key], value, rtol=1e-4, atol=1e-5, err_msg=key)


class OwnStep(keras.Model):
    """Train on doubled gradients, and report a value of its own."""

    def train_step(self, data):
        x, y = data[:2]
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(
            [(2 * g, v) for g, v in zip(gradients, self.trainable_variables, strict=True)]
        )
        return {"loss": loss, "norm": tf.linalg.global_norm(gradients)}


@pytest.mark.slow
class TestLikeKeras:
    @pytest.mark.parametrize("seed", [1, 2])
    @pytest.mark.parametrize(
        ("optimizer", "batch_size"), [("adam", 10), ("adam", 16), ("sgd", 50), ("rmsprop", 16)]
    )
    def test_weights_and_history(self, seed, batch_size, optimizer):
        X, Y = problem(seed)
        given = {"batch_size": batch_size, "optimizer": optimizer}
        outcome = ours(network(seed), X, Y, **given)
        reference = network(seed, final="sigmoid")
        assert_same_history(outcome.history, by_keras(reference, X, Y, **given))
        assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_metrics_and_validation(self, seed):
        X, Y = problem(seed)
        validation = problem(seed + 10, 23)
        metrics = ["accuracy", keras.metrics.AUC(name="auc"), "precision"]
        outcome = ours(network(seed), X, Y, validation=validation, metrics=metrics)
        binary = [keras.metrics.BinaryAccuracy(name="accuracy"), *metrics[1:]]
        reference = network(seed, final="sigmoid")
        history = by_keras(reference, X, Y, metrics=binary, validation_data=validation)
        assert_same_history(outcome.history, {k.lower(): v for k, v in history.items()}, 1e-3)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_regularizer(self, seed):
        X, Y = problem(seed)
        outcome = ours(network(seed, regularizer="l2"), X, Y)
        reference = network(seed, final="sigmoid", regularizer="l2")
        assert_same_history(outcome.history, by_keras(reference, X, Y))
        assert_same_weights(outcome.values, reference)
        without = ours(network(seed), X, Y)
        assert outcome.history["loss"][0] > without.history["loss"][0] + 0.01

    @pytest.mark.parametrize("seed", [1, 2])
    def test_batch_normalization(self, seed):
        X, Y = problem(seed)
        validation = problem(seed + 10, 23)
        hidden = [keras.layers.BatchNormalization()]
        outcome = ours(network(seed, hidden=hidden), X, Y, validation=validation)
        hidden = [keras.layers.BatchNormalization()]
        reference = network(seed, final="sigmoid", hidden=hidden)
        history = by_keras(reference, X, Y, validation_data=validation)
        assert_same_history(outcome.history, history)
        assert_same_weights(outcome.values, reference)

    def test_dropout_with_a_seed(self):
        X, Y = problem(0)
        outcome = ours(network(0, hidden=[keras.layers.Dropout(0.5, seed=7)]), X, Y)
        reference = network(0, final="sigmoid", hidden=[keras.layers.Dropout(0.5, seed=7)])
        by_keras(reference, X, Y)
        assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_schedule(self, seed):
        X, Y = problem(seed)

        schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 3, 0.7)
        given = {"optimizer": keras.optimizers.SGD(schedule)}
        reference = network(seed, final="sigmoid")
        expected = by_keras(reference, X, Y, optimizer=keras.optimizers.SGD(schedule))
        for equal in (given, {"optimizer": "sgd", "learning_rate": schedule}):
            outcome = ours(network(seed), X, Y, **equal)
            assert_same_history(outcome.history, expected)
            assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize(
        "options",
        [
            {"use_ema": True, "ema_momentum": 0.5},
            {"gradient_accumulation_steps": 2},
            {"clipnorm": 0.01},
            {"weight_decay": 0.1},
        ],
        ids=lambda options: next(iter(options)),
    )
    def test_options_of_optimizers(self, options):
        X, Y = problem(0)
        outcome = ours(network(0), X, Y, optimizer=keras.optimizers.Adam(0.05, **options))
        reference = network(0, final="sigmoid")
        by_keras(reference, X, Y, optimizer=keras.optimizers.Adam(0.05, **options))
        assert_same_weights(outcome.values, reference)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_own_train_step(self, seed):
        X, Y = problem(seed)
        outcome = ours(network(seed, cls=OwnStep), X, Y, optimizer="sgd")
        reference = network(seed, final="sigmoid", cls=OwnStep)
        history = by_keras(reference, X, Y, optimizer="sgd")
        assert "norm" in outcome.history
        assert_same_history(outcome.history, history)
        assert_same_weights(outcome.values, reference)

    def test_sample_weights_divide_by_their_sum(self):
        X, Y = problem(0)
        weight = np.random.RandomState(0).uniform(0, 3, N).astype(np.float32)
        outcome = ours(network(0), X, Y, weight=weight, batch_size=N)
        reference = network(0, final="sigmoid")
        loss = keras.losses.BinaryCrossentropy(reduction="mean_with_sample_weight")
        reference.compile("adam", loss)
        reference.fit(X, Y, N, 4, sample_weight=weight, verbose=0, shuffle=False)
        assert_same_weights(outcome.values, reference)

    def test_frozen_layers_stay(self):
        X, Y = problem(0)
        model = network(0)
        model.layers[1].trainable = False
        before = [w.copy() for w in model.layers[1].get_weights()]
        outcome = ours(model, X, Y)
        by_shape = {value.shape: value for value in outcome.values}
        np.testing.assert_array_equal(by_shape[D, 8], before[0])
        assert np.abs(by_shape[8, L] - network(0).layers[2].get_weights()[0]).max() > 1e-3

    def test_images_in_bytes_train_as_floats(self):
        rng = np.random.RandomState(0)
        X = rng.randint(0, 255, (40, 6, 6, 1)).astype(np.uint8)
        Y = rng.randint(0, 2, (40, 2)).astype(np.float32)

        def model():
            init = keras.initializers.GlorotUniform(0)
            layers = [keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
            return keras.Sequential(
                [keras.Input((6, 6, 1)), *layers, keras.layers.Dense(2, kernel_initializer=init)]
            )

        as_bytes, as_floats = (ours(model(), x, Y).values for x in (X, X.astype(np.float32)))
        for a, b in zip(as_bytes, as_floats, strict=True):
            np.testing.assert_array_equal(a, b)


class TestCallbacks:
    @pytest.mark.parametrize("recorder", [Recorder, QuietRecorder])
    @pytest.mark.parametrize("with_validation", [False, True])
    def test_same_calls_as_keras(self, recorder, with_validation):
        X, Y = problem(3)
        validation = problem(4, 23) if with_validation else None
        metrics = [keras.metrics.BinaryAccuracy(name="accuracy")]
        outcome = ours(
            network(3), X, Y, validation=validation, metrics=metrics, callbacks=[recorder()]
        )
        reference = recorder()
        by_keras(
            network(3, final="sigmoid"),
            X,
            Y,
            metrics=metrics,
            callbacks=[reference],
            validation_data=validation,
        )
        assert len(reference.calls) > 8
        assert_same_calls(outcome.callbacks[0].calls, reference.calls)

    def test_watching_changes_nothing(self):
        X, Y = problem(3, 70)
        runs = []
        for callbacks in (None, [QuietRecorder()], [Recorder()]):
            model = network(3, hidden=[keras.layers.Dropout(0.3, seed=1)])
            runs.append(ours(model, X, Y, shuffle=True, callbacks=callbacks))
        for other in runs[1:]:
            np.testing.assert_allclose(other.history["loss"], runs[0].history["loss"], rtol=1e-6)
            for a, b in zip(runs[0].values, other.values, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize(
        "callback",
        [
            lambda: keras.callbacks.ReduceLROnPlateau(
                "loss", factor=0.1, patience=0, min_delta=10, cooldown=0
            ),
            lambda: keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / (epoch + 1)),
            lambda: keras.callbacks.EarlyStopping(
                "loss", patience=1, min_delta=10, restore_best_weights=True
            ),
            lambda: keras.callbacks.TerminateOnNaN(),
        ],
        ids=["plateau", "scheduler", "stopping", "nan"],
    )
    def test_those_that_change_training(self, callback):
        X, Y = problem(5)
        outcome = ours(network(5), X, Y, epochs=6, callbacks=[callback()])
        reference = network(5, final="sigmoid")
        history = by_keras(reference, X, Y, epochs=6, callbacks=[callback()])
        assert_same_history(outcome.history, history)
        assert_same_weights(outcome.values, reference)

    def test_stopping_inside_an_epoch(self):
        class Stop(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                self.model.stop_training = batch == 1

        X, Y = problem(5)
        outcome = ours(network(5), X, Y, callbacks=[Stop()])
        reference = network(5, final="sigmoid")
        assert_same_history(outcome.history, by_keras(reference, X, Y, callbacks=[Stop()]))
        assert_same_weights(outcome.values, reference)

    def test_those_that_write_files(self, tmp_path):
        X, Y = problem(5)
        seen = []
        callbacks = [
            keras.callbacks.ModelCheckpoint(str(tmp_path / "best.weights.h5"), "loss",
                                            save_weights_only=True),
            keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch)),
        ]  # fmt: skip
        outcome = ours(network(5), X, Y, callbacks=callbacks)
        again = network(6)
        again.load_weights(str(tmp_path / "best.weights.h5"))
        assert_same_weights(outcome.values, again)
        lines = (tmp_path / "log.csv").read_text().splitlines()
        assert lines[0].startswith("epoch,loss")
        np.testing.assert_allclose(
            [float(line.split(",")[1]) for line in lines[1:]], outcome.history["loss"], rtol=1e-6
        )
        assert seen == [0, 1, 2, 3]

    def test_those_that_look_at_the_model_when_they_get_it(self):
        class Count(keras.callbacks.Callback):
            def set_model(self, model):
                self.n_weights = model.count_params()
                super().set_model(model)

        outcome = ours(network(5), *problem(5), callbacks=[Count()])
        assert outcome.callbacks[0].n_weights == network(5).count_params()
        assert outcome.callbacks[0].model is None

    def test_one_alone_is_a_list_of_one(self):
        outcome = ours(network(5), *problem(5), callbacks=Recorder())
        assert outcome.callbacks[0].calls

    def test_copies_are_called(self):
        recorder = Recorder()
        before = copy.deepcopy(vars(recorder))
        outcome = ours(network(5), *problem(5), callbacks=[recorder])
        assert vars(recorder) == before
        assert outcome.callbacks[0] is not recorder
        assert outcome.callbacks[0].model is None

    def test_parameters_and_model_are_there(self):
        class Look(keras.callbacks.Callback):
            def on_train_begin(self, logs=None):
                self.seen = dict(self.params), self.model.count_params(), self.model.optimizer

        outcome = ours(network(5), *problem(5), callbacks=[Look()])
        params, n_weights, _ = outcome.callbacks[0].seen
        assert params == {"verbose": 0, "epochs": 4, "steps": 4}
        assert n_weights == network(5).count_params()


class TestEarlyStopping:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_best_epoch_is_restored(self, seed):
        X, Y = problem(seed)
        rng = np.random.RandomState(seed)
        validation = (X[:20], rng.randint(0, 2, (20, L)).astype(np.float32))
        given = {"epochs": 30, "learning_rate": 0.1, "early_stopping": True, "patience": 3}
        outcome = ours(network(seed), X, Y, validation=validation, **given)
        losses = outcome.history["val_loss"]
        assert len(losses) < 30
        assert len(losses) == np.argmin(losses) + 1 + 3
        model = network(seed, final="sigmoid")
        for variable, value in zip(model.variables, outcome.values, strict=True):
            variable.assign(value)
        model.compile(loss="binary_crossentropy")
        assert model.evaluate(*validation, verbose=0) == pytest.approx(min(losses), rel=1e-4)

    def test_unknown_monitor_is_named(self):
        given = {"early_stopping": True, "monitor": "val_nothing", "validation": problem(1)}
        with pytest.raises(ValueError, match="val_nothing"):
            ours(network(0), *problem(0), **given)


class TestDivergence:
    @pytest.mark.parametrize("callbacks", [None, [keras.callbacks.TerminateOnNaN()]])
    def test_error_names_the_remedy(self, callbacks):
        X, Y = problem(0)
        X[3, 2] = np.nan
        with pytest.raises(ValueError, match=r"Lower learning_rate \(it was 0.25\)"):
            ours(network(0), X, Y, learning_rate=0.25, callbacks=callbacks)

    def test_later_fits_are_not_harmed(self):
        X, Y = problem(0)
        good = ours(network(0), X, Y)
        with pytest.raises(ValueError, match="diverged"):
            ours(network(0), X * np.nan, Y)
        again = ours(network(0), X, Y)
        for a, b in zip(good.values, again.values, strict=True):
            np.testing.assert_array_equal(a, b)


def spied(owner, calls):
    """Return the method that runs XLA, which also notes that it was called."""
    method = owner._run_xla

    def run(self, *arguments):
        calls.append(arguments)
        return method(self, *arguments)

    return run


class TestXLA:
    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize(("n", "batch_size"), [(50, 16), (48, 16), (7, 16)])
    def test_equals_no_xla(self, weighted, n, batch_size):
        X, Y = problem(1, n)
        weight = np.random.RandomState(0).uniform(0, 2, (n, L)).astype(np.float32)
        weight = weight if weighted else None
        runs = [
            ours(network(1, hidden=[keras.layers.BatchNormalization()]), X, Y, weight=weight,
                 metrics=["accuracy"], jit_compile=jit, shuffle=True, batch_size=batch_size)
            for jit in (False, True)
        ]  # fmt: skip
        assert_same_history(runs[1].history, runs[0].history, rtol=1e-4)
        for a, b in zip(runs[0].values, runs[1].values, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)

    def test_same_seed_same_bits(self):
        X, Y = problem(2)
        first, second = (
            ours(network(2, hidden=[keras.layers.Dropout(0.5, seed=3)]), X, Y,
                 jit_compile=True, shuffle=True).values
            for _ in range(2)
        )  # fmt: skip
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_several_epochs_in_one_call(self, monkeypatch):
        X, Y = problem(2, 48)
        given = {"epochs": 5, "jit_compile": True, "shuffle": True}
        together = ours(network(2), X, Y, **given)
        for at_once in (1, 2):
            monkeypatch.setattr(loop, "_BATCHES_PER_CALL", 3 * at_once)
            apart = ours(network(2), X, Y, **given)
            assert_same_history(apart.history, together.history, rtol=1e-5)
            for a, b in zip(apart.values, together.values, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("dropout", [0, 0.2])
    def test_auto_keeps_away_from_random_numbers(self, monkeypatch, dropout):
        monkeypatch.setattr(loop, "_BATCHES_WORTH_XLA", 1)
        compiled = []
        monkeypatch.setattr(trainer.Trainer, "_run_xla", spied(trainer.Trainer, compiled))
        X, Y = problem(2, 48)
        layers = [keras.layers.Dropout(dropout)] if dropout else []
        ours(network(2, hidden=layers), X, Y, jit_compile="auto")
        assert bool(compiled) == (not dropout)

    def test_refused_for_sparse(self):
        X, Y = problem(1)
        with pytest.raises(ValueError, match="needs dense X and y"):
            ours(network(1), sp.csr_matrix(X), Y, jit_compile=True)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_calls_are_short_where_steps_are_long(monkeypatch, jit_compile):
    """A compiled call cannot be interrupted: what is long is cut into several."""
    X, Y = problem(2, 50)
    given = {"epochs": 3, "shuffle": True, "jit_compile": jit_compile}
    together = ours(network(2), X, Y, **given)
    monkeypatch.setattr(loop, "_USES_OF_WEIGHTS_PER_CALL", 1)
    apart = ours(network(2), X, Y, **given)
    assert_same_history(apart.history, together.history, rtol=1e-5)
    for a, b in zip(apart.values, together.values, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("keeps", [False, True])
def test_state_of_the_optimizer_is_read_out_if_it_is_kept(keeps):
    outcome = ours(network(0), *problem(0), keeps_optimizer=keeps)
    assert (outcome.optimizer_values is not None) == keeps


class TestRandomState:
    given = {"hidden_layer_sizes": (8,), "dropout": 0.3, "epochs": 3, "batch_size": 16}

    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("jit_compile", [False, True])
    def test_same_seed_same_bits(self, data, seed, jit_compile):
        given = {**self.given, "random_state": seed, "jit_compile": jit_compile}
        a, b, c = (KerasMultiLabelClassifier(**given).fit(*data) for _ in range(3))
        for other in (b, c):
            np.testing.assert_array_equal(
                a.decision_function(data[0]), other.decision_function(data[0])
            )
            assert a.history_ == other.history_

    def test_dropout_follows_the_seed(self, data):
        one, other = (
            KerasMultiLabelClassifier(**self.given, random_state=seed, shuffle=False).fit(*data)
            for seed in (0, 1)
        )
        assert one.history_ != other.history_

    def test_global_states_are_untouched(self, data):
        def states():
            numpy_state = np.random.get_state()  # noqa: NPY002
            return random.getstate(), tuple(numpy_state[1]), numpy_state[2]

        def draws():  # Keras's own generator, which old releases do not reset: see test_fit.py
            return float(tf.random.uniform(()))

        keras.utils.set_random_seed(3)
        expected = draws()
        keras.utils.set_random_seed(3)
        before = states()
        model = KerasMultiLabelClassifier(**self.given, random_state=0).fit(*data)
        assert states() == before
        model.predict(data[0])
        assert states() == before
        assert copy.deepcopy(model).partial_fit(*data).model_ is not None
        assert states() == before
        assert draws() == expected


class TestWeights:
    """With full batches in float64, weights are what they claim to be."""

    given = {"hidden_layer_sizes": (8,), "epochs": 20, "dtype": "float64"}
    given |= {"dropout": 0, "input_dropout": 0}
    given |= {"batch_size": 10_000, "random_state": 0, "learning_rate": 0.05}

    def fit(self, X, Y, weight=None, **given):
        model = KerasMultiLabelClassifier(**{**self.given, **given})
        return model.fit(X, Y, sample_weight=weight).network_.values

    def assert_equal(self, one, other):
        for a, b in zip(one, other, strict=True):
            if a.dtype.kind == "f":
                np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)

    @pytest.mark.parametrize("seed", [0, 1])
    def test_integer_weight_is_repetition(self, data, seed):
        X, Y = data
        weight = np.random.RandomState(seed).randint(0, 4, len(X))
        repeated = np.repeat(np.arange(len(X)), weight)
        self.assert_equal(self.fit(X, Y, weight), self.fit(X[repeated], Y[repeated]))

    @pytest.mark.parametrize("seed", [0, 1])
    def test_zero_weight_is_leaving_out(self, data, seed):
        X, Y = data
        kept = np.random.RandomState(seed).rand(len(X)) < 0.6
        self.assert_equal(self.fit(X, Y, kept * 2.0), self.fit(X[kept], Y[kept]))

    def test_equal_cells_are_a_row(self, data):
        X, Y = data
        weight = np.random.RandomState(0).randint(1, 4, len(X))
        cells = np.repeat(weight[:, None], Y.shape[1], axis=1)
        self.assert_equal(self.fit(X, Y, weight), self.fit(X, Y, cells))

    def test_as_many_rows_as_labels(self, data):
        """keras-team/keras: weights of rows are taken for those of labels if n equals L."""
        X, Y = data[0][:4], data[1][:4]
        weight = np.array([3.0, 1.0, 1.0, 2.0])
        repeated = np.repeat(np.arange(4), weight.astype(int))
        self.assert_equal(self.fit(X, Y, weight), self.fit(X[repeated], Y[repeated]))

    @pytest.mark.parametrize("batch_size", [3, 4, 5])
    def test_batches_as_long_as_labels(self, data, batch_size):
        X, Y = data[0][:12], data[1][:12]
        ones = np.ones(12)
        given = {"batch_size": batch_size, "shuffle": False}
        self.assert_equal(self.fit(X, Y, **given), self.fit(X, Y, ones, **given))
        self.assert_equal(self.fit(X, Y, **given), self.fit(X, Y, ones * 7, **given))
        np.testing.assert_equal(Y.shape[1], 4)

    def test_unweighted_cell_does_not_train(self, data):
        X, Y = data
        weight = np.ones(Y.shape)
        weight[::3, 1] = 0
        other = Y.copy()
        other[::3, 1] = 1 - other[::3, 1]
        self.assert_equal(self.fit(X, Y, weight), self.fit(X, other, weight))
