"""Builders of networks: objects called with the input's shape and the number of outputs.

A builder is anything with the call ``builder(input_shape, n_outputs) -> keras.Model``. With
`get_params`, as the classes here have it, scikit-learn's searches tune it by its own nesting
(``network__hidden_layer_sizes``). The model that it returns gives logits; one that ends in a
sigmoid or a softmax is understood too. Where the last layer is called "logits", its bias starts at
the labels' frequencies.
"""

import math
from numbers import Integral

from sklearn.base import BaseEstimator

from ._backend import load_keras

__all__ = ["MLP", "ConvNet", "EmbeddingBag", "custom_objects"]

# Weights of the members' own last layers, beyond which they share one: it is for thousands of
# labels that they would take more memory and time than all the rest.
_LARGEST_HEADS = 4_000_000


def custom_objects():
    """Return the layers of this package, with which Keras loads what `model_` was saved to.

    Returns
    -------
    dict of str to type
        For `custom_objects` of `keras.saving.load_model`.

    Examples
    --------
    >>> from skmultilabel_nn.networks import custom_objects
    >>> "PackedDense" in custom_objects()
    True
    """
    from . import _assembly, _binning, _final_activation, _linear, _packed, _tokens

    layers = [
        _assembly.InputScaling,
        _binning.PiecewiseLinear,
        _linear.SparseLinear,
        _packed.InputDropout,
        _packed.PackedDense,
        _packed.MemberHeads,
        _packed.MeanOfMembers,
        _tokens.MeanOfTokens,
        _final_activation.Unchanged,
    ]
    return {layer.__name__: layer for layer in layers}


class _Builder(BaseEstimator):
    """What all builders have in common: how they are called."""

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
        return self._build(tuple(input_shape), n_outputs)


