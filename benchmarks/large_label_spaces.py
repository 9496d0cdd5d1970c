"""How well, how fast and in how much memory this package predicts thousands of labels.

Beside it: what is made for that, partitioned label trees and linear models, one a label. Words are
weighted by tf-idf, rows have length 1, for all contenders alike, as the peers' guides advise.

    python benchmarks/large_label_spaces.py [--data FOLDER] [--sets delicious] [--peers NAME]
                                            [--seeds 3] [--repeat]

Every contender trains and predicts in a process of its own. What the CSV file has already is not
measured again, unless --repeat is given.
"""

import argparse
import csv
import datetime
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from _extreme_peers import FIXED, PEERS, missing, new
from _measure import give_back, in_fresh_process, peak_memory
from _real_data import FOLDER, check_folder, packed_sets, read_rows
from sklearn.feature_extraction.text import TfidfTransformer

from skmultilabel_nn.metrics import precision_at_k

RESULTS = Path(__file__).parent / "results" / "large_label_spaces.csv"
SETS = ["delicious", "kirjastonhoitaja", "ysofinna_en_4k"]
KS = (1, 3, 5)
MEASURES = [*(f"P@{k}" for k in KS), "fit_seconds", "predict_seconds", "fit_mb", "predict_mb"]
HEADER = ["set", "peer", "seed", *MEASURES, "load", "date"]


def load(folder, name):
    """Return training and test rows, everything CSR, X as tf-idf with rows of length 1."""
    X, Y, meta = packed_sets(folder).load(name)
    train, test = meta["train_idx"], meta["test_idx"]
    words = TfidfTransformer().fit(X[train])
    X_train, X_test = (sp.csr_matrix(words.transform(X[i]), dtype="float32") for i in (train, test))
    return X_train, sp.csr_matrix(Y[train]), X_test, sp.csr_matrix(Y[test])


def measure(folder, name, peer, seed):
    """Train and judge one contender on one set."""
    X, Y, X_test, Y_test = load(folder, name)
    contender = new(peer, seed)
    if hasattr(contender, "prepare"):
        contender.prepare(X, Y)
    peaks = []
    with peak_memory(peaks):
        start = time.perf_counter()
        contender.fit(X, Y)
        fit_seconds = time.perf_counter() - start
    with peak_memory(peaks):
        start = time.perf_counter()
        top = contender.top_k(X_test, max(KS))
        predict_seconds = time.perf_counter() - start
    scores = _scores(top, Y_test.shape)
    found = [precision_at_k(Y_test, scores, k=k) for k in KS]
    values = [*found, fit_seconds, predict_seconds, *peaks]
    return dict(zip(MEASURES, values, strict=True)) | {"load": os.getloadavg()[0]}


def _scores(top, shape):
    """Return an array in which the labels that were found come in their order."""
    scores = np.zeros(shape, np.int8)
    for rank, column in reversed(list(enumerate(top.T))):
        found = np.flatnonzero(column >= 0)
        scores[found, column[found]] = top.shape[1] - rank
    return scores


def main():
    """Measure what is missing, then report."""
    arguments = parse_arguments()
    wanted = [peer for peer in arguments.peers if not _skipped(peer)]
    rows = read_rows(arguments.output)
    done = {_key(row) for row in rows}
    jobs = [
        (name, peer, seed)
        for name in arguments.sets
        for peer in wanted
        for seed in range(1 if peer in FIXED else arguments.seeds)
        if arguments.repeat or (name, peer, str(seed)) not in done
    ]
    for i, (name, peer, seed) in enumerate(jobs, start=1):
        job = {"folder": str(arguments.data), "name": name, "peer": peer, "seed": seed}
        print(f"[{i}/{len(jobs)}] {name}, {peer}, seed {seed}", flush=True)
        try:
            found = in_fresh_process(__file__, job)
        except RuntimeError as error:
            print(f"failed: {error}", flush=True)
            continue
        values = {key: f"{value:.4g}" for key, value in found.items()}
        new_row = {"set": name, "peer": peer, "seed": str(seed), **values}
        new_row["date"] = datetime.date.today().isoformat()
        rows = [row for row in rows if _key(row) != _key(new_row)] + [new_row]
        write(arguments.output, rows)
    arguments.output.with_suffix(".md").write_text(report(rows), encoding="utf-8")
    print(report(rows))


def _skipped(peer):
    lacking = missing(peer)
    if lacking:
        print(f"skipped, not installed: {peer} (needs {', '.join(lacking)})")
    return bool(lacking)


def _key(row):
    return row["set"], row["peer"], row["seed"]


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=FOLDER)
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--repeat", action="store_true", help="measure again what is there")
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    check_folder(parser, arguments.data)
    return arguments


def write(path, rows):
    """Write all rows, in the order of sets and contenders."""
    peers = list(PEERS)
    rows = sorted(rows, key=lambda r: (r["set"], peers.index(r["peer"]), r["seed"]))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def report(rows):
    """Return Markdown: for each set, the mean over seeds of every measure, the best in bold."""
    lines = ["# Large label spaces", ""]
    lines += ["Means over seeds; how they were measured is in the README of this folder.", ""]
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        lines += [f"## {name}", "", *_table(of_set), ""]
    return "\n".join(lines)


def _table(rows):
    peers = [peer for peer in PEERS if any(row["peer"] == peer for row in rows)]
    means = {p: _means([row for row in rows if row["peer"] == p]) for p in peers}
    best = {m: max(means[p][m] for p in peers) for m in MEASURES[: len(KS)]}
    yield "| | seeds | " + " | ".join(MEASURES) + " |"
    yield "|---" * (len(MEASURES) + 2) + "|"
    for peer in peers:
        cells = [_cell(means[peer][m], m, best) for m in MEASURES]
        seeds = sum(row["peer"] == peer for row in rows)
        yield f"| {peer} | {seeds} | " + " | ".join(cells) + " |"


def _means(rows):
    return {m: float(np.mean([float(row[m]) for row in rows])) for m in MEASURES}


def _cell(value, measure, best):
    if measure not in best:
        return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
    return f"**{value:.4f}**" if value == best[measure] else f"{value:.4f}"


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].startswith("{"):
        give_back(measure(**json.loads(sys.argv[1])))
    else:
        main()
