"""Check of token ids."""

import scipy.sparse as sp


def check_token_ids(X, n_tokens):
    """Raise ValueError if X holds token ids that the network's Embedding does not know.

    TensorFlow's own error is long, and on a GPU there is none.

    Parameters
    ----------
    X : ndarray or csr_matrix of shape (n_samples, length)
    n_tokens : int or None
        Known ids are 0 to ``n_tokens - 1``; None: X holds no token ids.
    """
    values = X.data if sp.issparse(X) else X
    if n_tokens is None or not values.size:
        return
    lowest, highest = values.min(), values.max()
    if lowest < 0 or highest >= n_tokens:
        raise ValueError(
            f"X holds token ids from {lowest:g} to {highest:g}, but the network's Embedding knows "
            f"only 0 to {n_tokens - 1}. Make the vocabulary of X smaller, or the network's larger "
            f"(n_tokens of EmbeddingBag)."
        )
