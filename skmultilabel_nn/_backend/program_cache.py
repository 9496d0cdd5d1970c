"""Cache of compiled programs, for later fits of the same architecture.

Tracing a program takes longer than training a small network. Programs are therefore kept, a
bounded number of them, under a key that tells all that went into them.
"""

import threading
from collections import OrderedDict

from .loading import load_tensorflow


class ProgramCache:
    """A bounded store of programs, safe with threads.

    A program that trains owns the variables that it changes, so it is taken out while it is in
    use; a second thread that asks meanwhile gets one of its own.

    Parameters
    ----------
    max_programs : int
        How many programs are kept; the one used longest ago goes first.
    max_weights : int
        How many weights all kept programs together may have, since they keep their memory. A
        program with more is not kept.
    """

    def __init__(self, max_programs, max_weights=2**26):
        self.max_programs = max_programs
        self.max_weights = max_weights
        self._lock = threading.Lock()
        self._kept = OrderedDict()

    def __len__(self):
        """Return how many programs are kept."""
        return len(self._kept)

    def take(self, key):
        """Take a program out; None if there is none under this key."""
        with self._lock:
            program, _ = self._kept.pop(key, (None, 0))
            return program

    def put(self, key, program, n_weights=0):
        """Keep a program for later, unless its key is None or it has too many weights."""
        if key is None or n_weights > self.max_weights:
            return
        with self._lock:
            self._kept[key] = program, n_weights
            self._kept.move_to_end(key)
            while len(self._kept) > self.max_programs or self._n_weights() > self.max_weights:
                self._kept.popitem(last=False)

    def _n_weights(self):
        return sum(n_weights for _, n_weights in self._kept.values())

    def share(self, key, make, n_weights=0):
        """Return the program under a key, made first if needed, and leave it for others."""
        program = self.take(key) or make()
        self.put(key, program, n_weights)
        return program


def compiled(function, signature, *, jit_compile=False):
    """Trace a function once, for one signature.

    Not called through `tf.function` itself: that counts how often code is traced, and would warn
    of the networks of a search, each of which needs its own program, as if they were a mistake.
    """
    tf = load_tensorflow()
    traced = tf.function(
        function, input_signature=signature, autograph=False, jit_compile=jit_compile
    )
    return traced.get_concrete_function()
