"""Tables and the figure of `accuracy.py`."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import studentized_range

NOT_FINISHED = "not finished, s"
FAILED = "failed"  # out of memory, or by an error
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


def write_report(rows, path, ours, chosen_on, folder):
    """Write a Markdown report and a figure beside the CSV file.

    Parameters
    ----------
    rows : list of dict
        The rows of the CSV file.
    path : Path
        Of the CSV file.
    ours : str
        Name of this package among the peers.
    chosen_on : list of str
        Sets on which the defaults were chosen.
    folder : str or Path
        Of the data sets, where published results may lie too.
    """
    table = pd.DataFrame(rows).astype({"value": float})
    means = table.groupby(["measure", "set", "peer"])["value"].mean()
    lines = [f"# Accuracy on {table['set'].nunique()} data sets", "", *_about(table, chosen_on)]
    ranks = {}
    for measure, higher in RANKED.items():
        if measure in means.index:
            values = means[measure].unstack()
            ranks[measure] = _ranks(values, _unfinished(means, values), higher)
            lines += _measure(measure, values, ranks[measure], higher, ours)
    lines += _published(means, ours, Path(folder) / PUBLISHED)
    for cost in [cost for cost in COSTS if cost in means.index]:
        lines += [f"## {cost}", "", _markdown(means[cost].unstack().round(2)), ""]
    path.with_suffix(".md").write_text("\n".join(lines), encoding="utf-8")
    _figure(ranks, ours, path.with_suffix(".png"))
    print("\n".join(lines))


def _about(table, chosen_on):
    others = sorted(set(table["set"]) - set(chosen_on))
    unfinished = table[table["measure"] == NOT_FINISHED]
    told = ", ".join(f"{r.peer} on {r.set} ({r.value:.0f} s)" for r in unfinished.itertuples())
    failed = table[table["measure"] == FAILED]
    failed = ", ".join(f"{r.peer} on {r.set}" for r in failed.itertuples())
    return [
        f"The defaults were chosen on {', '.join(chosen_on)}; of {', '.join(others)}, all but "
        "rcv1sub1_aligned were looked at for single ingredients (ablation.md). Test "
        "rows of the packed splits, means over seeds; ranks are 1 for the best. Only contenders "
        "that were tried on all sets are ranked; who did not finish a set in time is the last "
        "there. Wins, ties and losses are told on all sets that both finished.",
        "",
        f"Did not finish in time: {told or 'nobody'}. Broke off, out of memory or by an error: "
        f"{failed or 'nobody'}.",
        "",
    ]


def _unfinished(means, like):
    """Return a table like the values of a measure: who was tried, but did not get so far."""
    unfinished = like.isna() & False
    for reason in [reason for reason in (NOT_FINISHED, FAILED) if reason in means.index]:
        tried = means[reason].unstack().notna().reindex_like(like)
        unfinished |= like.isna() & tried.fillna(False).astype(bool)
    return unfinished


def _ranks(values, unfinished, higher):
    """Rank those who were tried on all sets; who did not finish comes last."""
    tried = (values.notna() | unfinished).all()
    worst = values.where(~unfinished, -np.inf if higher else np.inf)
    return worst.loc[:, tried].rank(axis=1, ascending=not higher)


def _measure(measure, values, ranks, higher, ours):
    """Return the lines of one measure: mean ranks, wins and the values themselves."""
    n_sets, n_peers = ranks.shape
    lines = [f"## {measure} ({'higher' if higher else 'lower'} is better)", ""]
    summary = ranks.mean().sort_values().round(2).to_frame("mean rank").T
    lines += [_markdown(summary), ""]
    if n_sets > 1 and n_peers > 1:
        # Nemenyi's test, as in Demšar: "Statistical comparisons of classifiers", JMLR 2006.
        q = studentized_range.ppf(0.95, n_peers, np.inf) / np.sqrt(2)
        distance = q * np.sqrt(n_peers * (n_peers + 1) / (6 * n_sets))
        lines += [f"Critical difference of mean ranks at 0.05: {distance:.2f}.", ""]
    if ours in values:
        lines += [_wins(values, higher, ours), ""]
    return [*lines, _markdown(values.round(4)), ""]


def _published(means, ours, path):
    """Compare micro F1 with the best of the methods of a published study on splits of its own."""
    if not path.exists() or "micro F1" not in means.index:
        return []
    study = pd.read_csv(path).query("metric == 'MICRO_F1'").set_index("dataset")
    study = study.drop(columns="metric")
    best = pd.DataFrame({"best published": study.max(axis=1), "method": study.idxmax(axis=1)})
    for measure in ("micro F1", "f1_micro tuned: micro F1"):
        best[f"{ours}, {measure}"] = means[measure].xs(ours, level="peer").round(3)
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
        _markdown(best),
        "",
    ]


def _wins(values, higher, ours):
    """Tell wins, ties (within 0.002) and losses against each peer."""
    sign = 1 if higher else -1
    told = []
    for peer in values.columns.drop(ours):
        gain = (sign * (values[ours] - values[peer])).dropna()
        won, lost = (gain > 0.002).sum(), (gain < -0.002).sum()
        told.append(f"{peer} {won}/{len(gain) - won - lost}/{lost}")
    return "Wins/ties/losses against " + ", ".join(told) + "."


def _markdown(frame):
    head = ["", *map(str, frame.columns)]
    body = [[str(i), *map(str, row)] for i, row in zip(frame.index, frame.values, strict=True)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def _figure(ranks, ours, path):
    """Draw the mean rank of every contender in every measure."""
    from matplotlib.figure import Figure

    measures = list(ranks)
    figure = Figure(figsize=(8, 0.5 * len(measures) + 1.5), layout="constrained")
    axes = figure.subplots()
    peers = sorted({peer for table in ranks.values() for peer in table.columns})
    for peer in peers:
        points = [(ranks[m][peer].mean(), i) for i, m in enumerate(measures) if peer in ranks[m]]
        size, order = (110, 3) if peer == ours else (40, 2)
        axes.scatter(*zip(*points, strict=True), s=size, label=peer, zorder=order)
    axes.set_yticks(range(len(measures)), measures)
    axes.invert_yaxis()
    axes.set_xlabel("mean rank over the data sets, 1 is best")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=110)
