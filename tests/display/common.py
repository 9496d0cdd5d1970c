"""Problems, target forms, and the comparison of displays."""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from skmultilabel_nn.display import (
    MultilabelCalibrationDisplay,
    MultilabelPrecisionRecallDisplay,
    MultilabelRocDisplay,
    ThresholdDisplay,
)

# The displays on the template, and their attribute with one number per label.
SCORES = {
    MultilabelPrecisionRecallDisplay: "average_precision",
    MultilabelRocDisplay: "roc_auc",
    MultilabelCalibrationDisplay: "calibration_error",
    ThresholdDisplay: "threshold_score",
}
DISPLAYS = list(SCORES)


def problem(seed, n=150, n_labels=5, base=0.3):
    """Return an indicator and probabilities that know something of it, rounded so as to tie."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, n_labels)) < base).astype(int)
    Y[0], Y[1] = 0, 1
    P = np.clip(0.35 * Y + rng.beta(2, 4, Y.shape), 0.001, 0.999)
    return Y, np.round(P, 2)


def numbers(display):
    """List all numbers of a display by attribute."""
    found = {}
    for name, value in vars(display).items():
        if name.endswith("_") or name in ("name", "label_names") or value is None:
            continue
        parts = value if isinstance(value, list | tuple) else [value]
        found[name] = np.concatenate([np.ravel(part).astype(float) for part in parts])
    return found


def assert_same(display, other):
    mine, its = numbers(display), numbers(other)
    assert mine.keys() == its.keys()
    for name, values in mine.items():
        np.testing.assert_allclose(values, its[name], err_msg=name)


def forms(Y, names):
    return {
        "array": Y,
        "csr": sp.csr_array(Y),
        "frame": pd.DataFrame(Y, columns=names)[names[::-1]],
        "sets": [{names[j] for j in np.flatnonzero(row)} for row in Y],
    }
