"""Layer that standardizes features inside the model."""

from skmultilabel_nn._backend.loading import load_keras, serializable

keras = load_keras()


# Standard deviations from the mean beyond which no scaled feature comes.
_MAX_ABSOLUTE_VALUE = 3.0


@serializable
class InputScaling(keras.layers.Layer):
    """Standardize the features and softly clip them to ±3 standard deviations.

    With ``z = (x - shift) * factor``, dense features become ``z / sqrt(1 + (z / 3)**2)``, which
    leaves small values as they are and none beyond 3, so that a rare feature or a wild value does
    not outweigh all others (the smooth clipping of Holzmüller, Grinsztajn, Steinwart: "Better by
    default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS 2024).

    Not `keras.layers.Normalization`, whose statistics are constants of the compiled program, so
    that a program could not be used again for other data.

    Parameters
    ----------
    center : bool, default=True
        Whether there is a shift per feature. Without it one factor serves all features and zeros
        stay zeros, as sparse input needs.
    double_precision : bool, default=True
        Whether to clip in float64, so that the last digit of a value does not depend on its place
        in memory.
    name, dtype : str or None
        Name and dtype policy, see `keras.layers.Layer`.
    """

    def __init__(self, center=True, double_precision=True, *, name=None, dtype=None):
        super().__init__(trainable=False, name=name, dtype=dtype)
        self.center = center
        self.double_precision = double_precision

    def build(self, input_shape):
        """Create the statistics, which change nothing until they are set."""
        shape = (input_shape[-1],) if self.center else ()
        self.shift = None
        if self.center:
            self.shift = self.add_weight(shape=shape, initializer="zeros", name="shift")
        self.factor = self.add_weight(shape=shape, initializer="ones", name="factor")

    def call(self, inputs):
        """Scale a batch."""
        if not self.center:
            return keras.ops.multiply(inputs, self.factor)
        z = keras.ops.multiply(keras.ops.subtract(inputs, self.shift), self.factor)
        wide = keras.ops.cast(z, "float64") if self.double_precision else z
        soft_clipped = wide * keras.ops.rsqrt(1.0 + keras.ops.square(wide / _MAX_ABSOLUTE_VALUE))
        return keras.ops.cast(soft_clipped, z.dtype)

    def get_config(self):
        """Return what rebuilds the layer."""
        return {
            "name": self.name,
            "dtype": self.dtype_policy.name,
            "center": self.center,
            "double_precision": self.double_precision,
        }
