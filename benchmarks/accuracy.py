"""How well this package predicts with default settings, beside what people would use instead.

Every baseline is trained on the training rows of each data set and scored on the test rows; F1
also after thresholds were tuned on held-out samples, in the same way for all. What did not finish
within the time limit, or failed, is part of the results.
"""

from functools import partial

import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from benchmarks import _accuracy_report
from benchmarks.common.baselines import THIS_PACKAGE
from benchmarks.common.baselines.tabular import BASELINES
from benchmarks.common.data import load_split
from benchmarks.common.openml import OPENML
from benchmarks.common.runner import Benchmark, jobs_of_datasets
from benchmarks.common.scores import fit_and_predict, score_decisions, score_probabilities
from skmultilabel_nn.decision import resolve_rule
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

# On the first ten the defaults were selected; of the others, all but rcv1sub1_aligned were looked
# at for single components (results/ablation.md).
SELECTED_ON = ("yeast", "birds", "enron", "slashdot", "reutersk500", "bibtex", "delicious")
SELECTED_ON += ("genbase", "langlog", "stackex_chess")
OTHERS = ("emotions", "flags", "cal500", "corel5k", "ohsumed", "stackex_cooking")
OTHERS += ("rcv1sub1_aligned", "imdb")
# Training cells (rows x features x labels) beyond which a set is expensive: thresholds are tuned on
# a single split rather than on three folds.
EXPENSIVE = 1e9


class FittedOnce(ClassifierMixin, BaseEstimator):
    """A classifier that is not trained on all rows a second time.

    Parameters
    ----------
    fitted : callable
        Returns the classifier trained on all rows; not the classifier, of which `clone` would make
        an unfitted one.
    n_samples : int
        Number of all rows.
    """

    def __init__(self, fitted, n_samples):
        self.fitted = fitted
        self.n_samples = n_samples

    def fit(self, X, Y):
        """Train on some rows, or use what was trained on all."""
        classifier = self.fitted()
        all_rows = X.shape[0] == self.n_samples
        self.classifier_ = classifier if all_rows else clone(classifier).fit(X, Y)
        self.classes_ = getattr(self.classifier_, "classes_", None)
        return self

    def predict_proba(self, X):
        """Return the probabilities of the classifier."""
        return self.classifier_.predict_proba(X)


def measure(job, options):
    """Yield the measures of one training, then those of the tuning of its thresholds."""
    if job["baseline"] == THIS_PACKAGE:
        import keras  # noqa: F401  (times are without imports)

    X, Y, X_test, Y_test = load_split(job["dataset"], options.data_folder)
    classifier = BASELINES[job["baseline"]].make(sp.issparse(X), job["seed"])
    # A fixed rule costs no training, and makes one array of the lists that forests return.
    plain = TunedThresholdsClassifierCV(classifier, 0.5)
    measures, P = fit_and_predict(plain, X, Y, X_test, lambda rows: plain.predict_proba(rows))
    yield measures
    yield score_probabilities(Y_test, P)
    yield score_decisions(Y_test, P >= 0.5)
    tuned = TunedThresholdsClassifierCV(
        FittedOnce(lambda: plain.estimator_, len(Y)),
        "f1_micro",
        cv=0.2 if is_expensive(X, Y) else 3,
        random_state=0,
    ).fit(X, Y)
    truth, held_out = Y[tuned.held_out_.indices], tuned.held_out_.probabilities
    for name in ("f1_micro", "f1_macro"):
        predicted = resolve_rule(name).fit(truth, held_out).decide(P)
        yield score_decisions(Y_test, predicted, prefix=f"{name} tuned: ")


def is_expensive(X, Y):
    """Return whether a set has too many cells to train on it many times."""
    return float(X.shape[0]) * X.shape[1] * Y.shape[1] > EXPENSIVE


def report(results, options):
    """Return the tables, and draw the figure of mean ranks."""
    return _accuracy_report.report(results, options, SELECTED_ON)


BENCHMARK = Benchmark(
    name="accuracy",
    keys=("dataset", "baseline", "seed"),
    baselines=BASELINES,
    quick_baselines=tuple(BASELINES),
    datasets=SELECTED_ON + OTHERS,
    public_datasets=("digits", *OPENML),
    quick_datasets=("made_table",),
    any_table=True,
    jobs=partial(jobs_of_datasets, BASELINES),
    measure=measure,
    report=report,
    time_limit=1500,
)
