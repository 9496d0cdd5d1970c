"""Statistics of the training samples that layers of the network are adapted to."""

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler

from skmultilabel_nn._training.one_cycle import MAX_LEARNING_RATE
from skmultilabel_nn.networks._introspection import parts_of
from skmultilabel_nn.networks.layers._piecewise_linear import PiecewiseLinear, some_rows

from .built_in import linear_part


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
    linear = linear_part(model)
    if linear is not None:
        counting = slice(None) if weight is None else weight > 0
        share = 1.0 if rows.weight is None else np.count_nonzero(rows.weight) / rows.weight.size
        linear.learn(rows.X[counting], rows.Y[counting], MAX_LEARNING_RATE, share, batch_size)
    _learn_bins(model, rows.X, weight, scaled=scaled)


def _learn_bins(model, X, weight, *, scaled):
    for part in parts_of(model):
        if not isinstance(part, PiecewiseLinear):
            continue
        if sp.issparse(X):
            raise ValueError("n_bins is for dense X. Give X.toarray(), or a network without.")
        X, weight = some_rows(X, weight)
        if scaled:
            X = np.asarray(model.get_layer("input_scaling")(X))
        part.learn(X.reshape(len(X), -1), weight)


def scaling_statistics(X, sample_weight=None):
    """Compute shift and factor of the input scaling.

    Dense features get mean 0 and variance 1. Sparse rows get a mean squared norm of 1 by one
    factor for all, which leaves zeros zero and rare features rare.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, ..., n_features)
        Of arrays with more dimensions, the last one holds the features (channels).
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
