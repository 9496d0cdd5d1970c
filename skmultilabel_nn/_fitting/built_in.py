"""The built-in network of a problem, what it learns before training, and what trains it."""

from skmultilabel_nn._backend.batches import WIDEST_DENSE_BATCH, layout
from skmultilabel_nn._utils.checks import is_auto
from skmultilabel_nn.networks._introspection import parts_of
from skmultilabel_nn.networks._linear import linear_network
from skmultilabel_nn.networks._mlp import MLP
from skmultilabel_nn.networks.layers._sparse_linear import SparseLinear

from .defaults import choose
from .parameters import check_activation


def built_in_network(estimator, problem, X):
    """Return the builder of the network that an estimator without `network` asks for."""
    check_activation(estimator.activation)
    if problem.linear:
        return _linear_builder(estimator, problem)

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
    dropout = choose(estimator.input_dropout, "input_dropout", problem)

    def build(input_shape, n_outputs):
        return linear_network(input_shape, n_outputs, input_dropout=dropout, dtype=estimator.dtype)

    return build


def linear_part(model):
    """Return the layer of a linear network trained by plain descent; None for other models."""
    return next((part for part in parts_of(model) if isinstance(part, SparseLinear)), None)


def sparse_beyond(model):
    """Return from how many columns on sparse rows reach a built-in network as they are."""
    return WIDEST_DENSE_BATCH if linear_part(model) is None else 0
