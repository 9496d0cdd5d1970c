"""Calls of everything public with odd arguments.

Each ends in an answer or in a `ValueError`, `TypeError`, `NotFittedError` or `MemoryError`, and
leaves the estimators that were fitted before as they were, bit for bit.
"""

import functools
import inspect

import numpy as np
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmultilabel_nn import KerasMultiLabelClassifier, decision, display, label_sets, metrics
from skmultilabel_nn import model_selection as ms
from skmultilabel_nn.calibration import LabelCalibrator

from .values import NESTED, ODD, PROBABILITIES, SAMPLES, TARGETS, WEIGHTS, D, P, X, Y

ALLOWED = (ValueError, TypeError, NotFittedError, MemoryError)
TINY = {"hidden_layer_sizes": (2,), "n_members": 1, "n_bins": 0, "epochs": 1, "random_state": 0}
PARAMETERS = sorted(inspect.signature(KerasMultiLabelClassifier).parameters)
# Any object with a call is taken, or changes what is printed or compiled: nothing to be refused.
PARAMETERS = [name for name in PARAMETERS if name not in ("network", "jit_compile", "verbose")]


@functools.cache
def fitted(kind):
    """Return an estimator that all calls share, and what it predicts."""
    target = {"indicator": Y, "sets": [set(np.flatnonzero(row)) for row in Y], "classes": Y[:, 0]}
    estimator = KerasMultiLabelClassifier(**TINY).fit(X, target[kind])
    return estimator, estimator.predict_proba(X)


KINDS = ("indicator", "sets", "classes")


def _call(function):
    """Make a strategy of calls of `function(draw)`, which returns what is called, and with what."""
    return st.composite(function)()


def _constructor(draw):
    names = draw(st.lists(st.sampled_from(PARAMETERS), min_size=1, max_size=2, unique=True))
    given = {name: draw(NESTED) for name in names}
    estimator = KerasMultiLabelClassifier(**{**TINY, **given})
    return f"fit, {given!r}", lambda: estimator.fit(X, Y)


def _learning(draw):
    method = draw(st.sampled_from(["fit", "partial_fit"]))
    arguments = [draw(SAMPLES), draw(TARGETS)]
    options = {"sample_weight": draw(WEIGHTS)}
    if method == "partial_fit":
        options["classes"] = draw(NESTED)
    estimator = KerasMultiLabelClassifier(**TINY)
    text = f"{method}(*{arguments!r}, **{options!r})"
    return text, lambda: getattr(estimator, method)(*arguments, **options)


def _answer(draw):
    estimator, _ = fitted(draw(st.sampled_from(KINDS)))
    name = draw(st.sampled_from(["predict", "predict_proba", "decision_function", "predict_topk"]))
    arguments = [draw(SAMPLES)] + [draw(ODD)] * (name == "predict_topk")
    return f"{name}(*{arguments!r})", lambda: getattr(estimator, name)(*arguments)


def _score(draw):
    estimator, _ = fitted(draw(st.sampled_from(KINDS)))
    arguments = [draw(SAMPLES), draw(TARGETS), draw(WEIGHTS)]
    return f"score(*{arguments!r})", lambda: estimator.score(*arguments)


def _threshold(draw):
    estimator, _ = fitted(draw(st.sampled_from(KINDS)))
    threshold = draw(NESTED)

    def predict():
        given = clone(estimator)
        vars(given).update(vars(estimator))
        return given.set_params(threshold=threshold).predict(X)

    return f"threshold={threshold!r}, predict", predict


def _metric(draw):
    name = draw(st.sampled_from(metrics.__all__))
    function = getattr(metrics, name)
    parameters = inspect.signature(function).parameters
    values = {"y_true": TARGETS, "y_train": TARGETS, "y_score": PROBABILITIES, "y_pred": TARGETS}
    values["sample_weight"] = WEIGHTS
    given = {}
    for parameter in parameters.values():
        required = parameter.default is parameter.empty
        if required or draw(st.booleans()):
            given[parameter.name] = draw(values.get(parameter.name, NESTED))
    return f"{name}(**{given!r})", lambda: function(**given)


