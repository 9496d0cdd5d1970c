"""Default optimizer and learning-rate schedule of a network."""

from typing import Any, NamedTuple

from skmultilabel_nn._training.one_cycle import DEFAULT_WARMUP_FRACTION
from skmultilabel_nn._training.shared_moment_adam import SparseInputAdam
from skmultilabel_nn.networks._introspection import parts_of

from .built_in import linear_part

# Learning rate of the linear network without a cycle, as in `partial_fit`: Adam's in Keras.
_CONSTANT_RATE = 0.001


class Recipe(NamedTuple):
    """What trains a network, and the course of its learning rate if nobody gave one."""

    optimizer: Any = "auto"
    # None: the usual one.
    learning_rate: float | None = None
    rise: float = DEFAULT_WARMUP_FRACTION


def own_recipe(model, problem, *, built_in, one_cycle):
    """Return how to train a model, built in or given, whose `optimizer` is "auto"."""
    if linear_part(model) is not None:
        # A convex loss has no bad start to be led through with care.
        return Recipe("sgd", None if one_cycle else _CONSTANT_RATE, rise=0.1)
    if not (built_in and problem.sparse):
        return Recipe()
    names = {getattr(part, "name", None) for part in parts_of(model)}
    return Recipe(SparseInputAdam(["hidden_1", "skip"] if "hidden_1" in names else ["logits"]))
