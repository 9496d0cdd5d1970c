"""Exact search for thresholds: one sort makes every distinct score a candidate.

A *unit* is what a metric is averaged over: a label (macro), a sample (samples) or everything at
once (micro). *Candidate* k of a unit predicts its k highest-scored cells as positive. Cells without
weight do not count.
"""

from typing import NamedTuple

import numpy as np

from ._cells import Cells

_BLOCK_CELLS = 2**21

# The smallest float64 above every probability: a label with this threshold is never predicted.
NEVER = float(np.nextafter(1.0, 2.0))
_UNCOUNTED = -1.0  # sorts cells without weight behind all probabilities
_TIE = 1e-10  # values closer than this are equal: sums depend on the order of the samples


class ThresholdCandidates(NamedTuple):
    """All candidates of some units.

    Attributes
    ----------
    above, below : ndarray of shape (n_units, n_cells + 1)
        The lowest score that is predicted as positive, and the highest that is not.
    possible : bool ndarray of shape (n_units, n_cells + 1)
        False where equal scores would have to be separated.
    true_positives, predicted_positives : ndarray of shape (n_units, n_cells + 1)
        Weights of the cells.
    positives : ndarray of shape (n_units, 1)
        Weight of all positives of a unit.
    """

    above: np.ndarray
    below: np.ndarray
    possible: np.ndarray
    true_positives: np.ndarray
    predicted_positives: np.ndarray
    positives: np.ndarray


def threshold_candidates(cells):
    """Sort each unit once; return its :class:`ThresholdCandidates`."""
    counted = np.where(cells.weight > 0, cells.score, _UNCOUNTED)
    order = np.argsort(-counted, axis=1)
    weight = np.take_along_axis(cells.weight, order, axis=1)
    true_weight = np.where(np.take_along_axis(cells.truth, order, axis=1), weight, 0.0)
    true_positives, predicted_positives = _running_total(true_weight), _running_total(weight)
    ranked = np.take_along_axis(counted, order, axis=1)
    return ThresholdCandidates(
        *_between(ranked), true_positives, predicted_positives, true_positives[:, -1:]
    )


def _running_total(values):
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))


def _between(ranked):
    above = np.pad(ranked, ((0, 0), (1, 0)), constant_values=NEVER)
    below = np.pad(ranked, ((0, 0), (0, 1)), constant_values=_UNCOUNTED)
    return above, below, (above > below) & (above >= 0)


def thresholds_at(above, below, index):
    """Return the thresholds of candidates, (n_units,): midway to the next score, NEVER for -1.

    The ends count as scores: candidate 0 lies midway between the highest score and 1, the last
    midway between the lowest and 0.
    """
    units = np.arange(len(index))
    above, below = above[units, index], np.maximum(below[units, index], 0.0)
    middle = (above + below) / 2
    # Between neighboring floats the middle rounds onto one of them.
    return np.where(index < 0, NEVER, np.where(middle > below, middle, above))


def first_best(value, possible):
    """Return the index of each unit's best possible candidate, of equal ones the first.

    The first one predicts the fewest positives.
    """
    value = np.where(possible, value, -np.inf)
    return np.argmax(value >= value.max(axis=1, keepdims=True) - _TIE, axis=1)


def search_units(cells, select):
    """Return the thresholds that `select(candidates) -> index` selects, (n_units,).

    Memory is bounded.
    """
    thresholds = []
    for block in _blocks(cells):
        candidates = threshold_candidates(block)
        index = select(candidates)
        thresholds.append(thresholds_at(candidates.above, candidates.below, index))
    return np.concatenate(thresholds)


def _blocks(cells):
    n_units, n_cells = cells.score.shape
    step = max(1, _BLOCK_CELLS // n_cells)
    for start in range(0, n_units, step):
        # Contiguous copies: a transposed block would be sorted across strides.
        yield Cells(*(np.ascontiguousarray(part[start : start + step]) for part in cells))


def f_beta(true_positives, predicted_positives, positives, *, beta=1.0, zero_division=0.0):
    """Compute F-beta; `zero_division` where nothing is positive and nothing predicted to be."""
    denominator = beta**2 * positives + predicted_positives
    return _ratio((1 + beta**2) * true_positives, denominator, zero_division)


def jaccard(true_positives, predicted_positives, positives, *, zero_division=0.0):
    """Compute the Jaccard index; `zero_division` as in `f_beta`."""
    union = positives + predicted_positives - true_positives
    return _ratio(true_positives, union, zero_division)


def _ratio(numerator, denominator, otherwise):
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), float(otherwise))
    return np.divide(numerator, denominator, out=out, where=denominator > 0)


