"""Prediction: any number of rows, one program, plain state."""

import copy
import json
import pickle
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import expit, softmax

from skmultilabel_nn import KerasMultiLabelClassifier, __version__
from skmultilabel_nn._backend.program_cache import ProgramCache
from skmultilabel_nn._inference import PROTOCOL, FittedNetwork, batching, probabilities, programs
from skmultilabel_nn.networks._serialization import deserialize, serialize

layers = keras.layers
SMALL = {"hidden_layer_sizes": (8,), "epochs": 2, "batch_size": 64, "random_state": 0}
SMALL["n_members"] = 1


UNDROPPED = {"dropout": 0, "input_dropout": 0, "n_bins": 0}


def fitted(data, **given):
    return KerasMultiLabelClassifier(**{**SMALL, **given}).fit(*data)


def by_numpy(model, X):
    """Compute the logits of the built-in network with one hidden layer."""
    whole = model.network_.build()
    scaling, network = whole.get_layer("input_scaling"), whole.get_layer("mlp")
    bins, hidden, last = (
        network.get_layer(name).get_weights() for name in ("binning", "hidden_1", "logits")
    )
    shift, factor = scaling.get_weights()
    z = (X - shift) * factor
    z = (z / np.sqrt(1 + (z / 3) ** 2))[:, np.newaxis]
    start, slope, mean = bins
    ramps = np.clip((z - start) * slope, 0, 1) - mean
    z = np.concatenate([z, ramps / 4], axis=1).reshape(len(X), -1)
    return np.maximum(z @ hidden[0] + hidden[1], 0) @ last[0] + last[1]


class TestLogits:
    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("n", [1, 2, 7, 199])
    def test_any_number_of_rows(self, data, seed, n):
        model = fitted(data, random_state=seed)
        X = np.random.RandomState(seed).standard_normal((n, data[0].shape[1])) * 5
        expected = by_numpy(model, X)
        np.testing.assert_allclose(model.decision_function(X), expected, rtol=1e-4, atol=1e-4)

    def test_one_row_is_its_place_in_the_batch(self, data):
        model = fitted(data)
        whole = model.predict_proba(data[0])
        alone = np.vstack([model.predict_proba(row[np.newaxis]) for row in data[0][:20]])
        np.testing.assert_allclose(alone, whole[:20], rtol=1e-5)

    @pytest.mark.parametrize("kind", [np.asarray, sp.csr_matrix])
    @pytest.mark.parametrize("rows", [1, 7, 199])
    def test_in_pieces(self, data, monkeypatch, kind, rows):
        X = kind(data[0])
        model = fitted((X, data[1]), standardize=False)
        whole = model.decision_function(X)
        monkeypatch.setattr(batching, "MAX_ELEMENTS_PER_BATCH", rows * data[0].shape[1])
        np.testing.assert_allclose(model.decision_function(X), whole, rtol=1e-4, atol=1e-5)

    def test_few_programs_for_many_sizes(self, data, monkeypatch):
        kept = ProgramCache(16)
        monkeypatch.setattr(programs, "_PROGRAMS", kept)
        for seed in (0, 1, 2):
            model = fitted(data, random_state=seed)
            for n in range(1, 40):
                model.predict_proba(data[0][:n])
        assert len(kept) == 1
        model.predict_proba(data[0].astype(np.uint8))
        model.predict_proba(sp.csr_matrix(data[0]))
        assert len(kept) == 3

    def test_one_program_serves_all_fits(self, data):
        models = [fitted(data, random_state=seed) for seed in (0, 1)]
        for model in [*models, *reversed(models)]:
            found = model.decision_function(data[0])
            np.testing.assert_allclose(found, by_numpy(model, data[0]), rtol=1e-4, atol=1e-4)


