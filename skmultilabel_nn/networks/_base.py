"""Base class of network builders."""

from sklearn.base import BaseEstimator


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
