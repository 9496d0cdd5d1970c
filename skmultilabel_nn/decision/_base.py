"""The interface of all decision rules, and what they share."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skmultilabel_nn._utils.validation import check_probabilities

from ._cells import validate_cells


class DecisionRule(BaseEstimator):
    """Base class of all rules; a subclass defines `_learn` and may override `_select`.

    Attributes
    ----------
    tuned : bool
        Whether `fit` needs held-out probabilities. If False, `fit` only checks the parameters and
        the number of labels.
    n_labels_ : int
        Number of labels.
    thresholds_ : ndarray of shape (n_labels,), float64
        Only of rules that consist of thresholds: a label is predicted if and only if its
        probability is at least its threshold.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.decision import DecisionRule
    >>> class Even(DecisionRule):
    ...     "Predict a label as often as it is true in the held-out samples."
    ...     def _learn(self, cells, n_labels):
    ...         share = cells.truth.mean(axis=0)
    ...         self.thresholds_ = np.diag(np.quantile(cells.score, 1 - share, axis=0))
    >>> rule = Even().fit([[0], [0], [1], [1]], [[0.1], [0.2], [0.3], [0.4]])
    >>> rule.decide([[0.2], [0.3]])
    array([[0],
           [1]])
    """

    tuned = True

    def fit(self, Y, P, *, known=None, sample_weight=None):
        """Tune the rule on held-out samples.

        Parameters
        ----------
        Y : ndarray or sparse array of shape (n_samples, n_labels)
            Truth, 0 or 1.
        P : array of shape (n_samples, n_labels)
            Probabilities in [0, 1]. A rule that is not `tuned` also accepts None.
        known : bool ndarray of shape (n_samples, n_labels), default=None
            False where the truth is unknown; such cells are ignored. None: all are known.
        sample_weight : array of shape (n_samples,) or (n_samples, n_labels), default=None
            How often each sample or cell counts; 0 leaves it out.

        Returns
        -------
        self : DecisionRule

        Raises
        ------
        ValueError
            If a parameter is out of range, shapes differ, `P` holds NaN or is no probability, or
            no cell counts.
        """
        if self.tuned:
            cells = validate_cells(Y, P, known, sample_weight)
            n_labels = cells.score.shape[1]
        else:
            cells = None
            n_labels = count_labels(Y, P)
        self._learn(cells, n_labels)
        self.n_labels_ = n_labels
        return self

    def decide(self, P):
        """Predict labels, independently for each sample.

        Parameters
        ----------
        P : array of shape (n_samples, n_labels)
            Probabilities in [0, 1].

        Returns
        -------
        indicator : ndarray of shape (n_samples, n_labels), int64

        Raises
        ------
        ValueError
            If `P` has another number of labels than in `fit`, holds NaN or is no probability.
        sklearn.exceptions.NotFittedError
            If the rule was not fitted.
        """
        check_is_fitted(self, "n_labels_")
        return self._select(check_probabilities(P, self.n_labels_)).astype(np.int64)

    def _learn(self, cells, n_labels):
        raise NotImplementedError(f"{type(self).__name__} must define _learn(cells, n_labels).")

    def _select(self, P):
        return self.thresholds_ <= P


def count_labels(Y, P):
    """Return the number of columns of `P` or, where that is None, of `Y`."""
    if P is not None:
        return check_probabilities(P).shape[1]
    shape = Y.shape if hasattr(Y, "shape") else np.shape(Y)
    if len(shape) != 2:
        raise ValueError(f"Y must have shape (n_samples, n_labels); got {shape}.")
    return shape[1]


def mask_first_k(order, size):
    """Mark the first `size` columns of each sample's `order`; return a mask of its shape."""
    mask = np.zeros(order.shape, dtype=bool)
    values = np.broadcast_to(np.arange(order.shape[1]) < size, order.shape)
    np.put_along_axis(mask, order, values, axis=1)
    return mask