RULES = [getattr(decision, name) for name in decision.__all__]
RULES = [rule for rule in RULES if inspect.isclass(rule) and rule is not decision.DecisionRule]


def _rule(draw):
    kind = draw(st.sampled_from(RULES))
    names = inspect.signature(kind).parameters
    given = {name: draw(NESTED) for name in names if draw(st.booleans())}
    truth, probabilities, weight = draw(TARGETS), draw(PROBABILITIES), draw(WEIGHTS)

    def decide():
        rule = kind(**given).fit(truth, probabilities, sample_weight=weight)
        return rule.decide(P)

    return f"{kind.__name__}(**{given!r}).fit({truth!r}, {probabilities!r}, {weight!r})", decide


def _calibration(draw):
    truth, probabilities, weight = draw(TARGETS), draw(PROBABILITIES), draw(WEIGHTS)
    names = inspect.signature(LabelCalibrator).parameters
    given = {name: draw(ODD) for name in names if draw(st.booleans())}
    text = f"LabelCalibrator(**{given!r}).fit({probabilities!r}, {truth!r}, {weight!r})"
    return text, lambda: LabelCalibrator(**given).fit(probabilities, truth, sample_weight=weight)


SPLITTERS = ["MultilabelStratifiedKFold", "MultilabelStratifiedShuffleSplit"]


def _split(draw):
    kind = getattr(ms, draw(st.sampled_from(SPLITTERS)))
    names = inspect.signature(kind).parameters
    given = {name: draw(ODD) for name in names if draw(st.booleans())}
    samples, target = draw(SAMPLES), draw(TARGETS)
    text = f"{kind.__name__}(**{given!r}).split({samples!r}, {target!r})"
    return text, lambda: list(kind(**given).split(samples, target))


def _label_sets(draw):
    target = draw(TARGETS)
    return f"label_sets({target!r})", lambda: label_sets(target)


DISPLAYS = ["MultilabelRocDisplay", "MultilabelPrecisionRecallDisplay", "ThresholdDisplay"]
DISPLAYS += ["MultilabelCalibrationDisplay"]


def _display(draw):
    kind = getattr(display, draw(st.sampled_from(DISPLAYS)))
    truth, probabilities = draw(TARGETS), draw(PROBABILITIES)
    parameters = inspect.signature(kind.from_predictions).parameters
    names = [n for n in list(parameters)[2:] if n != "ax" and parameters[n].kind != 4]
    given = {name: draw(ODD) for name in names if draw(st.integers(0, 3)) == 0}
    text = f"{kind.__name__}.from_predictions({truth!r}, {probabilities!r}, **{given!r})"
    return text, lambda: kind.from_predictions(truth, probabilities, **given)


# Calls that may train are few, and displays, which take the time of a figure.
CALLS = st.one_of(
    *[_call(f) for f in (_answer, _score, _threshold, _metric, _rule, _split, _label_sets)] * 2,
    *[_call(f) for f in (_constructor, _learning, _calibration, _display)],
)


def check(call):
    """Run a call, as `CALLS` draws it.

    Raises
    ------
    AssertionError
        If it ended in another error, or a fitted estimator has changed.
    """
    text, run = call
    try:
        run()
    except ALLOWED as error:
        assert str(error).strip() or isinstance(error, MemoryError), f"no message: {text[:2000]}"
    except Exception as error:
        raise AssertionError(
            f"{type(error).__name__}: {error}"[:500] + f"\n{text[:2000]}"
        ) from error
    for kind in KINDS:
        estimator, expected = fitted(kind)
        np.testing.assert_array_equal(estimator.predict_proba(X), expected, text[:2000])
        assert estimator.n_features_in_ == D
