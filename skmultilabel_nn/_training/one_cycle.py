"""One-cycle schedule of the learning rate."""

import math

from skmultilabel_nn._backend.loading import load_keras, serializable

from .config import DEFAULT_WARMUP_FRACTION

keras = load_keras()
ops = keras.ops


@serializable
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """One-cycle schedule of the learning rate, as long as the training.

    Linear warmup from 0 to `max_learning_rate`, by default in the first quarter of the steps, then
    cosine decay to 0 (Smith and Topin, "Super-convergence: very fast training of neural networks
    using large learning rates", 2018).

    Parameters
    ----------
    max_learning_rate : float
        Maximum of the learning rate.
    n_steps : int
        Number of steps of the whole training; after them the rate is 0.
    warmup_fraction : float, default=0.25
        Share of the steps that are warmup, in [0, 1). With 0 the rate only decays.

    Notes
    -----
    The numbers are variables, so that a compiled program serves trainings of any length.
    """

    def __init__(self, max_learning_rate, n_steps, warmup_fraction=DEFAULT_WARMUP_FRACTION):
        self.max_learning_rate, self.n_steps, self.warmup_fraction = (
            keras.Variable(value, dtype="float32", trainable=False, name=name)
            for name, value in [
                ("max_learning_rate", max_learning_rate),
                ("n_steps", n_steps),
                ("warmup_fraction", warmup_fraction),
            ]
        )

    def __call__(self, step):
        """Return the learning rate of a step, counted from 0."""
        done = ops.minimum((ops.cast(step, "float32") + 0.5) / self.n_steps, 1.0)
        warmup = self.warmup_fraction
        decay = 0.5 * (1.0 + ops.cos(math.pi * (done - warmup) / (1.0 - warmup)))
        rising = ops.divide_no_nan(done, warmup)
        return self.max_learning_rate * ops.where(done < warmup, rising, decay)

    def assign(self, other):
        """Copy the values of another schedule."""
        self.max_learning_rate.assign(other.max_learning_rate)
        self.n_steps.assign(other.n_steps)
        self.warmup_fraction.assign(other.warmup_fraction)

    def get_config(self):
        """Return the configuration from which the schedule can be rebuilt."""
        return {
            "max_learning_rate": float(self.max_learning_rate),
            "n_steps": int(self.n_steps),
            "warmup_fraction": float(self.warmup_fraction),
        }
