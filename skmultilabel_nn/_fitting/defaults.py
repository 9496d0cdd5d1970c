"""What "auto" means: from the sizes of a problem to the built-in network and its training."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from skmultilabel_nn._utils.checks import is_auto

# Sparse features from which on they are treated as words of a text.
_MANY_WORDS = 2048
# Weights of a linear model beside the network; with Adam's moments, 2**26 of them take a gigabyte.
_LARGEST_LINEAR_BESIDE = 2**26
# Weights of a linear network, which has no moments; 2**28 of them take a gigabyte too.
_LARGEST_LINEAR = 2**28
# More labels than this, with fewer samples each on average, are best learnt by a linear network.
_MANY_LABELS = 400
_FEW_SAMPLES = 50


class Problem(NamedTuple):
    """The sizes by which the defaults are chosen."""

    n_samples: int
    n_features: int
    n_labels: int
    sparse: bool
    # Mean number of samples that have a label.
    samples_a_label: float = np.inf
    # Whether plain gradient descent may be chosen for the training.
    plain_descent: bool = False

    @property
    def words(self):
        """Whether the features are thousands of sparse ones, as words are, most of them rare."""
        return self.sparse and self.n_features > _MANY_WORDS

    @property
    def linear(self):
        """Whether labels are so many and rare that the network is linear."""
        rare = self.n_labels > _MANY_LABELS and self.samples_a_label < _FEW_SAMPLES
        fits = self.n_features * self.n_labels <= _LARGEST_LINEAR
        return self.words and self.plain_descent and rare and fits

    @property
    def linear_beside(self):
        """Whether a linear model stands beside the network."""
        return self.sparse and self.n_features * self.n_labels <= _LARGEST_LINEAR_BESIDE


def problem_of(X, Y, *, plain_descent=False):
    """Return the sizes of checked samples and their indicator matrix."""
    positives = Y.nnz if sp.issparse(Y) else np.count_nonzero(Y)
    sizes = X.shape[0], int(np.prod(X.shape[1:])), Y.shape[1], sp.issparse(X)
    return Problem(*sizes, positives / Y.shape[1], plain_descent)


def choose(given, name, problem):
    """Return a parameter as it was given, or what it is by default.

    Parameters
    ----------
    given : object
        The value of the parameter; if it is "auto", the formula decides that the documentation of
        `KerasMultiLabelClassifier` gives.
    name : str
        The parameter's name.
    problem : Problem
    """
    return _FORMULAS[name](problem) if is_auto(given) else given


def _hidden_layer_sizes(problem):
    if problem.linear:
        return ()
    return (64,) if problem.words else (256, 256)


def _dropout(problem):
    # The fewer samples, the sooner a network overfits.
    return 0.5 if problem.words else float(np.clip(800 / problem.n_samples, 0.2, 0.4))


def _input_dropout(problem):
    if problem.linear:
        return 0.0
    if problem.words:
        return 0.1
    return 0.4 if problem.sparse else 0.5


def _n_members(problem):
    # With many labels, the members' own last layers cost more than they bring.
    return int(np.clip(3200 // problem.n_labels, 1, 8))


def _n_bins(problem):
    # They multiply the features.
    n_bins = min(8, 4096 // problem.n_features)
    return n_bins if n_bins > 1 and not problem.sparse else 0


def _batch_size(problem):
    return int(np.clip(2 ** round(np.log2(max(problem.n_samples / 40, 1))), 32, 512))


def _epochs(problem):
    if problem.linear:
        return 5
    # Of many labels, each is rare.
    for_labels = np.clip(np.sqrt(problem.n_labels / 100), 1, 2.5)
    passes = (10 if problem.words else 30) * for_labels
    return max(5, round(passes * min(1, 20_000 / problem.n_samples)))


_FORMULAS = {
    "hidden_layer_sizes": _hidden_layer_sizes,
    "dropout": _dropout,
    "input_dropout": _input_dropout,
    "n_members": _n_members,
    "n_bins": _n_bins,
    "batch_size": _batch_size,
    "epochs": _epochs,
}
