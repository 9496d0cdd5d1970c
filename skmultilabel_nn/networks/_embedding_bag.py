"""Builder of a network for token ids."""

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.checks import check_integer

from ._base import NetworkBuilder, check_rate


class EmbeddingBag(NetworkBuilder):
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
        Dropout rate of the mean vector, and of the hidden units.
    token_dropout : float in [0, 1), default=0.5
        Dropout rate of whole tokens.

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
        from skmultilabel_nn.networks.layers._masked_mean import MaskedMean

        if len(input_shape) != 1:
            raise ValueError(
                f"EmbeddingBag takes token ids, X of shape (n_samples, length), but samples have "
                f"the shape {input_shape}."
            )
        n_tokens = check_integer("n_tokens", self.n_tokens, minimum=1)
        embedding_size = check_integer("embedding_size", self.embedding_size, minimum=1)
        hidden_size = check_integer("hidden_size", self.hidden_size, minimum=0)
        dropout = check_rate("dropout", self.dropout)
        token_dropout = check_rate("token_dropout", self.token_dropout)
        keras = load_keras()
        layers = keras.layers
        parts = [
            layers.Embedding(n_tokens, embedding_size, mask_zero=True),
            # The same for all of a token's numbers.
            layers.Dropout(token_dropout, noise_shape=(None, None, 1)),
            MaskedMean(),
            layers.Dropout(dropout),
        ]
        if hidden_size:
            hidden = layers.Dense(hidden_size, activation="relu")
            parts += [hidden, layers.Dropout(dropout)]
        last = layers.Dense(n_outputs, name="logits")
        return keras.Sequential([keras.Input(input_shape), *parts, last], name="embedding_bag")
