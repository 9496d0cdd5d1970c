"""Baselines of `text_images`, each as its documentation has it for texts or images."""

from functools import partial

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from benchmarks.common.baselines import THIS_PACKAGE, Baseline
from benchmarks.common.baselines.keras_fit import KerasFit
from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import ConvNet, EmbeddingBag

# Of networks trained at the same settings: Keras's defaults, and ten epochs.
EPOCHS, BATCH_SIZE, LEARNING_RATE = 10, 32, 1e-3
N_TOKENS = 20_000
# Half of the default, for images of 40 x 30: training takes a minute or two on two cores.
FILTERS = (16, 32, 64)


class LinearSVCs(OneVsRestClassifier):
    """One linear support vector machine per label, with scores in place of probabilities.

    The sigmoid of the decision function is not a probability, but it is 0.5 where the decision
    changes, and thresholds can be tuned on it in the same way as for all others.
    """

    def predict_proba(self, X):
        """Return the sigmoid of the decision function."""
        return expit(self.decision_function(X))


class TokenIds(TransformerMixin, BaseEstimator):
    """Texts to token ids by `keras.layers.TextVectorization`, adapted in `fit`.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary.
    length : int
        Tokens per sample; longer texts are cut, shorter ones padded with 0.
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


def convnet_with_sigmoid(input_shape, n_outputs):
    """Build the `ConvNet` of this package, with a sigmoid at its end."""
    import keras

    network = ConvNet(FILTERS)(input_shape, n_outputs)
    return keras.Sequential([network, keras.layers.Activation("sigmoid")])


def tutorial_network(input_shape, n_outputs):
    """Build the network of Keras's first example for images, "Simple MNIST convnet"."""
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


def _text_pipeline(classifier):
    # "sublinear_tf=True" and pairs of words are what the documentation advises for texts.
    words = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2))
    return make_pipeline(words, classifier)


def _logistic_regressions(seed, **options):
    return _text_pipeline(OneVsRestClassifier(LogisticRegression(solver="liblinear", **options)))


def _svms(seed, **options):
    return _text_pipeline(LinearSVCs(LinearSVC(**options)))


def _mlp(seed):
    return _text_pipeline(MLPClassifier(early_stopping=True, random_state=seed))


def _this_package(seed, **options):
    return KerasMultiLabelClassifier(random_state=seed, **options)


def _this_package_at_keras_settings(seed, network):
    return _this_package(
        seed,
        network=network,
        optimizer="adam",
        learning_rate=LEARNING_RATE,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
    )


def _keras(seed, build):
    return KerasFit(
        build, learning_rate=LEARNING_RATE, batch_size=BATCH_SIZE, epochs=EPOCHS, seed=seed
    )


def _flat(X):
    return X.reshape(len(X), -1).astype("float32")


# ``make(seed)``; the classifiers take an object array of texts.
TEXT_BASELINES = {
    THIS_PACKAGE: Baseline(make=lambda seed: _text_pipeline(_this_package(seed))),
    "logistic regressions, C=1": Baseline(make=_logistic_regressions),
    "logistic regressions, C=10": Baseline(make=partial(_logistic_regressions, C=10)),
    "logistic regressions, balanced": Baseline(
        make=partial(_logistic_regressions, class_weight="balanced")
    ),
    "linear SVMs, C=1": Baseline(make=_svms),
    "linear SVMs, C=0.1": Baseline(make=partial(_svms, C=0.1)),
    "MLPClassifier": Baseline(make=_mlp),
    "this package, EmbeddingBag": Baseline(
        make=lambda seed: make_pipeline(
            TokenIds(), _this_package(seed, network=EmbeddingBag(N_TOKENS))
        )
    ),
}
# ``make(seed)``; the classifiers take images.
IMAGE_BASELINES = {
    "this package, ConvNet": Baseline(make=partial(_this_package, network=ConvNet(FILTERS))),
    "this package, ConvNet, Keras's settings": Baseline(
        make=partial(_this_package_at_keras_settings, network=ConvNet(FILTERS))
    ),
    "Keras, ConvNet": Baseline(make=partial(_keras, build=convnet_with_sigmoid)),
    "this package, tutorial network": Baseline(
        make=partial(_this_package, network=tutorial_network)
    ),
    "this package, tutorial network, Keras's settings": Baseline(
        make=partial(_this_package_at_keras_settings, network=tutorial_network)
    ),
    "Keras, tutorial network": Baseline(make=partial(_keras, build=tutorial_network)),
    "this package, pixels": Baseline(
        make=lambda seed: make_pipeline(FunctionTransformer(_flat), _this_package(seed))
    ),
}
