"""The bag of embeddings."""

import pickle

import keras
import numpy as np
import pytest
from scipy.special import expit
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import EmbeddingBag


class TestEmbeddingBag:
    def test_learns_which_tokens_matter(self):
        rng = np.random.default_rng(0)
        X = rng.integers(3, 50, (300, 10))
        Y = rng.integers(0, 2, (300, 2))
        X[:, 0] = np.where(Y[:, 0], 1, 0)
        X[:, 4] = np.where(Y[:, 1], 2, 0)
        network = EmbeddingBag(50, embedding_size=16, dropout=0, token_dropout=0)
        clf = KerasMultiLabelClassifier(
            network=network, epochs=30, batch_size=16, learning_rate=0.05, random_state=0
        )
        assert clf.fit(X[:200], Y[:200]).score(X[200:], Y[200:]) > 0.9

    def test_rows_without_tokens_are_as_the_biases_say(self):
        rng = np.random.default_rng(0)
        X, Y = rng.integers(1, 20, (60, 4)), rng.integers(0, 2, (60, 3))
        X[:10] = 0
        clf = KerasMultiLabelClassifier(network=EmbeddingBag(20), epochs=2, random_state=0)
        probabilities = clf.fit(X, Y).predict_proba(X)
        assert np.isfinite(probabilities).all()
        biases = np.asarray(clf.model_.get_layer("logits").bias)
        np.testing.assert_allclose(probabilities[:10], np.tile(expit(biases), (10, 1)), rtol=1e-5)
        assert (np.ptp(probabilities[10:], axis=0) > 0).all()

    def test_tokens_are_left_out_as_a_whole(self):
        model = EmbeddingBag(20, dropout=0, token_dropout=0.5)((1,), 3)
        tokens = np.full((400, 1), 7)
        kept = np.asarray(model(tokens)) * 2  # of bias 0, as what is left out makes up for it
        found = np.asarray(model(tokens, training=True))
        is_kept = np.isclose(found, kept, rtol=1e-4).all(axis=1)
        is_left_out = (found == 0).all(axis=1)
        assert (is_kept | is_left_out).all()
        assert 100 < is_kept.sum() < 300

    def test_zeros_are_no_tokens(self):
        model = EmbeddingBag(20)((6,), 3)
        filled = np.array([[4, 5, 0, 0, 0, 0]], np.float32)
        other = np.array([[0, 5, 0, 4, 0, 0]], np.float32)
        np.testing.assert_allclose(model(filled), model(other), rtol=1e-5)

    @pytest.mark.parametrize("hidden_size", [0, 7])
    def test_layers(self, hidden_size):
        model = EmbeddingBag(20, 5, hidden_size)((6,), 3)
        widths = [5, 7, 3] if hidden_size else [5, 3]
        dense = sum(a * b + b for a, b in zip(widths, widths[1:], strict=False))
        assert model.count_params() == 20 * 5 + dense

    def test_learns_from_texts_in_a_pipeline(self):
        pipeline, texts, topics = self.pipeline_for_texts()
        pipeline.fit(texts, topics)
        new = ["the minister of the match", "red card", "the"]
        expected = [{"politics", "sport"}, {"sport"}, set()]
        assert pipeline.predict(new).tolist() == expected
        copy = pickle.loads(pickle.dumps(pipeline))
        np.testing.assert_array_equal(copy.predict_proba(new), pipeline.predict_proba(new))

    def test_is_tuned_on_texts(self):
        pipeline, texts, topics = self.pipeline_for_texts()
        Y = np.array([["politics" in t, "sport" in t] for t in topics], int)
        grid = {"kerasmultilabelclassifier__network__embedding_size": [8, 16]}
        search = GridSearchCV(pipeline, grid, cv=2, scoring="f1_micro").fit(texts, Y)
        assert search.best_score_ > 0.9

    def pipeline_for_texts(self):
        texts = [
            "the red card",
            "the minister",
            "the match",
            "minister at the match",
            "the day",
        ] * 8
        topics = [{"sport"}, {"politics"}, {"sport"}, {"politics", "sport"}, set()] * 8
        vectorize = keras.layers.TextVectorization(max_tokens=30, output_sequence_length=6)
        vectorize.adapt(texts)
        network = EmbeddingBag(30, embedding_size=16, dropout=0, token_dropout=0)
        clf = KerasMultiLabelClassifier(
            network=network, epochs=30, batch_size=8, learning_rate=0.05, random_state=0
        )
        return make_pipeline(FunctionTransformer(vectorize), clf), texts, topics
