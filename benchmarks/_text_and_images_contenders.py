"""Contenders of `text_and_images.py`, each as its documentation has it for texts or pictures."""

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import ConvNet, EmbeddingBag

# For the contenders that train the same network alike: Keras's defaults, and ten epochs.
EPOCHS, BATCH_SIZE, LEARNING_RATE = 10, 32, 1e-3
N_TOKENS = 20_000
# Half of the default, for pictures of 40 x 30: a training takes a minute or two on two cores.
FILTERS = (16, 32, 64)


class LinearSVCs(OneVsRestClassifier):
    """One linear support vector machine a label; what it calls probabilities only ranks.

    The sigmoid of the distance from the plane is no probability, but cuts at 0.5 where the machine
    does, and lets thresholds be tuned as for everybody.
    """

    def predict_proba(self, X):
        """Return the sigmoid of the decision function."""
        return expit(self.decision_function(X))


class TokenIds(TransformerMixin, BaseEstimator):
    """Texts to token ids by `keras.layers.TextVectorization`, its vocabulary learned in `fit`.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary.
    length : int
        Tokens in a row; longer texts are cut, shorter ones filled up with 0.
    """

    def __init__(self, n_tokens=N_TOKENS, length=128):
        self.n_tokens = n_tokens
        self.length = length

    def fit(self, X, y=None):
        """Learn the vocabulary."""
        import keras

        self.layer_ = keras.layers.TextVectorization(
            max_tokens=self.n_tokens, output_sequence_length=self.length
        )
        self.layer_.adapt(X)
        return self

    def transform(self, X):
        """Return the ids, (n_samples, length)."""
        return np.asarray(self.layer_(X), np.int32)


class KerasImages(ClassifierMixin, BaseEstimator):
    """`keras.Model.compile` and `fit` with Adam and binary cross-entropy, as tutorials have it.

    Parameters
    ----------
    build : callable
        ``(input_shape, n_outputs) -> keras.Model`` that ends in a sigmoid.
    seed : int
        Decides the weights and the order.
    """

    def __init__(self, build, seed=0):
        self.build = build
        self.seed = seed

    def fit(self, X, y):
        """Build, compile and train."""
        import keras

        keras.utils.set_random_seed(self.seed)
        self.classes_ = np.tile([0, 1], (y.shape[1], 1))
        self.model_ = self.build(X.shape[1:], y.shape[1])
        optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self.model_.compile(optimizer=optimizer, loss="binary_crossentropy")
        self.model_.fit(X, y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
        return self

    def predict_proba(self, X):
        """Return probabilities, (n_samples, n_labels)."""
        return self.model_.predict(X, verbose=0)

    def predict(self, X):
        """Return the indicator."""
        return (self.predict_proba(X) >= 0.5).astype(int)


def convnet_with_sigmoid(input_shape, n_outputs):
    """Build our `ConvNet`, with a sigmoid at its end."""
    import keras

    network = ConvNet(FILTERS)(input_shape, n_outputs)
    return keras.Sequential([network, keras.layers.Activation("sigmoid")])


def tutorial_network(input_shape, n_outputs):
    """Build the network of Keras's first example for pictures, "Simple MNIST convnet"."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, kernel_size=3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, kernel_size=3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(n_outputs, activation="sigmoid"),
        ]
    )


def features():
    """Return the features of texts that all contenders but one have in common."""
    # "sublinear_tf=True" and pairs of words are what the documentation advises for texts.
    return TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2))


def text_contenders(seed=0):
    """Return the contenders on texts by name; each takes an array of strings."""

    def logistic(**options):
        return OneVsRestClassifier(LogisticRegression(solver="liblinear", **options))

    classifiers = {
        "this package": KerasMultiLabelClassifier(random_state=seed),
        "logistic regressions, C=1": logistic(),
        "logistic regressions, C=10": logistic(C=10),
        "logistic regressions, balanced": logistic(class_weight="balanced"),
        "linear SVMs, C=1": LinearSVCs(LinearSVC()),
        "linear SVMs, C=0.1": LinearSVCs(LinearSVC(C=0.1)),
        "MLPClassifier": MLPClassifier(early_stopping=True, random_state=seed),
    }
    bag = KerasMultiLabelClassifier(network=EmbeddingBag(N_TOKENS), random_state=seed)
    pipelines = {name: make_pipeline(features(), c) for name, c in classifiers.items()}
    return {**pipelines, "this package, EmbeddingBag": make_pipeline(TokenIds(), bag)}


def _flat(X):
    return X.reshape(len(X), -1).astype("float32")


def image_contenders(seed=0):
    """Return the contenders on pictures by name."""
    as_keras = {"optimizer": "adam", "learning_rate": LEARNING_RATE}
    as_keras |= {"epochs": EPOCHS, "batch_size": BATCH_SIZE}
    pixels = make_pipeline(FunctionTransformer(_flat), KerasMultiLabelClassifier(random_state=seed))
    ours = ConvNet(FILTERS)
    return {
        "this package, ConvNet": KerasMultiLabelClassifier(network=ours, random_state=seed),
        "this package, ConvNet, Keras's settings": KerasMultiLabelClassifier(
            network=ours, random_state=seed, **as_keras
        ),
        "Keras, ConvNet": KerasImages(convnet_with_sigmoid, seed),
        "this package, tutorial network": KerasMultiLabelClassifier(
            network=tutorial_network, random_state=seed
        ),
        "this package, tutorial network, Keras's settings": KerasMultiLabelClassifier(
            network=tutorial_network, random_state=seed, **as_keras
        ),
        "Keras, tutorial network": KerasImages(tutorial_network, seed),
        "this package, pixels": pixels,
    }
