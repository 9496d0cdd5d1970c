"""Optimizer, loss and metrics of a compiled model, from the user's parameters."""

import inspect
import json
import warnings
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.text import format_value
from skmultilabel_nn.losses._adapter import LossAdapter
from skmultilabel_nn.losses._base import CellLoss
from skmultilabel_nn.losses._lookup import get_loss
from skmultilabel_nn.networks._introspection import float_dtype
from skmultilabel_nn.networks._serialization import self_contained_config

from .one_cycle import OneCycle
from .probability_metric import ProbabilityMetric

keras = load_keras()


class CompileArguments(NamedTuple):
    """Arguments of `compile`: new objects, used by one model only.

    Attributes
    ----------
    optimizer : keras.optimizers.Optimizer
    loss : keras.losses.Loss
    metrics : list of ProbabilityMetric
    learning_rate : float, OneCycle or None
        None for any other schedule or function of the step.
    """

    optimizer: Any
    loss: Any
    metrics: list
    learning_rate: Any

    def compile(self, model):
        """Compile a model."""
        model.compile(
            optimizer=self.optimizer,
            loss=_with_network_precision(_adapt_to_ensemble(self.loss), model),
            weighted_metrics=self.metrics,
            jit_compile=False,
        )

    def key(self):
        """Return text that identifies all that is compiled, except a constant learning rate.

        Returns
        -------
        str or None
            None if a part is the user's own code, which no text identifies.
        """
        parts = [self.optimizer, self.loss, *self.metrics]
        texts = [self_contained_config(part) for part in parts]
        if None in texts or getattr(self.optimizer, "use_ema", False):
            return None  # averages of the weights are initialized with the weights
        optimizer = json.loads(texts[0])
        optimizer["config"]["name"] = None  # Keras numbers the optimizers of a process
        if self.learning_rate is not None:
            # Its values are variables of the program.
            optimizer["config"]["learning_rate"] = type(self.learning_rate).__name__
        dtypes = [str(part.dtype) for part in parts[1:]]
        return json.dumps([optimizer, *texts[1:], dtypes], sort_keys=True)


def make_compile_arguments(*, optimizer, learning_rate, loss, metrics, multilabel, n_outputs=2):
    """Make the arguments of `compile` from the user's parameters, which are not changed.

    Returns
    -------
    CompileArguments
    """
    activation = "sigmoid" if multilabel else "softmax"
    optimizer = get_optimizer(optimizer, learning_rate)
    rate = optimizer.get_config().get("learning_rate")
    if isinstance(learning_rate, OneCycle):
        rate = learning_rate
    return CompileArguments(
        optimizer,
        _check_loss(get_loss(loss, multilabel=multilabel), loss, n_outputs),
        [ProbabilityMetric(m, activation) for m in get_metrics(metrics, multilabel, n_outputs)],
        rate if isinstance(rate, float | OneCycle) else None,
    )


def _adapt_to_ensemble(loss):
    """Wrap a Keras loss, as that of 1-D classes, for the logits of each member of an ensemble."""
    if isinstance(loss, CellLoss | LossAdapter):
        return loss
    return LossAdapter(loss, reduction=loss.reduction, name=loss.name, dtype=loss.dtype)


def _with_network_precision(loss, model):
    """Return the loss in float64 for a float64 network; Keras's float32 would round gradients."""
    if float_dtype(model) != "float64" or loss.dtype == "float64":
        return loss
    options = {"reduction": loss.reduction, "name": loss.name, "dtype": "float64"}
    if isinstance(loss, LossAdapter):  # a function of the user's has no config
        return LossAdapter(loss.loss, loss.activation, **options)
    return type(loss).from_config({**loss.get_config(), **options})


