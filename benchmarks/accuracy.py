"""How well this package predicts with its defaults, beside what people would use instead.

Every contender is trained as it comes on the training rows of each data set and judged on the test
rows; F1 also after `TunedThresholdsClassifierCV` has tuned thresholds for it, for all alike.

    python benchmarks/accuracy.py [--data FOLDER] [--sets yeast birds] [--peers NAME] [--seeds 3]

Results go into a long CSV file, one row a measure, after each training: a run that was broken off
goes on where it stopped. `--report` makes the tables and the figure of what is there.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from _accuracy_report import write_report
from _measure import peak_memory
from _real_data import FOLDER, OURS, classifiers, load
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
# On the first seven the defaults were chosen; the others confirm.
CHOSEN_ON = ["yeast", "birds", "enron", "bibtex", "slashdot", "reutersk500", "delicious"]
CONFIRMED_ON = ["emotions", "flags", "cal500", "genbase", "langlog", "stackex_chess", "corel5k"]
CONFIRMED_ON += ["ohsumed", "stackex_cooking", "rcv1sub1_aligned", "imdb"]
SETS = CHOSEN_ON + CONFIRMED_ON
# Whose result does not depend on chance.
FIXED = {"logistic regressions", "nearest neighbours"}
HEADER = ["set", "peer", "seed", "measure", "value"]


def probabilities(classifier, X):
    """Return (n_samples, n_labels) of any scikit-learn classifier."""
    found = classifier.predict_proba(X)
    if isinstance(found, list):  # one array a label, as of forests and neighbours
        found = np.column_stack([p[:, 1] if p.shape[1] == 2 else 0 * p[:, 0] for p in found])
    return np.asarray(found, np.float64)


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


def measure(classifier, data, folds):
    """Yield all measures of one training and of one tuning."""
    X, Y, X_test, Y_test = data
    peak = []
    with peak_memory(peak):
        start = time.perf_counter()
        classifier.fit(X, Y)
        seconds = time.perf_counter() - start
    yield "fit, s", seconds
    yield "memory of fit, MB", peak[0]
    start = time.perf_counter()
    P = probabilities(classifier, X_test)
    yield "predict, s", time.perf_counter() - start
    yield from judge_probabilities(Y_test, P)
    yield from judge(Y_test, P >= 0.5)
    if not folds:
        return
    tuned = TunedThresholdsClassifierCV(
        classifier, "f1_micro", cv=folds, random_state=0, store_cv_results=True
    ).fit(X, Y)
    held_out, P = tuned.cv_results_, tuned.predict_proba(X_test)
    truth = Y[held_out["rows"]]
    for name in ("f1_micro", "f1_macro"):
        chosen = resolve_rule(name).fit(truth, held_out["probabilities"]).decide(P)
        yield from judge(Y_test, chosen, prefix=f"{name} tuned: ")


def read(path):
    """Return the rows of an earlier run."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=FOLDER)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--peers", nargs="+", default=list(classifiers(sparse=False)))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--folds", type=int, default=3, help="0: no tuning of thresholds")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--report", action="store_true", help="only report what is there")
    return parser.parse_args()


def main():
    """Measure what is missing, then report."""
    import keras  # noqa: F401  (no contender's time includes imports)

    arguments = parse_arguments()
    done = {(r["set"], r["peer"], int(r["seed"])) for r in read(arguments.output)}
    jobs = [
        (name, peer, seed)
        for name in arguments.sets
        for peer in arguments.peers
        for seed in range(1 if peer in FIXED else arguments.seeds)
        if (name, peer, seed) not in done
    ]
    for i, job in enumerate([] if arguments.report else jobs, start=1):
        start = time.perf_counter()
        run(job, arguments)
        took = time.perf_counter() - start
        print(f"[{i}/{len(jobs)}] {', '.join(map(str, job))}: {took:.0f} s", flush=True)
    write_report(read(arguments.output), arguments.output, OURS, CHOSEN_ON)


def run(job, arguments):
    """Measure one contender on one set, and add the rows to the file."""
    name, peer, seed = job
    data = load(arguments.data, name)
    classifier = classifiers(sp.issparse(data[0]), seed)[peer]
    rows = [[*job, *found] for found in measure(classifier, data, arguments.folds)]
    new = not arguments.output.exists()
    with arguments.output.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows(([HEADER] if new else []) + [[*row[:4], f"{row[4]:.6g}"] for row in rows])


if __name__ == "__main__":
    main()
