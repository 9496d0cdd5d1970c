"""The loop over epochs: with XLA, in several calls, and where it diverges."""

import keras
import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn._training import compiled_model, loop

from .common import L, assert_same_history, network, ours, problem

# Raised by Keras itself with numpy 2.4, under `Model.fit` too.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


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
        monkeypatch.setattr(
            compiled_model.CompiledModel, "_run_xla", spied(compiled_model.CompiledModel, compiled)
        )
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
    outcome = ours(network(0), *problem(0), store_optimizer_state=keeps)
    assert (outcome.optimizer_values is not None) == keeps
