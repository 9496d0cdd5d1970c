"""Compare stratified splitters on real multi-label data and on large made-up targets.

Means over seeds; errors are in units of 0.0001. iterative-stratification runs with one seed where
the indicator has more than 20 million cells, and not at all beyond 200 million.

spread   largest minus smallest group
off      largest difference between the size of a group and the size asked for
LD       label distribution error of Sechidis et al. (2011): mean over labels and groups of the
         absolute difference between the odds of the label in the group and in the whole
MAD      the same with the proportions of the label, and "pairs" with those of pairs of labels
bound    the smallest MAD that groups of the right size allow if each label is looked at alone
empty    labels with at least one positive per group, times groups in which they have none
"""

import time
from functools import partial

import numpy as np
from scipy import sparse
from sklearn.model_selection import KFold, ShuffleSplit

from benchmarks.common.baselines import THIS_PACKAGE, Baseline
from benchmarks.common.data import load
from benchmarks.common.report import header, in_order, select, table
from benchmarks.common.runner import Benchmark
from skmultilabel_nn.model_selection import (
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
)

PROTOCOLS = ("5 folds", "10% test")
ITERSTRAT = "iterative-stratification"
CELLS_FOR_ONE_RUN = 20_000_000
CELLS_FOR_NO_RUN = 200_000_000
SHOWN = ("seeds", "spread", "off", "LD", "MAD", "pairs MAD", "bound", "empty", "seconds")
DATASETS = ("bibtex", "birds", "cal500", "corel5k", "delicious", "emotions", "enron")
DATASETS += ("fashion_images", "flags", "genbase", "goemotions", "imdb", "kirjastonhoitaja")
DATASETS += ("langlog", "ohsumed", "rcv1sub1_aligned", "reutersk500", "slashdot")
DATASETS += ("stackex_chess", "stackex_cooking", "tmdb_genres", "yeast", "ysofinna_en_4k")
MADE_UP = ("made_20k_x_1000", "made_100k_x_4000")


def _splitter(kfold, shuffle_split, protocol, seed, **options):
    if protocol == "5 folds":
        return kfold(5, shuffle=True, random_state=seed, **options)
    return shuffle_split(n_splits=1, test_size=0.1, random_state=seed, **options)


def _iterstrat(protocol, seed):
    from iterstrat import ml_stratifiers as module

    return _splitter(
        module.MultilabelStratifiedKFold, module.MultilabelStratifiedShuffleSplit, protocol, seed
    )


_ours = partial(_splitter, MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit)

# ``make(protocol, seed)``.
BASELINES = {
    THIS_PACKAGE: Baseline(make=_ours),
    "this package, order 2": Baseline(make=partial(_ours, order=2)),
    "no stratification": Baseline(make=partial(_splitter, KFold, ShuffleSplit)),
    ITERSTRAT: Baseline(make=_iterstrat, packages=("iterstrat",)),
}


def jobs(options):
    """Return every splitter on every data set."""
    return [
        {"dataset": dataset, "baseline": baseline}
        for dataset in options.datasets
        for baseline in options.baselines
    ]


