"""Baselines of `extreme`: `fit(X, Y)` and `top_k(X, k)` on sparse matrices."""

import contextlib
import io
import os
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.common.baselines import THIS_PACKAGE, Baseline
from skmultilabel_nn import KerasMultiLabelClassifier


class ThisPackage:
    """This package with its defaults."""

    def __init__(self, seed=0, **parameters):
        import keras  # noqa: F401  (times are without imports)

        self.classifier = KerasMultiLabelClassifier(random_state=seed, **parameters)

    def fit(self, X, Y):
        self.classifier.fit(X, Y)

    def top_k(self, X, k):
        return self.classifier.predict_topk(X, k)[0]


class Omikuji:
    """omikuji; its README names the options of each tree.

    Its binding trains on a file and predicts row by row; the time is without writing that file.
    """

    def __init__(self, seed=0, **options):
        import omikuji

        self.library = omikuji
        self.hyper_param = omikuji.Model.default_hyper_param()
        for name, value in options.items():
            setattr(self.hyper_param, name, value)

    def prepare(self, X, Y):
        self.file = Path(tempfile.mkstemp(suffix=".txt")[1])
        with self.file.open("w") as file:
            file.write(f"{X.shape[0]} {X.shape[1]} {Y.shape[1]}\n")
            for i in range(X.shape[0]):
                labels = Y.indices[Y.indptr[i] : Y.indptr[i + 1]]
                features = (f"{j}:{v:.8g}" for j, v in _pairs(X, i))
                file.write(f"{','.join(map(str, sorted(labels)))} {' '.join(features)}\n")

    def fit(self, X, Y):
        self.model = self.library.Model.train_on_data(str(self.file), self.hyper_param)
        self.file.unlink()

    def top_k(self, X, k):
        found = [self.model.predict(_pairs(X, i), top_k=k) for i in range(X.shape[0])]
        return _rectangle([[label for label, _ in row] for row in found], k)


class NapkinXC:
    """napkinXC's probabilistic label tree."""

    def __init__(self, seed=0, **options):
        from napkinxc.models import PLT

        # With the default of C, although its authors set one per data set.
        self.model = PLT(tempfile.mkdtemp(), seed=seed, **options)

    def fit(self, X, Y):
        labels = np.split(Y.indices, Y.indptr[1:-1])
        self.model.fit(X, [row.tolist() for row in labels])

    def top_k(self, X, k):
        return _rectangle(self.model.predict(X, top_k=k), k)


class LibMultiLabel:
    """LibMultiLabel's linear methods, as in its tutorial on data with many labels."""

    def __init__(self, seed=0, train="train_1vsrest"):
        import libmultilabel.linear

        self.library = libmultilabel.linear
        self.train = getattr(self.library, train)
        np.random.seed(seed)  # noqa: NPY002  (its trees draw from numpy's global generator)

    def fit(self, X, Y):
        with _quiet():
            self.model = self.train(Y, X, verbose=False)

    def top_k(self, X, k):
        scores = np.asarray(self.library.predict_values(self.model, X))
        return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def _omikuji(**options):
    return Baseline(make=partial(Omikuji, **options), packages=("omikuji",))


def _napkinxc(**options):
    return Baseline(make=partial(NapkinXC, **options), packages=("napkinxc",))


def _libmultilabel(train, **about):
    return Baseline(make=partial(LibMultiLabel, train=train), packages=("libmultilabel",), **about)


# ``make(seed)``.
BASELINES = {
    THIS_PACKAGE: Baseline(make=ThisPackage),
    "omikuji, Parabel": _omikuji(),
    "omikuji, Bonsai": _omikuji(cluster_balanced=False, cluster_k=100, max_depth=3),
    "napkinXC, PLT": _napkinxc(),
    "napkinXC, 3 PLT": _napkinxc(ensemble=3, arity=16, kmeans_balanced=False),
    "LibMultiLabel, one-vs-rest": _libmultilabel("train_1vsrest", deterministic=True),
    "LibMultiLabel, tree": _libmultilabel("train_tree"),
    "LibMultiLabel, 3 trees": _libmultilabel("train_ensemble_tree"),
}


def _pairs(X, i):
    row = slice(X.indptr[i], X.indptr[i + 1])
    return list(zip(X.indices[row].tolist(), X.data[row].tolist(), strict=True))


def _rectangle(rows, k):
    """Return (n_rows, k); -1 where a tree's beam found fewer labels."""
    return np.array([[*row, *[-1] * k][:k] for row in rows])


@contextlib.contextmanager
def _quiet():
    """Discard what Python and C print."""
    with contextlib.redirect_stdout(io.StringIO()):
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)
