"""One compiled model with its programs: loading, running, evaluating."""

import keras
import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn._backend import batches
from skmultilabel_nn._training.cell_weights import LabelWeights, with_cell_weights
from skmultilabel_nn._training.compilation import make_compile_arguments
from skmultilabel_nn._training.compiled_model import CompiledModel
from skmultilabel_nn._training.config import Samples
from tests.common import make_problem

from .common import D, L, network

layers = keras.layers


def problem(seed, n=40, weight_ndim=0):
    X, Y = make_problem(n, D, L, seed=seed, highest=0)
    weight = np.random.RandomState(seed).rand(n, L).astype(np.float32)
    weight = {0: None, 1: weight[:, 0], 2: weight}[weight_ndim]
    return Samples(X.astype(np.float32), Y.astype(np.float32), weight=weight)


def trainer(model, rows, optimizer="adam", metrics=None, **given):
    parts = make_compile_arguments(
        optimizer=optimizer, learning_rate=None, loss="auto", metrics=metrics, multilabel=True
    )
    parts.compile(model)
    x, y = (batches.layout(part, "float32") for part in rows[:2])
    weight_ndim = 0 if rows.weight is None else rows.weight.ndim
    labels = rows.label_weights is not None
    return CompiledModel(model, x, y, weight_ndim, None, label_weights=labels, **given)


def orders(n, epochs=1):
    return np.tile(np.arange(n, dtype=np.int32), (epochs, 1))


