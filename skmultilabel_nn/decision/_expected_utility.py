"""The label set of highest expected F1 or Jaccard of each sample, assuming independent labels.

Let p_1 >= p_2 >= ... be a sample's probabilities, S the number of its true labels, S' that of the
true ones behind the first k. For either metric the best set of k labels is the first k: exchanging
a label for a more probable one never lowers the expectation (Lewis 1995 for F1; for Jaccard both
factors below grow). With 1 / m = integral of x^(m - 1) over [0, 1], and q_j(x) = 1 - p_j + p_j x,

    E[F1_k]      = 2 E[sum_{i<=k} y_i / (k + S)]
                 = 2 int x^(k-1) prod_j q_j(x) sum_{i<=k} p_i x / q_i(x) dx,
    E[Jaccard_k] = sum_{i<=k} p_i E[1 / (k + S')] = sum_{i<=k} p_i int x^(k-1) prod_{j>k} q_j(x) dx.

The integrands are polynomials with positive terms, of degree below 2 n_labels, so Gauss-Legendre
quadrature with n_labels nodes is exact: O(n_labels^2) per sample, as the recurrence of Ye et al.
(2012). Fewer nodes are enough where few labels are likely:

- sizes k whose upper bound (Jensen) is below another size's lower bound are not looked at;
- nodes integrate exactly up to k + s true labels with P(S > s) < `TOLERANCE` by Chernoff's bound.
"""

from functools import lru_cache

import numpy as np
from scipy.special import roots_legendre
from sklearn.utils.validation import check_is_fitted

from skmultilabel_nn._utils.checks import check_unit_interval
from skmultilabel_nn._utils.text import unknown_name_message
from skmultilabel_nn._utils.validation import check_probabilities

from ._base import DecisionRule, mask_first_k

_BLOCK_CELLS = 2**16  # rows times nodes: stays in the processor's cache

TOLERANCE = 1e-15
_TIE = 1e-12  # relative; of equally good sets the smallest is taken


