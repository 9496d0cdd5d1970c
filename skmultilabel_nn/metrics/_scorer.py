"""Scorers that accept all target types."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import f1_score, jaccard_score, precision_score, recall_score
from sklearn.utils.metadata_routing import UNUSED

from skmultilabel_nn._targets.reading import read_target
from skmultilabel_nn._utils.checks import check_integer, check_option
from skmultilabel_nn._utils.responses import as_scores, response, response_method
from skmultilabel_nn._utils.text import format_value, unknown_name_message

from . import _at_k, _averages
from ._truth import codec_of, encode_labels, encode_truth, infer_codec, pad_columns, read_truth

#: Response methods of the estimator, in order of preference.
RESPONSES = {
    "labels": ("predict",),
    "ranking": ("predict_proba", "decision_function"),
    "probabilities": ("predict_proba",),
}
_RESPONSE_METHODS = ("predict", "predict_proba", "decision_function")


class Metric(NamedTuple):
    """A metric by name: ``compute(truth, prediction, **options)``, times the sign.

    Attributes
    ----------
    compute : callable
    response : {"labels", "ranking", "probabilities"}
        What it is computed from.
    sign : {1, -1}
    options : tuple of str
        Parameters of the scorer that it takes.
    """

    compute: Callable
    response: str
    sign: int = 1
    options: tuple = ()


def _named_metrics():
    metrics = {
        "accuracy": Metric(_averages.subset_accuracy, "labels"),
        "neg_hamming_loss": Metric(_averages.hamming, "labels", -1),
        "lrap": Metric(_averages.ranking_average_precision, "ranking"),
        "neg_label_ranking_loss": Metric(_averages.ranking_loss, "ranking", -1),
        "neg_coverage_error": Metric(_averages.coverage, "ranking", -1),
        "neg_log_loss": Metric(_averages.binary_log_loss, "probabilities", -1),
        "neg_brier_score": Metric(_averages.brier, "probabilities", -1),
        "precision@k": Metric(_at_k.precision, "ranking", options=("k",)),
        "recall@k": Metric(_at_k.recall, "ranking", options=("k",)),
        "ndcg@k": Metric(_averages.ndcg, "ranking", options=("k",)),
        "psp@k": Metric(
            _at_k.propensity_scored_precision, "ranking", options=("k", "propensities")
        ),
    }
    metrics["label_ranking_average_precision"] = metrics["lrap"]
    sets = {
        "f1": f1_score,
        "precision": precision_score,
        "recall": recall_score,
        "jaccard": jaccard_score,
    }
    for name, score in sets.items():
        for average in ("micro", "macro", "weighted", "samples"):
            compute = partial(_averages.set_score, score=score, average=average)
            options = ("zero_division",)
            metrics[f"{name}_{average}"] = Metric(compute, "labels", options=options)
    for name, score in _averages.CURVES.items():
        for average in ("macro", "micro", "weighted"):
            compute = partial(_averages.curve_score, score=score, average=average)
            metrics[f"{name}_{average}"] = Metric(compute, "ranking")
        metrics[name] = metrics[f"{name}_macro"]
    return metrics


_METRICS = _named_metrics()


def threshold_free_metric(name):
    """Return ``compute(truth, scores)`` of a metric that reads a ranking, higher being better.

    Parameters
    ----------
    name : str

    Returns
    -------
    callable or None
        None if there is no such metric of this name.
    """
    metric = _METRICS.get(name)
    if metric is None or metric.response != "ranking" or metric.options or metric.sign < 0:
        return None
    return metric.compute


def multilabel_scorer_names():
    """List the names that `multilabel_scorer` knows.

    Returns
    -------
    list of str
        ``k`` in a name stands for a number.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import multilabel_scorer_names
    >>> [name for name in multilabel_scorer_names() if name.startswith("f1")]
    ['f1_macro', 'f1_micro', 'f1_samples', 'f1_weighted']
    """
    return sorted(_METRICS)


def multilabel_scorer(
    metric,
    *,
    k=None,
    average=None,
    greater_is_better=True,
    response_method=None,
    propensities=None,
    zero_division=0.0,
):
    """Return a scorer for ``scoring=`` that accepts all multi-label targets.

    Parameters
    ----------
    metric : str or callable
        A name of `multilabel_scorer_names`, as ``"f1_macro"`` or ``"ndcg@5"``, or
        ``metric(Y_true, predicted)`` on matrices of shape (n_samples, n_labels).
    k : int, default=None
        For names that end in ``@k``: how many labels count.
    average : {"micro", "macro", "weighted", "samples"}, default=None
        May be given apart from the name: ``("f1", average="macro")`` is ``"f1_macro"``.
    greater_is_better : bool, default=True
        False turns the sign of a callable.
    response_method : {"predict", "predict_proba", "decision_function"} or sequence, default=None
        Method of the estimator to call, the first that it has, for a callable (None: `predict`) or
        a metric of scores (None: `predict_proba`, else `decision_function`).
    propensities : array-like of shape (n_labels,) or dict {label: float}, default=None
        For ``"psp@k"``: of `label_propensities`.
    zero_division : {0.0, 1.0}, default=0.0
        Value of F1, precision, recall and the Jaccard index where they are 0 / 0, as for a sample
        that has no labels and is predicted none. The default is that of scikit-learn's scorers.

    Returns
    -------
    scorer : MultilabelScorer
        ``scorer(estimator, X, y, sample_weight=None)``; greater is better.

    Raises
    ------
    ValueError, TypeError
        If the name is unknown or the parameters do not fit it.

    See Also
    --------
    label_sets : Makes label lists pass scikit-learn's own checks of `y` with ``cv=5``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmultilabel_nn.metrics import multilabel_scorer
    >>> X = np.arange(20.0)[:, np.newaxis] % 5
    >>> Y = np.hstack([X > 1, X > 2]).astype(int)
    >>> scorer = multilabel_scorer("f1_macro")
    >>> cross_val_score(KNeighborsClassifier(1), X, Y, cv=2, scoring=scorer)
    array([1., 1.])
    """
    scorer = MultilabelScorer(
        metric,
        k=k,
        average=average,
        greater_is_better=greater_is_better,
        response_method=response_method,
        propensities=propensities,
        zero_division=zero_division,
    )
    scorer._resolved()  # noqa: SLF001 (a constructor only stores, so its function checks)
    return scorer


class MultilabelScorer(BaseEstimator):
    """Scorer returned by `multilabel_scorer`, with the same parameters.

    The columns of predictions have the names in `label_names_` of the estimator, or of the last
    step of a pipeline or the best estimator of a search; else they are those of the truth. A label
    that the estimator never saw counts as not predicted, and as ranked last. Unknown cells (NaN)
    and cells of weight 0 do not count, nor does a sample of which no cell counts; metrics of whole
    samples weigh a sample by the mean weight of its cells that count.

    Parameters
    ----------
    metric, k, average, greater_is_better, response_method, propensities, zero_division
        See `multilabel_scorer`.

    Notes
    -----
    With metadata routing, `set_score_request` sets whether the scorer requests `sample_weight`.
    ``"neg_log_loss"`` and ``"neg_brier_score"`` are means over cells, unlike scikit-learn's scorers
    of these names, which read samples as distributions over classes. Labels without known positives
    (for ROC AUC also those without negatives) are left out of averages of areas under curves, with
    one warning; scikit-learn has NaN there, or 0 for average precision.

    Examples
    --------
    >>> from skmultilabel_nn.metrics import multilabel_scorer
    >>> multilabel_scorer("ndcg@k", k=3)
    MultilabelScorer(k=3, metric='ndcg@k')
    """

    # scikit-learn reads the arguments of `score` as metadata, but for X and y.
    __metadata_request__score = {"estimator": UNUSED}

    def __init__(
        self,
        metric,
        *,
        k=None,
        average=None,
        greater_is_better=True,
        response_method=None,
        propensities=None,
        zero_division=0.0,
    ):
        self.metric = metric
        self.k = k
        self.average = average
        self.greater_is_better = greater_is_better
        self.response_method = response_method
        self.propensities = propensities
        self.zero_division = zero_division

    def __call__(self, estimator, X, y, sample_weight=None):
        """Score a fitted estimator; the same as `score`."""
        return self.score(estimator, X, y, sample_weight=sample_weight)

    def score(self, estimator, X, y, sample_weight=None):
        """Score a fitted estimator.

        Parameters
        ----------
        estimator : fitted classifier
            With the response methods that the metric needs.
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples.
        y : multi-label target of any type
            Truth; NaN marks unknown cells.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells.

        Returns
        -------
        float
            Greater is better.

        Raises
        ------
        ValueError, AttributeError
            If the truth is not a multi-label target, or the estimator has no suitable method.
        """
        metric, options = self._resolved()
        method = _response_method(estimator, metric.response, self.response_method)
        predicted = response(estimator, X, method)
        codec = codec_of(estimator) or _inferred(y, predicted, method)
        if method != "predict":
            predicted = codec.order_columns(predicted, method)
            predicted = as_scores(predicted, codec.n_outputs, getattr(estimator, "classes_", None))
        if callable(self.metric):
            if method == "predict":
                predicted = encode_labels(predicted, codec).astype(np.int64)
            value = _call(self.metric, codec, y, predicted, sample_weight)
        else:
            truth = read_truth(y, codec, sample_weight)
            value = metric.compute(truth, _aligned(truth, predicted, metric, codec), **options)
        return float(metric.sign * value)

    def _accept_sample_weight(self):
        # Asked by scikit-learn's multi-metric scoring where metadata routing is off.
        return True

    def _resolved(self):
        """Return the metric and its options; refuse parameters that do not fit."""
        check_option("zero_division", self.zero_division, (0.0, 1.0))
        if self.response_method is not None:
            _methods(self.response_method)
        if callable(self.metric):
            self._refuse_given("a callable metric", ("k", "average", "propensities"))
            return Metric(self.metric, "labels", 1 if self.greater_is_better else -1), {}
        if not isinstance(self.metric, str):
            raise TypeError(
                f"metric must be a name or a callable, got {format_value(self.metric)}."
            )
        name, k = _split_name(self.metric, self.k)
        if self.average is not None:
            name = f"{name}_{self.average}"
        if name not in _METRICS:
            raise ValueError(unknown_name_message("metric", name, multilabel_scorer_names()))
        metric = _METRICS[name]
        given = {"k": k, "propensities": self.propensities, "zero_division": self.zero_division}
        options = {option: given[option] for option in metric.options}
        self._check_options(name, options)
        return metric, options

    def _check_options(self, name, options):
        fixed = () if _METRICS[name].response == "ranking" else ("response_method",)
        unused = [option for option in ("k", "propensities") if option not in options]
        self._refuse_given(repr(name), (*unused, *fixed))
        if not self.greater_is_better:
            raise ValueError(
                f"greater_is_better=False is for callables; greater {name!r} is better already."
            )
        if "k" in options:
            options["k"] = check_integer("k", options["k"], minimum=1)
        if "propensities" in options and self.propensities is None:
            raise ValueError(f"{name!r} needs propensities=label_propensities(y_train).")

    def _refuse_given(self, what, parameters):
        for name in parameters:
            if getattr(self, name) is not None:
                given = format_value(getattr(self, name))
                raise ValueError(f"{what} takes no {name}, got {name}={given}.")


def _split_name(name, k):
    """Split "ndcg@5" into "ndcg@k" and 5."""
    stem, at, number = name.partition("@")
    if not number.isdecimal():
        return name, k
    if k is not None and k != int(number):
        raise ValueError(f"metric={name!r} and k={format_value(k)} contradict each other.")
    return f"{stem}{at}k", int(number)


def _methods(wanted):
    methods = (wanted,) if isinstance(wanted, str) else wanted
    if not isinstance(methods, list | tuple) or not methods:
        raise TypeError(
            f"response_method must be a name or a sequence of names, got {format_value(wanted)}."
        )
    return tuple(check_option("response_method", name, _RESPONSE_METHODS) for name in methods)


def _response_method(estimator, kind, wanted):
    methods = RESPONSES[kind] if wanted is None else _methods(wanted)
    if kind == "ranking" and "predict" in methods:
        raise ValueError("A ranking needs scores: response_method must not be 'predict'.")
    return response_method(estimator, methods)


def _inferred(y, predicted, method):
    if method == "predict":
        return infer_codec(y, labels=predicted)
    if read_target(y).kind == "sets":
        raise ValueError(
            "y holds label sets, but the estimator has no label_names_, so that it is unknown "
            f"which labels the columns of {method} are. Use an indicator, or an estimator that "
            "accepts label sets."
        )
    return infer_codec(y, scores=predicted)


def _aligned(truth, predicted, metric, codec):
    if metric.response == "labels":
        return truth.labels(predicted, codec)
    align = truth.scores if metric.response == "ranking" else truth.probabilities
    return align(predicted)


def _call(metric, codec, y, predicted, sample_weight):
    """Call the user's metric; unknown cells are NaN in its truth."""
    full, encoded = encode_truth(y, codec)
    Y = encoded.Y.astype(np.int64)
    if encoded.known is not None:
        Y = np.where(encoded.known, Y, np.nan)
    predicted = pad_columns(predicted, full.n_outputs, 0)
    if sample_weight is not None:
        sample_weight = codec.order_columns(sample_weight, "sample_weight")
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    return metric(Y, predicted, **weights)
