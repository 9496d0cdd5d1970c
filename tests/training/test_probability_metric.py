"""Metrics on probabilities of a model that gives logits."""

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skmultilabel_nn._training.probability_metric import ProbabilityMetric


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("n", [4, 40])
class TestOnProbabilities:
    """Also with as many rows as labels, where shapes do not tell rows from cells."""

    def data(self, seed, n):
        rng = np.random.RandomState(seed)
        y = (rng.rand(n, 4) < 0.5).astype(np.float32)
        y[0], y[1] = 1, 0
        return y, rng.standard_normal((n, 4)).astype(np.float32), rng

    def value(self, metric, y, logits, weight=None):
        metric = ProbabilityMetric(metric, "sigmoid")
        metric.update_state(y, logits, weight)
        return float(metric.result())

    def test_unweighted(self, seed, n):
        y, logits, _ = self.data(seed, n)
        found = self.value(keras.metrics.BinaryAccuracy(), y, logits)
        assert found == pytest.approx(((logits > 0) == y).mean(), rel=1e-5)

    def test_rows(self, seed, n):
        y, logits, rng = self.data(seed, n)
        weight = rng.rand(n).astype(np.float32)
        found = self.value(keras.metrics.BinaryAccuracy(), y, logits, weight)
        right = ((logits > 0) == y).mean(axis=1)
        assert found == pytest.approx(np.average(right, weights=weight), rel=1e-5)

    def test_cells(self, seed, n):
        y, logits, rng = self.data(seed, n)
        weight = rng.randint(0, 3, y.shape).astype(np.float32)
        found = self.value(keras.metrics.BinaryAccuracy(), y, logits, weight)
        assert found == pytest.approx(np.average((logits > 0) == y, weights=weight), rel=1e-5)

    def test_cells_in_precision(self, seed, n):
        y, logits, rng = self.data(seed, n)
        weight = rng.randint(0, 3, y.shape).astype(np.float32)
        found = self.value(keras.metrics.Precision(), y, logits, weight)
        chosen = weight * (logits > 0)
        assert found == pytest.approx((chosen * y).sum() / chosen.sum(), rel=1e-5)

    @pytest.mark.parametrize("per", ["row", "cell"])
    def test_auc(self, seed, n, per):
        y, logits, rng = self.data(seed, n)
        weight = rng.randint(0, 3, y.shape if per == "cell" else n).astype(np.float32)
        found = self.value(keras.metrics.AUC(num_thresholds=2000), y, logits, weight)
        cells = weight if per == "cell" else np.repeat(weight[:, None], 4, axis=1)
        expected = roc_auc_score(y.ravel(), logits.ravel(), sample_weight=cells.ravel())
        assert found == pytest.approx(expected, abs=5e-3)

    def test_stored_with_the_model(self, seed, n):
        y, logits, _ = self.data(seed, n)
        metric = ProbabilityMetric(keras.metrics.AUC(num_thresholds=50, name="auc"), "sigmoid")
        again = keras.metrics.deserialize(keras.metrics.serialize(metric))
        for each in (metric, again):
            each.update_state(y, logits)
        assert float(again.result()) == float(metric.result())
        again.reset_state()
        assert float(again.result()) == 0.0
