"""Look up a loss by what the user gave."""

from __future__ import annotations

import inspect

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.text import did_you_mean, format_value

from ._adapter import LossAdapter, for_classes, keras_name, on_logits
from ._base import CellLoss
from ._losses import ZLPR, Asymmetric, BinaryCrossentropy, Focal, SoftF1

keras = load_keras()


_BY_NAME = {
    "binary_crossentropy": BinaryCrossentropy,
    "focal": Focal,
    "asymmetric": Asymmetric,
    "zlpr": ZLPR,
    "soft_f1": SoftF1,
}


def get_loss(identifier, *, multilabel):
    """Turn what a user gives as `loss` into a Keras loss on logits.

    Parameters
    ----------
    identifier : str, keras.losses.Loss, callable, dict or None
        None or "auto": binary cross-entropy for multi-label targets, categorical cross-entropy
        for one class per row. A name of this module ("binary_crossentropy", "focal",
        "asymmetric", "zlpr", "soft_f1"), or one that Keras knows. An object: a Keras loss that has
        the option `from_logits` is copied with it, every other loss and every function
        ``fn(y_true, y_pred)`` gets probabilities. The given object is never changed.
    multilabel : bool
        True for an indicator of labels (sigmoid), False for one-hot classes (softmax).

    Returns
    -------
    loss : keras.losses.Loss
        Loss on logits, divided by the sum of the weights unless the given loss asks for another
        reduction than Keras's default.

    Raises
    ------
    ValueError
        If the name is unknown, or the loss is not for this kind of target.
    TypeError
        If `identifier` is none of the above.

    Examples
    --------
    >>> get_loss("focal", multilabel=True).gamma
    2.0
    >>> get_loss(keras.losses.CategoricalCrossentropy(), multilabel=False).from_logits
    True
    """
    loss = _looked_up("auto" if identifier is None else identifier, multilabel)
    name = keras_name(loss)
    exclusive = name.startswith(("categorical", "sparsecategorical"))
    if multilabel and exclusive:
        raise ValueError(
            f"loss={format_value(identifier)} is for exactly one class per row, but rows of a "
            f"multi-label target have any number of labels. Use one of {list(_BY_NAME)}, or give "
            "the classes as a 1-D y."
        )
    if isinstance(loss, CellLoss):
        if not multilabel:
            raise ValueError(
                f"loss={format_value(identifier)} is for multi-label targets, but y has one class "
                "per row. Use 'categorical_crossentropy', or give y as label sets or as a 0/1 "
                "indicator."
            )
        return loss
    if isinstance(loss, LossAdapter):
        return loss
    return for_classes(loss, name) if not multilabel else on_logits(loss, "sigmoid")


def _looked_up(identifier, multilabel):
    """Loss object or function behind a name, a class or a configuration."""
    if isinstance(identifier, str) and identifier == "auto":
        identifier = "binary_crossentropy" if multilabel else "categorical_crossentropy"
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, str):
        try:
            identifier = keras.losses.get(identifier)
        except ValueError:
            raise ValueError(_unknown(identifier)) from None
    elif isinstance(identifier, dict):
        if "class_name" not in identifier:
            raise ValueError(
                "loss is a dict without the key 'class_name', got "
                f"{format_value(identifier)}. Give a name, a Keras loss or a function."
            )
        identifier = keras.losses.get(identifier)
    elif inspect.isclass(identifier):
        identifier = identifier()
    if not callable(identifier):
        raise TypeError(
            f"loss must be a name, a Keras loss or a function, got {type(identifier).__name__}."
        )
    if multilabel and identifier is keras.losses.binary_crossentropy:
        return BinaryCrossentropy()  # the same, but computed from logits
    return identifier


def _unknown(name):
    names = [*_BY_NAME, "categorical_crossentropy", "auto"]
    known = [*names, *(n for n in dir(keras.losses) if not n.startswith("_"))]
    hint = did_you_mean(name.lower().replace("-", "_"), known, cutoff=0.6)
    return (
        f"Unknown loss {format_value(name)}.{hint} Names are {names} and those of keras.losses; "
        "Keras losses and functions fn(y_true, y_pred) may be given as objects."
    )
