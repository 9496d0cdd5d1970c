"""The learning rate's course over a training run."""

import math

from skmultilabel_nn._backend.loading import load_keras, serializable

keras = load_keras()
ops = keras.ops

# Share of a cycle's steps in which the learning rate rises.
DEFAULT_WARMUP_FRACTION = 0.25


@serializable
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """One rise of the learning rate and one long fall, as wide as the training.

    Linear from 0 to `peak`, by default in the first quarter of the steps, then half a cosine down
    to 0 (Smith and Topin, "Super-convergence", 2018).

    Parameters
    ----------
    peak : float
        The highest learning rate.
    n_steps : int
        Steps of the whole training; later ones have the rate 0.
    rise : float, default=0.25
        Share of the steps in which the rate rises, from 0 to below 1; with 0 it only falls.

    Notes
    -----
    The numbers are variables, so that a compiled program serves trainings of any length.
    """

    def __init__(self, peak, n_steps, rise=DEFAULT_WARMUP_FRACTION):
        self.peak, self.n_steps, self.rise = (
            keras.Variable(value, dtype="float32", trainable=False, name=name)
            for name, value in [("peak", peak), ("n_steps", n_steps), ("rise", rise)]
        )

    def __call__(self, step):
        """Return the learning rate of a step, counted from 0."""
        done = ops.minimum((ops.cast(step, "float32") + 0.5) / self.n_steps, 1.0)
        falling = 0.5 * (1.0 + ops.cos(math.pi * (done - self.rise) / (1.0 - self.rise)))
        rising = ops.divide_no_nan(done, self.rise)
        return self.peak * ops.where(done < self.rise, rising, falling)

    def assign(self, other):
        """Take over the numbers of another schedule."""
        self.peak.assign(other.peak)
        self.n_steps.assign(other.n_steps)
        self.rise.assign(other.rise)

    def get_config(self):
        """Return what rebuilds the schedule."""
        return {
            "peak": float(self.peak),
            "n_steps": int(self.n_steps),
            "rise": float(self.rise),
        }


# Highest learning rate of a cycle, if none is given.
MAX_LEARNING_RATE = 0.003
