"""Plain transcriptions of the losses, and problems for them."""

import numpy as np
import tensorflow as tf

from skmultilabel_nn.losses import ZLPR, Asymmetric, BinaryCrossentropy, Focal, SoftF1

SEEDS = [0, 1, 2]
NAMES = ["binary_crossentropy", "focal", "asymmetric", "zlpr", "soft_f1"]


def sigmoid(s):
    return 1.0 / (1.0 + np.exp(-s))


def mean_of_cells(positive, negative, y, s, w, label_smoothing=0.0):
    total = 0.0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            t = y[i, j] * (1 - label_smoothing) + label_smoothing / 2
            p = sigmoid(s[i, j])
            total += w[i, j] * (t * positive(p) + (1 - t) * negative(p))
    return total / w.sum()


def slow_binary_crossentropy(y, s, w, label_smoothing=0.0):
    return mean_of_cells(lambda p: -np.log(p), lambda p: -np.log(1 - p), y, s, w, label_smoothing)


def slow_focal(y, s, w, gamma=2.0, alpha=None, label_smoothing=0.0):
    for_positive, for_negative = (1.0, 1.0) if alpha is None else (alpha, 1 - alpha)
    return mean_of_cells(
        lambda p: -for_positive * (1 - p) ** gamma * np.log(p),
        lambda p: -for_negative * p**gamma * np.log(1 - p),
        y,
        s,
        w,
        label_smoothing,
    )


def slow_asymmetric(y, s, w, gamma_pos=0.0, gamma_neg=4.0, clip=0.05, label_smoothing=0.0):
    def negative(p):
        p_m = max(p - clip, 0.0)
        return -(p_m**gamma_neg) * np.log(1 - p_m)

    return mean_of_cells(
        lambda p: -((1 - p) ** gamma_pos) * np.log(p), negative, y, s, w, label_smoothing
    )


def slow_zlpr(y, s, w, label_smoothing=0.0):
    total = weights = 0.0
    for i in range(y.shape[0]):
        row_weight = w[i].max()
        if row_weight == 0:
            continue
        t = y[i] * (1 - label_smoothing) + label_smoothing / 2
        share = w[i] / row_weight
        below = sum(share[j] * t[j] * np.exp(-s[i, j]) for j in range(y.shape[1]))
        above = sum(share[j] * (1 - t[j]) * np.exp(s[i, j]) for j in range(y.shape[1]))
        total += row_weight * (np.log(1 + below) + np.log(1 + above))
        weights += row_weight
    return total / weights


def slow_soft_f1(y, s, w):
    values = []
    for j in range(y.shape[1]):
        if not (w[:, j] > 0).any():
            continue
        p = sigmoid(s[:, j])
        tp = (w[:, j] * y[:, j] * p).sum()
        fp = (w[:, j] * (1 - y[:, j]) * p).sum()
        fn = (w[:, j] * y[:, j] * (1 - p)).sum()
        values.append(1 - 2 * tp / (2 * tp + fp + fn))
    return np.mean(values)


CASES = [
    (BinaryCrossentropy, slow_binary_crossentropy, {}),
    (BinaryCrossentropy, slow_binary_crossentropy, {"label_smoothing": 0.2}),
    (Focal, slow_focal, {}),
    (Focal, slow_focal, {"gamma": 0.5, "alpha": 0.25}),
    (Focal, slow_focal, {"gamma": 0.0, "alpha": 0.9, "label_smoothing": 0.1}),
    (Asymmetric, slow_asymmetric, {}),
    (Asymmetric, slow_asymmetric, {"gamma_pos": 1.0, "gamma_neg": 2.5, "clip": 0.2}),
    (Asymmetric, slow_asymmetric, {"clip": 0.0, "label_smoothing": 0.1}),
    (Asymmetric, slow_asymmetric, {"gamma_neg": 0.0, "clip": 0.1}),
    (ZLPR, slow_zlpr, {}),
    (ZLPR, slow_zlpr, {"label_smoothing": 0.2}),
    (SoftF1, slow_soft_f1, {}),
]
IDS = [f"{loss.__name__}-{options}" for loss, _, options in CASES]


def problem(seed, n=7, n_labels=5, scale=3.0):
    """Targets, logits, and weights of which a third are zero: a row and a label have none."""
    rng = np.random.default_rng(seed)
    y = (rng.random((n, n_labels)) < 0.4).astype(float)
    s = scale * rng.standard_normal((n, n_labels))
    w = rng.uniform(0.1, 3.0, (n, n_labels)) * (rng.random((n, n_labels)) < 0.7)
    w[0] = 0
    w[:, 1] = 0
    return y, s, w


def value_and_gradient(loss, y, s, w=None):
    s = tf.constant(s, loss.dtype)
    with tf.GradientTape() as tape:
        tape.watch(s)
        value = loss(tf.constant(y, loss.dtype), s, w)
    return float(value), tape.gradient(value, s).numpy()
