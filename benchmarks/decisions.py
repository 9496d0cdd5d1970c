"""F1 of every decision rule, tuned alike for this package and its peers, and what tuning costs.

For each data set and classifier, `TunedThresholdsClassifierCV` makes out-of-fold probabilities of
the training rows once; every rule is tuned on them and judged on the test rows.

    python benchmarks/decisions.py --data ../shared/data [--sets yeast birds] [--folds 3]
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from _real_data import FOLDER, OURS, chosen_sets, classifiers, load
from sklearn.metrics import f1_score

from skmultilabel_nn.decision import resolve_rule
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

RESULTS = Path(__file__).parent / "results" / "decisions.csv"
SETS = [
    "emotions",
    "yeast",
    "birds",
    "flags",
    "cal500",
    "enron",
    "genbase",
    "langlog",
    "slashdot",
    "stackex_chess",
]
RULES = {
    "0.5": 0.5,
    "shared micro F1": "f1_micro",
    "shared samples F1": "f1_samples",
    "shared Jaccard": "jaccard_samples",
    "per label F1": "f1_macro",
    "cardinality": "cardinality",
    "proportional": "proportional",
    "at least one": "at_least_one",
    "expected F1": "expected_f1",
    "expected Jaccard": "expected_jaccard",
}
CLASSIFIERS = (OURS, "MLPClassifier", "random forest")
AVERAGES = ("micro", "macro", "samples")


def measure(name, classifier, data, folds):
    """Yield one row of results per rule."""
    X, Y, X_test, Y_test = data
    start = time.perf_counter()
    classifier.fit(X, Y)
    plain = time.perf_counter() - start
    tuned = TunedThresholdsClassifierCV(classifier, "f1_micro", cv=folds, random_state=0)
    start = time.perf_counter()
    tuned.fit(X, Y)
    cross = time.perf_counter() - start
    held_out = tuned.held_out_
    test = tuned.predict_proba(X_test)
    for label, spec in RULES.items():
        start = time.perf_counter()
        rule = resolve_rule(spec).fit(Y[held_out.indices], held_out.probabilities)
        seconds = time.perf_counter() - start
        chosen = rule.decide(test)
        scores = [f1_score(Y_test, chosen, average=a, zero_division=0) for a in AVERAGES]
        yield [
            name,
            label,
            *np.round(scores, 4),
            round(plain, 2),
            round(cross, 2),
            round(seconds, 4),
        ]


def main():
    """Run, and write a CSV file and a table of means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=FOLDER)
    parser.add_argument("--sets", nargs="*", help="ten, or those of openml.org without --data")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    arguments.sets = chosen_sets(parser, arguments, SETS)
    rows = []
    for i, name in enumerate(arguments.sets, start=1):
        data = load(arguments.data, name)
        contenders = classifiers(sp.issparse(data[0]))
        for label in CLASSIFIERS:
            classifier = contenders[label]
            print(f"[{i}/{len(arguments.sets)}] {name}: {label}", flush=True)
            rows += [[name, *row] for row in measure(label, classifier, data, arguments.folds)]
        write(arguments.output, rows)
        arguments.output.with_suffix(".md").write_text(table(rows) + "\n", encoding="utf-8")
    print(table(rows))


def write(path, rows):
    """Write the rows so far."""
    header = ["set", "classifier", "rule", *(f"f1_{a}" for a in AVERAGES)]
    header += ["fit_seconds", "cross_fit_seconds", "rule_seconds"]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def table(rows):
    """Return Markdown: the mean over the sets of each F1, per rule and classifier."""
    names = list(dict.fromkeys(row[1] for row in rows))
    lines = ["| rule | " + " | ".join(f"{n}: micro / macro / samples F1" for n in names) + " |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for rule in RULES:
        cells = [_mean([r[3:6] for r in rows if r[1] == n and r[2] == rule]) for n in names]
        lines.append(f"| {rule} | " + " | ".join(cells) + " |")
    for column, what in ((6, "seconds to fit"), (7, "seconds to fit with tuning")):
        totals = [sum(r[column] for r in rows if r[1] == n and r[2] == "0.5") for n in names]
        lines.append(f"| {what}, all sets | " + " | ".join(f"{t:.0f}" for t in totals) + " |")
    return "\n".join(lines)


def _mean(scores):
    return " / ".join(f"{value:.3f}" for value in np.mean(np.array(scores, float), axis=0))


if __name__ == "__main__":
    main()