def measure(job, options):
    """Yield the means over seeds, one row per protocol."""
    Y = to_cells(load(job["dataset"], options.data_folder).Y)
    pairs = pair_indicator(Y)
    n_samples, n_labels = Y.shape
    n_seeds = options.seeds
    if job["baseline"] == ITERSTRAT:
        n_seeds = n_seeds_of_iterstrat(n_samples * n_labels, n_seeds)
    for protocol in PROTOCOLS:
        found = {"rows": n_samples, "labels": n_labels, "labels per row": Y.nnz / n_samples}
        found["bound"] = least_deviation(Y, wanted_sizes(n_samples, protocol))
        runs = [
            one_run(BASELINES[job["baseline"]].make(protocol, seed), protocol, job, Y, pairs)
            for seed in range(n_seeds)
        ]
        found["seeds"] = n_seeds
        if runs:
            found |= {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
        rounded = {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in found.items()}
        yield {"protocol": protocol} | rounded


def n_seeds_of_iterstrat(n_cells, n_seeds):
    """Return the number of seeds of the slow splitter."""
    if n_cells >= CELLS_FOR_NO_RUN:
        return 0
    return 1 if n_cells > CELLS_FOR_ONE_RUN else n_seeds


def to_cells(Y):
    """Return an indicator as CSR of ones with sorted columns."""
    cells = sparse.csr_array(Y, dtype=np.float64, copy=True)
    cells.sum_duplicates()
    cells.eliminate_zeros()
    cells.data[:] = 1.0
    return cells


def pair_indicator(Y):
    """Return a column per pair of labels that at least two samples have, as CSR."""
    n_samples, n_labels = Y.shape
    samples, pairs = [np.empty(0, np.intp)], [np.empty(0, np.int64)]
    n_present = np.diff(Y.indptr)
    for n in np.unique(n_present[n_present > 1]):
        members = np.flatnonzero(n_present == n)
        present = Y.indices[Y.indptr[members][:, None] + np.arange(n)].astype(np.int64)
        first, second = np.triu_indices(n, 1)
        samples.append(np.repeat(members, len(first)))
        pairs.append((present[:, first] * n_labels + present[:, second]).ravel())
    names, column = np.unique(np.concatenate(pairs), return_inverse=True)
    cells = np.ones(len(column)), (np.concatenate(samples), column)
    found = sparse.csc_array(cells, shape=(n_samples, len(names)))
    return found[:, np.diff(found.indptr) > 1].tocsr()


def one_run(splitter, protocol, job, Y, pairs):
    """Split once and measure."""
    n_samples = Y.shape[0]
    target = Y.toarray() if job["baseline"] == ITERSTRAT else Y
    start = time.perf_counter()
    splits = list(splitter.split(np.empty((n_samples, 1)), target))
    seconds = time.perf_counter() - start
    groups = list(splits[0]) if protocol == "10% test" else [test for _, test in splits]
    sizes = [len(group) for group in groups]
    return {
        "spread": float(np.ptp(sizes)),
        "off": float(np.abs(np.sort(sizes) - np.sort(wanted_sizes(n_samples, protocol))).max()),
        **errors(Y, groups),
        "pairs MAD": errors(pairs, groups)["MAD"],
        "seconds": seconds,
    }


def wanted_sizes(n_samples, protocol):
    """Return the sizes that scikit-learn's own splitters give."""
    if protocol == "10% test":
        n_test = int(np.ceil(n_samples / 10))
        return np.array([n_samples - n_test, n_test])
    return n_samples // 5 + (np.arange(5) < n_samples % 5)


def errors(Y, groups):
    """Return the label distribution error, the mean absolute deviation and the empty cells."""
    n_samples, total, varying = totals(Y)
    sizes = np.array([[len(group)] for group in groups])
    counts = np.array([np.asarray(Y[group].sum(axis=0)).ravel()[varying] for group in groups])
    odds = counts / np.maximum(sizes - counts, 1)
    return {
        "LD": 1e4 * np.abs(odds - total / (n_samples - total)).mean(),
        "MAD": 1e4 * np.abs(counts / sizes - total / n_samples).mean(),
        "empty": float((counts[:, total >= len(groups)] == 0).sum()),
    }


def totals(Y):
    """Return the number of rows, the positives of labels that vary, and which these are."""
    total = np.asarray(Y.sum(axis=0)).ravel()
    varying = (total > 0) & (total < Y.shape[0])
    return Y.shape[0], total[varying], varying


def least_deviation(Y, sizes):
    """Return the MAD of counts that are the floor or the ceiling of the share of each group."""
    n_samples, total, _ = totals(Y)
    share = np.outer(total / n_samples, sizes)
    low = np.floor(share + 1e-9)
    left = total - low.sum(axis=1)
    cost = (np.abs(low + 1 - share) - np.abs(low - share)) / sizes
    place = np.argsort(np.argsort(cost, axis=1), axis=1)
    counts = low + (place < left[:, None])
    return 1e4 * float((np.abs(counts - share) / sizes).mean())


def report(results, options):
    """Return a table for each data set and protocol."""
    notes = ["Means over seeds; errors are in units of 0.0001. README.md has the columns."]
    lines = header("Stratified splitters", results, *notes)
    for name in dict.fromkeys(row["dataset"] for row in results.rows):
        for protocol in PROTOCOLS:
            rows = select(results.rows, dataset=name, protocol=protocol)
            if rows:
                about = f"{rows[0]['rows']} rows, {rows[0]['labels']} labels"
                lines += [f"## {name}, {protocol} ({about})", "", *_table(rows), ""]
    return "\n".join(lines)


def _table(rows):
    names = in_order((row["baseline"] for row in rows), BASELINES)
    found = {row["baseline"]: row for row in rows}
    lines = [
        [name, *(found[name].get(measure_name, "") for measure_name in SHOWN)] for name in names
    ]
    return table(["", *SHOWN], lines)


BENCHMARK = Benchmark(
    name="splitters",
    keys=("dataset", "baseline", "protocol"),
    baselines=BASELINES,
    quick_baselines=tuple(BASELINES),
    datasets=DATASETS + MADE_UP,
    public_datasets=MADE_UP,
    quick_datasets=("made_1k_x_50",),
    any_table=True,
    jobs=jobs,
    measure=measure,
    report=report,
)
