"""The multilayer perceptron: layers, members, parameters."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP, ConvNet, EmbeddingBag, _mlp


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
    last = ["ensemble_mean"] if n_members > 1 else []
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
    model = MLP((5,), linear_skip=True, **options)((7,), 2)
    plain = MLP((5,), **options)((7,), 2)
    plain.set_weights(
        [
            w
            for v, w in zip(model.weights, model.get_weights(), strict=True)
            if "linear_skip" not in v.path
        ]
    )
    X = np.random.RandomState(0).standard_normal((4, 7)).astype(np.float32)
    np.testing.assert_allclose(model(X), plain(X), rtol=1e-4, atol=1e-6)  # it starts at 0
    kernel = np.random.RandomState(1).standard_normal((7, 2)).astype(np.float32)
    model.get_layer("linear_skip").set_weights([kernel])
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
        "linear_skip": False,
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


@pytest.mark.parametrize("make", [MLP, lambda: ConvNet((4,)), lambda: EmbeddingBag(9)])
def test_biases_start_at_the_frequencies(make):
    rng = np.random.default_rng(0)
    shape = (4, 4, 1) if isinstance(make(), ConvNet) else (5,)
    X, Y = rng.integers(0, 9, (200, *shape)), rng.random((200, 2)) < [0.1, 0.6]
    clf = KerasMultiLabelClassifier(network=make(), epochs=1, learning_rate=1e-12, random_state=0)
    bias = clf.fit(X, Y).network_.build().get_layer("logits").bias
    frequency = (Y.sum(axis=0) + 0.5) / (len(Y) + 1)
    expected = np.broadcast_to(np.log(frequency / (1 - frequency)), bias.shape)
    np.testing.assert_allclose(bias, expected, rtol=1e-4)
