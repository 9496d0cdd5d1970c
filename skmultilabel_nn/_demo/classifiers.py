"""The three classifiers of the demonstration: how they are set up, tuned and evaluated."""

import time
import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, MultiLabelBinarizer

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.metrics import multilabel_scorer
from skmultilabel_nn.networks import ConvNet

from .data import NAMES, SIDE

BINARIZER = MultiLabelBinarizer(classes=NAMES).fit([])
_N_FOLDS = 2


class Candidate(NamedTuple):
    """A classifier and the parameters that are tuned.

    Attributes
    ----------
    title : str
        For progress and report.
    description : str
        What it is, in a line.
    pipeline : Pipeline
        Preparation of the images, then the step "classifier".
    grid : dict
        Values to try of the classifier's parameters.
    accepts_sets : bool
        Whether it accepts label sets; otherwise it is given an indicator.
    """

    title: str
    description: str
    pipeline: Pipeline
    grid: dict
    accepts_sets: bool = True


class Result(NamedTuple):
    """Outcome of a candidate; times in seconds.

    Attributes
    ----------
    title, description : str
        Those of the candidate.
    pipeline : Pipeline
        Fitted to all training images with the best parameters.
    best_params : dict
        These parameters.
    predicted : ndarray of shape (n_held_out,), object
        Label sets of the held-out images.
    tuning, fitting, predicting : float
    n_epochs : int
    """

    title: str
    description: str
    pipeline: Pipeline
    best_params: dict
    predicted: Any
    tuning: float
    fitting: float
    predicting: float
    n_epochs: int


def warm_up():
    """Load Keras, which takes seconds, so that the first search's times do not include it."""
    X = np.eye(2, dtype=np.float32)
    KerasMultiLabelClassifier(hidden_layer_sizes=(), epochs=1).fit(X, X)


def make_candidates(size, seed):
    """Set up the classifiers.

    Parameters
    ----------
    size : Size
        Size of the demonstration.
    seed : int
        Value of each `random_state`.

    Returns
    -------
    list of Candidate
        The last two have the same layers, epochs and batches.
    """
    rates = list(size.learning_rates)
    common = {"hidden_layer_sizes": (256, 128), "batch_size": 128, "random_state": seed}
    return [
        Candidate(
            "convolutional network",
            "KerasMultiLabelClassifier(network=ConvNet(...))",
            _pipeline(
                FunctionTransformer(to_pixels),
                KerasMultiLabelClassifier(
                    network=ConvNet(dropout=0.2),
                    classes=NAMES,
                    epochs=size.convolutional_epochs,
                    batch_size=32,
                    early_stopping=True,
                    random_state=seed,
                ),
            ),
            {
                "network__filters": [(8, 16), (16, 32)],
                "learning_rate": list(size.convolutional_learning_rates),
            },
        ),
        Candidate(
            "built-in MLP",
            "KerasMultiLabelClassifier(hidden_layer_sizes=(256, 128))",
            _pipeline(
                MinMaxScaler(),
                KerasMultiLabelClassifier(
                    classes=NAMES,
                    epochs=size.epochs,
                    standardize=False,  # scaled by the pipeline, as for MLPClassifier
                    n_bins=0,  # pixels have no thresholds
                    **common,
                ),
            ),
            {"input_dropout": [0.0, 0.2], "learning_rate": rates},
        ),
        Candidate(
            "MLPClassifier",
            "scikit-learn's; layers, epochs and batches as the built-in MLP",
            _pipeline(MinMaxScaler(), MLPClassifier(max_iter=size.epochs, **common)),
            {"alpha": [0.0001, 0.1], "learning_rate_init": rates},
            accepts_sets=False,
        ),
    ]


def to_pixels(X):
    """Reshape rows of pixels to images of one channel, as `ConvNet` takes them."""
    return X.reshape(-1, SIDE, SIDE, 1)


def _pipeline(preparation, classifier):
    return Pipeline([("preparation", preparation), ("classifier", classifier)])


def evaluate(candidate, training, held_out, *, n_tuning, log, verbose):
    """Tune and fit a classifier, and predict the held-out images.

    Parameters
    ----------
    candidate : Candidate
    training, held_out : LabeledImages
    n_tuning : int
        Number of training images that the search sees.
    log : callable
        Called with each line of progress.
    verbose : bool
        Whether the last fit shows a progress bar.

    Returns
    -------
    Result
    """
    y = training.y if candidate.accepts_sets else BINARIZER.transform(training.y)
    with warnings.catch_warnings():
        # The number of epochs is set on purpose, and equal to the other network's.
        warnings.simplefilter("ignore", ConvergenceWarning)
        (search, tuning) = timed(_tune, candidate, training.X[:n_tuning], y[:n_tuning], log)
        log(f"{candidate.title}: fitting {len(y):,} images with the best of these")
        pipeline = clone(candidate.pipeline).set_params(**search.best_params_)
        if candidate.accepts_sets:
            pipeline.set_params(classifier__verbose=int(verbose))
        _, fitting = timed(pipeline.fit, training.X, y)
    predicted, predicting = timed(pipeline.predict, held_out.X)
    if not candidate.accepts_sets:
        predicted = BINARIZER.inverse_transform(predicted)
    return Result(
        candidate.title,
        candidate.description,
        pipeline,
        {name.split("__")[-1]: value for name, value in search.best_params_.items()},
        predicted,
        tuning,
        fitting,
        predicting,
        pipeline[-1].n_iter_,
    )


def _tune(candidate, X, y, log):
    grid = {f"classifier__{name}": values for name, values in candidate.grid.items()}
    n_fits = _N_FOLDS * int(np.prod([len(values) for values in grid.values()]))
    log(f"{candidate.title}: tuning, {n_fits} fits on {len(y) // _N_FOLDS:,} images each")
    scoring = LoggingScorer(multilabel_scorer("f1_macro"), grid, n_fits, log)
    search = GridSearchCV(candidate.pipeline, grid, cv=_N_FOLDS, scoring=scoring, refit=False)
    return search.fit(X, y)


class LoggingScorer:
    """A scorer that logs what it found, so that a search shows its progress.

    Parameters
    ----------
    scorer : callable
        Any scorer of scikit-learn's kind.
    grid : dict
        Its names are the parameters to log.
    n_fits : int
        Number of calls to come.
    log : callable
        Called with each line of progress.
    """

    def __init__(self, scorer, grid, n_fits, log):
        self.scorer = scorer
        self.grid = grid
        self.n_fits = n_fits
        self.log = log
        self.n_done = 0

    def __call__(self, estimator, X, y):
        """Return the score of a fitted estimator."""
        score = self.scorer(estimator, X, y)
        self.n_done += 1
        parameters = estimator.get_params()
        text = format_params({name.split("__")[-1]: parameters[name] for name in self.grid})
        self.log(f"  {self.n_done}/{self.n_fits}  {text:<40} macro F1 {score:.3f}")
        return score


def format_params(params):
    """Write parameters as Python does: ``name=value, ...``."""
    return ", ".join(f"{name}={value}" for name, value in params.items())


def timed(function, *args):
    """Call a function; return what it returned and how many seconds it took."""
    start = time.perf_counter()
    value = function(*args)
    return value, time.perf_counter() - start
