"""F1 of every decision rule, tuned alike for all classifiers, and what the tuning costs.

For each data set and classifier, `TunedThresholdsClassifierCV` makes out-of-fold probabilities of
the training rows once; every rule is tuned on them and scored on the test rows.
"""

import time
from functools import partial

import scipy.sparse as sp

from benchmarks.common.baselines import THIS_PACKAGE, tabular
from benchmarks.common.data import load_split
from benchmarks.common.measurement import seconds
from benchmarks.common.openml import OPENML
from benchmarks.common.report import header, in_order, mean, select, table
from benchmarks.common.runner import Benchmark, jobs_of_datasets
from benchmarks.common.scores import score_f1
from skmultilabel_nn.decision import resolve_rule
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

DATASETS = ("emotions", "yeast", "birds", "flags", "cal500", "enron", "genbase", "langlog")
DATASETS += ("slashdot", "stackex_chess")
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
BASELINES = {name: tabular.BASELINES[name] for name in (THIS_PACKAGE, "MLPClassifier")}
BASELINES["random forest"] = tabular.BASELINES["random forest"]
AVERAGES = ("micro F1", "macro F1", "samples F1")


def measure(job, options):
    """Yield the measures of each rule."""
    if job["baseline"] == THIS_PACKAGE:
        import keras  # noqa: F401  (times are without imports)

    X, Y, X_test, Y_test = load_split(job["dataset"], options.data_folder)
    classifier = BASELINES[job["baseline"]].make(sp.issparse(X), job["seed"])
    fit_seconds = seconds(lambda: classifier.fit(X, Y))
    tuned = TunedThresholdsClassifierCV(classifier, "f1_micro", cv=options.folds, random_state=0)
    cross_fit_seconds = seconds(lambda: tuned.fit(X, Y))
    truth, held_out = Y[tuned.held_out_.indices], tuned.held_out_.probabilities
    P = tuned.predict_proba(X_test)
    for name, rule in RULES.items():
        start = time.perf_counter()
        fitted = resolve_rule(rule).fit(truth, held_out)
        rule_seconds = time.perf_counter() - start
        yield {
            "rule": name,
            **score_f1(Y_test, fitted.decide(P)),
            "fit, s": fit_seconds,
            "fit with tuning, s": cross_fit_seconds,
            "rule, s": rule_seconds,
        }


def report(results, options):
    """Return the means over the sets of each F1, per rule and classifier."""
    rows = results.rows
    names = in_order((row["baseline"] for row in rows), BASELINES)
    head = ["rule", *(f"{name}: micro / macro / samples F1" for name in names)]
    lines = [
        [rule, *(_means(select(rows, baseline=name, rule=rule)) for name in names)]
        for rule in RULES
    ]
    for measure_name, text in (
        ("fit, s", "seconds to fit"),
        ("fit with tuning, s", "seconds to fit with tuning"),
    ):
        totals = [_total(select(rows, baseline=name, rule="0.5"), measure_name) for name in names]
        lines.append([f"{text}, all sets", *totals])
    n_sets = len({row["dataset"] for row in rows})
    title = f"Decision rules on {n_sets} data set{'s' if n_sets > 1 else ''}"
    return "\n".join([*header(title, results), *table(head, lines)]) + "\n"


def _means(rows):
    found = (mean(rows, average) for average in AVERAGES)
    return " / ".join("" if value is None else f"{value:.3f}" for value in found)


def _total(rows, measure_name):
    """Return the sum over the data sets of the means over seeds."""
    sets = dict.fromkeys(row["dataset"] for row in rows)
    means = (mean(select(rows, dataset=name), measure_name) for name in sets)
    return f"{sum(value or 0 for value in means):.0f}"


def _add_options(parser):
    parser.add_argument("--folds", type=int, default=3, help="of the tuning (%(default)s)")


BENCHMARK = Benchmark(
    name="decisions",
    keys=("dataset", "baseline", "seed", "rule"),
    baselines=BASELINES,
    quick_baselines=tuple(BASELINES),
    datasets=DATASETS,
    public_datasets=("digits", *OPENML),
    quick_datasets=("made_table",),
    any_table=True,
    jobs=partial(jobs_of_datasets, BASELINES),
    measure=measure,
    report=report,
    n_seeds=1,
    add_options=_add_options,
)
