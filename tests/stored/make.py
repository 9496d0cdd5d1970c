"""Store fitted estimators of this version for `test_reading.py`: ``python -m tests.stored.make``.

Once per release, and whenever `skmultilabel_nn._inference.PROTOCOL` grows: later versions must read
every file of this folder. A file is never made anew.
"""

import gzip
import pickle
import platform
from pathlib import Path

import keras
import numpy as np
import scipy
import scipy.sparse as sp
import sklearn
import tensorflow as tf

from skmultilabel_nn import KerasMultiLabelClassifier, __version__
from skmultilabel_nn._inference import PROTOCOL

FOLDER = Path(__file__).parent
SMALL = {"hidden_layer_sizes": (8,), "n_members": 2, "epochs": 5, "random_state": 0}


def problem():
    """Return ``X`` (60, 5) and an indicator (60, 3) that can be learned."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 5))
    return X, (X[:, :3] + 0.5 * rng.standard_normal((60, 3)) > 0).astype(np.int64)


def estimators():
    """Fit one estimator per kind of stored content."""
    X, Y = problem()
    sets = [{f"label {column}" for column in np.flatnonzero(row)} for row in Y]
    tuned = KerasMultiLabelClassifier(**SMALL, threshold="f1_macro", early_stopping=True)
    linear = KerasMultiLabelClassifier(hidden_layer_sizes=(), epochs=5, random_state=0)
    return {
        "label sets, tuned thresholds": (tuned.fit(X, sets), X),
        "indicator, state of the optimizer": (
            KerasMultiLabelClassifier(**SMALL).partial_fit(X, Y),
            X,
        ),
        "classes": (KerasMultiLabelClassifier(**SMALL).fit(X, Y @ [1, 2, 4]), X),
        "sparse": (linear.fit(sp.csr_matrix(X), sp.csr_matrix(Y)), sp.csr_matrix(X)),
    }


def versions():
    """Return the versions of all packages that decide what is predicted."""
    found = {module.__name__: module.__version__ for module in (keras, np, scipy, sklearn, tf)}
    return {"skmultilabel_nn": __version__, "python": platform.python_version(), **found}


def make(path):
    """Write the file at `path`, which must not exist."""
    cases = {}
    for name, (estimator, X) in estimators().items():
        predicted = estimator.predict(X)
        cases[name] = {
            "estimator": pickle.dumps(estimator, protocol=4),
            "X": X,
            "probabilities": estimator.predict_proba(X),
            "predicted": predicted.toarray() if sp.issparse(predicted) else predicted,
        }
    # Nested, so that the versions can be read where the rest cannot.
    cases = pickle.dumps(cases, protocol=4)
    content = pickle.dumps({"versions": versions(), "cases": cases}, protocol=4)
    with path.open("xb") as file:
        file.write(gzip.compress(content, mtime=0))


if __name__ == "__main__":
    target = FOLDER / f"{__version__}-protocol-{PROTOCOL}.pkl.gz"
    make(target)
    print(f"{target}: {target.stat().st_size:,} bytes")
