"""The builder of multi-layer perceptrons."""

import numpy as np
import pytest
from sklearn.base import clone

keras = pytest.importorskip("keras")

from skmultilabel_nn import networks  # noqa: E402
from skmultilabel_nn.networks import MLP  # noqa: E402


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
    monkeypatch.setattr(networks, "_LARGEST_HEADS", 3 * 4 * 20)
    model = MLP((5, 4), n_members=3)((7,), n_labels)
    shapes = {v.path: tuple(v.shape) for v in model.trainable_variables if v.name == "kernel"}
    own = (3,) if n_labels < 20 else ()
    assert list(shapes.values()) == [(7, 5), (5, 4), (*own, 4, n_labels)]


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
        "input_dropout": 0.4,
        "n_members": 2,
        "dtype": "float32",
    }


def test_each_call_builds_another_model():
    builder = MLP((3,))
    one, other = builder((4,), 2), builder((4,), 2)
    assert one is not other
    assert np.abs(one.get_weights()[0] - other.get_weights()[0]).max() > 1e-3
