"""Measures of one training and of its predictions."""

import time

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    hamming_loss,
    label_ranking_average_precision_score,
    roc_auc_score,
)

from benchmarks.common.measurement import peak_memory, processor_seconds


def fit_and_predict(classifier, X, Y, X_test, predict):
    """Train and predict, and measure both.

    Parameters
    ----------
    classifier : estimator
    X, Y : array-like
        Training rows.
    X_test : array-like
        Rows to predict.
    predict : callable
        ``predict(X_test)``, called once.

    Returns
    -------
    measures : dict
        Times and memory of both.
    predicted : object
        What `predict` returned.
    """
    peaks = []
    with peak_memory(peaks):
        start, start_processor = time.perf_counter(), processor_seconds()
        classifier.fit(X, Y)
        seconds = time.perf_counter() - start
        used = processor_seconds() - start_processor
    with peak_memory(peaks):
        start = time.perf_counter()
        predicted = predict(X_test)
        predict_seconds = time.perf_counter() - start
    return {
        "fit, s": seconds,
        "fit, processor s": used,
        "memory of fit, MB": peaks[0],
        "predict, s": predict_seconds,
        "memory of prediction, MB": peaks[1],
    }, predicted


def score_probabilities(Y, P):
    """Return the measures that need no decisions."""
    both = Y.any(axis=0) & ~Y.all(axis=0)
    inside = P.clip(1e-7, 1 - 1e-7)
    return {
        "LRAP": label_ranking_average_precision_score(Y, P),
        "macro AUC": roc_auc_score(Y[:, both], P[:, both], average="macro"),
        "macro AP": average_precision_score(Y[:, both], P[:, both], average="macro"),
        "log loss": -np.where(Y == 1, np.log(inside), np.log1p(-inside)).mean(),
    }


def score_f1(Y, predicted, prefix=""):
    """Return the three averages of F1."""
    return {
        f"{prefix}{average} F1": f1_score(Y, predicted, average=average, zero_division=0)
        for average in ("micro", "macro", "samples")
    }


def score_decisions(Y, predicted, prefix=""):
    """Return the measures of decisions."""
    return score_f1(Y, predicted, prefix) | {
        f"{prefix}subset accuracy": (predicted == Y).all(axis=1).mean(),
        f"{prefix}Hamming loss": hamming_loss(Y, predicted),
    }
