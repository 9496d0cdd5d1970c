"""What several test modules share."""

import sys

# Parameters with which a fit takes a moment.
FAST = {
    "hidden_layer_sizes": (16,),
    "n_members": 2,
    "epochs": 5,
    "batch_size": 32,
    "random_state": 0,
}


def count_calls(function, *arguments):
    """Return how many functions, of Python or built in, one call needs: a measure of the work in
    Python that does not depend on the machine or its load.
    """
    n_calls = 0

    def profile(frame, event, argument):
        nonlocal n_calls
        n_calls += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return n_calls
