"""Ranking of labels by score."""

import numpy as np

_BLOCK_CELLS = 1 << 19  # scores that are partitioned at a time


def top_k(S, k):
    """Mark the k highest scores of each sample; of equal scores, those of the first columns.

    Parameters
    ----------
    S : ndarray of shape (n_rows, n_labels)
    k : int
        At most n_labels.

    Returns
    -------
    bool ndarray of shape (n_rows, n_labels)
    """
    top = np.empty(S.shape, dtype=bool)
    step = max(1, _BLOCK_CELLS // S.shape[1])
    for start in range(0, len(S), step):
        block = S[start : start + step]
        last = np.partition(block, -k, axis=1)[:, -k, np.newaxis]
        above, ties = block > last, block == last
        free = k - above.sum(axis=1, keepdims=True)
        top[start : start + step] = above | (ties & (np.cumsum(ties, axis=1) <= free))
    return top
