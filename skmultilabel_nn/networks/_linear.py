"""A linear network for sparse features with many rare labels."""

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn.networks.layers._ensemble import InputDropout
from skmultilabel_nn.networks.layers._sparse_linear import SparseLinear

keras = load_keras()


def linear_network(input_shape, n_outputs, *, input_dropout, dtype):
    """Build a network of one `SparseLinear`.

    Parameters
    ----------
    input_shape : tuple of int
    n_outputs : int
    input_dropout : float
        Dropout rate of the features.
    dtype : str

    Returns
    -------
    keras.Model
        Takes sparse batches, gives logits.
    """
    x = inputs = keras.Input(input_shape, dtype=dtype, sparse=True, name="features")
    if input_dropout:
        x = InputDropout(input_dropout, dtype=dtype, name="input_dropout")(x)
    # By this name its bias is set to the labels' frequencies.
    outputs = SparseLinear(n_outputs, dtype=dtype, name="logits")(x)
    return keras.Model(inputs, outputs, name="linear")
