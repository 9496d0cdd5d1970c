"""The piecewise linear encoding: against numpy's own interpolation and quantiles."""

import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import log_loss

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP
from skmultilabel_nn.networks._introspection import iter_keras_objects
from skmultilabel_nn.networks.layers._piecewise_linear import PiecewiseLinear, subsample

N_BINS = 4


@pytest.fixture
def rng():
    return np.random.RandomState(0)


def learnt(X, weight=None, n_bins=N_BINS):
    layer = PiecewiseLinear(n_bins, dtype="float64")
    layer.build((None, X.shape[1]))
    layer.adapt(X, weight)
    return layer


class TestPiecewiseLinear:
    def test_the_sum_of_the_ramps_is_the_rank(self, rng):
        X = rng.exponential(size=(201, 3))
        encoded = np.asarray(learnt(X)(X))
        np.testing.assert_array_equal(encoded[:, 0], X)
        ends = np.quantile(X, np.linspace(0, 1, N_BINS + 1), axis=0, method="inverted_cdf")
        for j in range(X.shape[1]):
            passed = np.interp(X[:, j], ends[:, j], np.arange(N_BINS + 1.0))
            ramps = encoded[:, 1:, j].sum(axis=1)
            np.testing.assert_allclose(ramps / 0.25, passed - passed.mean(), atol=1e-9)

    @pytest.mark.parametrize("outlier", [1e3, 1e7, -1e7])
    def test_an_outlier_leaves_the_bins_of_the_others(self, rng, outlier):
        X = rng.normal(size=(200, 1))
        X[0] = outlier
        scaled = ((X - X.mean()) / X.std()).astype(np.float32)
        encoded = np.asarray(learnt(scaled)(scaled))[1:, 1:, 0].sum(axis=1)
        assert np.corrcoef(encoded, np.argsort(np.argsort(X[1:, 0])))[0, 1] > 0.95

    def test_bins_have_mean_zero(self, rng):
        X = rng.normal(size=(50, 3))
        np.testing.assert_allclose(np.asarray(learnt(X)(X))[:, 1:].mean(axis=0), 0, atol=1e-12)

    def test_values_outside_of_the_range_add_nothing(self, rng):
        X = rng.normal(size=(50, 2))
        layer = learnt(X)
        far, end = (np.asarray(layer(v))[0, 1:] for v in (X.max(0)[None] + 9, X.max(0)[None]))
        np.testing.assert_allclose(far, end)

    def test_an_integer_weight_is_so_many_rows(self, rng):
        X, weight = rng.normal(size=(40, 3)), rng.randint(1, 4, size=40)
        weighted, repeated = learnt(X, weight.astype(float)), learnt(X.repeat(weight, axis=0))
        for one, other in zip(weighted.get_weights(), repeated.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)

    def test_weights_that_are_no_integers(self, rng):
        """Sums of weights in another order differ by their rounding."""
        X = rng.normal(size=(500, 40))
        weight = rng.uniform(0.1, 1, size=500).astype(np.float32)
        for one, other in zip(
            learnt(X, weight).get_weights(), learnt(X, weight * 2).get_weights(), strict=True
        ):
            np.testing.assert_allclose(one, other, atol=1e-12)

    def test_the_order_of_rows_changes_nothing(self, rng):
        X = rng.normal(size=(40, 3))
        for one, other in zip(learnt(X).get_weights(), learnt(X[::-1]).get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)

    @pytest.mark.parametrize("column", [[0.0] * 9, [0, 0, 0, 0, 0, 0, 1, 1, 1], [1e-30] * 8 + [1]])
    def test_ties_and_constants(self, column):
        X = np.array(column, float)[:, None]
        encoded = np.asarray(learnt(X)(X))
        assert np.isfinite(encoded).all()
        assert np.abs(encoded[:, 1:]).max() <= 0.25

    def test_configuration(self):
        layer = PiecewiseLinear(3, name="bins")
        assert PiecewiseLinear.from_config(layer.get_config()).get_config() == layer.get_config()

    def test_shape(self):
        assert PiecewiseLinear(3).compute_output_shape((None, 5)) == (None, 4, 5)


def test_some_rows_leaves_out_what_does_not_count():
    X = np.arange(50_000.0)[:, None]
    weight = np.zeros(50_000)
    weight[1::2] = 2.0
    rows, kept = subsample(X, weight)
    assert 10_000 < len(rows) <= 20_000
    assert (rows % 2 == 1).all()
    assert (kept == 2.0).all()
    assert subsample(X)[1] is None


def test_some_rows_are_of_every_kind():
    kind = np.arange(60_000.0)[:, None] % 3
    assert np.unique(subsample(kind)[0]).tolist() == [0, 1, 2]


