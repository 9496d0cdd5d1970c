"""Statistics of the training samples that layers of the network are adapted to."""

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn._training.cell_weights import share_of_nonzero_weights
from skmultilabel_nn._training.config import MAX_LEARNING_RATE
from skmultilabel_nn.networks.layers._piecewise_linear import subsample


def adapt_layers(prepared, samples, weight, *, batch_size):
    """Adapt the layers that depend on the distribution of the features.

    Parameters
    ----------
    prepared : PreparedNetwork
        Network whose input scaling, if it has one, is already adapted.
    samples : Samples
        Training samples.
    weight : ndarray of shape (n_samples,) or None
        Sample weights.
    batch_size : int
        Number of samples per training step.

    Raises
    ------
    ValueError
        If a layer with bins gets sparse features.
    """
    if prepared.sparse_linear is not None:
        observed = slice(None) if weight is None else weight > 0
        share = share_of_nonzero_weights(samples)
        X, Y = samples.X[observed], samples.Y[observed]
        prepared.sparse_linear.adapt(X, Y, MAX_LEARNING_RATE, share, batch_size)
    for layer in prepared.piecewise_linear:
        _adapt_bins(layer, samples.X, weight, prepared.input_scaling)


def _adapt_bins(layer, X, weight, input_scaling):
    if sp.issparse(X):
        raise ValueError("n_bins needs dense X. Pass X.toarray(), or set n_bins=0.")
    X, weight = subsample(X, weight)
    if input_scaling is not None:
        X = np.asarray(input_scaling(X))
    layer.adapt(X.reshape(len(X), -1), weight)


def scaling_statistics(X, sample_weight=None):
    """Compute shift and factor of the input scaling.

    Dense features are scaled to mean 0 and variance 1. Sparse rows are scaled by one common factor
    to a mean squared norm of 1, which keeps zeros and the relative size of rare features.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ..., n_features)
        In arrays with more dimensions, the last axis holds the features (channels).
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.

    Returns
    -------
    shift : ndarray of shape (n_features,), float64; None for sparse X
    factor : ndarray of shape (n_features,), or () for sparse X, float64
    """
    if sp.issparse(X):
        squared_norms = X.power(2, dtype=np.float64).sum(axis=1)  # small integers would overflow
        mean = np.average(np.ravel(squared_norms), weights=sample_weight)
        return None, np.asarray(1.0 / np.sqrt(mean) if mean > 0 else 1.0)
    n_features = X.shape[-1]
    if sample_weight is not None and X.ndim > 2:
        sample_weight = np.repeat(sample_weight, X[0].size // n_features)
    scaler = StandardScaler().fit(X.reshape(-1, n_features), sample_weight=sample_weight)
    return scaler.mean_, 1.0 / scaler.scale_
