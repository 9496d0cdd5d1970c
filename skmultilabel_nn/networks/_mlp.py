"""Builder of a multi-layer perceptron."""

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.checks import check_boolean, check_integer

from ._base import NetworkBuilder, check_rate, check_sizes

# Weights of the members' own last layers, beyond which they share one: it is for thousands of
# labels that they would take more memory and time than all the rest.
_LARGEST_HEADS = 4_000_000


class MLP(NetworkBuilder):
    """Build a multi-layer perceptron, by default a packed ensemble of them, that gives logits.

    The members of the ensemble share their weight matrices, but for the last, and differ in signs,
    scales and biases. Each learns by its own error, and the mean of their probabilities counts.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Units of each hidden layer; an empty tuple is a linear model, without members.
    activation : str or callable, default="relu"
        Activation of the hidden layers, by its Keras name.
    dropout : float in [0, 1), default=0.4
        Dropout rate of the hidden units.
    input_dropout : float in [0, 1), default=0.5
        Dropout rate of the features.
    n_members : int, default=8
        Members of the ensemble; 1 is a plain network.
    n_bins : int, default=0
        Bins of the piecewise linear encoding that is put beside each feature, so that the network
        learns thresholds of a feature as easily as trees do. For dense features only. 0 for none.
    linear_skip : bool, default=False
        Whether a linear model on the features, common to all members, is added to their logits.
    dtype : str, default="float32"
        Keras dtype policy of all layers.
    sparse : bool, default=False
        Whether the network takes a `tf.SparseTensor` as it is. Keras makes it dense otherwise.

    References
    ----------
    Wen, Tran, Ba: "BatchEnsemble: an alternative approach to efficient ensemble and lifelong
    learning", ICLR 2020. Gorishniy, Kotelnikov, Babenko: "TabM: advancing tabular deep learning
    with parameter-efficient ensembling", ICLR 2025. Gorishniy, Rubachev, Babenko: "On embeddings
    for numerical features in tabular deep learning", NeurIPS 2022.

    Examples
    --------
    >>> from skmultilabel_nn.networks import MLP
    >>> MLP(hidden_layer_sizes=(8,))((10,), 3).output_shape
    (None, 3)
    """

    def __init__(
        self,
        hidden_layer_sizes=(256, 256),
        activation="relu",
        dropout=0.4,
        input_dropout=0.5,
        n_members=8,
        n_bins=0,
        linear_skip=False,
        dtype="float32",
        sparse=False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.n_members = n_members
        self.n_bins = n_bins
        self.linear_skip = linear_skip
        self.dtype = dtype
        self.sparse = sparse

    def _build(self, input_shape, n_outputs):
        return self._checked()._network(input_shape, n_outputs)  # noqa: SLF001 (of its class)

    def _checked(self):
        """Return a builder with parameters that Keras understands."""
        return MLP(
            check_sizes("hidden_layer_sizes", self.hidden_layer_sizes),
            self.activation,
            check_rate("dropout", self.dropout),
            check_rate("input_dropout", self.input_dropout),
            check_integer("n_members", self.n_members, minimum=1),
            check_integer("n_bins", self.n_bins, minimum=0),
            check_boolean("linear_skip", self.linear_skip),
            self.dtype,
            check_boolean("sparse", self.sparse),
        )

    def _network(self, input_shape, n_outputs):
        from skmultilabel_nn.networks.layers._ensemble import EnsembleMean

        keras = load_keras()
        inputs = keras.Input(input_shape, dtype=self.dtype, sparse=self.sparse, name="features")
        x = keras.layers.Flatten(name="flatten")(inputs) if len(input_shape) > 1 else inputs
        x = features = self._features(x)
        for i, units in enumerate(self.hidden_layer_sizes, start=1):
            x = self._hidden(units, f"hidden_{i}")(x)
            if self.dropout:
                x = keras.layers.Dropout(self.dropout, dtype=self.dtype, name=f"dropout_{i}")(x)
        outputs = self._logits(n_outputs)(x)
        if self.linear_skip and self.hidden_layer_sizes:
            outputs = self._with_linear_skip(outputs, features, n_outputs)
        if self._packed:
            outputs = EnsembleMean(dtype=self.dtype, name="ensemble_mean")(outputs)
        return keras.Model(inputs, outputs, name="mlp")

    def _features(self, x):
        """Leave features out at random, each with all of its bins."""
        from skmultilabel_nn.networks.layers._ensemble import InputDropout

        layers = load_keras().layers
        options = {"dtype": self.dtype, "name": "input_dropout"}
        if not self.n_bins:
            return InputDropout(self.input_dropout, **options)(x) if self.input_dropout else x
        from skmultilabel_nn.networks.layers._piecewise_linear import PiecewiseLinear

        x = PiecewiseLinear(self.n_bins, dtype=self.dtype, name="binning")(x)
        if self.input_dropout:
            x = layers.SpatialDropout1D(self.input_dropout, **options)(x)
        return layers.Flatten(dtype=self.dtype, name="flatten_bins")(x)

    @property
    def _packed(self):
        return self.n_members > 1 and len(self.hidden_layer_sizes) > 0

    def _with_linear_skip(self, outputs, features, n_outputs):
        """Add a linear model, which starts at 0 so that training starts at the frequencies."""
        layers, dtype = load_keras().layers, self.dtype
        options = {"use_bias": False, "kernel_initializer": "zeros", "dtype": dtype}
        linear = layers.Dense(n_outputs, name="linear_skip", **options)(features)
        if self._packed:
            linear = layers.Reshape((1, n_outputs), dtype=dtype, name="shared_by_members")(linear)
        return layers.Add(dtype=dtype, name="sum")([outputs, linear])

    def _hidden(self, units, name):
        from skmultilabel_nn.networks.layers._ensemble import PackedDense

        options = {"activation": self.activation, "dtype": self.dtype, "name": name}
        if self._packed:
            return PackedDense(units, self.n_members, **options)
        return load_keras().layers.Dense(units, **options)

    def _logits(self, n_outputs):
        from skmultilabel_nn.networks.layers._ensemble import EnsembleOutput, PackedDense

        options = {"dtype": self.dtype, "name": "logits"}
        if not self._packed:
            return load_keras().layers.Dense(n_outputs, **options)
        if self.n_members * self.hidden_layer_sizes[-1] * n_outputs > _LARGEST_HEADS:
            return PackedDense(n_outputs, self.n_members, **options)
        return EnsembleOutput(n_outputs, **options)
