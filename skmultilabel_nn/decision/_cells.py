"""Truth, score and weight of every cell, on which decision rules are tuned."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skmultilabel_nn._utils.frames import check_same_columns
from skmultilabel_nn._utils.validation import check_probabilities
from skmultilabel_nn._utils.weights import cell_weights, check_weights


class Cells(NamedTuple):
    """Truth (bool), score and weight (float64) of the cells, all of shape (units, cells)."""

    truth: np.ndarray
    score: np.ndarray
    weight: np.ndarray

    @property
    def by_label(self):
        """The same cells, one label a unit."""
        return Cells(*(part.T for part in self))

    @property
    def positives(self):
        """Weight of each label's positives, (n_labels,)."""
        return np.sum(self.weight, axis=0, where=self.truth)


def validate_cells(Y, P, known=None, sample_weight=None):
    """Check the samples for tuning and return them as :class:`Cells` of shape (n, L)."""
    check_same_columns(Y=Y, P=P, known=known, sample_weight=sample_weight)
    score = check_probabilities(P).astype(np.float64, copy=False)
    weight = _cell_weights(known, sample_weight, score.shape)
    truth = _truth(Y, weight)
    if not np.any(weight > 0):
        raise ValueError(
            "No cell to tune on: there are no samples, or every cell is unknown or has zero weight."
        )
    return Cells(truth, score, weight)


def _cell_weights(known, sample_weight, shape):
    weight = check_weights(sample_weight, *shape)
    if known is not None:
        known = np.asarray(known)
        if known.shape != shape or known.dtype != bool:
            raise ValueError(
                f"known must be a bool array of shape {shape}, got {known.dtype} {known.shape}."
            )
    return cell_weights(weight, known, shape)


def _truth(Y, weight):
    Y = Y.toarray() if sparse.issparse(Y) else np.asarray(Y)
    if Y.shape != weight.shape:
        raise ValueError(f"Y has shape {Y.shape}, P has shape {weight.shape}; they must be equal.")
    truth = Y == 1
    if np.any((weight > 0) & ~truth & (Y != 0)):
        raise ValueError(
            "Y must hold 0 or 1 in every cell that counts; mark unknown cells False in `known`."
        )
    return truth & (weight > 0)