class MLP(_Builder):
    """Build a multi-layer perceptron, by default a packed ensemble of them, that gives logits.

    The members of the ensemble share their weight matrices, but for the last, and differ in signs,
    scales and biases. Each learns by its own error, and the mean of their probabilities counts.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Units of each hidden layer; an empty tuple is a linear model, without members.
    activation : str or callable, default="relu"
        Activation of the hidden layers, by its Keras name.
    dropout : float in [0, 1), default=0.4
        Share of hidden units left out at random in each training step.
    input_dropout : float in [0, 1), default=0.5
        Share of features left out at random in each training step.
    n_members : int, default=8
        Members of the ensemble; 1 is a plain network.
    n_bins : int, default=0
        Bins of the piecewise linear encoding that is put beside each feature, so that the network
        learns thresholds of a feature as easily as trees do. For dense features only. 0 for none.
    skip : bool, default=False
        Whether a linear model on the features, common to all members, is added to their logits.
    dtype : str, default="float32"
        Keras dtype policy of all layers.
    sparse : bool, default=False
        Whether the network takes a `tf.SparseTensor` as it is. Keras makes it dense otherwise.

    References
    ----------
    Wen, Tran, Ba: "BatchEnsemble: an alternative approach to efficient ensemble and lifelong
    learning", ICLR 2020. Gorishniy, Kotelnikov, Babenko: "TabM: advancing tabular deep learning
    with parameter-efficient ensembling", ICLR 2025. Gorishniy, Rubachev, Babenko: "On embeddings
    for numerical features in tabular deep learning", NeurIPS 2022.

    Examples
    --------
    >>> from skmultilabel_nn.networks import MLP
    >>> MLP(hidden_layer_sizes=(8,))((10,), 3).output_shape
    (None, 3)
    """

    def __init__(
        self,
        hidden_layer_sizes=(256, 256),
        activation="relu",
        dropout=0.4,
        input_dropout=0.5,
        n_members=8,
        n_bins=0,
        skip=False,
        dtype="float32",
        sparse=False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.n_members = n_members
        self.n_bins = n_bins
        self.skip = skip
        self.dtype = dtype
        self.sparse = sparse

    def _build(self, input_shape, n_outputs):
        from ._packed import MeanOfMembers

        keras = load_keras()
        inputs = keras.Input(input_shape, dtype=self.dtype, sparse=self.sparse, name="features")
        x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
        x = features = self._features(x)
        for i, units in enumerate(self.hidden_layer_sizes, start=1):
            x = self._hidden(units, f"hidden_{i}")(x)
            if self.dropout:
                x = keras.layers.Dropout(self.dropout, dtype=self.dtype, name=f"dropout_{i}")(x)
        outputs = self._logits(n_outputs)(x)
        if self.skip and self.hidden_layer_sizes:
            outputs = self._with_skip(outputs, features, n_outputs)
        if self._packed:
            outputs = MeanOfMembers(dtype=self.dtype, name="mean_of_members")(outputs)
        return keras.Model(inputs, outputs, name="mlp")

    def _features(self, x):
        """Leave features out at random, each with all of its bins."""
        from ._packed import InputDropout

        layers = load_keras().layers
        options = {"dtype": self.dtype, "name": "input_dropout"}
        if not self.n_bins:
            return InputDropout(self.input_dropout, **options)(x) if self.input_dropout else x
        from ._binning import PiecewiseLinear

        x = PiecewiseLinear(self.n_bins, dtype=self.dtype, name="binning")(x)
        if self.input_dropout:
            x = layers.SpatialDropout1D(self.input_dropout, **options)(x)
        return layers.Flatten(dtype=self.dtype, name="flatten_bins")(x)

    @property
    def _packed(self):
        return self.n_members > 1 and len(self.hidden_layer_sizes) > 0

    def _with_skip(self, outputs, features, n_outputs):
        """Add a linear model, which starts at 0 so that training starts at the frequencies."""
        layers, dtype = load_keras().layers, self.dtype
        options = {"use_bias": False, "kernel_initializer": "zeros", "dtype": dtype}
        linear = layers.Dense(n_outputs, name="skip", **options)(features)
        if self._packed:
            linear = layers.Reshape((1, n_outputs), dtype=dtype, name="for_all_members")(linear)
        return layers.Add(dtype=dtype, name="sum")([outputs, linear])

    def _hidden(self, units, name):
        from ._packed import PackedDense

        options = {"activation": self.activation, "dtype": self.dtype, "name": name}
        if self._packed:
            return PackedDense(units, self.n_members, **options)
        return load_keras().layers.Dense(units, **options)

    def _logits(self, n_outputs):
        from ._packed import MemberHeads, PackedDense

        options = {"dtype": self.dtype, "name": "logits"}
        if not self._packed:
            return load_keras().layers.Dense(n_outputs, **options)
        if self.n_members * self.hidden_layer_sizes[-1] * n_outputs > _LARGEST_HEADS:
            return PackedDense(n_outputs, self.n_members, **options)
        return MemberHeads(n_outputs, **options)


class ConvNet(_Builder):
    """Build a small convolutional network for pictures, arrays (height, width, channels).

    Blocks of two convolutions with batch normalisation, each block halving the sides; then the
    maximum of each filter within each cell of a coarse grid, as it matters roughly, but only
    roughly, where in the picture a thing is.

    Parameters
    ----------
    filters : tuple of int, default=(32, 64, 128)
        Filters of the convolutions of each block.
    kernel_size : int, default=3
        Sides of the filters, in pixels.
    grid : int, default=4
        Cells of the grid along each side, at most; 1 where it does not matter at all where a thing
        is.
    dropout : float in [0, 1), default=0.5
        Share of the last features left out at random in each training step.

    Examples
    --------
    >>> from skmultilabel_nn.networks import ConvNet
    >>> ConvNet(filters=(4, 8))((40, 30, 3), 5).output_shape
    (None, 5)
    """

    def __init__(self, filters=(32, 64, 128), kernel_size=3, grid=4, dropout=0.5):
        self.filters = filters
        self.kernel_size = kernel_size
        self.grid = grid
        self.dropout = dropout

    def _build(self, input_shape, n_outputs):
        if len(input_shape) != 3:
            raise ValueError(
                f"ConvNet takes pictures of shape (height, width, channels), got samples of shape "
                f"{input_shape}. Reshape X; a grey picture has one channel."
            )
        if not isinstance(self.grid, Integral) or self.grid < 1:
            raise ValueError(f"grid must be a whole number of at least 1, got {self.grid!r}.")
        layers = load_keras().layers
        # Pixels of any range; a fast average, since a small set is trained in few steps.
        parts = [layers.BatchNormalization(momentum=0.9)]
        for i, filters in enumerate(self.filters):
            parts += [layers.MaxPooling2D(2, padding="same")] if i else []
            parts += [*self._convolution(layers, filters), *self._convolution(layers, filters)]
        sides = (math.ceil(side / 2 ** (len(self.filters) - 1)) for side in input_shape[:2])
        cell = tuple(math.ceil(side / self.grid) for side in sides)
        parts += [layers.MaxPooling2D(cell, padding="same"), layers.Flatten()]
        parts += [layers.Dropout(self.dropout)]
        last = layers.Dense(n_outputs, name="logits")
        keras = load_keras()
        return keras.Sequential([keras.Input(input_shape), *parts, last], name="convnet")

    def _convolution(self, layers, filters):
        yield layers.Conv2D(filters, self.kernel_size, padding="same", use_bias=False)
        yield layers.BatchNormalization(momentum=0.9)
        yield layers.ReLU()


class EmbeddingBag(_Builder):
    """Build a network for token ids, (n_samples, length): the mean of the tokens' embeddings.

    Parameters
    ----------
    n_tokens : int, default=20_000
        Size of the vocabulary; ids are 0 to ``n_tokens - 1``, and 0 fills rows up and is left out.
        A row of zeros, as of an empty text, has no tokens; only the biases speak for it.
    embedding_size : int, default=128
        Length of the vector of each token.
    hidden_size : int, default=0
        Units of a hidden layer between mean and labels; 0 for none.
    dropout : float in [0, 1), default=0.4
        Share of the mean vector, and of the hidden units, left out at random in each training step.
    token_dropout : float in [0, 1), default=0.5
        Share of the tokens left out at random in each training step.

    Notes
    -----
    Token ids come from `keras.layers.TextVectorization`, put into a pipeline by
    `sklearn.preprocessing.FunctionTransformer`. Its vocabulary is learned before (`adapt` looks at
    the texts alone, not at their labels), and pickled with the pipeline. With ``ngrams=2`` pairs of
    words are tokens too.

    Examples
    --------
    >>> from skmultilabel_nn.networks import EmbeddingBag
    >>> EmbeddingBag(n_tokens=100)((12,), 5).output_shape
    (None, 5)

    From texts to labels:

    >>> import keras
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from skmultilabel_nn import KerasMultiLabelClassifier
    >>> texts = ["a red card and a goal", "the minister resigned", "minister saw a goal"] * 20
    >>> topics = [{"sport"}, {"politics"}, {"politics", "sport"}] * 20
    >>> vectorize = keras.layers.TextVectorization(max_tokens=100, output_sequence_length=8)
    >>> vectorize.adapt(texts)
    >>> clf = KerasMultiLabelClassifier(network=EmbeddingBag(n_tokens=100), random_state=0)
    >>> pipeline = make_pipeline(FunctionTransformer(vectorize), clf).fit(texts, topics)
    >>> sorted(pipeline.predict(["the minister saw a red card"])[0])
    ['politics', 'sport']
    """

    def __init__(
        self,
        n_tokens=20_000,
        embedding_size=128,
        hidden_size=0,
        dropout=0.4,
        token_dropout=0.5,
    ):
        self.n_tokens = n_tokens
        self.embedding_size = embedding_size
        self.hidden_size = hidden_size
        self.dropout = dropout
        self.token_dropout = token_dropout

    def _build(self, input_shape, n_outputs):
        from ._tokens import MeanOfTokens

        keras = load_keras()
        layers = keras.layers
        parts = [
            layers.Embedding(self.n_tokens, self.embedding_size, mask_zero=True),
            # The same for all of a token's numbers.
            layers.Dropout(self.token_dropout, noise_shape=(None, None, 1)),
            MeanOfTokens(),
            layers.Dropout(self.dropout),
        ]
        if self.hidden_size:
            hidden = layers.Dense(self.hidden_size, activation="relu")
            parts += [hidden, layers.Dropout(self.dropout)]
        last = layers.Dense(n_outputs, name="logits")
        return keras.Sequential([keras.Input(input_shape), *parts, last], name="embedding_bag")
