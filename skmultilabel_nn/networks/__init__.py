"""Builders of networks: objects called with the input's shape and the number of outputs.

A builder is anything with the call ``builder(input_shape, n_outputs) -> keras.Model``. With
`get_params`, as the classes here have it, scikit-learn's searches tune it by its own nesting
(``network__hidden_layer_sizes``). The model that it returns gives logits; one that ends in a
sigmoid or a softmax is understood too. Where the last layer is called "logits", its bias starts at
the labels' frequencies.
"""

from ._convnet import ConvNet
from ._custom_objects import custom_objects
from ._embedding_bag import EmbeddingBag
from ._mlp import MLP

__all__ = [
    "MLP",
    "ConvNet",
    "EmbeddingBag",
    "custom_objects",
]