def best_label_thresholds(cells, utility):
    """Return the thresholds that maximize `utility` of each label's counts, (n_labels,)."""
    return search_units(
        cells.by_label,
        lambda candidates: first_best(_utility_of(candidates, utility), candidates.possible),
    )


def _utility_of(candidates, utility):
    return utility(candidates.true_positives, candidates.predicted_positives, candidates.positives)


def best_micro_threshold(cells, utility):
    """Return the threshold that maximizes `utility` of the counts of all cells, and its value.

    Only the highest scores are sorted: no candidate behind them can be the best once even a perfect
    one (all positives found) that predicts as many would be worse. So `utility` must fall with
    every prediction beyond the number of positives.
    """
    counted = cells.weight > 0
    cells = Cells(*(part[counted] for part in cells))
    positives = np.array([[cells.weight[cells.truth].sum()]])
    n_top = max(4 * np.count_nonzero(cells.truth), 1000)
    while True:
        top = _highest(cells, n_top)
        candidates = threshold_candidates(top)
        predicted = candidates.predicted_positives
        value = utility(candidates.true_positives, predicted, positives)
        index = first_best(value, candidates.possible)
        best = value[0, index[0]]
        limit = utility(positives, predicted[:, -1:], positives)[0, 0]
        if top.score.size == cells.score.size or limit < best - _TIE:
            return thresholds_at(candidates.above, candidates.below, index)[0], best
        n_top *= 4


def _highest(cells, n_top):
    """Return at least the `n_top` highest-scored cells, equal scores together, as one unit."""
    n_below = cells.score.size - n_top
    if n_below <= 0:
        return Cells(*(part[None] for part in cells))
    top = cells.score >= np.partition(cells.score, n_below)[n_below]
    return Cells(*(part[None, top] for part in cells))


def best_averaged_threshold(cells, unit_weight, utility):
    """Return the threshold of all units that maximizes their weighted mean utility, and its value.

    While the threshold falls, a unit's utility changes only where one of its own cells enters. So
    each unit is sorted by itself, and the changes are then summed in the order of all scores.
    """
    unit_weight = unit_weight / unit_weight.sum()
    nothing_predicted, scores, changes, start = 0.0, [], [], 0
    for block in _blocks(cells):
        candidates = threshold_candidates(block)
        share = unit_weight[start : start + len(block.score), None]
        value = _utility_of(candidates, utility) * share
        # Column k of `above[:, 1:]` is the score whose cell turns candidate k into k + 1, which
        # changes the unit's utility by column k of the differences.
        entering = candidates.above[:, 1:]
        counted = entering >= 0
        nothing_predicted += value[:, 0].sum()
        scores.append(entering[counted])
        changes.append(np.diff(value, axis=1)[counted])
        start += len(share)
    scores, changes = np.concatenate(scores), np.concatenate(changes)
    order = np.argsort(-scores)
    # Invariant: after the k highest scores of all units, the total is the mean utility of the
    # threshold between score k and the next one. Within equal scores it has no meaning, as some
    # units are ahead of others; such candidates are not possible.
    above, below, possible = _between(scores[None, order])
    value = nothing_predicted + _running_total(changes[None, order])
    index = first_best(value, possible)
    return thresholds_at(above, below, index)[0], value[0, index[0]]


def candidate_thresholds(cells, n_candidates):
    """Return at most `n_candidates` thresholds, half of them quantiles of the positives' scores.

    Quantiles of all scores alone would hardly touch the few high ones that matter with many labels.
    Distinct scores are used, so that a repeated sample changes nothing.
    """
    scores = np.unique(cells.score[cells.weight > 0])
    if len(scores) >= n_candidates:
        spread = np.linspace(0, 1, (n_candidates - 1) // 2)
        positive = np.unique(cells.score[cells.truth]) if cells.truth.any() else scores
        ends = [np.quantile(part, spread, method="nearest") for part in (scores, positive)]
        selected = np.unique(np.concatenate(ends))
    else:
        selected = scores
    position = np.searchsorted(scores, selected)
    below = np.where(position > 0, scores[position - 1], _UNCOUNTED)
    above, below = np.append(selected, NEVER)[:, None], np.append(below, scores[-1])[:, None]
    # Highest first: of equal values the first one is taken, which predicts the fewest labels.
    return thresholds_at(above, below, np.zeros(len(above), dtype=int))[::-1]