class TestProbabilities:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("write", [probabilities.write_sigmoid, probabilities.write_softmax])
    def test_strictly_inside(self, dtype, write):
        logits = np.array([[-1e4, 1e4, 0], [0, 90, -90], [17, 40, -800]], dtype)
        out = np.empty_like(logits)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write(out, logits)
        assert out.dtype == dtype
        assert (out > 0).all()
        assert (out < 1).all()

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize(
        ("write", "by_scipy"),
        [
            (probabilities.write_sigmoid, expit),
            (probabilities.write_softmax, lambda z: softmax(z, axis=1)),
        ],
    )
    def test_does_not_depend_on_the_place(self, dtype, write, by_scipy):
        logits = (np.random.RandomState(0).standard_normal((301, 7)) * 10).astype(dtype)
        whole, alone = np.empty_like(logits), np.empty_like(logits)
        write(whole, logits)
        np.testing.assert_allclose(whole, by_scipy(logits), rtol=10 * np.finfo(dtype).eps)
        for n in (1, 2, 3, 50):
            for start in range(0, 301, n):
                write(alone[start : start + n], logits[start : start + n].copy())
            np.testing.assert_array_equal(alone, whole)

    @pytest.mark.parametrize("exclusive", [False, True])
    def test_in_batches(self, data, monkeypatch, exclusive):
        X, Y = data
        model = fitted((X, Y.argmax(axis=1) if exclusive else Y))
        whole = model.predict_proba(X)
        monkeypatch.setattr(batching, "MAX_ELEMENTS_PER_BATCH", 7 * X.shape[1])
        np.testing.assert_allclose(model.predict_proba(X), whole, rtol=1e-5)

    def test_an_error_in_a_batch_is_raised(self, data, monkeypatch):
        model = fitted(data)
        monkeypatch.setattr(batching, "MAX_ELEMENTS_PER_BATCH", 7 * data[0].shape[1])
        wider = np.ones((100, data[0].shape[1]), np.float32)

        def fails(out, logits):
            if len(out) < 7:  # the last batch
                raise MemoryError

        with pytest.raises(MemoryError):
            model.network_._by_batches(wider, fails)


class TestSparse:
    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("width", [30, 9000])
    def test_equals_dense(self, seed, width):
        rng = np.random.RandomState(seed)
        X = sp.random(60, width, 0.05, "csr", np.float32, rng)
        Y = np.asarray(X[:, :3].sum(axis=1) > 0, int) | (rng.rand(60, 3) < 0.3)
        given = {"standardize": False, "batch_size": 16, "random_state": seed, **UNDROPPED}
        given["optimizer"] = "adam"  # the default is another one for wide sparse features
        sparse, dense = fitted((X, Y), **given), fitted((X.toarray(), Y), **given)
        np.testing.assert_allclose(sparse.history_["loss"], dense.history_["loss"], rtol=1e-4)
        expected = dense.decision_function(X.toarray())
        for form in (X, sp.csr_array(X), X.tocsc(), X.toarray()):
            found = sparse.decision_function(form)
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)

    @pytest.mark.parametrize("width", [30, 9000])
    def test_same_seed_same_bits(self, width):
        rng = np.random.RandomState(0)
        X = sp.random(60, width, 0.05, "csr", np.float32, rng)
        Y = (rng.rand(60, 3) < 0.5).astype(int)
        one, other = (fitted((X, Y), batch_size=16) for _ in range(2))
        assert one.history_ == other.history_
        np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))

    @pytest.mark.parametrize("width", [30, 9000])
    def test_scaled_by_one_factor(self, width):
        rng = np.random.RandomState(0)
        X = sp.random(60, width, 0.05, "csr", np.float64, rng)
        Y = (rng.rand(60, 3) < 0.5).astype(int)
        given = {**UNDROPPED, "batch_size": 16}
        one, other = fitted((X, Y), **given), fitted((X * 1000, Y), **given)
        np.testing.assert_allclose(one.history_["loss"], other.history_["loss"], rtol=1e-4)
        scaled = X * one.network_.build().get_layer("input_scaling").factor.numpy()
        assert scaled.multiply(scaled).sum(axis=1).mean() == pytest.approx(1, rel=1e-4)

    def test_sparse_targets(self, data):
        X, Y = data
        dense, sparse = fitted((X, Y)), fitted((X, sp.csr_matrix(Y)))
        np.testing.assert_allclose(dense.history_["loss"], sparse.history_["loss"], rtol=1e-5)
        np.testing.assert_array_equal(sparse.predict(X).toarray(), dense.predict(X))


