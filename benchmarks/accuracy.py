"""How well this package predicts with its defaults, beside what people would use instead.

Every contender is trained as it comes on the training rows of each data set and judged on the test
rows; F1 also after thresholds were tuned on rows that did not train, for all alike.

    python benchmarks/accuracy.py [--data FOLDER] [--sets yeast birds] [--peers NAME] [--seeds 3]

Every contender has a process and a time limit of its own on each set. Results go into a long CSV
file, one row a measure: a run that was broken off goes on where it stopped, and what did not finish
in time is told as such. `--report` makes the tables and the figure of what is there.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from _accuracy_report import FAILED, NOT_FINISHED, write_report
from _measure import peak_memory, processor_seconds
from _real_data import FOLDER, OURS, chosen_sets, classifiers, load, read_rows
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    hamming_loss,
    label_ranking_average_precision_score,
    roc_auc_score,
)

from skmultilabel_nn.decision import resolve_rule
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

RESULTS = Path(__file__).parent / "results" / "accuracy.csv"
# On the first ten the defaults were chosen; of the others, all but rcv1sub1_aligned were looked at
# for single ingredients (results/ablation.md).
CHOSEN_ON = ["yeast", "birds", "enron", "slashdot", "reutersk500", "bibtex", "delicious"]
CHOSEN_ON += ["genbase", "langlog", "stackex_chess"]
OTHERS = ["emotions", "flags", "cal500", "corel5k", "ohsumed", "stackex_cooking"]
OTHERS += ["rcv1sub1_aligned", "imdb"]
SETS = CHOSEN_ON + OTHERS
# Whose result does not depend on chance; XGBoost draws neither rows nor features by default.
FIXED = {"logistic regressions", "nearest neighbours", "XGBoost"}
HEADER = ["set", "peer", "seed", "measure", "value"]
# Training cells (rows x features x labels) beyond which a set is expensive: thresholds are tuned on
# a single split rather than on three folds.
EXPENSIVE = 1e9


class FittedOnce(ClassifierMixin, BaseEstimator):
    """A classifier that need not train on all rows again, since it did already.

    Parameters
    ----------
    fitted : callable
        Gives the classifier trained on all rows; not the classifier, of which `clone` would make
        an untrained one.
    n_rows : int
        How many all rows are.
    """

    def __init__(self, fitted, n_rows):
        self.fitted = fitted
        self.n_rows = n_rows

    def fit(self, X, Y):
        """Train on some rows, or take what was trained on all."""
        classifier = self.fitted()
        all_rows = X.shape[0] == self.n_rows
        self.classifier_ = classifier if all_rows else clone(classifier).fit(X, Y)
        self.classes_ = getattr(self.classifier_, "classes_", None)
        return self

    def predict_proba(self, X):
        """Return what the classifier gives."""
        return self.classifier_.predict_proba(X)


def judge(Y, chosen, prefix=""):
    """Yield the measures that need decisions."""
    for average in ("micro", "macro", "samples"):
        yield f"{prefix}{average} F1", f1_score(Y, chosen, average=average, zero_division=0)
    yield f"{prefix}subset accuracy", (chosen == Y).all(axis=1).mean()
    yield f"{prefix}Hamming loss", hamming_loss(Y, chosen)


def judge_probabilities(Y, P):
    """Yield the measures that need none."""
    both = Y.any(axis=0) & ~Y.all(axis=0)
    inside = P.clip(1e-7, 1 - 1e-7)
    yield "LRAP", label_ranking_average_precision_score(Y, P)
    yield "macro AUC", roc_auc_score(Y[:, both], P[:, both], average="macro")
    yield "macro AP", average_precision_score(Y[:, both], P[:, both], average="macro")
    yield "log loss", -np.where(Y == 1, np.log(inside), np.log1p(-inside)).mean()


def measure(classifier, data):
    """Yield all measures of one training and of the tuning of its thresholds."""
    X, Y, X_test, Y_test = data
    # A fixed rule costs no training, and makes one array of what forests and neighbours give.
    plain, peak = TunedThresholdsClassifierCV(classifier, 0.5), []
    with peak_memory(peak):
        start, start_processor = time.perf_counter(), processor_seconds()
        plain.fit(X, Y)
        yield "fit, s", time.perf_counter() - start
        yield "fit, processor s", processor_seconds() - start_processor
    yield "memory of fit, MB", peak[0]
    start = time.perf_counter()
    P = plain.predict_proba(X_test)
    yield "predict, s", time.perf_counter() - start
    yield from judge_probabilities(Y_test, P)
    yield from judge(Y_test, P >= 0.5)
    yield from judge_tuned(plain.estimator_, data, P)


def judge_tuned(fitted, data, P):
    """Yield the measures of decisions by thresholds tuned on rows that did not train."""
    X, Y, _, Y_test = data
    tuned = TunedThresholdsClassifierCV(
        FittedOnce(lambda: fitted, len(Y)),
        "f1_micro",
        cv=0.2 if is_expensive(X, Y) else 3,
        random_state=0,
    ).fit(X, Y)
    truth, held_out = Y[tuned.held_out_.indices], tuned.held_out_.probabilities
    for name in ("f1_micro", "f1_macro"):
        chosen = resolve_rule(name).fit(truth, held_out).decide(P)
        yield from judge(Y_test, chosen, prefix=f"{name} tuned: ")


def is_expensive(X, Y):
    """Whether a set has so many cells that it cannot be trained on many times."""
    return float(X.shape[0]) * X.shape[1] * Y.shape[1] > EXPENSIVE


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=FOLDER)
    parser.add_argument("--sets", nargs="+", help="all, or those of openml.org without --data")
    peers = list(classifiers(sparse=False))
    parser.add_argument("--peers", nargs="+", choices=peers, default=peers)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1500, help="seconds for one contender")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--report", action="store_true", help="only report what is there")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.sets = chosen_sets(parser, arguments, SETS)
    if not arguments.output.parent.is_dir():
        parser.error(f"There is no folder {arguments.output.parent} for the results.")
    return arguments


def main():
    """Measure what is missing, then report."""
    arguments = parse_arguments()
    if arguments.job:
        run(*json.loads(arguments.job), arguments)
        return
    due = [] if arguments.report else jobs(arguments)
    for name in {name for name, *_ in due}:
        load(arguments.data, name)  # What cannot be loaded is nobody's failure.
    for i, job in enumerate(due, start=1):
        start = time.perf_counter()
        found = in_time(job, arguments)
        add(arguments.output, [[*job, *row] for row in found])
        took = time.perf_counter() - start
        print(f"[{i}/{len(due)}] {', '.join(map(str, job))}: {took:.0f} s", flush=True)
    rows = read_rows(arguments.output)
    if not rows:
        sys.exit(f"There are no results in {arguments.output}.")
    write_report(rows, arguments.output, OURS, CHOSEN_ON, arguments.data)


def jobs(arguments):
    """Return what is still to be measured: every contender once, then with other seeds."""
    done = {(r["set"], r["peer"], int(r["seed"])) for r in read_rows(arguments.output)}
    found = []
    for seed in range(arguments.seeds):
        for name in arguments.sets:
            found += [(name, p, seed) for p in arguments.peers if not (seed and p in FIXED)]
    return [job for job in found if job not in done]


def in_time(job, arguments):
    """Return the measures of one contender on one set that it gave within the limit."""
    command = [sys.executable, __file__, "--data", str(arguments.data), "--job", json.dumps(job)]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", **os.environ}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet)
    ends = []
    try:
        output, _ = process.communicate(timeout=arguments.limit)
        if process.returncode:
            ends = [[FAILED, process.returncode]]
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        ends = [[NOT_FINISHED, arguments.limit]]
    rows = [line.split("\t")[1:] for line in output.splitlines() if line.startswith("RESULT\t")]
    return rows + ends


def run(name, peer, seed, arguments):
    """Measure one contender on one set, and print what is found as it comes."""
    if peer == OURS:
        import keras  # noqa: F401  (its time does not include imports)

    data = load(arguments.data, name)
    classifier = classifiers(sp.issparse(data[0]), seed)[peer]
    for measure_name, value in measure(classifier, data):
        print(f"RESULT\t{measure_name}\t{value:.6g}", flush=True)


def add(path, rows):
    """Add rows to the CSV file."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows(([HEADER] if new else []) + rows)


if __name__ == "__main__":
    main()
