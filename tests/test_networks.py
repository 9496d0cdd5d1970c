"""The builder of multi-layer perceptrons."""

import numpy as np
import pytest
from sklearn.base import clone

keras = pytest.importorskip("keras")

from skmultilabel_nn.networks import MLP  # noqa: E402


@pytest.mark.parametrize("sizes", [(), (5,), (5, 4, 3)])
@pytest.mark.parametrize("shape", [(7,), (4, 4, 2)])
def test_layers(sizes, shape):
    model = MLP(sizes, dropout=0.1)(shape, 3)
    assert model.output_shape == (None, 3)
    widths = [int(np.prod(shape)), *sizes, 3]
    expected = sum(a * b + b for a, b in zip(widths, widths[1:], strict=False))
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == expected
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert len(dropouts) == len(sizes)
    assert all(layer.rate == 0.1 for layer in dropouts)


def test_gives_logits():
    X = np.random.RandomState(0).standard_normal((50, 4)).astype(np.float32)
    logits = np.asarray(MLP((16,))((4,), 3)(X))
    assert (logits < 0).any()
    assert (logits > 0).any()


def test_no_dropout_no_layer():
    names = [layer.name for layer in MLP((5, 4), dropout=0)((3,), 2).layers]
    assert names == ["features", "hidden_1", "hidden_2", "logits"]


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
    builder = clone(MLP((3,), dropout=0.5)).set_params(activation="tanh")
    assert builder.get_params() == {
        "hidden_layer_sizes": (3,),
        "activation": "tanh",
        "dropout": 0.5,
        "dtype": "float32",
    }


def test_each_call_builds_another_model():
    builder = MLP((3,))
    one, other = builder((4,), 2), builder((4,), 2)
    assert one is not other
    assert np.abs(one.get_weights()[0] - other.get_weights()[0]).max() > 1e-3
