"""Builders of networks: objects called with the input's shape and the number of outputs.

A builder is anything with the call ``builder(input_shape, n_outputs) -> keras.Model``. With
`get_params`, as the classes here have it, scikit-learn's searches tune it by its own nesting
(``network__hidden_layer_sizes``). The model that it returns gives logits; one that ends in a
sigmoid or a softmax is understood too.
"""

from sklearn.base import BaseEstimator

from ._backend import load_keras

__all__ = ["MLP"]


class MLP(BaseEstimator):
    """Build a multi-layer perceptron that gives one logit per output.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Units of each hidden layer; an empty tuple is a linear model.
    activation : str or callable, default="relu"
        Activation of the hidden layers, by its Keras name.
    dropout : float in [0, 1), default=0.4
        Share of hidden units left out at random in each training step.
    dtype : str, default="float32"
        Keras dtype policy of all layers.

    Examples
    --------
    >>> from skmultilabel_nn.networks import MLP
    >>> MLP(hidden_layer_sizes=(8,))((10,), 3).output_shape
    (None, 3)
    """

    def __init__(
        self, hidden_layer_sizes=(256, 256), activation="relu", dropout=0.4, dtype="float32"
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.dtype = dtype

    def __call__(self, input_shape, n_outputs):
        """Build the network.

        Parameters
        ----------
        input_shape : tuple of int
            Shape of one sample.
        n_outputs : int
            Number of logits.

        Returns
        -------
        keras.Model
            A new model with freshly drawn weights.
        """
        keras = load_keras()
        inputs = keras.Input(input_shape, dtype=self.dtype, name="features")
        x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
        for i, units in enumerate(self.hidden_layer_sizes, start=1):
            x = keras.layers.Dense(
                units, activation=self.activation, dtype=self.dtype, name=f"hidden_{i}"
            )(x)
            if self.dropout:
                x = keras.layers.Dropout(self.dropout, dtype=self.dtype, name=f"dropout_{i}")(x)
        outputs = keras.layers.Dense(n_outputs, dtype=self.dtype, name="logits")(x)
        return keras.Model(inputs, outputs, name="mlp")
