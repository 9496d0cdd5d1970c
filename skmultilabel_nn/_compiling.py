"""Optimizer, loss and metrics: from what the user gave to a model compiled by Keras."""

import inspect
import json

from ._assembly import is_cacheable, serialize
from ._backend import load_keras

keras = load_keras()


@keras.saving.register_keras_serializable(package="skmultilabel_nn")
class OnProbabilities(keras.metrics.Metric):
    """A metric of probabilities, for a model that gives logits.

    Parameters
    ----------
    metric : keras.metrics.Metric or dict
        The metric that is given probabilities.
    activation : {"sigmoid", "softmax"}
        What makes probabilities of logits.
    """

    def __init__(self, metric, activation):
        if isinstance(metric, dict):
            metric = keras.metrics.deserialize(metric)
        super().__init__(name=metric.name, dtype=metric.dtype)
        self.metric = metric
        self.activation = activation

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch; weights per cell reach metrics that average over rows cell by cell."""
        y_pred = getattr(keras.ops, self.activation)(y_pred)
        per_cell = sample_weight is not None and len(sample_weight.shape) == 2
        if per_cell and isinstance(self.metric, keras.metrics.MeanMetricWrapper):
            y_true, y_pred = (keras.ops.expand_dims(y, -1) for y in (y_true, y_pred))
        return self.metric.update_state(y_true, y_pred, sample_weight)

    def result(self):
        """Return the metric's value."""
        return self.metric.result()

    def reset_state(self):
        """Forget all batches."""
        self.metric.reset_state()

    def get_config(self):
        """Return what rebuilds the metric."""
        return {"metric": keras.metrics.serialize(self.metric), "activation": self.activation}


def compile_model(model, *, optimizer, learning_rate, loss, metrics, multilabel):
    """Compile `model` with copies of what the user gave.

    Returns
    -------
    str or None
        Text that tells all that was compiled, learning rate aside; None where parts of it are
        the user's own code, which no text can tell.
    """
    from .losses import get_loss

    activation = "sigmoid" if multilabel else "softmax"
    optimizer = get_optimizer(optimizer, learning_rate)
    loss = _as_precise(get_loss(loss, multilabel=multilabel), model)
    metrics = [OnProbabilities(m, activation) for m in get_metrics(metrics, multilabel)]
    model.compile(optimizer=optimizer, loss=loss, weighted_metrics=metrics, jit_compile=False)
    return _compile_key(optimizer, loss, metrics)


def _as_precise(loss, model):
    """Keras's losses compute in float32, which would round the gradients of a float64 network."""
    if model.trainable_variables[0].dtype != "float64" or loss.dtype == "float64":
        return loss
    return type(loss).from_config({**loss.get_config(), "dtype": "float64"})


def get_optimizer(identifier, learning_rate=None):
    """Return a new optimizer; the user's own is only read."""
    given = keras.optimizers.get("adam" if identifier == "auto" else identifier)
    config = given.get_config()
    if learning_rate is not None:
        config["learning_rate"] = learning_rate
    return type(given).from_config({**config, "name": type(given).__name__.lower()})


def get_metrics(identifiers, multilabel):
    """Return a list of new Keras metrics."""
    if isinstance(identifiers, str) or callable(identifiers):
        raise TypeError(
            f"metrics must be a list of Keras metrics, got {identifiers!r}. Write [{identifiers!r}]."
        )
    return [_get_metric(identifier, multilabel) for identifier in identifiers or ()]


def _get_metric(identifier, multilabel):
    if identifier in ("accuracy", "acc"):
        accuracy = keras.metrics.BinaryAccuracy if multilabel else keras.metrics.CategoricalAccuracy
        return accuracy(name=identifier)
    metric = keras.metrics.get(identifier)
    if isinstance(metric, keras.metrics.Metric):
        name = identifier.lower() if isinstance(identifier, str) else metric.name
        return type(metric).from_config({**metric.get_config(), "name": name})
    if inspect.isfunction(metric) or callable(metric):
        return keras.metrics.MeanMetricWrapper(metric, name=getattr(metric, "__name__", "metric"))
    raise TypeError(f"metrics must hold Keras metrics, their names or functions; got {metric!r}.")


def compiled_parts(network):
    """Return optimizer and loss of a compiled Keras model, (None, None) for anything else."""
    if isinstance(network, keras.Model) and getattr(network, "compiled", False):
        return network.optimizer, network.loss
    return None, None


def _compile_key(optimizer, loss, metrics):
    texts = [serialize(part) for part in (optimizer, loss, *metrics)]
    if not all(text is not None and is_cacheable(text) for text in texts):
        return None
    optimizer_config, loss_config = (json.loads(text) for text in texts[:2])
    if not isinstance(optimizer_config["config"].get("learning_rate"), dict):
        optimizer_config["config"]["learning_rate"] = None  # a variable of the program
    if optimizer_config["config"].get("use_ema"):
        return None  # its averages start from the weights
    for config in (optimizer_config, loss_config):
        config["config"]["name"] = None
    return json.dumps([optimizer_config, loss_config, texts[2:]], sort_keys=True)
