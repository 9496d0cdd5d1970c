"""Metrics of the k most probable labels of each sample."""

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._utils.checks import check_number
from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.responses import as_scores

from . import _at_k, _averages
from ._at_k import count_positives, inverse_logistic_propensities
from ._truth import infer_codec, read_truth


def precision_at_k(y_true, y_score, *, k=5, label_names=None, sample_weight=None):
    """Average share of true labels among the k labels with the highest scores.

    Parameters
    ----------
    y_true : multi-label target of any type
        Truth. Unknown cells (NaN) take no place among the k.
    y_score : array-like or DataFrame of shape (n_samples, n_labels), or list of (n_samples, 2)
        Scores or probabilities. Of equal scores, earlier columns come first.
    k : int, default=5
        How many labels count, at most n_labels. Of a sample with fewer known cells, these.
    label_names : sequence of shape (n_labels,), default=None
        Names of the columns of `y_score`. None: its column names if it is a frame, else the
        columns of `y_true`, for label sets the sorted labels in it.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
        Weights of samples or of cells. Cells of weight 0 count as unknown; a sample has the mean
        weight of the others.

    Returns
    -------
    float
        In [0, 1]; below 1 even for the best scores if samples have fewer than k true labels.

    Raises
    ------
    ValueError
        If shapes differ, `k` is out of range, or nothing is known.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import precision_at_k
    >>> precision_at_k([[1, 0, 0], [1, 1, 0]], [[0.9, 0.5, 0.1], [0.2, 0.8, 0.5]], k=2)
    0.5
    """
    truth, S = _aligned(y_true, y_score, label_names, sample_weight)
    return float(_at_k.precision(truth, S, k=k))


@inherit_docstring(precision_at_k)
def recall_at_k(y_true, y_score, *, k=5, label_names=None, sample_weight=None):
    """Average share of the true labels that is among the k labels with the highest scores.

    Samples without true labels are left out.

    Returns
    -------
    float
        In [0, 1]; NaN, with a warning, if no sample has a true label.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import recall_at_k
    >>> recall_at_k([[1, 0, 0], [1, 1, 0]], [[0.9, 0.5, 0.1], [0.2, 0.8, 0.5]], k=2)
    0.75
    """
    truth, S = _aligned(y_true, y_score, label_names, sample_weight)
    return float(_at_k.recall(truth, S, k=k))


@inherit_docstring(precision_at_k)
def ndcg_at_k(y_true, y_score, *, k=5, label_names=None, sample_weight=None):
    """Compute the normalized discounted cumulative gain (NDCG) of the k highest scores.

    `sklearn.metrics.ndcg_score` for all target types. Equal scores share their gain; a sample
    without true labels has 0.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> from skmultilabel_nn.metrics import ndcg_at_k
    >>> ndcg_at_k([[1, 0, 0], [1, 1, 0]], [[0.9, 0.5, 0.1], [0.2, 0.8, 0.5]], k=1)
    1.0
    """
    truth, S = _aligned(y_true, y_score, label_names, sample_weight)
    return float(_averages.ndcg(truth, S, k=k))


@inherit_docstring(precision_at_k)
def propensity_scored_precision_at_k(
    y_true, y_score, *, propensities, k=5, label_names=None, sample_weight=None
):
    """Precision at k in which a rare label counts more, for a truth that misses labels.

    A true label among the top k counts 1 / propensity. The sum over all samples is divided by the
    highest sum that any ranking reaches, as in the paper's experiments.

    Parameters
    ----------
    propensities : array-like of shape (n_labels,) or dict {label: float}
        Probability that a true label is found in the truth, of `label_propensities` on the
        training target. Labels that only `y_true` has take the smallest of an array.

    Returns
    -------
    float
        In [0, 1]; NaN, with a warning, if no sample has a true label.

    Raises
    ------
    ValueError
        If shapes differ, `k` or a propensity is out of range, or nothing is known.

    References
    ----------
    Jain, Prabhu and Varma. Extreme multi-label loss functions for recommendation, tagging, ranking
    and other missing label applications. KDD 2016.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import propensity_scored_precision_at_k
    >>> scores = [[0.9, 0.5, 0.1], [0.2, 0.8, 0.5]]
    >>> propensity_scored_precision_at_k(
    ...     [[1, 0, 0], [1, 1, 0]], scores, k=1, propensities=[0.5, 1.0, 1.0]
    ... )
    0.75
    """
    truth, S = _aligned(y_true, y_score, label_names, sample_weight)
    value = _at_k.propensity_scored_precision(truth, S, k=k, propensities=propensities)
    return float(value)


def label_propensities(y_train, *, a=0.55, b=1.5, as_dict=False):
    r"""Propensity of each label: the probability that a true label is observed.

    .. math:: p_l = 1 / (1 + C e^{-a \log(N_l + b)}), \quad C = (\log N - 1) (b + 1)^a

    with N samples, N_l of which have label l.

    Parameters
    ----------
    y_train : multi-label target of any type
        The training target, of at least 3 samples.
    a, b : float, default=0.55 and 1.5
        Parameters of the model. The defaults are those of the paper, which has 0.5 and 0.4 for
        Wikipedia data, 0.6 and 2.6 for Amazon data.
    as_dict : bool, default=False
        Whether to return ``{label: propensity}``, which fits label sets in any order of columns.

    Returns
    -------
    ndarray of shape (n_labels,), or dict
        In (0, 1).

    Raises
    ------
    ValueError
        If `y_train` is not multi-label or has fewer than 3 samples, or `a` or `b` is not above 0.

    References
    ----------
    Jain, Prabhu and Varma. Extreme multi-label loss functions for recommendation, tagging, ranking
    and other missing label applications. KDD 2016.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import label_propensities
    >>> label_propensities([{"common"}] * 99 + [{"common", "rare"}]).round(2)
    array([0.68, 0.22])
    """
    a = check_number("a", a, minimum=0, include_boundaries="neither")
    b = check_number("b", b, minimum=0, include_boundaries="neither")
    codec, encoded = learn_targets(y_train)
    n_samples = encoded.Y.shape[0]
    if not codec.multilabel:
        raise ValueError("y_train holds one class per row; propensities need a multi-label target.")
    if n_samples < 3:
        raise ValueError(f"y_train has {n_samples} sample(s); propensities need at least 3.")
    p = inverse_logistic_propensities(count_positives(encoded.Y), n_samples, a, b)
    if not p.all():
        raise ValueError(
            f"a={a:g} gives labels without positives a propensity of 0. Give a smaller a, such as "
            "the default."
        )
    return dict(zip(codec.label_names.tolist(), p.tolist(), strict=True)) if as_dict else p


def _aligned(y_true, y_score, label_names, sample_weight):
    codec = infer_codec(y_true, scores=y_score, label_names=label_names)
    truth = read_truth(y_true, codec, sample_weight)
    return truth, truth.scores(as_scores(codec.order_columns(y_score, "y_score"), codec.n_outputs))
