"""The built-in network of a problem, what it learns before training, and what trains it."""

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from ._defaults import RISE, choose
from ._parameters import check_activation, is_auto

# Learning rate of the linear network without a cycle, as in `partial_fit`: Adam's in Keras.
_CONSTANT_RATE = 0.001


def built_in_network(estimator, problem, X):
    """Return the builder of the network that an estimator without `network` asks for."""
    check_activation(estimator.activation)
    if problem.linear:
        return _linear_builder(estimator, problem)
    from ._tensors import WIDEST_DENSE_BATCH, layout
    from .networks import MLP

    def chosen(name):
        return choose(getattr(estimator, name), name, problem)

    return MLP(
        tuple(chosen("hidden_layer_sizes")),
        estimator.activation,
        chosen("dropout"),
        chosen("input_dropout"),
        chosen("n_members"),
        0 if problem.sparse else chosen("n_bins"),
        # Sizes that are given are all of the network.
        is_auto(estimator.hidden_layer_sizes) and problem.linear_beside,
        estimator.dtype,
        layout(X, estimator.dtype, sparse_beyond=WIDEST_DENSE_BATCH).sparse_batches,
    )


def _linear_builder(estimator, problem):
    from ._linear import linear_network

    dropout = choose(estimator.input_dropout, "input_dropout", problem)

    def build(input_shape, n_outputs):
        return linear_network(input_shape, n_outputs, input_dropout=dropout, dtype=estimator.dtype)

    return build


def linear_part(model):
    """Return the layer of a linear network trained by plain descent; None for other models."""
    from ._linear import SparseLinear
    from ._serialization import parts_of

    return next((part for part in parts_of(model) if isinstance(part, SparseLinear)), None)


def learn_statistics(model, rows, weight, *, scaled, batch_size):
    """Tell the layers that work by the features' distribution what it is.

    Parameters
    ----------
    model : keras.Model
    rows : Rows
        Training rows.
    weight : ndarray of shape (n_samples,) or None
        Of each row.
    scaled : bool
        Whether the model has an input scaling, which is set already.
    batch_size : int
        Rows of a training step.
    """
    from ._training import PEAK

    linear = linear_part(model)
    if linear is not None:
        counting = slice(None) if weight is None else weight > 0
        share = 1.0 if rows.weight is None else np.count_nonzero(rows.weight) / rows.weight.size
        linear.learn(rows.X[counting], rows.Y[counting], PEAK, share, batch_size)
    _learn_bins(model, rows.X, weight, scaled=scaled)


def _learn_bins(model, X, weight, *, scaled):
    from ._binning import PiecewiseLinear, some_rows
    from ._serialization import parts_of

    for part in parts_of(model):
        if not isinstance(part, PiecewiseLinear):
            continue
        if sp.issparse(X):
            raise ValueError("n_bins is for dense X. Give X.toarray(), or a network without.")
        X, weight = some_rows(X, weight)
        if scaled:
            X = np.asarray(model.get_layer("input_scaling")(X))
        part.learn(X.reshape(len(X), -1), weight)


def sparse_beyond(model):
    """Return from how many columns on sparse rows reach a built-in network as they are."""
    from ._tensors import WIDEST_DENSE_BATCH

    return WIDEST_DENSE_BATCH if linear_part(model) is None else 0


class Recipe(NamedTuple):
    """What trains a network, and the course of its learning rate if nobody gave one."""

    optimizer: Any = "auto"
    # None: the usual one.
    learning_rate: float | None = None
    rise: float = RISE


def own_recipe(model, problem, *, built_in, one_cycle):
    """Return how to train a model, built in or given, whose `optimizer` is "auto"."""
    if linear_part(model) is not None:
        # A convex loss has no bad start to be led through with care.
        return Recipe("sgd", None if one_cycle else _CONSTANT_RATE, rise=0.1)
    if not (built_in and problem.sparse):
        return Recipe()
    from ._optimizer import SparseInputAdam
    from ._serialization import parts_of

    names = {getattr(part, "name", None) for part in parts_of(model)}
    return Recipe(SparseInputAdam(["hidden_1", "skip"] if "hidden_1" in names else ["logits"]))
