"""Data sets that need neither files nor a network: made up, or bundled with scikit-learn."""

import numpy as np
import scipy.sparse as sp


def digits():
    """Return the digits of scikit-learn, 64 pixels each, with four properties as labels."""
    from sklearn.datasets import load_digits

    X, digit = load_digits(return_X_y=True)
    labels = (digit % 2 == 0, digit > 4, np.isin(digit, [0, 6, 8, 9]), np.isin(digit, [2, 3, 5, 7]))
    return X.astype(np.float32), np.stack(labels, axis=1).astype(np.int64)


def digit_images(n_samples=None):
    """Return the same digits as images of 24 x 24 gray values."""
    X, Y = (part[:n_samples] for part in digits())
    images = np.kron(X.reshape(-1, 8, 8), np.ones((3, 3))) * (255 / 16)
    return images.astype(np.uint8)[..., None], Y


def tables(n_samples=300, n_features=20, n_labels=5):
    """Return a small dense table with labels that depend on it."""
    from sklearn.datasets import make_multilabel_classification

    X, Y = make_multilabel_classification(
        n_samples, n_features, n_classes=n_labels, n_labels=2, random_state=0
    )
    return X.astype(np.float32), Y.astype(np.int64)


def words(n_samples, n_labels, n_features, labels_per_sample=3, words_per_label=8):
    """Return counts of words, some of them by labels, others at random, both as CSR.

    Frequencies of labels and of words fall as in natural texts.
    """
    rng = np.random.default_rng(0)
    Y = labels(n_samples, n_labels, labels_per_sample, rng)
    words_of_label = rng.integers(n_features, size=(n_labels, words_per_label))
    cells = Y.tocoo()
    spoken = words_of_label[cells.col]
    heard = rng.random(spoken.shape) < 0.5
    rows = np.repeat(cells.row[:, None], words_per_label, axis=1)[heard]
    noise = _draw_rare(rng, n_features, (n_samples, 20))
    rows = np.concatenate([rows, np.repeat(np.arange(n_samples), 20)])
    columns = np.concatenate([spoken[heard], noise.ravel()])
    counts = np.ones(len(rows), np.float32)
    X = sp.csr_matrix((counts, (rows, columns)), shape=(n_samples, n_features))
    X.sum_duplicates()
    return X, Y


def labels(n_samples, n_labels, labels_per_sample, rng):
    """Draw labels independently, with frequencies that fall as in natural data, as CSR."""
    drawn = _draw_rare(rng, n_labels, (n_samples, labels_per_sample))
    rows = np.repeat(np.arange(n_samples), labels_per_sample)
    ones = np.ones(rows.size, np.int64)
    Y = sp.csr_matrix((ones, (rows, drawn.ravel())), shape=(n_samples, n_labels))
    Y.sum_duplicates()
    Y.data[:] = 1
    return Y


def texts(n_samples=600, n_labels=6):
    """Return made-up texts, an object array, and an indicator."""
    X, Y = words(n_samples, n_labels, 2000, labels_per_sample=2, words_per_label=20)
    rows = np.split(X.indices, X.indptr[1:-1])
    said = [" ".join(f"word{column}" for column in row) for row in rows]
    return np.array(said, dtype=object), Y.toarray()


def targets_only(n_samples, n_labels, labels_per_sample):
    """Return no features and a large target, for splitters."""
    rng = np.random.default_rng(0)
    return np.empty((n_samples, 1)), labels(n_samples, n_labels, labels_per_sample, rng)


def _draw_rare(rng, n, shape):
    frequency = 1 / np.arange(10, n + 10)
    return rng.choice(n, size=shape, p=frequency / frequency.sum())


MAKERS = {
    "digits": digits,
    "digit_images": digit_images,
    "300_digit_images": lambda: digit_images(300),
    "made_table": tables,
    "made_600_texts": texts,
    "made_5000_texts": lambda: texts(5000, 20),
    "made_300_labels": lambda: words(1000, 300, 2000),
    "made_2000_labels": lambda: words(15_000, 2000, 20_000),
    "made_1k_x_50": lambda: targets_only(1_000, 50, 3),
    "made_20k_x_1000": lambda: targets_only(20_000, 1000, 20),
    "made_100k_x_4000": lambda: targets_only(100_000, 4000, 5),
}
