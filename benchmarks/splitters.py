"""Compare stratified splitters on real multi-label data and on two large made-up targets.

Usage::

    python benchmarks/splitters.py [--data FOLDER] [--sets NAME ...] [--seeds N] [--out CSV]

FOLDER holds packed data sets and their ``load.py``. Without one only the made-up targets are
run. iterative-stratification is left out where it is not installed, and it runs once instead of
once a seed where the indicator has more than 20 million cells.

Columns of the table (means over seeds; errors are in units of 0.0001):

spread   largest minus smallest group
off      largest difference between the size of a group and the size asked for
LD       label distribution error of Sechidis et al. (2011): mean over labels and groups of the
         absolute difference between the odds of the label in the group and in the whole
MAD      the same with the proportions of the label, and "pairs" with those of pairs of labels
bound    the smallest MAD that groups of the right size allow if each label is looked at alone
empty    labels with at least one positive a group, times groups in which they have none
"""

import argparse
import csv
import importlib.util
import time
from pathlib import Path

import numpy as np
from _real_data import packed_sets
from scipy import sparse
from sklearn.model_selection import KFold, ShuffleSplit

from skmultilabel_nn.model_selection._split import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
)
from skmultilabel_nn.model_selection._stratification import _ones, _pair_cells

HERE = Path(__file__).resolve().parent
FIELDS = [
    *("data", "rows", "labels", "labels_per_row", "protocol", "method", "runs"),
    *("spread", "off", "LD", "MAD", "pairs_MAD", "bound", "empty", "seconds"),
]
CELLS_FOR_ONE_RUN = 20_000_000
CELLS_FOR_NO_RUN = 200_000_000


def main():
    """Run the comparison and write its table."""
    arguments = parse_arguments()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", newline="") as file:
        table = csv.DictWriter(file, FIELDS)
        table.writeheader()
        for name, Y in targets(arguments.data, arguments.sets):
            for protocol in ("5 folds", "10% test"):
                found = compare(name, Y, protocol, arguments.seeds)
                table.writerows(found)
                file.flush()
                print_line(found)
    print(f"written: {arguments.out.name}")


def parse_arguments():
    """Read the command line."""
    beside = HERE.parent.parent / "shared" / "data"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=beside if beside.is_dir() else None)
    parser.add_argument("--sets", nargs="*", help="names of data sets; all by default")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "splitters.csv")
    return parser.parse_args()


def targets(folder, wanted):
    """Yield name and indicator of the data sets, then of the made-up ones."""
    if folder is not None:
        loader = packed_sets(folder)
        for name in loader.names():
            if not wanted or name in wanted:
                yield name, loader.load(name)[1]
    rng = np.random.default_rng(0)
    for name, (n_rows, n_labels, per_row) in {
        "made_20k_x_1000": (20_000, 1000, 20),
        "made_100k_x_4000": (100_000, 4000, 5),
    }.items():
        if not wanted or name in wanted:
            yield name, made_up(n_rows, n_labels, per_row, rng)


def made_up(n_rows, n_labels, per_row, rng):
    """Draw labels independently, with frequencies that fall as in natural data."""
    frequency = 1 / np.arange(10, n_labels + 10)
    drawn = rng.choice(n_labels, size=(n_rows, per_row), p=frequency / frequency.sum())
    rows = np.repeat(np.arange(n_rows), per_row)
    Y = sparse.csr_array((np.ones(rows.size), (rows, drawn.ravel())), shape=(n_rows, n_labels))
    Y.sum_duplicates()
    Y.data[:] = 1
    return Y


def compare(name, Y, protocol, n_seeds):
    """Return a table row for each method."""
    Y = sparse.csr_array(Y)
    pairs = _pair_cells(_ones(Y))
    n_rows, n_labels = Y.shape
    about = {"data": name, "rows": n_rows, "labels": n_labels, "protocol": protocol}
    about["labels_per_row"] = Y.nnz / n_rows
    about["bound"] = least_deviation(Y, wanted_sizes(n_rows, protocol))
    found = []
    for method, make in methods(protocol, Y.shape).items():
        once = method == "iterstrat" and n_rows * n_labels > CELLS_FOR_ONE_RUN
        n_runs = 1 if once else n_seeds
        runs = [one_run(make(seed), protocol, method, Y, pairs) for seed in range(n_runs)]
        means = {key: np.mean([run[key] for run in runs]) for key in runs[0]}
        row = about | {"method": method, "runs": n_runs} | means
        found.append({k: f"{v:.5g}" if isinstance(v, float) else v for k, v in row.items()})
    return found


