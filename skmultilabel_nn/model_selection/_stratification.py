"""Stratified division of the rows of a multi-label target, on plain 0/1 arrays.

Iterative stratification (Sechidis et al., 2011) walks over the labels from the rarest to the
most frequent and hands out their rows one at a time. The same order is used here to *deal* all
rows at once, and the imbalance that remains is removed by exchanging rows between groups, which
a row-wise greedy cannot do. Group sizes never change in an exchange, so they are always exact.

An exchange only needs the inner products of a few rows, not the labels themselves: with the
Gram matrix of a small batch at hand, all pairs of its rows are compared in one step.
"""

import numpy as np
from scipy import sparse

# Importance of one row too many, relative to that of the most frequent labels.
_RAREST = 60.0  # added for a label with at most one positive expected in the smallest group
_KNOWN = 0.5  # for which cells of a label are known, against its positives
_PAIRS = 0.25  # for a pair of labels, against a single label

_BATCH_ROWS = 128
_BATCHES_PER_ROUND = 32
_PASSES = 40
_MOVABLE_ROWS = 200_000  # of more rows, a sample is enough to even out what dealing left
_TOLERANCE = 1e-9


def stratified_groups(Y, sizes, rng, *, known=None, order=1):
    """Divide rows into groups of given sizes with equal proportions of every label.

    Parameters
    ----------
    Y : ndarray or sparse array of shape (n_samples, n_outputs)
        0/1 indicator; unknown cells are 0.
    sizes : array-like of int of shape (n_groups,)
        Rows of each group, which sum to ``n_samples``.
    rng : numpy.random.RandomState or numpy.random.Generator
        Source of randomness; advanced by the call.
    known : ndarray of bool of shape (n_samples, n_outputs), default=None
        Which cells are known; None where all are. The share of known cells of every label is
        then balanced in addition to its positives.
    order : {1, 2}, default=1
        2 balances pairs of labels in the same row too.

    Returns
    -------
    group : ndarray of int of shape (n_samples,)
        Number of the group of each row.

    References
    ----------
    Sechidis, K., Tsoumakas, G., Vlahavas, I. (2011). On the stratification of multi-label
    data. ECML PKDD, LNCS 6913, 145-158.

    Szymański, P., Kajdanowicz, T. (2017). A network perspective on stratification of
    multi-label data. PMLR 74, 22-35.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.model_selection._stratification import stratified_groups
    >>> Y = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [1, 1]])
    >>> group = stratified_groups(Y, [3, 3], np.random.default_rng(0))
    >>> Y[group == 0].sum(axis=0), Y[group == 1].sum(axis=0)
    (array([2, 2]), array([2, 2]))
    """
    sizes = np.asarray(sizes, dtype=np.intp)
    cells, weight = _strata(Y, known, order, smallest=sizes[sizes > 0].min() / Y.shape[0])
    group = _deal(cells, sizes, rng)
    if cells.nnz and len(sizes) > 1:
        surplus = _surplus(cells, group, sizes)
        rows = np.arange(len(group))
        if len(rows) > _MOVABLE_ROWS:
            rows = np.sort(rng.permutation(rows)[:_MOVABLE_ROWS])
        part = group[rows]
        _exchange(cells[rows], weight, part, surplus, rng)
        group[rows] = part
    return group


