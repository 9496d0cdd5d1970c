"""The three classifiers of the demonstration: how they are set, tuned, fitted and asked."""

import time
import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, MultiLabelBinarizer

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._classifier import KerasMultiLabelClassifier
from skmultilabel_nn.metrics._scorer import multilabel_scorer

from .data import NAMES, SIDE

BINARIZER = MultiLabelBinarizer(classes=NAMES).fit([])
_FOLDS = 2


class ConvNet(BaseEstimator):
    """Build a small convolutional network for pictures given as rows of pixels.

    With `get_params`, which comes from scikit-learn's `BaseEstimator`, a search tunes it as
    ``classifier__network__filters``.

    Parameters
    ----------
    filters : int, default=24
        Filters of the first convolution; the second has twice as many.

    Examples
    --------
    >>> from skmultilabel_nn._demo.classifiers import ConvNet
    >>> ConvNet(filters=4)((289,), 10).output_shape
    (None, 10)
    """

    def __init__(self, filters=24):
        self.filters = filters

    def __call__(self, input_shape, n_outputs):
        """Return a new model that takes ``input_shape`` and gives ``n_outputs`` logits."""
        keras = load_keras()
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input(input_shape),
                layers.Reshape((SIDE, SIDE, 1)),
                *self._convolution(layers, self.filters),
                layers.MaxPooling2D(2),
                *self._convolution(layers, 2 * self.filters),
                layers.GlobalMaxPooling2D(),  # where in the picture a digit is does not matter
                layers.Dropout(0.1),
                layers.Dense(256, activation="relu"),
                layers.Dense(n_outputs),
            ]
        )

    def _convolution(self, layers, filters):
        return (
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        )


class Contestant(NamedTuple):
    """A classifier with what a search may change.

    Attributes
    ----------
    title : str
        For progress and report.
    about : str
        What it is, in a line.
    pipeline : Pipeline
        Scaling, then the step "classifier".
    grid : dict
        Values to try of the classifier's parameters.
    takes_sets : bool
        Whether it takes label sets as they are; otherwise it is given an indicator.
    """

    title: str
    about: str
    pipeline: Pipeline
    grid: dict
    takes_sets: bool = True


class Result(NamedTuple):
    """What a contestant did; times in seconds.

    Attributes
    ----------
    title, about : str
        The contestant's.
    pipeline : Pipeline
        Fitted to all training pictures with the best values.
    chosen : dict
        Those values.
    predicted : ndarray of shape (n_held_out,), object
        Label sets of the held-out pictures.
    tuning, fitting, predicting : float
    n_epochs : int
    """

    title: str
    about: str
    pipeline: Pipeline
    chosen: dict
    predicted: Any
    tuning: float
    fitting: float
    predicting: float
    n_epochs: int


def warm_up():
    """Load Keras, which takes seconds, so that the first search's times do not include it."""
    X = np.eye(2, dtype=np.float32)
    KerasMultiLabelClassifier(hidden_layer_sizes=(), epochs=1).fit(X, X)


def contestants(size, seed):
    """Set up the classifiers.

    Parameters
    ----------
    size : Size
        Of the demonstration.
    seed : int
        For each `random_state`.

    Returns
    -------
    list of Contestant
        The last two have the same layers, epochs and batches.
    """
    rates = list(size.learning_rates)
    common = {"hidden_layer_sizes": (256, 128), "batch_size": 128, "random_state": seed}
    return [
        Contestant(
            "convolutional network",
            "KerasMultiLabelClassifier(network=ConvNet(...))",
            _pipeline(
                KerasMultiLabelClassifier(
                    network=ConvNet(),
                    classes=NAMES,
                    epochs=size.convolutional_epochs,
                    batch_size=32,
                    early_stopping=True,
                    random_state=seed,
                )
            ),
            {"network__filters": [8, 24], "learning_rate": rates},
        ),
        Contestant(
            "built-in MLP",
            "KerasMultiLabelClassifier(hidden_layer_sizes=(256, 128))",
            _pipeline(
                KerasMultiLabelClassifier(
                    classes=NAMES,
                    epochs=size.epochs,
                    standardize=False,  # the pipeline scales for all alike
                    n_bins=0,  # pixels have no thresholds
                    **common,
                )
            ),
            {"input_dropout": [0.0, 0.2], "learning_rate": rates},
        ),
        Contestant(
            "MLPClassifier",
            "scikit-learn's; layers, epochs and batches as the built-in MLP",
            _pipeline(MLPClassifier(max_iter=size.epochs, **common)),
            {"alpha": [0.0001, 0.1], "learning_rate_init": rates},
            takes_sets=False,
        ),
    ]


