"""Probabilities of logits, written into arrays."""

import numpy as np
from scipy.special import softmax


def write_sigmoid(out, logits):
    """Write the sigmoid; numpy's exponential is several times as fast as `scipy.special.expit`."""
    np.negative(logits, out=out)
    with np.errstate(over="ignore"):  # to infinity, of which comes 0
        np.exp(out, out=out)
    out += 1
    _clip_to_open_interval(out, np.reciprocal(out, out=out))


def write_softmax(out, logits):
    """Write the softmax of each row."""
    _clip_to_open_interval(out, softmax(logits, axis=1))


def _clip_to_open_interval(out, probabilities):
    """Keep probabilities strictly inside (0, 1); float32 sigmoids are 1.0 from logit 17 on."""
    limits = np.finfo(out.dtype)
    np.clip(probabilities, limits.tiny, 1 - limits.epsneg, out=out)