def best_sets(P, utility, zero_division):
    """Find the size of the best label set of each sample, and its expected utility.

    The best set of a size holds the most probable labels.

    Parameters
    ----------
    P : ndarray of shape (n_samples, n_labels)
        Probabilities.
    utility : {"f1", "jaccard"}
    zero_division : float
        Utility of an empty set where no label is true.

    Returns
    -------
    size : ndarray of shape (n_samples,), int64
    value : ndarray of shape (n_samples,), float64
    """
    ranked = -np.sort(-P.astype(np.float64), axis=1)
    largest = _largest_size(ranked, utility)
    nodes = _n_nodes(ranked, largest)
    size, value = np.zeros(len(P), dtype=np.int64), np.empty(len(P))
    for n_nodes in np.unique(nodes):
        rows = np.flatnonzero(nodes == n_nodes)
        rows = rows[np.argsort(largest[rows], kind="stable")]
        step = max(1, _BLOCK_CELLS // n_nodes)
        for block in np.split(rows, range(step, len(rows), step)):
            expected = _EXPECTED[utility](ranked[block], largest[block].max(), n_nodes)
            # The prediction of a sample must not depend on the other samples in the block.
            expected[np.arange(expected.shape[1]) >= largest[block, None]] = -1.0
            size[block], value[block] = _best_size(ranked[block], expected, zero_division)
    return size, value


def _best_size(ranked, expected, zero_division):
    empty = zero_division * np.prod(1.0 - ranked, axis=1)
    expected = np.column_stack([empty, expected])
    best = expected.max(axis=1, keepdims=True)
    return np.argmax(expected >= best * (1 - _TIE), axis=1), best[:, 0]


def _largest_size(ranked, utility):
    """Return the size beyond which no set can be the best, at least 1."""
    size = np.arange(1, ranked.shape[1] + 1)
    # Of the first k labels, this many are true on average.
    expected = np.cumsum(ranked, axis=1)
    total = expected[:, -1:]
    if utility == "f1":
        lower, upper = 2 * expected / (size + 1 + total), 2 * expected / (size + expected)
    else:
        lower, upper = expected / (size + total - expected), expected / size
    # The mean of the first k falls with k, and so do both upper bounds.
    possible = upper >= lower.max(axis=1, keepdims=True) * (1 - 1e-9)
    return np.maximum(np.count_nonzero(possible, axis=1), 1)


def _n_nodes(ranked, largest):
    """Return the number of quadrature nodes of each sample, a power of two, by its own numbers."""
    n_labels, mean = ranked.shape[1], ranked.sum(axis=1)
    nodes = np.zeros(len(ranked), dtype=np.int64)
    n_nodes = 8
    while np.any(nodes == 0):
        most = 2 * n_nodes - largest  # true labels that are still integrated exactly
        enough = (most >= n_labels) | (_log_tail(most + 1, mean) <= np.log(TOLERANCE))
        nodes[(nodes == 0) & enough] = n_nodes
        n_nodes *= 2
    return nodes


def _log_tail(count, mean):
    """Chernoff's bound of log P(S >= count) for a sum of independent labels, 0 up to its mean."""
    count, mean = np.maximum(count, 1e-300), np.maximum(mean, 1e-300)
    return np.where(count > mean, count - mean - count * np.log(count / mean), 0.0)


@lru_cache(maxsize=16)
def _quadrature(n_nodes):
    node, weight = roots_legendre(n_nodes)
    return (node + 1) / 2, weight / 2


def _expected_f1(ranked, n_sizes, n_nodes):
    """Return the expected F1 of the first 1, ..., n_sizes labels, (rows, n_sizes)."""
    node, weight = _quadrature(n_nodes)
    product = _product(ranked, weight, node)
    share, expected = np.zeros_like(product), np.empty((len(ranked), n_sizes))
    for k in range(n_sizes):
        p = ranked[:, k, None]
        share += p * node / (1.0 - p * (1.0 - node))
        expected[:, k] = 2.0 * np.sum(product * share, axis=1)
        product *= node
    return expected


def _expected_jaccard(ranked, n_sizes, n_nodes):
    """Return the expected Jaccard of the first 1, ..., n_sizes labels, (rows, n_sizes)."""
    node, weight = _quadrature(n_nodes)
    # From the last size down, as dividing a factor out would fail where the product underflows.
    behind, expected = _product(ranked[:, n_sizes:], weight, node), np.empty((len(ranked), n_sizes))
    for k in range(n_sizes - 1, -1, -1):
        expected[:, k] = np.sum(behind * node**k, axis=1)
        behind *= 1.0 - ranked[:, k, None] * (1.0 - node)
    return expected * np.cumsum(ranked[:, :n_sizes], axis=1)


def _product(ranked, weight, node):
    """Return the weights times prod_j (1 - p_j + p_j x) at the nodes x, (rows, nodes)."""
    product = np.tile(weight, (len(ranked), 1))
    for p in ranked.T:
        product *= 1.0 - p[:, None] * (1.0 - node)
    return product


_EXPECTED = {"f1": _expected_f1, "jaccard": _expected_jaccard}


class ExpectedUtility(DecisionRule):
    """The label set of highest expected F1 or Jaccard of each sample, assuming independent labels.

    Needs no tuning but calibrated probabilities. A sample's best set consists of its most probable
    labels; how many is computed exactly (to 1e-12), in at most O(n_labels²) per sample and far less
    where few labels are likely. Of equally good sets the smallest is taken.

    Parameters
    ----------
    utility : {"f1", "jaccard"}, default="f1"
        Metric whose expectation is maximized for each sample.
    zero_division : float, default=1.0
        Utility of an empty set if no label is true. With 0, as in scikit-learn's samples-averaged
        scorers, a sample with a possible label is never predicted empty.

    References
    ----------
    Ye, Chai, Lee and Chieu (2012). Optimizing F-measure: a tale of two approaches. ICML.
    Lewis (1995). Evaluating and optimizing autonomous text classification systems. SIGIR.
    Dembczyński, Waegeman, Cheng and Hüllermeier (2011). An exact algorithm for F-measure
    maximization. NeurIPS.

    Examples
    --------
    >>> from skmultilabel_nn.decision import ExpectedUtility
    >>> rule = ExpectedUtility("f1").fit(None, [[0.5, 0.5, 0.5]])
    >>> rule.decide([[0.4, 0.45, 0.01], [0.1, 0.1, 0.1]])
    array([[1, 1, 0],
           [0, 0, 0]])
    """

    tuned = False

    def __init__(self, utility="f1", *, zero_division=1.0):
        self.utility = utility
        self.zero_division = zero_division

    def _learn(self, cells, n_labels):
        if self.utility not in ("f1", "jaccard"):
            raise ValueError(unknown_name_message("utility", self.utility, ("f1", "jaccard")))
        check_unit_interval("zero_division", self.zero_division)

    def _select(self, P):
        size, _ = best_sets(P, self.utility, self.zero_division)
        return mask_first_k(np.argsort(-P, axis=1, kind="stable"), size[:, None])

    def expected_utility(self, P):
        """Return the expected utility of the predicted sets, float64 of shape (n_samples,).

        Parameters
        ----------
        P : array of shape (n_samples, n_labels)
            Probabilities in [0, 1].
        """
        check_is_fitted(self, "n_labels_")
        P = check_probabilities(P, self.n_labels_)
        return best_sets(P, self.utility, self.zero_division)[1]
