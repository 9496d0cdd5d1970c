"""Exact search for thresholds: one sort makes every distinct score a candidate.

A *unit* is what a measure is averaged over: a label (macro), a row (samples) or everything at once
(micro). *Cut* k of a unit keeps its k highest-scored cells. Cells without weight count nowhere.
"""

from typing import NamedTuple

import numpy as np

from ._cells import Cells

_BLOCK_CELLS = 2**21

# The smallest float64 above every probability: a label with this threshold is never predicted.
NEVER = float(np.nextafter(1.0, 2.0))
_UNCOUNTED = -1.0  # sorts cells without weight behind all probabilities
_TIE = 1e-10  # values closer than this are equal: sums depend on the order of the rows


class Cuts(NamedTuple):
    """All cuts of some units: arrays (units, cells + 1), positives (units, 1).

    `above` is the lowest score kept, `below` the highest left out; `hits` and `kept` are the
    weights of the kept positives and of all kept cells; `possible` excludes cuts through ties.
    """

    above: np.ndarray
    below: np.ndarray
    possible: np.ndarray
    hits: np.ndarray
    kept: np.ndarray
    positives: np.ndarray


def all_cuts(cells):
    """Sort each unit once; return its :class:`Cuts`."""
    counted = np.where(cells.weight > 0, cells.score, _UNCOUNTED)
    order = np.argsort(-counted, axis=1)
    weight = np.take_along_axis(cells.weight, order, axis=1)
    hit = np.where(np.take_along_axis(cells.truth, order, axis=1), weight, 0.0)
    hits, kept = _running_total(hit), _running_total(weight)
    ranked = np.take_along_axis(counted, order, axis=1)
    return Cuts(*_between(ranked), hits, kept, hits[:, -1:])


def _running_total(values):
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))


def _between(ranked):
    above = np.pad(ranked, ((0, 0), (1, 0)), constant_values=NEVER)
    below = np.pad(ranked, ((0, 0), (0, 1)), constant_values=_UNCOUNTED)
    return above, below, (above > below) & (above >= 0)


def thresholds_at(above, below, cut):
    """Thresholds of the cuts with index `cut` (units,): midway to the next score, NEVER for -1.

    The ends count as scores: cut 0 lies midway between the highest score and 1, the last midway
    between the lowest and 0.
    """
    rows = np.arange(len(cut))
    above, below = above[rows, cut], np.maximum(below[rows, cut], 0.0)
    middle = (above + below) / 2
    # Between neighboring floats the middle rounds onto one of them.
    return np.where(cut < 0, NEVER, np.where(middle > below, middle, above))


def first_best(value, possible):
    """Index of each unit's best possible cut; of equal ones the one that keeps the fewest cells."""
    value = np.where(possible, value, -np.inf)
    return np.argmax(value >= value.max(axis=1, keepdims=True) - _TIE, axis=1)


def search_units(cells, choose):
    """Thresholds (units,) of the cuts that `choose(cuts) -> index` picks, in bounded memory."""
    thresholds = []
    for block in _blocks(cells):
        cuts = all_cuts(block)
        thresholds.append(thresholds_at(cuts.above, cuts.below, choose(cuts)))
    return np.concatenate(thresholds)


def _blocks(cells):
    n_units, n_cells = cells.score.shape
    step = max(1, _BLOCK_CELLS // n_cells)
    for start in range(0, n_units, step):
        # Contiguous copies: a transposed block would be sorted across strides.
        yield Cells(*(np.ascontiguousarray(part[start : start + step]) for part in cells))


def f_beta(hits, kept, positives, *, beta=1.0, zero_division=0.0):
    """F-beta of cuts; `zero_division` where nothing is positive and nothing kept."""
    return _ratio((1 + beta**2) * hits, beta**2 * positives + kept, zero_division)


def jaccard(hits, kept, positives, *, zero_division=0.0):
    """Jaccard index of cuts; `zero_division` where nothing is positive and nothing kept."""
    return _ratio(hits, positives + kept - hits, zero_division)


def _ratio(numerator, denominator, otherwise):
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), float(otherwise))
    return np.divide(numerator, denominator, out=out, where=denominator > 0)