def stratified_validation_rows(Y, known, fraction, rng):
    """Select a stratified share of the rows for validation.

    Parameters
    ----------
    Y : ndarray or sparse array of shape (n_samples, n_outputs)
        0/1 indicator; unknown cells are 0.
    known : ndarray of bool of shape (n_samples, n_outputs) or None
        Which cells are known; None where all are.
    fraction : float
        Share of the rows, strictly between 0 and 1, rounded up to whole rows; one row at
        least is left on either side.
    rng : numpy.random.RandomState or numpy.random.Generator
        Source of randomness; advanced by the call.

    Returns
    -------
    selected : ndarray of bool of shape (n_samples,)
        True for the validation rows.

    Raises
    ------
    ValueError
        If there are fewer than two rows or `fraction` is not inside (0, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.model_selection._stratification import stratified_validation_rows
    >>> Y = np.tile(np.eye(2), (10, 1))
    >>> selected = stratified_validation_rows(Y, None, 0.2, np.random.default_rng(0))
    >>> Y[selected].sum(axis=0)
    array([2., 2.])
    """
    n_rows = Y.shape[0]
    if not 0 < fraction < 1:
        raise ValueError(
            f"The share of validation rows must lie strictly between 0 and 1, got {fraction!r}."
        )
    if n_rows < 2:
        raise ValueError(
            f"Cannot set validation rows apart: there is {n_rows} row and at least 2 are needed. "
            "Give more rows or train without a validation split."
        )
    n_chosen = min(int(np.ceil(fraction * n_rows)), n_rows - 1)
    sizes = [n_rows - n_chosen, n_chosen]
    return stratified_groups(Y, sizes, rng, known=known) == 1


def _strata(Y, known, order, smallest):
    """Return what is to be balanced, a column each (CSR of ones), and a weight per column."""
    labels = _minority_cells(Y)
    parts, importance = [labels], [1.0]
    if known is not None:
        parts.append(_minority_cells(known))
        importance.append(_KNOWN)
    if order == 2:
        parts.append(_pair_cells(labels))
        importance.append(_PAIRS)
    cells = sparse.hstack(parts, format="csr") if len(parts) > 1 else labels
    expected = np.maximum(_column_counts(cells) * smallest, 1.0)
    factor = np.repeat(importance, [part.shape[1] for part in parts])
    return cells, factor * (1.0 + _RAREST / expected)


def _minority_cells(Y):
    """Mark the rarer of the two values in each column; leave constant columns out.

    Sizes being exact, a group has its share of the zeros of a column exactly when it has its
    share of the ones, so that the shorter list does.
    """
    if not sparse.issparse(Y):
        present = np.asarray(Y) != 0
        counts = np.count_nonzero(present, axis=0)
        present ^= 2 * counts > len(present)
        varying = (counts > 0) & (counts < len(present))
        return sparse.csr_array(present[:, varying], dtype=np.float64)
    ones = _ones(Y)
    counts, n_rows = _column_counts(ones), ones.shape[0]
    rare = np.flatnonzero((counts > 0) & (2 * counts <= n_rows))
    common = np.flatnonzero((counts < n_rows) & (2 * counts > n_rows))
    if not len(common):
        return ones[:, rare]
    absent = sparse.csr_array(ones[:, common].toarray() == 0, dtype=np.float64)
    cells = sparse.hstack([ones[:, rare], absent], format="csr")
    return cells[:, np.argsort(np.concatenate([rare, common]))].sorted_indices()


def _ones(Y):
    """Return the nonzero cells of a sparse indicator as CSR of ones with sorted columns."""
    ones = sparse.csr_array(Y, dtype=np.float64, copy=True)
    ones.sum_duplicates()
    ones.eliminate_zeros()
    ones.data[:] = 1.0
    return ones


def _column_counts(cells):
    return np.bincount(cells.indices, minlength=cells.shape[1])


def _pair_cells(labels):
    """Return a column per pair of labels that is found together in two rows or more."""
    n_rows, n_labels = labels.shape
    length = np.diff(labels.indptr)
    rows, pairs = [np.empty(0, np.intp)], [np.empty(0, np.int64)]
    for size in np.unique(length[length > 1]):
        members = np.flatnonzero(length == size)
        held = labels.indices[labels.indptr[members][:, None] + np.arange(size)].astype(np.int64)
        first, second = np.triu_indices(size, 1)
        rows.append(np.repeat(members, len(first)))
        pairs.append((held[:, first] * n_labels + held[:, second]).ravel())
    rows, pairs = np.concatenate(rows), np.concatenate(pairs)
    _, column, count = np.unique(pairs, return_inverse=True, return_counts=True)
    often = count > 1
    keep = often[column]
    place = np.cumsum(often) - 1
    return sparse.csr_array(
        (np.ones(keep.sum()), (rows[keep], place[column[keep]])),
        shape=(n_rows, int(often.sum())),
    )


