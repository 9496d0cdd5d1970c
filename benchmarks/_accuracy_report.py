"""Tables and the figure of `accuracy`."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import studentized_range

from benchmarks.common.baselines import THIS_PACKAGE
from benchmarks.common.baselines.tabular import BASELINES
from benchmarks.common.report import header, in_order, table
from benchmarks.common.results import FAILED, TIMED_OUT

RANKED = {  # measure: whether higher is better
    "LRAP": True,
    "macro AUC": True,
    "macro AP": True,
    "log loss": False,
    "f1_micro tuned: micro F1": True,
    "f1_macro tuned: macro F1": True,
    "micro F1": True,
    "macro F1": True,
    "samples F1": True,
    "subset accuracy": True,
    "Hamming loss": False,
}
COSTS = ["fit, processor s", "fit, s", "predict, s", "memory of fit, MB"]
PUBLISHED = "published_results_2022.csv"
NEVER_LOOKED_AT = "rcv1sub1_aligned"


def report(results, options, selected_on):
    """Return the report, and draw its figure beside the table of results.

    Parameters
    ----------
    results : Results
    options : Namespace
        Of the command line. Published results are read from the data folder, if they are there.
    selected_on : tuple of str
        Data sets on which the defaults were selected.
    """
    means = _means(results)
    datasets = list(dict.fromkeys(row["dataset"] for row in results.rows))
    lines = header(f"Accuracy on {len(datasets)} data set{'s' * (len(datasets) > 1)}", results)
    lines += _about(datasets, selected_on)
    ranks = {}
    for measure, higher in RANKED.items():
        if measure in means.index:
            values = means[measure].unstack()
            ranks[measure] = _ranks(values, _unfinished(means, values), higher)
            lines += _measure(measure, values, ranks[measure], higher)
    if options.data_folder is not None:
        lines += _published(means, Path(options.data_folder) / PUBLISHED)
    for cost in [cost for cost in COSTS if cost in means.index]:
        lines += [f"## {cost}", "", *_markdown(_in_order(means[cost].unstack()).round(2)), ""]
    if results.path is not None:
        _figure(ranks, results.path.with_suffix(".png"))
    return "\n".join(lines)


def _means(results):
    """Return the means over seeds, indexed by measure, data set and baseline."""
    columns = list(RANKED) + COSTS + [TIMED_OUT, FAILED]
    rows = pd.DataFrame(results.rows).reindex(columns=["dataset", "baseline", *columns])
    means = rows.astype(dict.fromkeys(columns, float)).groupby(["dataset", "baseline"]).mean()
    stacked = means.rename_axis(columns="measure").T.stack(
        ["dataset", "baseline"], future_stack=True
    )
    return stacked.dropna()


def _about(datasets, selected_on):
    on = [name for name in selected_on if name in datasets]
    others = sorted(set(datasets) - set(selected_on) - {NEVER_LOOKED_AT})
    lines = []
    if on:
        lines.append(f"The defaults were selected on {', '.join(on)}.")
    if NEVER_LOOKED_AT in datasets:
        lines.append(
            f"Of {', '.join(others)}, the test rows were looked at for single components "
            f"(ablation.md); those of {NEVER_LOOKED_AT} were not."
        )
    lines.append(
        "Scores are on the test rows of the splits, means over seeds; rank 1 is the best. Only "
        "baselines that were run on all sets are ranked; one that did not finish a set has the "
        "last rank there. Wins, ties and losses are counted on the sets that both finished."
    )
    return [" ".join(lines), ""]


def _unfinished(means, like):
    """Return in the shape of the values of a measure what was run, but did not get so far."""
    unfinished = like.isna() & False
    for reason in [reason for reason in (TIMED_OUT, FAILED) if reason in means.index]:
        tried = means[reason].unstack().notna().reindex_like(like)
        unfinished |= like.isna() & tried.fillna(False).astype(bool)
    return unfinished


def _ranks(values, unfinished, higher):
    """Rank the baselines that were run on all sets; one that did not finish comes last."""
    tried = (values.notna() | unfinished).all()
    worst = values.where(~unfinished, -np.inf if higher else np.inf)
    return worst.loc[:, tried].rank(axis=1, ascending=not higher)


def _measure(measure, values, ranks, higher):
    """Return the lines of one measure: mean ranks, wins and the values themselves."""
    n_sets, n_baselines = ranks.shape
    lines = [f"## {measure} ({'higher' if higher else 'lower'} is better)", ""]
    summary = ranks.mean().sort_values().round(2).to_frame("mean rank").T
    lines += [*_markdown(summary), ""]
    if n_sets > 1 and n_baselines > 1:
        # Nemenyi's test, as in Demšar: "Statistical comparisons of classifiers", JMLR 2006.
        q = studentized_range.ppf(0.95, n_baselines, np.inf) / np.sqrt(2)
        distance = q * np.sqrt(n_baselines * (n_baselines + 1) / (6 * n_sets))
        lines += [f"Critical difference of mean ranks at 0.05: {distance:.2f}.", ""]
    if THIS_PACKAGE in values and len(values.columns) > 1:
        lines += [_wins(values, higher), ""]
    return [*lines, *_markdown(_in_order(values).round(4)), ""]


def _published(means, path):
    """Compare micro F1 with the best of the methods of a published study on splits of its own."""
    if not path.exists() or "micro F1" not in means.index:
        return []
    study = pd.read_csv(path).query("metric == 'MICRO_F1'").set_index("dataset")
    study = study.drop(columns="metric")
    best = pd.DataFrame({"best published": study.max(axis=1), "method": study.idxmax(axis=1)})
    for measure in ("micro F1", "f1_micro tuned: micro F1"):
        ours = means[measure].xs(THIS_PACKAGE, level="baseline")
        best[f"{THIS_PACKAGE}, {measure}"] = ours.round(3)
    best = best.dropna()
    reached = [(best[name] >= best["best published"]).sum() for name in best.columns[2:]]
    return [
        "## Micro F1 beside published results",
        "",
        "The best of 28 methods of Bogatinovski et al. (Expert Systems with Applications, 2022), "
        "on train and test rows of the study's own; differences below 0.02 mean nothing. At or "
        f"above it on {reached[0]} of {len(best)} sets at 0.5, on {reached[1]} with one tuned "
        "threshold.",
        "",
        *_markdown(best),
        "",
    ]


def _wins(values, higher):
    """Return wins, ties (within 0.002) and losses against each baseline."""
    sign = 1 if higher else -1
    found = []
    for name in values.columns.drop(THIS_PACKAGE):
        gain = (sign * (values[THIS_PACKAGE] - values[name])).dropna()
        won, lost = (gain > 0.002).sum(), (gain < -0.002).sum()
        found.append(f"{name} {won}/{len(gain) - won - lost}/{lost}")
    return "Wins/ties/losses against " + ", ".join(found) + "."


def _in_order(values):
    return values[in_order(values.columns, BASELINES)]


def _markdown(frame):
    lines = zip(frame.index, frame.to_numpy(dtype=object), strict=True)
    return table(["", *frame.columns], [[name, *values] for name, values in lines])


def _figure(ranks, path):
    """Draw the mean rank of every baseline in every measure."""
    from matplotlib.figure import Figure

    measures = list(ranks)
    figure = Figure(figsize=(8, 0.5 * len(measures) + 1.5), layout="constrained")
    axes = figure.subplots()
    names = sorted({name for found in ranks.values() for name in found.columns})
    for name in names:
        points = [(ranks[m][name].mean(), i) for i, m in enumerate(measures) if name in ranks[m]]
        size, order = (110, 3) if name == THIS_PACKAGE else (40, 2)
        axes.scatter(*zip(*points, strict=True), s=size, label=name, zorder=order)
    axes.set_yticks(range(len(measures)), measures)
    axes.invert_yaxis()
    axes.set_xlabel("mean rank over the data sets, 1 is best")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=110)
