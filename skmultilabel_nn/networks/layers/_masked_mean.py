"""The mean of a row's tokens."""

from skmultilabel_nn._backend.loading import load_keras, serializable

keras = load_keras()
ops = keras.ops


@serializable
class MaskedMean(keras.layers.GlobalAveragePooling1D):
    """The mean over the tokens that are not masked; zeros for a row that has none.

    Keras's layer, whose mean is NaN for such a row, as of an empty text.
    """

    def call(self, inputs, mask=None):
        """Average (n, length, size) over the length."""
        if mask is None:
            return super().call(inputs)
        counts = ops.expand_dims(ops.cast(mask, inputs.dtype), -1)
        n_tokens = ops.maximum(ops.sum(counts, axis=1), 1.0)
        return ops.sum(inputs * counts, axis=1) / n_tokens