def _deal(cells, sizes, rng):
    """Assign the rows to the groups in turn, sorted by rarest label, second rarest and whole set.

    Similar rows are adjacent in this order, and so distributed proportionally over all groups.
    """
    n_rows, n_groups = cells.shape[0], len(sizes)
    shuffled = rng.permutation(n_rows)
    rarest, whole = _sort_keys(cells, rng)
    order = shuffled[np.lexsort((whole[shuffled], rarest[shuffled]))]
    turns = [
        (np.arange(size) + (place + 0.5) / n_groups) / size
        for size, place in zip(sizes, rng.permutation(n_groups), strict=True)
        if size
    ]
    sequence = np.repeat(np.arange(n_groups), sizes)
    group = np.empty(n_rows, dtype=np.intp)
    group[order] = sequence[np.argsort(np.concatenate(turns), kind="stable")]
    return group


def _sort_keys(cells, rng):
    """Return per row a key of its two rarest columns, and a hash of all its columns."""
    n_rows, n_columns = cells.shape
    rarest, whole = np.full(n_rows, (n_columns + 1) ** 2, dtype=np.int64), np.zeros(n_rows)
    filled, first, length = _filled_rows(cells)
    if not len(filled):
        return rarest, whole
    rank = np.empty(n_columns, dtype=np.int64)
    rank[np.argsort(_column_counts(cells), kind="stable")] = np.arange(n_columns)
    ranks = rank[cells.indices]
    lowest = np.minimum.reduceat(ranks, first)
    others = np.where(ranks == np.repeat(lowest, length), n_columns, ranks)
    rarest[filled] = lowest * (n_columns + 1) + np.minimum.reduceat(others, first)
    whole[filled] = np.add.reduceat(rng.random(n_columns)[cells.indices], first)
    return rarest, whole


def _filled_rows(cells):
    """Return the rows with a cell, where their cells begin, and how many there are."""
    length = np.diff(cells.indptr)
    filled = np.flatnonzero(length)
    return filled, cells.indptr[filled], length[filled]


def _exchange(cells, weight, group, surplus, rng):
    """Exchange rows between groups until no column is worth it or work runs out.

    `group` and `surplus` are changed in place. The surplus may be that of more rows than given.
    """
    n_rows, half = len(group), _BATCH_ROWS // 2
    partners = _endless_rows(n_rows, rng)
    batches, patience = _batch_budget(n_rows)
    idle = 0
    while batches > 0 and idle < patience:
        movable = rng.permutation(_rows_in_surplus(cells, group, surplus))
        if not len(movable):
            return
        starts = range(0, min(len(movable), half * _BATCHES_PER_ROUND), half)
        swaps = 0
        for start in starts:
            selected = movable[start : start + half]
            rows = np.union1d(selected, next(partners)[: _BATCH_ROWS - len(selected)])
            swaps += _exchange_within(rows, cells, weight, group, surplus)
        batches -= len(starts)
        idle = 0 if swaps else idle + len(starts)


def _batch_budget(n_rows):
    """Return how many batches to try, and after how many without an exchange to give up.

    Many passes over few rows, three over tens of thousands, less over more.
    """
    one_pass = 2 * n_rows / _BATCH_ROWS
    budget = min(_PASSES * one_pass + 1, max(1000, 3 * one_pass), 4000)
    return int(budget), min(int(3 * one_pass) + 1, 100)