def run(
    trained, rows, epochs=1, batch_size=8, first=0, last=None, jit=False, max_epochs_per_call=1
):
    data = trained.tensors(rows, padded=jit)
    n = rows.X.shape[0]
    last = -(-n // batch_size) if last is None else last
    return trained.run(
        data,
        orders(n, epochs),
        first,
        last,
        batch_size,
        jit=jit,
        max_epochs_per_call=max_epochs_per_call,
    )


class TestRun:
    @pytest.mark.parametrize("weight_ndim", [0, 1, 2])
    @pytest.mark.parametrize("seed", [0, 1])
    def test_in_parts(self, seed, weight_ndim):
        rows = problem(seed, 43, weight_ndim)
        whole, parts = (trainer(network(seed), rows, metrics=["accuracy"]) for _ in range(2))
        logs = run(whole, rows)
        for first, last in ((0, 2), (2, 3), (3, 6)):
            found = run(parts, rows, first=first, last=last)
        assert found == logs
        for a, b in zip(whole.values(), parts.values(), strict=True):
            np.testing.assert_array_equal(a, b)

    @pytest.mark.parametrize("seed", [0, 1])
    def test_epochs_in_one_call(self, seed):
        rows = problem(seed)
        together, apart = (trainer(network(seed), rows) for _ in range(2))
        logs = run(together, rows, epochs=3)
        assert len(logs["loss"]) == 3
        assert logs["loss"] == [run(apart, rows)["loss"][0] for _ in range(3)]

    @pytest.mark.parametrize("n", [3, 40, 43])
    def test_xla(self, n):
        rows = problem(0, n)
        plain, xla = (trainer(network(0), rows) for _ in range(2))
        for _ in range(2):
            logs, expected = run(xla, rows, jit=True), run(plain, rows)
            np.testing.assert_allclose(logs["loss"], expected["loss"], rtol=1e-5)
        for a, b in zip(plain.values(), xla.values(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)

    def test_xla_compiles_for_more_epochs_than_it_runs(self):
        rows = problem(0)
        plain, xla = (trainer(network(0), rows) for _ in range(2))
        expected = run(plain, rows, epochs=3)
        logs = run(xla, rows, epochs=3, jit=True, max_epochs_per_call=4)
        assert len(logs["loss"]) == 3
        np.testing.assert_allclose(logs["loss"], expected["loss"], rtol=1e-5)
        for a, b in zip(plain.values(), xla.values(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("form", [sp.csr_matrix, sp.csr_array])
    def test_sparse_equals_dense(self, form):
        rows = problem(0)
        sparse = Samples(form(rows.X), form(rows.Y))
        one, other = trainer(network(0), rows), trainer(network(0), sparse)
        logs, expected = run(other, sparse, epochs=2), run(one, rows, epochs=2)
        np.testing.assert_allclose(logs["loss"], expected["loss"], rtol=1e-5)

    @pytest.mark.parametrize("weight_ndim", [0, 1])
    @pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
    def test_label_weights_equal_cell_weights(self, weight_ndim, form):
        rows, cells = self.label_and_cell_weights(weight_ndim, form)
        one, other = trainer(network(0), rows), trainer(network(0), cells)
        assert run(one, rows, epochs=2) == run(other, cells, epochs=2)
        for a, b in zip(one.values(), other.values(), strict=True):
            np.testing.assert_array_equal(a, b)
        found = one.evaluate(one.tensors(rows), 43, 8)
        assert found == other.evaluate(other.tensors(cells), 43, 8)

    @pytest.mark.parametrize("weight_ndim", [0, 1])
    def test_label_weights_with_xla(self, weight_ndim):
        rows, cells = self.label_and_cell_weights(weight_ndim)
        one, other = trainer(network(0), rows), trainer(network(0), cells)
        for _ in range(2):  # XLA fuses the product with the loss, which may round otherwise
            found, expected = run(one, rows, jit=True), run(other, cells, jit=True)
            np.testing.assert_allclose(found["loss"], expected["loss"], rtol=1e-6)
        for a, b in zip(one.values(), other.values(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)

    def label_and_cell_weights(self, weight_ndim, form=np.asarray):
        rows = problem(0, 43, weight_ndim)
        factors = LabelWeights(*np.random.RandomState(1).uniform(0.1, 3, (2, L)))
        rows = rows._replace(Y=form(rows.Y), label_weights=factors)
        return rows, with_cell_weights(rows)

    def test_logs_are_plain_numbers(self):
        logs = run(trainer(network(0), problem(0), metrics=["accuracy"]), problem(0))
        assert set(logs) == {"loss", "accuracy"}
        assert all(type(value) is float for values in logs.values() for value in values)


@pytest.mark.slow
class TestEvaluate:
    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("weight_ndim", [0, 1, 2])
    @pytest.mark.parametrize("batch_size", [7, 8, 100])
    def test_equals_keras(self, seed, weight_ndim, batch_size):
        rows = problem(seed, 40, weight_ndim)
        trained = trainer(network(seed), rows, metrics=["accuracy"])
        run(trained, rows)
        found = trained.evaluate(trained.tensors(rows), 40, batch_size)
        expected = trained.model.evaluate(
            *rows[:2], batch_size, sample_weight=rows.weight, verbose=0, return_dict=True
        )
        assert found == pytest.approx(expected, rel=1e-5)

    def test_changes_nothing(self):
        rows = problem(0)
        trained = trainer(
            network(0, hidden=[layers.BatchNormalization(), layers.Dropout(0.5)]), rows
        )
        before = trained.values()
        trained.evaluate(trained.tensors(rows), 40, 8)
        for a, b in zip(before, trained.values(), strict=True):
            np.testing.assert_array_equal(a, b)


class TestLoad:
    @pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "nadam"])
    def test_everything_starts_anew(self, optimizer):
        rows = problem(0)
        used = trainer(network(0, hidden=[layers.Dropout(0.5, seed=1)]), rows, optimizer)
        run(used, rows, epochs=3)
        used.model.optimizer.learning_rate = 5.0
        start = network(1, hidden=[layers.Dropout(0.5, seed=2)])
        used.load(start, 0.125, None)
        new = trainer(network(1, hidden=[layers.Dropout(0.5, seed=2)]), rows, optimizer)
        new.model.optimizer.learning_rate = 0.125
        assert run(used, rows, epochs=2) == run(new, rows, epochs=2)
        for a, b in zip(used.values(), new.values(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_goes_on_from_a_state(self):
        rows = problem(0)
        one = trainer(network(0), rows)
        run(one, rows, epochs=2)
        other = trainer(network(1), rows)
        other.load(one.model, None, one.optimizer_state())
        assert run(other, rows) == run(one, rows)

    def test_the_state_of_another_optimizer_is_not_used(self):
        rows = problem(0)
        one = trainer(network(0), rows, keras.optimizers.SGD(momentum=0.9))
        run(one, rows, epochs=2)
        for optimizer in ("adam", keras.optimizers.RMSprop()):
            other, fresh = (trainer(network(1), rows, optimizer) for _ in range(2))
            other.load(network(1), None, one.optimizer_state())
            assert run(other, rows) == run(fresh, rows)

    def test_making_a_trainer_changes_no_weights(self):
        model = network(0, hidden=[layers.BatchNormalization(), layers.GaussianNoise(0.5, seed=1)])
        before = [v.numpy() for v in model.variables]
        made = trainer(model, problem(0))
        for a, b in zip(before, made.values(), strict=True):
            np.testing.assert_array_equal(a, b)


class TestPadding:
    def test_folds_of_nearly_equal_size_share_a_shape(self):
        trained = trainer(network(0), problem(0))
        sizes = {
            trained.tensors(problem(0, n), padded=True)[0][0].shape[0] for n in range(961, 1025)
        }
        assert sizes == {1024}

    @pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 100, 1000, 1025])
    def test_little_is_added(self, n):
        rows = problem(0, n, 1)
        padded = trainer(network(0), rows).tensors(rows, padded=True)
        lengths = {part.shape[0] for group in padded for part in group}
        assert len(lengths) == 1
        assert n <= lengths.pop() <= n * 1.125 + 1


class TestSupportsXLA:
    def test_by_storage(self):
        rows = problem(0)
        assert trainer(network(0), rows).supports_xla
        sparse = Samples(sp.csr_matrix(rows.X), rows.Y)
        assert not trainer(network(0), sparse).supports_xla

    def test_by_layers_at_any_depth(self):
        class Refuses(layers.Layer):
            def __init__(self):
                super().__init__()
                self.supports_jit = False

            def call(self, inputs):
                return inputs

        inner = keras.Sequential([keras.Input((8,)), Refuses()])
        assert not trainer(network(0, hidden=[inner]), problem(0)).supports_xla
