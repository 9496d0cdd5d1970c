"""The network before training: the default one or the user's, scaled and initialized."""

from functools import partial

from skmultilabel_nn._backend.batches import WIDEST_DENSE_BATCH, layout
from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._training.cell_weights import effective_row_weights
from skmultilabel_nn.networks._linear import linear_network
from skmultilabel_nn.networks._mlp import MLP
from skmultilabel_nn.networks._preparation import (
    check_builder,
    initialize_output_bias,
    prepare_network,
)

from .parameters import check_activation
from .statistics import adapt_layers, scaling_statistics
from .weights import log_odds


def build_network(estimator, samples, config, *, seed):
    """Build the network to train, with its initial weights.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
    samples : Samples
        Training samples with their final weights.
    config : TrainingConfig
    seed : int
        Seed of the initial weights and the dropout masks.

    Returns
    -------
    keras.Model
        Model that outputs logits.

    Raises
    ------
    TypeError, ValueError
        If the user's network does not match X or y, or has no trainable weights.
    """
    weight = effective_row_weights(samples)
    shift = factor = scaling = None
    if config.standardize:
        shift, factor = scaling_statistics(samples.X, weight)
        scaling = "factor" if shift is None else "center"
    prepared = prepare_network(
        _builder(estimator, config, samples.X),
        samples.X.shape[1:],
        samples.Y.shape[1],
        seed=seed,
        scaling=scaling,
        multiclass=not config.multilabel,
        dtype=estimator.dtype,
    )
    if not prepared.model.trainable_variables:
        raise ValueError(
            f"The network {prepared.model.name!r} has no weights to train: set trainable=True."
        )
    if scaling is not None:
        prepared.input_scaling.set_weights([w for w in (shift, factor) if w is not None])
    if not isinstance(estimator.network, load_keras().Model):  # a model keeps its weights
        odds = log_odds(samples, multilabel=config.multilabel)
        initialize_output_bias(prepared, odds)
        adapt_layers(prepared, samples, weight, batch_size=config.batch_size)
    return prepared.model


def _builder(estimator, config, X):
    """Return the user's network, or the builder of the default one."""
    if estimator.network is not None:
        if not isinstance(estimator.network, load_keras().Model):
            check_builder(estimator.network)
        return estimator.network
    check_activation(estimator.activation)
    if config.regime == "many_rare_labels":
        return partial(linear_network, input_dropout=config.input_dropout, dtype=estimator.dtype)
    return MLP(
        config.hidden_layer_sizes,
        estimator.activation,
        config.dropout,
        config.input_dropout,
        config.n_members,
        config.n_bins,
        config.linear_skip,
        estimator.dtype,
        layout(X, estimator.dtype, max_dense_features=WIDEST_DENSE_BATCH).sparse_batches,
    )
