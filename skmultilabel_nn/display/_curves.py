"""Precision-recall and ROC curves of each label, with their micro and macro averages."""

from dataclasses import KW_ONLY, dataclass

import numpy as np
from sklearn.metrics import auc, precision_recall_curve, roc_curve

from skmultilabel_nn._utils.docstrings import inherit_docstring

from ._base import LabelCurveDisplay
from ._drawing import GRID, AverageCurve
from ._scores import warn_undefined
from ._style import REFERENCE_STYLE

_NO_CURVE = AverageCurve(np.empty(0), np.empty(0), np.nan)


def _precision_recall(truth, score, weight):
    if not _has_weight(truth, weight):
        return _NO_CURVE
    precision, recall, _ = precision_recall_curve(
        truth, score, sample_weight=weight, drop_intermediate=True
    )
    # What average_precision_score computes of the same curve.
    area = -np.sum(np.diff(recall) * precision[:-1])
    return AverageCurve(recall, precision, float(area))


def _roc(truth, score, weight):
    if not (_has_weight(truth, weight) and _has_weight(~truth, weight)):
        return _NO_CURVE
    fpr, tpr, _ = roc_curve(truth, score, sample_weight=weight)
    return AverageCurve(fpr, tpr, float(auc(fpr, tpr)))


def _has_weight(cells, weight):
    return bool(np.any(cells if weight is None else cells & (weight > 0)))


def _none_if_undefined(curve):
    return None if np.isnan(curve.score) else curve


def _mean_curve(curves, at_grid):
    """Average over labels what their curves are at each point of the grid."""
    curves = [curve for curve in curves if not np.isnan(curve.score)]
    if not curves:
        return None
    mean = np.mean([at_grid(curve.x, curve.y) for curve in curves], axis=0)
    return AverageCurve(GRID[::-1], mean[::-1], float(np.mean([curve.score for curve in curves])))


def _precision_at_grid(recall, precision):
    """Precision where the grid's recall is reached first: the area below is the mean AP."""
    first = np.searchsorted(recall[::-1], GRID)
    return precision[::-1][first]


def _rate_at_grid(fpr, tpr):
    """Interpolate; where a curve rises at once its upper end counts, but for the origin."""
    values = np.interp(GRID, fpr, tpr)
    values[0] = 0.0
    return values


@inherit_docstring(LabelCurveDisplay)
@dataclass(eq=False, repr=False)
class MultilabelPrecisionRecallDisplay(LabelCurveDisplay):
    """Precision-recall curve of each label, with micro and macro average.

    Made by `from_estimator` or `from_predictions`; parameters are attributes.

    Parameters
    ----------
    precision, recall : list of n_labels ndarrays
        Points of each label's curve, as `sklearn.metrics.precision_recall_curve` gives them with
        ``drop_intermediate=True``; empty for a label without positives.
    average_precision : ndarray of shape (n_labels,)
        NaN for a label without positives.
    macro : AverageCurve, default=None
        The mean precision over labels at each recall; its score is the mean average precision.
    prevalence : float, default=None
        Share of the positives among all known cells: the micro average of random scores.

    Attributes
    ----------
    average_line_ : list of matplotlib Lines
        Micro and macro average.
    chance_level_ : matplotlib Line or None
        Precision of random scores.

    See Also
    --------
    sklearn.metrics.PrecisionRecallDisplay : The display of one label.

    Examples
    --------
    >>> from skmultilabel_nn.display import MultilabelPrecisionRecallDisplay
    >>> y = [{"a"}, {"a", "b"}, {"b"}, set()]
    >>> scores = [[0.9, 0.3], [0.8, 0.7], [0.4, 0.9], [0.1, 0.5]]
    >>> display = MultilabelPrecisionRecallDisplay.from_predictions(y, scores)
    >>> display.average_precision
    array([1., 1.])
    """

    _score_name = "AP"
    _drawstyle = "steps-post"
    _at_grid = staticmethod(_precision_at_grid)
    _xlabel, _ylabel = "Recall", "Precision"

    precision: list
    recall: list
    _: KW_ONLY
    average_precision: np.ndarray
    label_names: np.ndarray
    n_positives: np.ndarray
    micro: AverageCurve | None = None
    macro: AverageCurve | None = None
    prevalence: float | None = None
    name: str | None = None

    @classmethod
    def _compute(cls, scores, name):
        columns = range(len(scores.label_names))
        curves = [_precision_recall(*scores.of_label(column)) for column in columns]
        average_precision = np.array([curve.score for curve in curves])
        warn_undefined(scores.label_names, average_precision, "precision-recall curve", "positives")
        truth, _, weight = pooled = scores.pooled()
        return cls(
            [curve.y for curve in curves],
            [curve.x for curve in curves],
            average_precision=average_precision,
            label_names=scores.label_names,
            n_positives=scores.n_positives,
            micro=_none_if_undefined(_precision_recall(*pooled)),
            macro=_mean_curve(curves, _precision_at_grid),
            prevalence=float(np.average(truth, weights=weight)),
            name=name,
        )

    def _labels(self):
        return self._label_curves(self.recall, self.precision, self.average_precision)

    def _reference(self, artists):
        self.chance_level_ = None
        if self.prevalence is None:
            return []
        text = f"chance level, micro ({self.prevalence:.2f})"
        self.chance_level_ = self.ax_.axhline(self.prevalence, label=text, **REFERENCE_STYLE)
        return [self.chance_level_]