class TestInNetworks:
    def test_features_are_left_out_with_all_their_bins(self, rng):
        model = MLP((3,), dropout=0, input_dropout=0.5, n_members=1, n_bins=2)((4,), 2)
        dropped = keras.Model(model.inputs[0], model.get_layer("input_dropout").output)
        out = np.asarray(dropped(rng.normal(size=(64, 4)) + 5, training=True))
        gone = out[:, 0] == 0
        assert 0 < gone.mean() < 1
        assert (out[:, 1:].any(axis=1) <= ~gone).all()

    @pytest.mark.parametrize(("n_features", "n_bins"), [(4, 8), (1024, 4), (3000, 0)])
    def test_auto(self, rng, n_features, n_bins):
        X = rng.normal(size=(20, n_features))
        clf = KerasMultiLabelClassifier((2,), epochs=1, n_members=1, random_state=0)
        clf.fit(X, X[:, :2] > 0)
        bins = [p.n_bins for p in iter_keras_objects(clf.model_) if isinstance(p, PiecewiseLinear)]
        assert bins == ([n_bins] if n_bins else [])

    def test_a_model_that_is_given_keeps_its_bins(self, rng):
        X = rng.normal(3, 5, size=(60, 4))
        Y = (X[:, :2] > 3).astype(int)
        first = KerasMultiLabelClassifier((8,), n_members=1, random_state=0).fit(X, Y)
        again = KerasMultiLabelClassifier(network=first.model_, epochs=1, learning_rate=1e-12)
        found = again.fit(X, Y).predict_proba(X)
        np.testing.assert_allclose(found, first.predict_proba(X), atol=1e-5)

    def test_sparse_features_have_none(self, rng):
        X = sp.random(40, 6, 0.5, "csr", random_state=rng)
        Y = np.arange(80).reshape(40, 2) % 2
        clf = KerasMultiLabelClassifier(network=MLP((2,), n_bins=4), epochs=1)
        with pytest.raises(ValueError, match="dense X"):
            clf.fit(X, Y)

    @pytest.mark.slow
    @pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's, while it saves
    def test_stored_and_used_by_another_process(self, rng, tmp_path):
        X = rng.normal(size=(40, 3))
        clf = KerasMultiLabelClassifier((4,), epochs=1, random_state=0).fit(X, X[:, :2] > 0)
        (tmp_path / "clf.pickle").write_bytes(pickle.dumps(clf))
        clf.model_.save(tmp_path / "model.keras")
        np.save(tmp_path / "X.npy", X)
        code = """
import pickle, sys, numpy as np, pathlib
folder = pathlib.Path(sys.argv[1])
clf = pickle.loads((folder / "clf.pickle").read_bytes())
X = np.load(folder / "X.npy")
np.save(folder / "of_pickle.npy", clf.predict_proba(X))
import keras
from skmultilabel_nn.networks import custom_objects
model = keras.saving.load_model(folder / "model.keras", custom_objects=custom_objects())
np.save(folder / "of_model.npy", model.predict(X, verbose=0))
"""
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
        for name in ("of_pickle", "of_model"):
            found = np.load(tmp_path / f"{name}.npy")
            np.testing.assert_allclose(found, clf.predict_proba(X), rtol=1e-5)

    def test_thresholds_are_learnt_that_a_plain_network_misses(self):
        X = np.random.RandomState(0).normal(size=(1200, 10))
        Y = np.column_stack([np.abs(X[:, 0]) < 0.3, np.abs(X[:, 1]) > 1.5]).astype(int)
        given = {"epochs": 30, "input_dropout": 0.1, "random_state": 0}
        losses = [
            log_loss(Y[600:].ravel(), clf.fit(X[:600], Y[:600]).predict_proba(X[600:]).ravel())
            for clf in (KerasMultiLabelClassifier(n_bins=n_bins, **given) for n_bins in (0, 8))
        ]
        assert losses[1] < 0.8 * losses[0]

    @pytest.mark.parametrize("standardize", [True, False])
    def test_units_of_the_features_do_not_matter_to_the_bins(self, rng, standardize):
        X = rng.normal(size=(60, 3))
        Y = (X[:, :2] > 0).astype(int)
        given = {"epochs": 2, "hidden_layer_sizes": (4,), "random_state": 0}
        for scale in (1e-6, 1e6):
            clf = KerasMultiLabelClassifier(standardize=standardize, **given).fit(X * scale, Y)
            assert np.isfinite(clf.predict_proba(X * scale)).all()

    @pytest.mark.parametrize("outlier", [1e7, -999_999.0])
    def test_outliers_do_not_hide_the_others(self, outlier):
        rng = np.random.RandomState(0)
        X = rng.normal(size=(600, 4))
        Y = (X[:, :3] + 0.3 * X[:, 1:] > 0).astype(int)
        spoilt = X[:400].copy()
        spoilt[:2] = outlier
        clf = KerasMultiLabelClassifier(random_state=0)
        expected = clf.fit(X[:400], Y[:400]).score(X[400:], Y[400:])
        assert clf.fit(spoilt, Y[:400]).score(X[400:], Y[400:]) > expected - 0.1
