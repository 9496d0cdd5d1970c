"""Base class of network builders."""

from sklearn.base import BaseEstimator

from skmultilabel_nn._utils.checks import InvalidParameterError, check_integer, check_number
from skmultilabel_nn._utils.text import format_value


class NetworkBuilder(BaseEstimator):
    """What all builders have in common: how they are called."""

    def __call__(self, input_shape, n_outputs):
        """Build the network.

        Parameters
        ----------
        input_shape : tuple of int
            Shape of one sample.
        n_outputs : int
            Number of logits.

        Returns
        -------
        keras.Model
            A new model with freshly drawn weights.
        """
        return self._build(tuple(input_shape), n_outputs)


def check_sizes(name, sizes, *, allow_empty=True):
    """Return sizes, a list or tuple of integers above 0, as a tuple of int."""
    if not isinstance(sizes, list | tuple) or not (sizes or allow_empty):
        kind = "a tuple of integers above 0" + ("" if allow_empty else ", at least one")
        raise InvalidParameterError(f"{name} must be {kind}, got {format_value(sizes)}.")
    return tuple(check_integer(f"each of {name}", size, minimum=1) for size in sizes)


def check_rate(name, rate):
    """Return a dropout rate, a number in [0, 1), as float."""
    return check_number(name, rate, minimum=0, maximum=1, include_boundaries="left")
