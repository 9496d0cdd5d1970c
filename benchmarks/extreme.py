"""How well, how fast and in how much memory this package predicts thousands of labels.

Beside it: what is made for that, partitioned label trees and linear models with one per label.
Words are weighted by tf-idf, with rows of length 1, for all alike, as the guides of the baselines
advise.
"""

import os
from functools import partial

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer

from benchmarks.common.baselines.extreme import BASELINES
from benchmarks.common.data import load
from benchmarks.common.report import header, in_order, mean, select, table
from benchmarks.common.runner import Benchmark, jobs_of_datasets
from benchmarks.common.scores import fit_and_predict
from skmultilabel_nn.metrics import precision_at_k

KS = (1, 3, 5)
PRECISIONS = tuple(f"P@{k}" for k in KS)
COSTS = ("fit, s", "predict, s", "memory of fit, MB", "memory of prediction, MB")


def load_words(name, folder):
    """Return training and test rows, everything CSR, X as tf-idf with rows of length 1."""
    X, Y, train, test, _ = load(name, folder)
    X, Y = sp.csr_matrix(X), sp.csr_matrix(Y)
    weights = TfidfTransformer().fit(X[train])
    X_train, X_test = (
        sp.csr_matrix(weights.transform(X[rows]), dtype="float32") for rows in (train, test)
    )
    return X_train, Y[train], X_test, Y[test]


def measure(job, options):
    """Yield the measures of one training."""
    X, Y, X_test, Y_test = load_words(job["dataset"], options.data_folder)
    classifier = BASELINES[job["baseline"]].make(job["seed"])
    if hasattr(classifier, "prepare"):
        classifier.prepare(X, Y)
    measures, top = fit_and_predict(
        classifier, X, Y, X_test, lambda rows: classifier.top_k(rows, max(KS))
    )
    scores = _scores(top, Y_test.shape)
    precisions = {f"P@{k}": precision_at_k(Y_test, scores, k=k) for k in KS}
    yield precisions | measures | {"load": os.getloadavg()[0]}


def _scores(top, shape):
    """Return an array in which the predicted labels have their order."""
    scores = np.zeros(shape, np.int8)
    for rank, column in reversed(list(enumerate(top.T))):
        found = np.flatnonzero(column >= 0)
        scores[found, column[found]] = top.shape[1] - rank
    return scores


def report(results, options):
    """Return for each set the mean over seeds of every measure, the best in bold."""
    notes = ["Means over seeds; the README of this folder describes how they were measured."]
    notes += ["The best precision is in bold."]
    lines = header("Extreme: thousands of labels", results, *notes)
    for name in dict.fromkeys(row["dataset"] for row in results.rows):
        rows = [row for row in select(results.rows, dataset=name) if PRECISIONS[0] in row]
        lines += [f"## {name}", "", *_table(rows), ""] if rows else []
    return "\n".join(lines)


def _table(rows):
    names = in_order((row["baseline"] for row in rows), BASELINES)
    best = {p: max(mean(select(rows, baseline=name), p) for name in names) for p in PRECISIONS}
    lines = []
    for name in names:
        runs = select(rows, baseline=name)
        cells = [_cell(mean(runs, measure_name), best.get(measure_name)) for measure_name in best]
        costs = [_cost(mean(runs, measure_name)) for measure_name in COSTS]
        lines.append([name, len(runs), *cells, *costs])
    return table(["", "seeds", *PRECISIONS, *COSTS], lines)


def _cell(value, best):
    return f"**{value:.4f}**" if value == best else f"{value:.4f}"


def _cost(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


BENCHMARK = Benchmark(
    name="extreme",
    keys=("dataset", "baseline", "seed"),
    baselines=BASELINES,
    quick_baselines=tuple(BASELINES),
    datasets=("delicious", "kirjastonhoitaja", "ysofinna_en_4k"),
    public_datasets=("made_2000_labels",),
    quick_datasets=("made_300_labels",),
    any_table=True,
    jobs=partial(jobs_of_datasets, BASELINES),
    measure=measure,
    report=report,
)
