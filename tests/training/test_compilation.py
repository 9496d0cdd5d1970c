"""Optimizer, loss and metrics: copies of what the user gave."""

import keras
import numpy as np
import pytest

from skmultilabel_nn._training.compilation import (
    compiled_optimizer_and_loss,
    get_metrics,
    get_optimizer,
    make_compile_arguments,
)
from skmultilabel_nn._training.probability_metric import ProbabilityMetric
from skmultilabel_nn.losses import Focal


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def parts(optimizer="auto", learning_rate=None, loss="auto", metrics=None, multilabel=True):
    return make_compile_arguments(
        optimizer=optimizer,
        learning_rate=learning_rate,
        loss=loss,
        metrics=metrics,
        multilabel=multilabel,
    )


class TestOptimizer:
    @pytest.mark.parametrize("rate", [None, 0.5, 1, np.float32(0.5), np.int64(1)])
    @pytest.mark.parametrize("given", ["auto", "sgd", keras.optimizers.RMSprop(0.25, rho=0.7)])
    def test_learning_rate(self, rate, given):
        optimizer = get_optimizer(given, rate)
        default = {"auto": 0.001, "sgd": 0.01}.get(given, 0.25) if isinstance(given, str) else 0.25
        assert float(optimizer.learning_rate.numpy()) == pytest.approx(rate or default)

    def test_the_given_one_is_only_read(self):
        given = keras.optimizers.Adam(0.25, clipnorm=2.0)
        before = given.get_config()
        optimizer = get_optimizer(given, 0.5)
        assert optimizer is not given
        assert optimizer.clipnorm == 2.0
        assert given.get_config() == before
        assert not given.built

    def test_schedule(self):
        schedule = keras.optimizers.schedules.CosineDecay(0.5, 10)
        optimizer = get_optimizer("sgd", schedule)
        assert float(optimizer.learning_rate) == 0.5
        optimizer.iterations.assign(10)
        assert float(optimizer.learning_rate) == pytest.approx(0)

    @pytest.mark.parametrize("given", ["nonsense", "x" * 20_000])
    def test_unknown(self, given):
        with pytest.raises(ValueError, match=given[:8]) as error:
            get_optimizer(given)
        assert len(str(error.value)) < 400


class TestMetrics:
    def test_none(self):
        assert get_metrics(None, True) == []

    @pytest.mark.parametrize("given", ["accuracy", keras.metrics.AUC()])
    def test_one_alone_is_refused(self, given):
        with pytest.raises(TypeError, match="must be a list"):
            get_metrics(given, True)

    @pytest.mark.parametrize(
        ("multilabel", "kind"),
        [(True, keras.metrics.BinaryAccuracy), (False, keras.metrics.CategoricalAccuracy)],
    )
    def test_accuracy_is_that_of_the_target(self, multilabel, kind):
        (metric,) = get_metrics(["accuracy"], multilabel)
        assert type(metric) is kind
        assert metric.name == "accuracy"

    def test_objects_are_copied(self):
        given = keras.metrics.AUC(num_thresholds=17, name="mine")
        (metric,) = get_metrics([given], True)
        assert metric is not given
        assert (metric.name, metric.num_thresholds) == ("mine", 17)

    def test_functions(self):
        def share(y_true, y_pred):
            return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

        (metric,) = get_metrics([share], True)
        metric = ProbabilityMetric(metric, "sigmoid")
        logits = np.array([[0.0, 2.0], [-1.0, 3.0]])
        y = np.array([[1.0, 0.0], [0.0, 1.0]])
        metric.update_state(y, logits)
        assert metric.name == "share"
        assert float(metric.result()) == pytest.approx(np.abs(y - sigmoid(logits)).mean(), rel=1e-5)

    @pytest.mark.parametrize("given", [[3], [object()]])
    def test_what_is_no_metric(self, given):
        with pytest.raises((TypeError, ValueError), match=r"[Mm]etric"):
            get_metrics(given, True)


class TestKey:
    def test_equal_parts(self):
        schedule = keras.optimizers.schedules.CosineDecay(0.5, 10)
        cases = [{}, {"optimizer": "sgd", "metrics": ["accuracy"]}, {"learning_rate": schedule}]
        for given in (*cases, {"multilabel": False}, {"loss": Focal()}):
            assert parts(**given).key() is not None
            assert parts(**given).key() == parts(**given).key()

    def test_a_number_as_learning_rate_does_not_matter(self):
        assert parts(learning_rate=0.5).key() == parts().key()
        assert parts(optimizer=keras.optimizers.Adam(0.3)).key() == parts().key()

    @pytest.mark.parametrize(
        "other",
        [
            {"optimizer": "sgd"},
            {"optimizer": keras.optimizers.Adam(beta_1=0.8)},
            {"learning_rate": keras.optimizers.schedules.CosineDecay(0.5, 10)},
            {"loss": "focal"},
            {"loss": Focal(dtype="float64")},
            {"metrics": ["accuracy"]},
            {"multilabel": False},
        ],
        ids=lambda other: f"{next(iter(other))}={type(next(iter(other.values()))).__name__}",
    )
    def test_other_parts(self, other):
        assert parts(**other).key() != parts().key()

    @pytest.mark.parametrize(
        "given",
        [
            {"loss": lambda y, p: (y - p) ** 2},
            {"loss": keras.losses.Huber(0.3)},  # whose configuration does not tell delta
            {"metrics": [lambda y, p: y - p]},
            {"optimizer": keras.optimizers.Adam(use_ema=True)},
        ],
        ids=["function", "huber", "metric", "averages"],
    )
    def test_what_no_text_tells(self, given):
        assert parts(**given).key() is None


def test_parts_of_a_compiled_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    assert compiled_optimizer_and_loss(model) == (None, None)
    assert compiled_optimizer_and_loss(lambda *_: model) == (None, None)
    model.compile("sgd", "mse")
    assert compiled_optimizer_and_loss(model) == (model.optimizer, "mse")


class TestMetricsOfOneHotClasses:
    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("sparse_categorical_accuracy", 0.5),
            ("sparse_categorical_crossentropy", -np.log([0.75, 0.25]).mean()),
            ("sparse_top_k_categorical_accuracy", 1),
        ],
    )
    def test_metrics_of_class_numbers(self, name, expected, n_classes):
        (metric,) = get_metrics([name], multilabel=False, n_outputs=n_classes)
        truth, scores = np.zeros((2, n_classes)), np.zeros((2, n_classes), np.float32)
        truth[:, 0] = 1
        scores[:, :2] = [[0.75, 0.25], [0.25, 0.75]]
        metric.update_state(truth, scores)
        assert metric.name == name
        assert float(metric.result()) == pytest.approx(expected)

    @pytest.mark.parametrize("n_labels", [2, 3])
    def test_they_are_refused_for_labels(self, n_labels):
        with pytest.raises(ValueError, match="cannot be computed from an indicator"):
            get_metrics(["sparse_categorical_accuracy"], multilabel=True, n_outputs=n_labels)


def test_a_metric_may_not_take_the_name_of_the_loss():
    with pytest.raises(ValueError, match="named 'loss'"):
        get_metrics([keras.metrics.AUC(name="loss")], multilabel=True)