@inherit_docstring(LabelCurveDisplay)
@dataclass(eq=False, repr=False)
class MultilabelRocDisplay(LabelCurveDisplay):
    """ROC curve of each label, with micro and macro average.

    Made by `from_estimator` or `from_predictions`; parameters are attributes.

    Parameters
    ----------
    fpr, tpr : list of n_labels ndarrays
        False and true positive rates of each label, as `sklearn.metrics.roc_curve` gives them;
        empty for a label without positives or without negatives.
    roc_auc : ndarray of shape (n_labels,)
        Area under each curve, NaN where there is none.
    macro : AverageCurve, default=None
        The mean true positive rate over labels at each false positive rate; its score is the mean
        area.

    Attributes
    ----------
    average_line_ : list of matplotlib Lines
        Micro and macro average.
    chance_level_ : matplotlib Line
        The diagonal.

    See Also
    --------
    sklearn.metrics.RocCurveDisplay : The display of one label.

    Examples
    --------
    >>> from skmultilabel_nn.display import MultilabelRocDisplay
    >>> y = [{"a"}, {"a", "b"}, {"b"}, set()]
    >>> scores = [[0.9, 0.3], [0.8, 0.7], [0.4, 0.4], [0.1, 0.5]]
    >>> display = MultilabelRocDisplay.from_predictions(y, scores)
    >>> display.roc_auc
    array([1.  , 0.75])
    """

    _score_name = "AUC"
    _at_grid = staticmethod(_rate_at_grid)
    _xlabel, _ylabel = "False positive rate", "True positive rate"

    fpr: list
    tpr: list
    _: KW_ONLY
    roc_auc: np.ndarray
    label_names: np.ndarray
    n_positives: np.ndarray
    micro: AverageCurve | None = None
    macro: AverageCurve | None = None
    name: str | None = None

    @classmethod
    def _compute(cls, scores, name):
        columns = range(len(scores.label_names))
        curves = [_roc(*scores.of_label(column)) for column in columns]
        roc_auc = np.array([curve.score for curve in curves])
        warn_undefined(scores.label_names, roc_auc, "ROC curve", "positives or no negatives")
        return cls(
            [curve.x for curve in curves],
            [curve.y for curve in curves],
            roc_auc=roc_auc,
            label_names=scores.label_names,
            n_positives=scores.n_positives,
            micro=_none_if_undefined(_roc(*scores.pooled())),
            macro=_mean_curve(curves, _rate_at_grid),
            name=name,
        )

    def _labels(self):
        return self._label_curves(self.fpr, self.tpr, self.roc_auc)

    def _reference(self, artists):
        self.chance_level_ = self._draw_diagonal("chance level")
        return [self.chance_level_]