class TestState:
    def test_is_plain(self, data):
        state = fitted(data).network_.__getstate__()
        assert json.loads(state["config"])["class_name"] == "Functional"
        arrays = state.pop("values")
        assert all(type(value) is np.ndarray for value in arrays)
        assert json.dumps(state)

    @pytest.mark.parametrize("again", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy])
    @pytest.mark.parametrize("used", [False, True])
    def test_round_trip(self, data, again, used):
        model = fitted(data)
        expected = fitted(data).predict_proba(data[0])
        if used:
            model.predict_proba(data[0])
        np.testing.assert_array_equal(again(model).predict_proba(data[0]), expected)
        np.testing.assert_array_equal(again(again(model)).predict_proba(data[0]), expected)

    def test_a_later_protocol_is_refused_with_both_versions(self, data):
        state = {**fitted(data).network_.__getstate__(), "protocol": PROTOCOL + 1, "version": "9.8"}
        message = rf"stored by skmultilabel_nn 9\.8 .*skmultilabel_nn {__version__} reads up to"
        with pytest.raises(ValueError, match=message):
            FittedNetwork.__new__(FittedNetwork).__setstate__(state)

    def test_the_state_that_is_read_stays_as_it_was(self, data):
        state = fitted(data).network_.__getstate__()
        keys = list(state)
        FittedNetwork.__new__(FittedNetwork).__setstate__(state)
        assert list(state) == keys

    def test_is_small(self, data):
        model = fitted(data)
        assert len(pickle.dumps(model)) < 12_000

    def test_model_is_a_copy(self, data):
        model = fitted(data)
        expected = model.predict_proba(data[0])
        given = model.model_
        np.testing.assert_allclose(given.predict(data[0], verbose=0), expected, rtol=1e-5)
        for variable in given.variables:
            variable.assign(np.zeros(variable.shape))
        np.testing.assert_array_equal(model.predict_proba(data[0]), expected)

    def test_goes_on_from_the_state_of_the_optimizer(self, data):
        X, Y = data
        given = {**UNDROPPED, "shuffle": False, "standardize": False, "warm_start": True}
        given["optimizer"] = "adam"
        whole = fitted(data, **given, epochs=4)
        half = fitted(data, **given, epochs=2)
        half = pickle.loads(pickle.dumps(half)).fit(X, Y)
        np.testing.assert_allclose(half.predict_proba(X), whole.predict_proba(X), rtol=1e-5)
        assert half.history_["loss"] == pytest.approx(whole.history_["loss"], rel=1e-5)

    @pytest.mark.parametrize("optimizer", ["rmsprop", "adamax", keras.optimizers.SGD(momentum=0.5)])
    def test_another_optimizer_starts_afresh(self, data, optimizer):
        given = {"warm_start": True, "learning_rate": 0.001}
        model = fitted(data, **given, optimizer=keras.optimizers.SGD(momentum=0.9))
        model.set_params(optimizer=optimizer).fit(*data)
        assert np.isfinite(model.history_["loss"]).all()


