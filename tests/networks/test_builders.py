"""The builders of networks."""

import pickle
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP, ConvNet, EmbeddingBag, _mlp


@pytest.fixture(autouse=True)
def same_weights():
    """Keras takes the seeds of unseeded layers from here."""
    random.seed(0)


@pytest.mark.parametrize("sizes", [(), (5,), (5, 4, 3)])
@pytest.mark.parametrize("shape", [(7,), (4, 4, 2)])
def test_layers(sizes, shape):
    model = MLP(sizes, dropout=0.1, input_dropout=0.2, n_members=1)(shape, 3)
    assert model.output_shape == (None, 3)
    widths = [int(np.prod(shape)), *sizes, 3]
    expected = sum(a * b + b for a, b in zip(widths, widths[1:], strict=False))
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == expected
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert [layer.rate for layer in dropouts] == [0.2, *[0.1] * len(sizes)]


def test_gives_logits():
    X = np.random.RandomState(0).standard_normal((50, 4)).astype(np.float32)
    logits = np.asarray(MLP((16,))((4,), 3)(X))
    assert (logits < 0).any()
    assert (logits > 0).any()


@pytest.mark.parametrize("n_members", [1, 3])
def test_no_dropout_no_layer(n_members):
    builder = MLP((5, 4), dropout=0, input_dropout=0, n_members=n_members)
    names = [layer.name for layer in builder((3,), 2).layers]
    last = ["mean_of_members"] if n_members > 1 else []
    assert names == ["features", "hidden_1", "hidden_2", "logits", *last]


@pytest.mark.parametrize("n_labels", [2, 40])
def test_members_share_all_but_the_last_matrix(n_labels, monkeypatch):
    monkeypatch.setattr(_mlp, "_LARGEST_HEADS", 3 * 4 * 20)
    model = MLP((5, 4), n_members=3)((7,), n_labels)
    shapes = {v.path: tuple(v.shape) for v in model.trainable_variables if v.name == "kernel"}
    own = (3,) if n_labels < 20 else ()
    assert list(shapes.values()) == [(7, 5), (5, 4), (*own, 4, n_labels)]


