"""Texts and pictures as a user meets them, beside what people would use instead.

Texts: the same TF-IDF features for this package's defaults, logistic regressions, linear support
vector machines and `MLPClassifier`; `EmbeddingBag` on token ids. Pictures: the same convolutional
network trained by this package and by Keras.

    python benchmarks/text_and_images.py [--data FOLDER] [--sets goemotions] [--contenders NAME]

Everybody is trained on the packed training rows and judged on the test rows. Thresholds are tuned
alike for all on the packed validation rows; where there are none, on a fifth of the training rows,
which then train nobody. Results go into a CSV file after each training: a run that was broken off
goes on where it stopped, and `--again` measures anew what is named. `--report` makes the tables
again.
"""

import argparse
import csv
import datetime
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _real_data import FOLDER, check_folder, packed_sets, read_rows
from _speed_report import _cpu_model, _versions
from _text_and_images_contenders import image_contenders, text_contenders
from accuracy import judge, judge_probabilities

from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV, train_test_split

RESULTS = Path(__file__).parent / "results" / "text_and_images.csv"
SETS = {
    "tmdb_genres": text_contenders,
    "goemotions": text_contenders,
    "fashion_images": image_contenders,
}
RULES = ("f1_micro", "f1_macro")
HEADER = ["set", "contender", "seed", "date", "measure", "value"]
SHOWN = {  # measure: heading
    "LRAP": "LRAP",
    "macro AUC": "macro AUC",
    "macro AP": "macro AP",
    "log loss": "log loss",
    "micro F1": "micro F1 at 0.5",
    "macro F1": "macro at 0.5",
    "samples F1": "samples at 0.5",
    "subset accuracy": "subset accuracy",
    "f1_micro tuned: micro F1": "micro F1, tuned",
    "f1_macro tuned: macro F1": "macro F1, tuned",
    "f1_micro tuned: samples F1": "samples F1, tuned",
    "fit, s": "fit, s",
    "fit, processor s": "fit, processor s",
    "predict, s": "predict, s",
}
NO_PROBABILITIES = "linear SVMs"


def load(folder, name):
    """Return training, validation and test rows, each as ``(X, Y)``."""
    X, Y, meta = packed_sets(folder).load(name)
    X = np.array(X, dtype=object) if isinstance(X, list) else X
    training, validation, test = (meta[f"{part}_idx"] for part in ("train", "valid", "test"))
    if validation is None:
        training, validation = train_test_split(
            training, test_size=0.2, stratify=Y[training], random_state=0
        )
    return [(X[rows], Y[rows]) for rows in (training, validation, test)]


def measure(classifier, training, validation, test):
    """Yield all measures of one training, and of thresholds tuned for it."""
    start = time.perf_counter(), time.process_time()
    classifier.fit(*training)
    yield "fit, s", time.perf_counter() - start[0]
    yield "fit, processor s", time.process_time() - start[1]
    X, Y = test
    start = time.perf_counter()
    P = np.asarray(classifier.predict_proba(X), np.float64)
    yield "predict, s", time.perf_counter() - start
    yield from judge_probabilities(Y, P)
    yield from judge(Y, P >= 0.5)
    for name in RULES:
        tuned = TunedThresholdsClassifierCV(classifier, name, cv="prefit", refit=False)
        chosen = tuned.fit(*validation).rule_.decide(P)
        yield from judge(Y, chosen, prefix=f"{name} tuned: ")


def write(path, rows):
    """Write all rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run(job, arguments):
    """Measure one contender on one set, and put its rows into the file."""
    name, contender, seed = job
    training, validation, test = load(arguments.data, name)
    classifier = SETS[name](seed)[contender]
    today = datetime.date.today().isoformat()
    found = [
        dict(zip(HEADER, [*job, today, what, f"{value:.6g}"], strict=True))
        for what, value in measure(classifier, training, validation, test)
        if not (what == "log loss" and contender.startswith(NO_PROBABILITIES))
    ]
    write(arguments.output, [*(r for r in read_rows(arguments.output) if of(r) != job), *found])


def of(row):
    """Return which job a row belongs to."""
    return row["set"], row["contender"], int(row["seed"])


def to_markdown(rows):
    """Return the report: a table for each set, means over seeds."""
    table = pd.DataFrame(rows).astype({"value": float})
    lines = ["# Texts and pictures", "", *about(table)]
    for name, of_set in table.groupby("set", sort=False):
        means = of_set.groupby(["contender", "measure"], sort=False)["value"].mean().unstack()
        means = means.reindex(columns=list(SHOWN)).rename(columns=SHOWN)
        means = means.reindex([c for c in SETS[name]() if c in means.index])
        lines += ["", f"## {name}", "", *markdown(means)]
    return "\n".join(lines) + "\n"


def about(table):
    """Yield what is to be known of all tables."""
    dates = sorted(set(table["date"]))
    yield f"- Measured on {dates[0]}" + (f" to {dates[-1]}" if len(dates) > 1 else "")
    yield f"- Machine: {os.cpu_count()} cores, {_cpu_model()}, {platform.system()}"
    yield f"- Python {platform.python_version()}, " + ", ".join(_versions())
    yield f"- Seeds: {table['seed'].nunique()}; test rows of the packed splits. Log loss per cell."
    yield "- Other work ran on the machine at the same time: compare processor seconds."
    yield "- Linear SVMs have no probabilities, and so no log loss."


def markdown(frame):
    """Yield the lines of a table."""
    yield "| | " + " | ".join(frame.columns) + " |"
    yield "|---" * (len(frame.columns) + 1) + "|"
    for name, values in frame.iterrows():
        cells = (
            "" if np.isnan(v) else f"{v:.1f}" if column.endswith(" s") else f"{v:.4f}"
            for column, v in values.items()
        )
        yield f"| {name} | " + " | ".join(cells) + " |"


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=FOLDER, help="folder of the data sets")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    names = list(dict.fromkeys(name for contenders in SETS.values() for name in contenders()))
    parser.add_argument("--contenders", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="measure anew what is there")
    parser.add_argument("--report", action="store_true", help="only report what is there")
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    check_folder(parser, arguments.data)
    return arguments


def main():
    """Measure what is missing, then report."""
    import keras  # noqa: F401  (no contender's time includes imports)

    arguments = parse_arguments()
    done = set() if arguments.again else {of(row) for row in read_rows(arguments.output)}
    jobs = [
        (name, contender, seed)
        for name in arguments.sets
        for contender in SETS[name]()
        for seed in range(arguments.seeds)
        if (name, contender, seed) not in done and contender in arguments.contenders
    ]
    for i, job in enumerate([] if arguments.report else jobs, start=1):
        start = time.perf_counter()
        run(job, arguments)
        took = time.perf_counter() - start
        print(f"[{i}/{len(jobs)}] {', '.join(map(str, job))}: {took:.0f} s", flush=True)
    rows = read_rows(arguments.output)
    if not rows:
        sys.exit(f"There are no results in {arguments.output}.")
    report = to_markdown(rows)
    arguments.output.with_suffix(".md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