class Secret(layers.Layer):
    """A layer that cannot be rebuilt from a configuration."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor(1.0)

    def get_config(self):
        raise NotImplementedError


class TestOwnCode:
    def build(self, factor):
        def network(input_shape, n_outputs):
            own = Secret(lambda x: x * factor)
            return keras.Sequential([keras.Input(input_shape), own, layers.Dense(n_outputs)])

        return network

    def test_fits_and_predicts(self, data):
        one, other = (fitted(data, network=self.build(factor)) for factor in (1.0, 9.0))
        expected = one.predict_proba(data[0])
        assert np.abs(expected - other.predict_proba(data[0])).max() > 0.01
        np.testing.assert_array_equal(one.predict_proba(data[0]), expected)
        np.testing.assert_allclose(one.model_.predict(data[0], verbose=0), expected, rtol=1e-4)

    def test_error_when_it_is_stored(self, data):
        model = fitted(data, network=self.build(2.0))
        model.network = None
        with pytest.raises(TypeError, match="get_config"):
            pickle.dumps(model)

    def test_code_in_a_configuration_is_not_run_unasked(self, data):
        def network(input_shape, n_outputs):
            twice = layers.Lambda(lambda x: 2 * x)
            return keras.Sequential([keras.Input(input_shape), twice, layers.Dense(n_outputs)])

        model = fitted(data, network=network)
        expected = model.predict_proba(data[0])
        text = serialize(model.network_.build())
        with pytest.raises((TypeError, ValueError), match="safe_mode|unsafe"):
            deserialize(text, data[0].shape[1:])
        np.testing.assert_array_equal(model.predict_proba(data[0]), expected)

    def test_activation_of_a_subclass_is_taken_off_again(self, data):
        @keras.saving.register_keras_serializable("test_inference")
        class Ends(keras.Model):
            def __init__(self):
                super().__init__()
                self.out = layers.Dense(4, activation="sigmoid")

            def call(self, inputs):
                return self.out(inputs)

        model = fitted(data, network=lambda *_: Ends())
        expected = model.predict_proba(data[0])
        assert (model.decision_function(data[0]) < 0).any()
        model.network = None
        again = pickle.loads(pickle.dumps(model))
        np.testing.assert_allclose(again.predict_proba(data[0]), expected, rtol=1e-5)


def peak_memory(code):
    """Run code in a process of its own; return the megabytes that its last part added."""
    program = f"""
import resource
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
{code}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300
    )
    return float(done.stdout.split()[-1])


@pytest.mark.slow
def test_memory_of_a_prediction_does_not_grow_with_rows():
    added = peak_memory("""
import numpy as np
from skmultilabel_nn import KerasMultiLabelClassifier
rng = np.random.RandomState(0)
X = rng.standard_normal((500, 100)).astype(np.float32)
Y = (X[:, :10] > 0).astype(int)
model = KerasMultiLabelClassifier((100,), epochs=1, random_state=0).fit(X, Y)
model.predict_proba(X)
X = np.ones((500_000, 100), np.float32)
model.predict_proba(X[:60_000])
before = peak()
model.predict_proba(X)
print(peak() - before)
""")
    assert added < 100  # of which the output has 20, X itself has 200


@pytest.mark.slow
def test_wide_sparse_rows_are_never_dense_at_once():
    added = peak_memory("""
import numpy as np, scipy.sparse as sp
from skmultilabel_nn import KerasMultiLabelClassifier
rng = np.random.RandomState(0)
def problem(n, width):
    indices = rng.randint(0, width, (n, 100))
    X = sp.csr_matrix((rng.rand(n * 100).astype(np.float32), indices.ravel(),
                       np.arange(n + 1) * 100), (n, width))
    X.sum_duplicates()
    return X, (rng.rand(n, 10) < 0.3).astype(int)
model = KerasMultiLabelClassifier((32,), epochs=1, random_state=0)
model.fit(*problem(200, 9000)).predict_proba(problem(20, 9000)[0])
X, Y = problem(20_000, 50_000)
before = peak()
model.fit(X, Y).predict_proba(X)
print(peak() - before)
""")
    assert added < 150  # X has 16, the weights and their moments 20, a dense batch would have 51