def methods(protocol, shape):
    """Return splitter makers by name, each called with a seed."""
    if protocol == "5 folds":
        found = {
            "ours": lambda s: MultilabelStratifiedKFold(5, shuffle=True, random_state=s),
            "ours, order 2": lambda s: MultilabelStratifiedKFold(
                5, order=2, shuffle=True, random_state=s
            ),
            "no stratification": lambda s: KFold(5, shuffle=True, random_state=s),
        }
    else:
        options = {"n_splits": 1, "test_size": 0.1}
        found = {
            "ours": lambda s: MultilabelStratifiedShuffleSplit(**options, random_state=s),
            "ours, order 2": lambda s: MultilabelStratifiedShuffleSplit(
                **options, order=2, random_state=s
            ),
            "no stratification": lambda s: ShuffleSplit(**options, random_state=s),
        }
    if importlib.util.find_spec("iterstrat") and np.prod(shape) < CELLS_FOR_NO_RUN:
        from iterstrat import ml_stratifiers as peer

        found["iterstrat"] = {
            "5 folds": lambda s: peer.MultilabelStratifiedKFold(5, shuffle=True, random_state=s),
            "10% test": lambda s: peer.MultilabelStratifiedShuffleSplit(
                n_splits=1, test_size=0.1, random_state=s
            ),
        }[protocol]
    return found


def one_run(splitter, protocol, method, Y, pairs):
    """Split once and measure."""
    n_rows = Y.shape[0]
    given = Y.toarray() if method == "iterstrat" else Y
    start = time.perf_counter()
    splits = list(splitter.split(np.empty((n_rows, 1)), given))
    seconds = time.perf_counter() - start
    groups = list(splits[0]) if protocol == "10% test" else [test for _, test in splits]
    sizes = [len(group) for group in groups]
    return {
        "spread": float(np.ptp(sizes)),
        "off": float(np.abs(np.sort(sizes) - np.sort(wanted_sizes(n_rows, protocol))).max()),
        **errors(Y, groups),
        "pairs_MAD": errors(pairs, groups)["MAD"],
        "seconds": seconds,
    }


def wanted_sizes(n_rows, protocol):
    """Return the sizes that scikit-learn's own splitters give."""
    if protocol == "10% test":
        n_test = int(np.ceil(n_rows / 10))
        return np.array([n_rows - n_test, n_test])
    return n_rows // 5 + (np.arange(5) < n_rows % 5)


def errors(Y, groups):
    """Return the label distribution error, the mean absolute deviation and the empty cells."""
    n_rows, total, varying = totals(Y)
    sizes = np.array([[len(group)] for group in groups])
    counts = np.array([np.asarray(Y[group].sum(axis=0)).ravel()[varying] for group in groups])
    odds = counts / np.maximum(sizes - counts, 1)
    return {
        "LD": 1e4 * np.abs(odds - total / (n_rows - total)).mean(),
        "MAD": 1e4 * np.abs(counts / sizes - total / n_rows).mean(),
        "empty": float((counts[:, total >= len(groups)] == 0).sum()),
    }


def totals(Y):
    """Return the number of rows, the positives of labels that vary, and which these are."""
    total = np.asarray(Y.sum(axis=0)).ravel()
    varying = (total > 0) & (total < Y.shape[0])
    return Y.shape[0], total[varying], varying


def least_deviation(Y, sizes):
    """Return the MAD of counts that are the floor or the ceiling of the share of each group."""
    n_rows, total, _ = totals(Y)
    share = np.outer(total / n_rows, sizes)
    low = np.floor(share + 1e-9)
    left = total - low.sum(axis=1)
    cost = (np.abs(low + 1 - share) - np.abs(low - share)) / sizes
    place = np.argsort(np.argsort(cost, axis=1), axis=1)
    counts = low + (place < left[:, None])
    return 1e4 * float((np.abs(counts - share) / sizes).mean())


def print_line(found):
    """Print the methods of one set and protocol side by side."""
    print(f"{found[0]['data']}, {found[0]['protocol']} (bound {found[0]['bound']})")
    for row in found:
        values = "  ".join(
            f"{key} {row[key]:>8}" for key in ("off", "LD", "MAD", "pairs_MAD", "empty", "seconds")
        )
        print(f"    {row['method']:18s} {values}", flush=True)


if __name__ == "__main__":
    main()
