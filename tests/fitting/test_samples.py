"""What fit makes of samples and weights before it trains."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST, make_problem

X, Y = make_problem(60, 4)


def probabilities(*weight, X=X, **parameters):
    return KerasMultiLabelClassifier(**{**FAST, **parameters}).fit(X, Y, *weight).predict_proba(X)


class TestWeights:
    """Only the ratios of weights count."""

    @pytest.mark.parametrize("weight", [5e-324, 1e-45, 1e15, 1e38, 1e300, 0.3])
    @pytest.mark.parametrize("shape", [(60,), Y.shape])
    def test_equal_ones_change_nothing(self, weight, shape):
        assert_array_equal(probabilities(np.full(shape, weight)), probabilities())

    @pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-40, 2.0**50, 2.0**900])
    def test_scale(self, scale):
        weight = np.random.default_rng(0).uniform(0.5, 2, 60)
        assert_array_equal(probabilities(scale * weight), probabilities(weight))

    @pytest.mark.parametrize("scale", [1e-300, 1e300])
    def test_of_validation_data(self, scale):
        def history(weight):
            clf = KerasMultiLabelClassifier(**FAST)
            return clf.fit(X, Y, validation_data=(X, Y, np.full(60, weight))).history_["val_loss"]

        assert history(scale) == history(1)

    @pytest.mark.parametrize("scale", [1e-320, 1e300])
    def test_of_partial_fit_and_score(self, scale):
        expected = KerasMultiLabelClassifier(**FAST).partial_fit(X, Y)
        weight = np.full(60, scale)
        clf = KerasMultiLabelClassifier(**FAST).partial_fit(X, Y, sample_weight=weight)
        assert_array_equal(clf.predict_proba(X), expected.predict_proba(X))
        assert clf.score(X, Y, sample_weight=weight) == pytest.approx(clf.score(X, Y))

    @pytest.mark.parametrize("scale", [1e-320, 1e300])
    def test_of_metrics(self, scale):
        found = f1_score(Y, 1 - Y[::-1], average="micro", sample_weight=np.full(60, scale))
        assert found == pytest.approx(f1_score(Y, 1 - Y[::-1], average="micro"))


class TestPrecision:
    """Numbers whose differences float32 does not hold."""

    times = 1_700_000_000_000 + 10 * np.random.default_rng(0).permutation(400)
    Y = np.column_stack([times > np.median(times), times < np.quantile(times, 0.3)]).astype(int)

    def fitted(self, X, **parameters):
        settings = {"hidden_layer_sizes": (32,), "n_members": 2, "random_state": 0, "epochs": 40}
        return KerasMultiLabelClassifier(**settings, **parameters).fit(X, self.Y)

    @pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint64, object])
    def test_times_in_milliseconds(self, dtype):
        X = self.times.astype(dtype)[:, np.newaxis]
        clf = self.fitted(X)
        reference = self.fitted(StandardScaler().fit_transform(X))
        expected = reference.score(StandardScaler().fit_transform(X), self.Y)
        assert expected > 0.9
        assert clf.score(X, self.Y) > expected - 0.03

    def test_fitted_state_keeps_what_was_subtracted(self):
        X = self.times[:, np.newaxis]
        clf = self.fitted(X, early_stopping=True)
        expected = clf.predict_proba(X)
        assert_array_equal(pickle.loads(pickle.dumps(clf)).predict_proba(X), expected)
        assert_array_equal(clf.predict_proba(X.astype(float)), expected)
        assert_array_equal(clf.predict_proba(sp.csr_matrix(X)), expected)
        assert clf.decision_function(X[:3]).shape == (3, 2)
        model = clf.model_(clf.network_.cast_inputs(X))
        np.testing.assert_allclose(model, expected, atol=1e-5)

    def test_held_out_samples(self):
        X = self.times[:, np.newaxis]
        clf = self.fitted(X, threshold="f1_macro")
        assert clf.score(X, self.Y) > 0.9
        settings = {**FAST, "epochs": 40}
        clf = KerasMultiLabelClassifier(**settings).fit(X, self.Y, validation_data=(X, self.Y))
        assert clf.history_["val_loss"][-1] < 0.5 * clf.history_["val_loss"][0]

    def test_partial_fit_goes_on_with_the_first_scaling(self):
        X = self.times[:, np.newaxis]
        clf = KerasMultiLabelClassifier(**FAST)
        for _ in range(40):
            clf.partial_fit(X, self.Y)
        shift = clf.network_.rescaling.shift
        clf.partial_fit(X + 10**6, self.Y)
        assert clf.network_.rescaling.shift is shift
        assert clf.score(X, self.Y) > 0.6

    @pytest.mark.parametrize("dtype", [np.float64, object])
    def test_same_numbers_in_float32(self, dtype):
        single = (X + 1000).astype(np.float32)
        assert_array_equal(probabilities(X=single.astype(dtype)), probabilities(X=single))

    def test_without_scaling_nothing_is_subtracted(self):
        X = self.times[:, np.newaxis]
        clf = KerasMultiLabelClassifier(**FAST, standardize=False).fit(X * 1e-9, self.Y)
        assert clf.network_.rescaling is None


def test_a_label_that_the_first_batch_lacks_can_still_be_learned():
    clf = KerasMultiLabelClassifier(**FAST, learning_rate=0.01)
    first = np.zeros((10, 3), int)
    clf.partial_fit(X[:10], first)
    assert clf.predict_proba(X).min() > 0.001
    for _ in range(40):
        clf.partial_fit(X, Y)
    assert f1_score(Y, clf.predict(X), average="micro") > 0.8
