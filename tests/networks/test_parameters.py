"""Parameters of the builders, and token ids that the network does not know."""

import keras
import numpy as np
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import MLP, ConvNet, EmbeddingBag

SHAPES = {MLP: (6,), ConvNet: (8, 8, 3), EmbeddingBag: (6,)}
RATES = [1, 1.0, -0.1, "0.5", None, np.nan, True]
COUNTS = [0, -1, 2.5, "2", None, True]
WRONG = [
    *[(MLP, "hidden_layer_sizes", v) for v in [(0,), (2.5,), 8, "88", None, {8, 4}, iter([8])]],
    *[(MLP, name, v) for name in ("dropout", "input_dropout") for v in RATES],
    *[(MLP, "n_members", v) for v in COUNTS],
    *[(MLP, "n_bins", v) for v in (-1, 2.5, "2", None)],
    *[(MLP, name, v) for name in ("linear_skip", "sparse") for v in (None, "no", 2)],
    *[(ConvNet, "filters", v) for v in [(), [], (0,), (4.5,), 8, None]],
    *[(ConvNet, name, v) for name in ("kernel_size", "grid") for v in COUNTS],
    *[(ConvNet, "dropout", v) for v in RATES],
    *[(EmbeddingBag, name, v) for name in ("n_tokens", "embedding_size") for v in COUNTS],
    *[(EmbeddingBag, "hidden_size", v) for v in (-1, 2.5, "2", None)],
    *[(EmbeddingBag, name, v) for name in ("dropout", "token_dropout") for v in RATES],
]


@pytest.mark.parametrize(("builder", "name", "value"), WRONG)
def test_wrong_parameters_are_named(builder, name, value):
    with pytest.raises((ValueError, TypeError), match=f"{name} must be"):
        builder(**{name: value})(SHAPES[builder], 2)


@pytest.mark.parametrize("number", [np.int8, np.int64, np.uint8])
def test_integers_of_numpy(number):
    two = number(2)
    MLP((two, two), n_members=two, n_bins=two)((6,), 2)
    ConvNet([two, two], kernel_size=two, grid=two)((8, 8, 3), 2)
    EmbeddingBag(two, two, two)((6,), 2)


def embedding(input_shape, n_outputs):
    inputs = keras.Input(input_shape)
    x = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(20, 4)(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(x))


@pytest.mark.parametrize("network", [EmbeddingBag(20, 4), embedding])
@pytest.mark.parametrize("token", [20, 21, -1, 10_000])
def test_unknown_token_ids(network, token):
    tokens = np.random.default_rng(0).integers(0, 20, (40, 6))
    Y = np.column_stack([(tokens == t).any(axis=1) for t in (1, 2)]).astype(int)
    clf = KerasMultiLabelClassifier(network=network, epochs=1, random_state=0).fit(tokens, Y)
    expected = clf.predict_proba(tokens)
    wrong = tokens.copy()
    wrong[3, 2] = token
    for call in (
        lambda: clf.fit(wrong, Y),
        lambda: clf.partial_fit(wrong, Y),
        lambda: clf.fit(tokens, Y, validation_data=(wrong, Y)),
        lambda: clf.predict(wrong),
        lambda: clf.predict_proba(wrong),
    ):
        with pytest.raises(ValueError, match=rf"token ids from .*{token}.*0 to 19"):
            call()
        np.testing.assert_array_equal(clf.predict_proba(tokens), expected)