@pytest.mark.parametrize("n_members", [1, 3])
def test_skip_adds_a_linear_model(n_members):
    options = {"dropout": 0, "input_dropout": 0, "n_members": n_members}
    model = MLP((5,), skip=True, **options)((7,), 2)
    plain = MLP((5,), **options)((7,), 2)
    plain.set_weights(
        [w for v, w in zip(model.weights, model.get_weights(), strict=True) if "skip" not in v.path]
    )
    X = np.random.RandomState(0).standard_normal((4, 7)).astype(np.float32)
    np.testing.assert_allclose(model(X), plain(X), rtol=1e-4, atol=1e-6)  # it starts at 0
    kernel = np.random.RandomState(1).standard_normal((7, 2)).astype(np.float32)
    model.get_layer("skip").set_weights([kernel])
    added = np.asarray(model(X, training=True) - plain(X, training=True)).reshape(4, -1, 2)
    np.testing.assert_allclose(
        added, np.repeat((X @ kernel)[:, None], n_members, axis=1), rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize("dropout", [0, 0.5])
def test_members_are_apart_in_training_only(dropout):
    model = MLP((5,), dropout=dropout, n_members=3)((7,), 2)
    X = np.ones((4, 7), np.float32)
    assert model(X, training=True).shape == (4, 3, 2)
    assert model(X).shape == (4, 2)


def test_a_linear_model_has_no_members():
    assert MLP((), n_members=3)((7,), 2).count_params() == 7 * 2 + 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype(dtype):
    model = MLP((3,), dtype=dtype)((4,), 2)
    assert {v.dtype for v in model.trainable_variables} == {dtype}
    assert model(np.ones((1, 4))).dtype == dtype


@pytest.mark.parametrize("activation", ["relu", "tanh", keras.activations.gelu])
def test_activation(activation):
    layer = MLP((3,), activation=activation)((4,), 2).get_layer("hidden_1")
    assert layer.activation is keras.activations.get(activation)


def test_parameters():
    builder = clone(MLP((3,), dropout=0.5, n_members=2)).set_params(activation="tanh")
    assert builder.get_params() == {
        "hidden_layer_sizes": (3,),
        "activation": "tanh",
        "dropout": 0.5,
        "input_dropout": 0.5,
        "n_members": 2,
        "n_bins": 0,
        "skip": False,
        "dtype": "float32",
        "sparse": False,
    }


@pytest.mark.parametrize("n_members", [1, 3])
@pytest.mark.parametrize("training", [False, True])
def test_sparse_batches_are_never_made_dense(n_members, training):
    model = MLP((5,), dropout=0, n_members=n_members, sparse=True)((9000,), 2)

    @tf.function
    def program(x):
        return model(x, training=training)

    X = tf.sparse.from_dense(np.eye(3, 9000, dtype=np.float32))
    traced = program.get_concrete_function(X)
    assert "SparseToDense" not in {op.type for op in traced.graph.get_operations()}
    if not training:
        np.testing.assert_allclose(traced(X), model(np.eye(3, 9000)), rtol=1e-5, atol=1e-6)


def test_each_call_builds_another_model():
    builder = MLP((3,))
    one, other = builder((4,), 2), builder((4,), 2)
    assert one is not other
    assert np.abs(one.get_weights()[0] - other.get_weights()[0]).max() > 1e-3


class TestConvNet:
    @pytest.mark.parametrize("n_labels", [1, 2])
    def test_learns_what_is_in_a_picture(self, n_labels):
        rng = np.random.default_rng(0)
        Y = rng.integers(0, 2, (160, n_labels))
        X = rng.integers(0, 60, (160, 9, 9, n_labels)).astype(np.uint8)
        rows, columns = rng.integers(0, 9, (2, 160))
        X[np.arange(160), rows, columns] += (190 * Y).astype(np.uint8)
        network = ConvNet((16, 16), grid=1, dropout=0.2)
        clf = KerasMultiLabelClassifier(
            network=network, epochs=20, batch_size=16, learning_rate=0.01, random_state=0
        )
        assert clf.fit(X[:120], Y[:120]).score(X[120:], Y[120:]) > 0.8

    def test_learns_where_a_thing_is(self):
        rng = np.random.default_rng(0)
        X = rng.random((160, 12, 12, 1)).astype(np.float32)
        rows, columns = rng.integers(0, 12, (2, 160))
        X[np.arange(160), rows, columns] += 3
        Y = np.column_stack([rows < 6, columns < 6]).astype(int)
        clf = KerasMultiLabelClassifier(
            network=ConvNet((8,)), epochs=20, batch_size=16, learning_rate=0.01, random_state=0
        )
        assert clf.fit(X[:120], Y[:120]).score(X[120:], Y[120:]) > 0.8

    @pytest.mark.parametrize("grid", [0, -1, "4", 2.5, None])
    def test_a_grid_without_cells_is_refused(self, grid):
        with pytest.raises(ValueError, match="grid must be a whole number of at least 1"):
            ConvNet(grid=grid)((8, 8, 1), 3)

    @pytest.mark.parametrize("shape", [(3, 5, 1), (40, 30, 3), (1, 1, 2)])
    @pytest.mark.parametrize("grid", [1, 4])
    def test_grid(self, shape, grid):
        model = ConvNet((2, 2, 3), grid=grid)(shape, 4)
        sides = [-(-side // 4) for side in shape[:2]]
        cells = [min(grid, side, -(-side // -(-side // grid))) for side in sides]
        assert model.output_shape == (None, 4)
        assert model.get_layer("logits").kernel.shape[0] == 3 * cells[0] * cells[1]

    def test_flat_rows_are_refused(self):
        with pytest.raises(ValueError, match=r"height, width, channels.*\(64,\)"):
            ConvNet()((64,), 3)

    def test_is_tuned_by_name(self):
        clf = KerasMultiLabelClassifier(network=ConvNet()).set_params(network__filters=(4,))
        assert clone(clf).network.filters == (4,)


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


@pytest.mark.parametrize("make", [MLP, lambda: ConvNet((4,)), lambda: EmbeddingBag(9)])
def test_biases_start_at_the_frequencies(make):
    rng = np.random.default_rng(0)
    shape = (4, 4, 1) if isinstance(make(), ConvNet) else (5,)
    X, Y = rng.integers(0, 9, (200, *shape)), rng.random((200, 2)) < [0.1, 0.6]
    clf = KerasMultiLabelClassifier(network=make(), epochs=1, learning_rate=1e-12, random_state=0)
    bias = clf.fit(X, Y).network_.build().get_layer("logits").bias
    frequency = Y.mean(axis=0)
    expected = np.broadcast_to(np.log(frequency / (1 - frequency)), bias.shape)
    np.testing.assert_allclose(bias, expected, rtol=1e-4)