def _surplus(cells, group, sizes):
    """Return cells of each column in each group above its share, (n_columns, n_groups)."""
    n_rows, n_groups = len(group), len(sizes)
    member = sparse.csr_array(
        (np.ones(n_rows), group, np.arange(n_rows + 1)), shape=(n_rows, n_groups)
    )
    held = (cells.T @ member).toarray()
    total = held.sum(axis=1)
    share = np.outer(total, sizes / n_rows)
    # one cell is as near to a share of a half as none, and far more useful to have
    lone = (share >= 0.5) & (share < 1) & (total >= n_groups)[:, None]
    largest = int(np.argmax(sizes))
    share[:, largest] -= np.where(lone, 1 - share, 0).sum(axis=1)
    share[lone] = 1
    return held - share


def _rows_in_surplus(cells, group, surplus):
    """Return the rows with a column whose surplus in their group is over one above another group's.

    Every exchange that helps takes such a row: one with no other columns can at best turn the
    difference of two groups around.
    """
    excess = surplus - surplus.min(axis=1, keepdims=True)
    filled, first, length = _filled_rows(cells)
    held = excess[cells.indices, np.repeat(group[filled], length)]
    return filled[np.maximum.reduceat(held, first) > 1 + _TOLERANCE]


def _endless_rows(n_rows, rng):
    while True:
        shuffled = rng.permutation(n_rows)
        for start in range(0, n_rows, _BATCH_ROWS):
            yield shuffled[start : start + _BATCH_ROWS]


def _exchange_within(rows, cells, weight, group, surplus):
    """Make the best exchanges between the given rows, one after another; return their number.

    With row vectors y, weights W and surplus r, moving row i from group f to g changes half
    the weighted sum of squares by y_i W (r_g - r_f) + y_i W y_i, and exchanging it with row j
    by the sum of both moves less 2 y_i W y_j. All of it follows from the Gram matrix and the
    products with r, which are kept up to date.
    """
    columns, local = _local_columns(cells[rows])
    weighted = local * weight[columns][None, :]
    gram = (weighted @ local.T).toarray()
    pull = weighted @ surplus[columns]
    before, now = group[rows], group[rows].copy()
    swaps = _swap_pairs(gram, pull, now)
    if swaps:
        moved = np.flatnonzero(before != now)
        change = np.zeros((len(rows), surplus.shape[1]))
        change[moved, now[moved]] += 1
        change[moved, before[moved]] -= 1
        surplus[columns] += local.T @ change
        group[rows] = now
    return swaps


def _local_columns(batch):
    """Return the columns that a batch has, and the batch with these columns only."""
    columns, place = np.unique(batch.indices, return_inverse=True)
    shape = (batch.shape[0], len(columns))
    return columns, sparse.csr_array((batch.data, place, batch.indptr), shape=shape)


def _swap_pairs(gram, pull, now):
    """Exchange the groups `now` of the pair that gains most while one does, all in place.

    Invariant: `pull[i, g]` is the weighted inner product of row i with the surplus of group g as
    it is after all exchanges so far. So `pull[i, now[j]] - pull[i, now[i]] + gram[i, i]` is the
    change of half the weighted sum of squares when row i alone moves to the group of row j.
    """
    everyone = np.arange(len(now))
    own, twice = gram.diagonal(), 2 * gram
    swaps, limit = 0, 4 * len(now)  # bounds the work of a batch
    while swaps < limit:
        change = pull[:, now] - (pull[everyone, now] - own)[:, None]
        change = change + change.T  # both rows move
        change -= twice  # and meet each other in neither group
        i, j = divmod(int(change.argmin()), len(now))
        if now[i] == now[j]:  # the smallest is most often a real pair: exclude only if needed
            change[now[:, None] == now] = 0
            i, j = divmod(int(change.argmin()), len(now))
        if change[i, j] > -_TOLERANCE:
            break
        # Group now[i] has row j instead of row i, group now[j] row i instead of row j.
        difference = gram[j] - gram[i]
        pull[:, now[i]] += difference
        pull[:, now[j]] -= difference
        now[i], now[j] = now[j], now[i]
        swaps += 1
    return swaps
