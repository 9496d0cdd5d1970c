"""Seeds for what Keras draws while it builds a model."""

import contextlib
import random
import threading

_SEEDING = threading.Lock()


@contextlib.contextmanager
def seeded(seed):
    """Let what Keras draws while it builds a model come from `seed`, and nothing else change.

    Keras takes the seeds of unseeded layers and initializers from Python's `random`, and offers no
    other way to set them from outside; so its state is borrowed, and given back.
    """
    with _SEEDING:
        state = random.getstate()
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)