def get_optimizer(identifier, learning_rate=None):
    """Return a new optimizer; the user's own is not changed.

    Its name is fixed: TensorFlow keeps a few kilobytes for every variable name that it has seen.
    """
    _check_optimizer_type(identifier)
    _check_schedule(learning_rate)
    if isinstance(learning_rate, Real):
        learning_rate = float(learning_rate)
    rate = {} if learning_rate is None else {"learning_rate": learning_rate}
    if isinstance(identifier, str):
        name = "adam" if identifier == "auto" else identifier.lower()
        try:
            kind = keras.optimizers.get({"class_name": name, "config": {"name": name}})
        except ValueError:
            raise ValueError(
                f"optimizer must be 'auto' or the name of a Keras optimizer such as 'adam', got "
                f"{format_value(identifier)}."
            ) from None
        return kind if not rate else type(kind)(**rate, name=name)
    given = keras.optimizers.get(identifier)
    name = type(given).__name__.lower()
    return type(given).from_config({**given.get_config(), **rate, "name": name})


def _check_optimizer_type(identifier):
    if isinstance(identifier, str | keras.optimizers.Optimizer):
        return
    if isinstance(identifier, dict) and "class_name" in identifier:
        return
    advice = ""
    if inspect.isclass(identifier) and issubclass(identifier, keras.optimizers.Optimizer):
        name = identifier.__name__
        advice = f" Write optimizer={name.lower()!r}, with learning_rate, or {name}(...)."
    raise ValueError(
        f"optimizer must be 'auto', the name of a Keras optimizer or a keras.optimizers.Optimizer, "
        f"got {format_value(identifier)}.{advice}"
    )


def _check_schedule(learning_rate):
    """Compute a schedule's first rate; numbers were checked before."""
    if not callable(learning_rate):
        return
    schedule = isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule)
    try:
        rate = float(learning_rate(0) if schedule else learning_rate())
    except Exception as error:  # what the user's code raises is not known
        raise ValueError(
            f"learning_rate: {format_value(learning_rate)} gives no number at the first step. Give "
            "a number, a keras.optimizers.schedules.LearningRateSchedule or a function without "
            "arguments."
        ) from error
    if not 0 <= rate < np.inf:
        raise ValueError(f"learning_rate: {format_value(learning_rate)} gives {rate:g}.")


def _check_loss(loss, identifier, n_outputs):
    """Compute a loss of the user's once, before any training."""
    if isinstance(identifier, str | keras.losses.Loss) or identifier is None:
        return loss
    zeros = np.zeros((2, n_outputs), np.float32)
    truth = zeros.copy()
    truth[:, 0] = 1
    try:
        keras.ops.add(_adapt_to_ensemble(loss)(truth, zeros), np.float32(0))
    except Exception as error:  # what the user's code raises is not known
        raise ValueError(
            f"loss: {format_value(identifier)} cannot be computed from a 0/1 indicator and "
            f"probabilities, tensors of shape (n_samples, n_outputs): "
            f"{str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from error
    return loss


def get_metrics(identifiers, multilabel, n_outputs=2):
    """Return a list of new Keras metrics, each with a scalar result.

    Raises
    ------
    TypeError, ValueError
        If an item is not a Keras metric, or cannot be computed from an indicator and
        probabilities.
    """
    if identifiers is None:
        return []
    if not isinstance(identifiers, list | tuple):
        one = isinstance(identifiers, str) or callable(identifiers)
        advice = f" Write [{format_value(identifiers)}]." if one else ""
        raise TypeError(
            f"metrics must be a list of Keras metrics, got {format_value(identifiers)}.{advice}"
        )
    return [_get_metric(identifier, multilabel, n_outputs) for identifier in identifiers]


def _get_metric(identifier, multilabel, n_outputs):
    metric = _find_metric(identifier, multilabel)
    value = _compute_once(metric, identifier, n_outputs)
    if metric.name == "loss":
        raise ValueError(
            f"metrics: {format_value(identifier)} is named 'loss', as the loss is in history_. "
            f"Give it another name."
        )
    if np.ndim(value) != 0:
        raise ValueError(
            f"metrics: {format_value(identifier)} gives an array of shape {np.shape(value)}, but "
            f"history_ records one number per epoch. Give the metric with an average, for example "
            f"keras.metrics.F1Score(average='macro')."
        )
    return metric


def _find_metric(identifier, multilabel):
    if isinstance(identifier, str) and identifier in ("accuracy", "acc"):
        accuracy = keras.metrics.BinaryAccuracy if multilabel else keras.metrics.CategoricalAccuracy
        return accuracy(name=identifier)
    if (getattr(identifier, "__module__", None) or "").startswith("sklearn."):
        raise TypeError(
            f"metrics: {format_value(identifier)} is a function of scikit-learn, which Keras "
            f"cannot compute in a compiled program. Give a metric of keras.metrics, or score the "
            f"fitted estimator; ranking scores are recorded for monitor='val_lrap' and the like."
        )
    try:
        metric = keras.metrics.get(identifier)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"metrics: {format_value(identifier)} is not a Keras metric: "
            f"{str(error).splitlines()[0][:200]}"
        ) from None
    if isinstance(metric, tuple(_FOR_ONE_HOT_CLASSES)) and not multilabel:
        return _of_one_hot_classes(metric, identifier)
    if isinstance(metric, keras.metrics.Metric):
        name = identifier.lower() if isinstance(identifier, str) else metric.name
        return type(metric).from_config({**metric.get_config(), "name": name})
    if callable(metric) and not inspect.isclass(metric):
        return keras.metrics.MeanMetricWrapper(metric, name=getattr(metric, "__name__", "metric"))
    raise TypeError(
        f"metrics must hold Keras metrics, their names or functions, got {format_value(metric)}."
    )