def best_label_thresholds(cells, utility):
    """Thresholds (n_labels,) that maximize `utility` of each label's counts."""
    return search_units(
        cells.by_label,
        lambda cuts: first_best(utility(cuts.hits, cuts.kept, cuts.positives), cuts.possible),
    )


def best_micro_threshold(cells, utility):
    """One threshold for all cells that maximizes `utility` of the pooled counts, and its value.

    Only the highest scores are sorted: no cut behind them can be the best once even a perfect one
    (all positives hit) that keeps as much would be worse. `utility` must fall with what is kept
    beyond the number of positives.
    """
    counted = cells.weight > 0
    cells = Cells(*(part[counted] for part in cells))
    positives = np.array([[cells.weight[cells.truth].sum()]])
    n_top = max(4 * np.count_nonzero(cells.truth), 1000)
    while True:
        top = _highest(cells, n_top)
        cuts = all_cuts(top)
        value = utility(cuts.hits, cuts.kept, positives)
        cut = first_best(value, cuts.possible)
        best = value[0, cut[0]]
        limit = utility(positives, cuts.kept[:, -1:], positives)[0, 0]
        if top.score.size == cells.score.size or limit < best - _TIE:
            return thresholds_at(cuts.above, cuts.below, cut)[0], best
        n_top *= 4


def _highest(cells, n_top):
    """At least the `n_top` highest-scored cells, equal scores together, as one unit."""
    n_below = cells.score.size - n_top
    if n_below <= 0:
        return Cells(*(part[None] for part in cells))
    top = cells.score >= np.partition(cells.score, n_below)[n_below]
    return Cells(*(part[None, top] for part in cells))


def best_averaged_threshold(cells, unit_weight, utility):
    """One threshold for all units that maximizes their weighted mean utility, and its value.

    While the threshold falls, a unit's utility changes only where one of its own cells enters. So
    each unit is sorted by itself, and the changes are then summed in the order of all scores.
    """
    unit_weight = unit_weight / unit_weight.sum()
    nothing, scores, changes, start = 0.0, [], [], 0
    for block in _blocks(cells):
        cuts = all_cuts(block)
        share = unit_weight[start : start + len(cuts.hits), None]
        value = utility(cuts.hits, cuts.kept, cuts.positives) * share
        counted = cuts.above[:, 1:] >= 0
        nothing += value[:, 0].sum()
        scores.append(cuts.above[:, 1:][counted])
        changes.append(np.diff(value, axis=1)[counted])
        start += len(share)
    scores, changes = np.concatenate(scores), np.concatenate(changes)
    order = np.argsort(-scores)
    above, below, possible = _between(scores[None, order])
    value = nothing + _running_total(changes[None, order])
    cut = first_best(value, possible)
    return thresholds_at(above, below, cut)[0], value[0, cut[0]]


def candidate_thresholds(cells, n_candidates):
    """At most `n_candidates` thresholds, half of them spread over the scores of the positives.

    Quantiles of all scores alone would hardly touch the few high ones that matter with many labels.
    Distinct scores are used, so that a repeated row changes nothing.
    """
    scores = np.unique(cells.score[cells.weight > 0])
    if len(scores) >= n_candidates:
        spread = np.linspace(0, 1, (n_candidates - 1) // 2)
        positive = np.unique(cells.score[cells.truth]) if cells.truth.any() else scores
        ends = [np.quantile(part, spread, method="nearest") for part in (scores, positive)]
        kept = np.unique(np.concatenate(ends))
    else:
        kept = scores
    position = np.searchsorted(scores, kept)
    below = np.where(position > 0, scores[position - 1], _UNCOUNTED)
    above, below = np.append(kept, NEVER)[:, None], np.append(below, scores[-1])[:, None]
    # Highest first: of equal values the first one is taken, which keeps the fewest labels.
    return thresholds_at(above, below, np.zeros(len(above), dtype=int))[::-1]
