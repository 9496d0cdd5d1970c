"""Callbacks against `keras.Model.fit`: the same calls, and what they may do."""

import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmultilabel_nn import KerasMultiLabelClassifier

from .common import L, assert_same_history, assert_same_weights, by_keras, network, ours, problem

# Raised by Keras itself with numpy 2.4, under `Model.fit` too.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


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
        """`fit` changes no attribute of the user's object, but what it refers to is live."""

        class Watching(Recorder):
            n_epochs = 0

            def on_epoch_end(self, epoch, logs=None):
                self.n_epochs += 1
                self.calls.append(epoch)

        recorder = Watching()
        before = dict(vars(recorder))
        outcome = ours(network(5), *problem(5), callbacks=[recorder])
        assert vars(recorder) == before
        assert recorder.calls == outcome.callbacks[0].calls
        assert recorder.calls[-2:] == [3, ("on_train_end", None, recorder.calls[-1][2])]
        assert (recorder.n_epochs, outcome.callbacks[0].n_epochs) == (0, 4)
        assert outcome.callbacks[0] is not recorder
        assert outcome.callbacks[0].model is None

    def test_objects_that_cannot_be_copied_are_used_as_they_are(self):
        class Report(keras.callbacks.Callback):
            def __init__(self):
                super().__init__()
                self.lock, self.values = threading.Lock(), []

            def on_epoch_end(self, epoch, logs=None):
                with self.lock:
                    self.values.append(logs["loss"])

        report = Report()
        outcome = ours(network(5), *problem(5), callbacks=[report])
        assert report.values == outcome.history["loss"]

    def test_they_see_probabilities(self, tmp_path):
        X, Y = problem(5)
        seen = []

        class Predict(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                seen.append(self.model.predict(X, verbose=0))

        path = tmp_path / "model.keras"
        checkpoint = keras.callbacks.ModelCheckpoint(str(path), "loss")
        outcome = ours(network(5), X, Y, callbacks=[Predict(), checkpoint])
        model = network(5, final="sigmoid")
        for variable, value in zip(model.variables, outcome.values, strict=True):
            variable.assign(value)
        expected = model.predict(X, verbose=0)
        np.testing.assert_allclose(seen[-1], expected, rtol=1e-5)
        saved = keras.saving.load_model(path)
        np.testing.assert_allclose(saved.predict(X, verbose=0), expected, rtol=1e-5)

    @pytest.mark.parametrize(
        ("metric", "name"), [(keras.metrics.AUC, "auc"), (keras.metrics.MeanSquaredError, "mse")]
    )
    def test_of_keras_know_the_direction_of_metrics(self, tmp_path, metric, name):
        X, Y = problem(5)
        callbacks = [
            keras.callbacks.EarlyStopping(f"val_{name}", patience=1, restore_best_weights=True),
            keras.callbacks.ModelCheckpoint(
                str(tmp_path / "best.keras"), f"val_{name}", save_best_only=True
            ),
            keras.callbacks.ReduceLROnPlateau(f"val_{name}", patience=1),
        ]
        given = {"epochs": 12, "learning_rate": 0.3}
        outcome = ours(
            network(5),
            X,
            Y,
            validation=problem(6),
            metrics=[metric(name=name)],
            callbacks=callbacks,
            **given,
        )
        best = np.max if name == "auc" else np.min
        values = outcome.history[f"val_{name}"]
        assert outcome.callbacks[0].best == pytest.approx(best(values[:-1] or values), rel=1e-6)

    def test_an_interrupted_run_trains_only_the_epochs_that_are_left(self, tmp_path):
        X, Y = problem(5)

        class Interrupt(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 2:
                    raise KeyboardInterrupt

        def run(*callbacks, epochs=6):
            return ours(network(5), X, Y, epochs=epochs, shuffle=True, callbacks=callbacks)

        backup = str(tmp_path / "backup")
        with pytest.raises(KeyboardInterrupt):
            run(keras.callbacks.BackupAndRestore(backup), Interrupt())
        resumed = run(keras.callbacks.BackupAndRestore(backup))
        whole = run(keras.callbacks.Callback())
        assert len(whole.history["loss"]) == 6
        assert len(resumed.history["loss"]) == 3
        np.testing.assert_array_equal(resumed.history["loss"], whole.history["loss"][3:])
        for a, b in zip(resumed.values, whole.values, strict=True):
            np.testing.assert_array_equal(a, b)

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

    @pytest.mark.parametrize(
        ("metric", "name"),
        [
            ("mean_squared_error", "mean_squared_error"),
            ("binary_crossentropy", "binary_crossentropy"),
            ("auc", "auc"),
            (keras.metrics.BinaryAccuracy(name="loss_of_nothing"), "loss_of_nothing"),
        ],
    )
    def test_direction_is_that_of_the_metric(self, metric, name):
        X, Y = problem(1)
        given = {"epochs": 15, "learning_rate": 0.1, "early_stopping": True, "patience": 3}
        outcome = ours(
            network(1),
            X,
            Y,
            validation=problem(2),
            metrics=[metric],
            monitor=f"val_{name}",
            **given,
        )
        values = outcome.history[f"val_{name}"]
        larger_is_better = name in ("auc", "loss_of_nothing")
        best = int(np.argmax(values) if larger_is_better else np.argmin(values))
        assert len(values) == min(15, best + 1 + 3)

    def test_direction_of_a_function_is_asked_for(self):
        def my_metric(y_true, y_pred):
            return keras.ops.mean(y_pred, axis=-1)

        given = {"early_stopping": True, "monitor": "val_my_metric", "validation": problem(1)}
        with pytest.raises(ValueError, match=r"EarlyStopping\('val_my_metric', mode='max'"):
            ours(network(0), *problem(0), metrics=[my_metric], **given)

    def test_a_value_that_a_callback_writes_is_monitored_by_the_callback_of_keras(self):
        class Write(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["val_mine"] = float(epoch < 2) + epoch / 10

        stop = keras.callbacks.EarlyStopping("val_mine", mode="max", patience=2)
        outcome = ours(network(0), *problem(0), epochs=20, callbacks=[Write(), stop])
        assert len(outcome.history["loss"]) == 4

    def test_unknown_monitor_is_named(self):
        given = {"early_stopping": True, "monitor": "val_nothing", "validation": problem(1)}
        with pytest.raises(ValueError, match="val_nothing"):
            ours(network(0), *problem(0), **given)


class GuidedModel(keras.Model):
    """Its `train_step` is that of the guide of Keras on custom steps."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def test_a_train_step_that_returns_all_metrics():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((40, 4))
    inputs = keras.Input((4,))
    network = GuidedModel(inputs, keras.layers.Dense(3, activation="sigmoid")(inputs))
    clf = KerasMultiLabelClassifier(network=network, epochs=2, metrics=["accuracy"])
    assert set(clf.fit(X, (X[:, :3] > 0).astype(int)).history_) == {"loss", "accuracy"}


def test_ranking_scores_are_not_proposed_for_classes():
    X = np.random.RandomState(0).standard_normal((40, 4))
    clf = KerasMultiLabelClassifier(early_stopping=True, monitor="val_lrap", epochs=1)
    with pytest.raises(ValueError, match="Known are 'val_loss'\\. ") as error:
        clf.fit(X, (X[:, 0] > 0).astype(int))
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"monitor": "x" * 20_000, "early_stopping": True},
        {"random_state": "x" * 20_000},
        {"metrics": ["x" * 20_000]},
        {"optimizer": "x" * 20_000},
        {"learning_rate": 10**400},
        {"callbacks": [keras.callbacks.EarlyStopping]},
    ],
    ids=lambda parameters: "-".join(parameters),
)
def test_odd_values_are_refused_in_few_words(parameters):
    X = np.random.RandomState(0).standard_normal((40, 4))
    with pytest.raises((ValueError, TypeError), match=next(iter(parameters))) as error:
        KerasMultiLabelClassifier(**parameters, epochs=1).fit(X, (X[:, :3] > 0).astype(int))
    assert len(str(error.value)) < 800