def _pipeline(classifier):
    return Pipeline([("scale", MinMaxScaler()), ("classifier", classifier)])


def compete(contestant, training, held_out, *, n_tuning, say, verbose):
    """Tune, fit and ask a classifier.

    Parameters
    ----------
    contestant : Contestant
    training, held_out : Pictures
    n_tuning : int
        How many of the training pictures the search sees.
    say : callable
        Takes a line of progress.
    verbose : bool
        Whether the last fit shows a progress bar.

    Returns
    -------
    Result
    """
    y = training.y if contestant.takes_sets else BINARIZER.transform(training.y)
    with warnings.catch_warnings():
        # The number of epochs is set on purpose, and equal to the other network's.
        warnings.simplefilter("ignore", ConvergenceWarning)
        (search, tuning) = timed(_tune, contestant, training.X[:n_tuning], y[:n_tuning], say)
        say(f"{contestant.title}: fitting {len(y):,} pictures with the best of these")
        pipeline = clone(contestant.pipeline).set_params(**search.best_params_)
        if contestant.takes_sets:
            pipeline.set_params(classifier__verbose=int(verbose))
        _, fitting = timed(pipeline.fit, training.X, y)
    predicted, predicting = timed(pipeline.predict, held_out.X)
    if not contestant.takes_sets:
        predicted = BINARIZER.inverse_transform(predicted)
    chosen = {name.split("__")[-1]: value for name, value in search.best_params_.items()}
    epochs = pipeline[-1].n_iter_
    return Result(
        contestant.title,
        contestant.about,
        pipeline,
        chosen,
        predicted,
        tuning,
        fitting,
        predicting,
        epochs,
    )


def _tune(contestant, X, y, say):
    grid = {f"classifier__{name}": values for name, values in contestant.grid.items()}
    n_fits = _FOLDS * int(np.prod([len(values) for values in grid.values()]))
    say(f"{contestant.title}: tuning, {n_fits} fits on {len(y) // _FOLDS:,} pictures each")
    scoring = ReportingScorer(multilabel_scorer("f1_macro"), grid, n_fits, say)
    return GridSearchCV(contestant.pipeline, grid, cv=_FOLDS, scoring=scoring, refit=False).fit(
        X, y
    )


class ReportingScorer:
    """A scorer that says what it found, so that a search shows its progress.

    Parameters
    ----------
    scorer : callable
        Any scorer of scikit-learn's kind.
    grid : dict
        Whose names are the parameters to tell.
    n_fits : int
        How many calls there will be.
    say : callable
        Takes a line of progress.
    """

    def __init__(self, scorer, grid, n_fits, say):
        self.scorer = scorer
        self.grid = grid
        self.n_fits = n_fits
        self.say = say
        self.n_done = 0

    def __call__(self, estimator, X, y):
        """Return the score of a fitted estimator."""
        score = self.scorer(estimator, X, y)
        self.n_done += 1
        parameters = estimator.get_params()
        settings = settings_text({name.split("__")[-1]: parameters[name] for name in self.grid})
        self.say(f"  {self.n_done}/{self.n_fits}  {settings:<40} macro F1 {score:.3f}")
        return score


def settings_text(settings):
    """Write settings as Python does: ``name=value, ...``."""
    return ", ".join(f"{name}={value}" for name, value in settings.items())


def timed(function, *args):
    """Call a function; return what it returned and how many seconds it took."""
    start = time.perf_counter()
    value = function(*args)
    return value, time.perf_counter() - start
