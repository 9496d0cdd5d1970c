"""The layers of this package under the names by which Keras finds them in a saved model."""


def custom_objects():
    """Return the layers of this package, with which Keras loads what `model_` was saved to.

    Returns
    -------
    dict of str to type
        For `custom_objects` of `keras.saving.load_model`.

    Examples
    --------
    >>> from skmultilabel_nn.networks import custom_objects
    >>> "PackedDense" in custom_objects()
    True
    """
    from ._probabilities import Logits
    from .layers._registry import LAYERS

    return {layer.__name__: layer for layer in (*LAYERS, Logits)}
