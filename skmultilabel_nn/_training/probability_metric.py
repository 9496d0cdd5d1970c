"""Keras metrics of probabilities, for models that output logits."""

from skmultilabel_nn._backend.loading import load_keras, serializable

keras = load_keras()


@serializable
class ProbabilityMetric(keras.metrics.Metric):
    """Metric of probabilities, for a model that outputs logits.

    Parameters
    ----------
    metric : keras.metrics.Metric or dict
        Metric to compute from probabilities.
    activation : {"sigmoid", "softmax"}
        Activation that turns logits into probabilities.
    """

    def __init__(self, metric, activation):
        if isinstance(metric, dict):
            metric = keras.metrics.deserialize(metric)
        super().__init__(name=metric.name, dtype=metric.dtype)
        self.metric = metric
        self.activation = activation

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch; cell weights are passed cell by cell to metrics that average over rows."""
        y_pred = getattr(keras.ops, self.activation)(y_pred)
        if len(y_pred.shape) == 3:  # each member's, in training
            y_pred = keras.ops.mean(y_pred, axis=1)
        per_cell = sample_weight is not None and len(sample_weight.shape) == 2
        if per_cell and isinstance(self.metric, keras.metrics.MeanMetricWrapper):
            y_true, y_pred = (keras.ops.expand_dims(y, -1) for y in (y_true, y_pred))
        return self.metric.update_state(y_true, y_pred, sample_weight)

    def result(self):
        """Return the metric's value."""
        return self.metric.result()

    def reset_state(self):
        """Reset the metric."""
        self.metric.reset_state()

    def get_config(self):
        """Return the configuration from which the metric can be rebuilt."""
        return {"metric": keras.metrics.serialize(self.metric), "activation": self.activation}


def metric_direction(metric):
    """Return the direction of a metric: "max", "min", or None if it is unknown.

    Keras's callbacks read it from this attribute of the metric, for which there is no public name.
    Without it, early stopping would have to guess the direction from the metric's name.
    """
    inner = metric.metric if isinstance(metric, ProbabilityMetric) else metric
    directions = {"up": "max", "down": "min"}
    return directions.get(getattr(inner, "_direction", None))