# Metrics of the numbers of classes, and those of one-hot rows, as which a 1-D y is trained.
_FOR_ONE_HOT_CLASSES = {
    keras.metrics.SparseCategoricalAccuracy: keras.metrics.CategoricalAccuracy,
    keras.metrics.SparseCategoricalCrossentropy: keras.metrics.CategoricalCrossentropy,
    keras.metrics.SparseTopKCategoricalAccuracy: keras.metrics.TopKCategoricalAccuracy,
}


def _of_one_hot_classes(metric, identifier):
    options = {"k": metric.get_config()["k"]} if "k" in metric.get_config() else {}
    name = identifier.lower() if isinstance(identifier, str) else metric.name
    kind = next(new for old, new in _FOR_ONE_HOT_CLASSES.items() if isinstance(metric, old))
    return kind(name=name, **options)


def _compute_once(metric, identifier, n_outputs):
    """Compute a metric on a few samples, and reset it."""
    # With as many samples as outputs, arrays of both shapes could be combined by chance.
    truth = np.zeros((3 if n_outputs == 2 else 2, n_outputs), np.float32)
    truth[0, 0] = 1
    try:
        metric.update_state(truth, np.full_like(truth, 0.5))
        value = keras.ops.convert_to_numpy(metric.result())
        metric.reset_state()
    except Exception as error:  # raised by the user's code, or by Keras for other types of targets
        raise ValueError(
            f"metrics: {format_value(identifier)} cannot be computed from an indicator and "
            f"probabilities of shape (n_samples, {n_outputs}): {str(error).splitlines()[0][:200]}"
        ) from error
    return value


def compiled_metrics(network):
    """Return the metrics of a compiled Keras model, None for anything else.

    Warns
    -----
    UserWarning
        If the metrics cannot be copied from the configuration of the model.
    """
    if not isinstance(network, keras.Model) or not getattr(network, "compiled", False):
        return None
    try:
        config = network.get_compile_config() or {}
        given = [*(config.get("metrics") or ()), *(config.get("weighted_metrics") or ())]
        return [keras.metrics.get(metric) for metric in given]
    except Exception as error:  # the user's code, which Keras cannot serialize
        warnings.warn(
            f"The metrics with which network {network.name!r} was compiled cannot be copied, and "
            f"are not recorded: {str(error).splitlines()[0]} Give them as metrics=[...].",
            UserWarning,
            stacklevel=2,
        )
        return None


def compiled_optimizer_and_loss(network):
    """Return optimizer and loss of a compiled Keras model, (None, None) for anything else."""
    if isinstance(network, keras.Model) and getattr(network, "compiled", False):
        return network.optimizer, network.loss
    return None, None
