"""Seeds for what Keras draws while it builds a model."""

import contextlib
import random
import threading

_SEEDING = threading.Lock()


@contextlib.contextmanager
def seeded(seed):
    """Let what Keras draws while it builds a model come from `seed`, and nothing else change.

    Keras takes the seeds of unseeded layers and initializers from Python's `random`, whose state is
    borrowed, and given back. Other threads that draw from it meanwhile disturb the result, and are
    disturbed: `skmultilabel_nn.networks._seeding` needs no global state, and this is for what that
    does not reach.
    """
    with _SEEDING:
        state = random.getstate()
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)
