"""The cases of `speed.py`: what each measures, in which settings, and who takes part.

Every function ``measure_x(peer, setting, quick)`` runs in a fresh process and returns
``{measure: number}``. Run as a script, this module does one such measurement.
"""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

from _measure import (
    MEGABYTE,
    count_calls,
    give_back,
    import_seconds,
    median_seconds,
    modules_after,
    peak_memory,
    resident_mb,
    seconds,
)
from _peers import PEERS, Problem

OURS = "this package"
SIDE_BY_SIDE = (OURS, "Keras", "MLPClassifier", "SciKeras", "skorch")

_WIDE = "5,000 x 500 -> 512 -> 159, batch 256"
_STEPS = {  # rows, network, training
    "10,000 x 100 -> 100 -> 14, batch 200": (10_000, Problem(100, 14, (100,), 200)),
    _WIDE: (5_000, Problem(500, 159, (512,), 256)),
}
_SMALL = {
    "600 x 72 -> 100 -> 6, 50 epochs, batch 32": Problem(72, 6, (100,), 32),
    "600 x 72 -> 100 -> 6, 50 epochs, batch 200": Problem(72, 6, (100,), 200),
}
_SMALL_ROWS = 600
# So many steps that jit_compile="auto" chooses XLA, as it does in long fits only. Where a step
# takes milliseconds, fewer are timed, and XLA is asked for.
_LONG = 10_000
_FEW = 500


@dataclass(frozen=True)
class Case:
    """A case.

    Attributes
    ----------
    title : str
        What is measured.
    measure : callable
        ``measure(peer, setting, quick) -> {measure: number}``.
    peers : tuple of str
        Who takes part.
    settings : tuple of str
        Each gets a table of its own.
    at_most : int
        Repeats beyond which more are not worth their time.
    slow_at_most : int
        The same for those who take minutes: all but this package, MLPClassifier and numpy.
    note : str
        How to read the table.
    """

    title: str
    measure: Callable
    peers: tuple
    settings: tuple
    at_most: int = 100
    slow_at_most: int = 100
    note: str = ""


def made_up(n_rows, problem, y_dtype="int64"):
    """Draw normal features and labels that depend on them, three in ten of them positive."""
    import numpy as np

    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, problem.n_features), dtype=np.float32)
    return X, _labels(X, problem, rng).astype(y_dtype)


def made_up_sparse(n_rows, n_per_row, problem, y_dtype="int64"):
    """Draw a CSR matrix with the same number of non-zeros in every row."""
    import numpy as np
    import scipy.sparse as sp

    rng = np.random.default_rng(0)
    columns = np.stack(
        [rng.choice(problem.n_features, n_per_row, replace=False) for _ in range(n_rows)]
    ).astype(np.int32)
    indptr = np.arange(n_rows + 1, dtype=np.int32) * n_per_row
    values = rng.random(columns.size, dtype=np.float32) / n_per_row**0.5
    shape = (n_rows, problem.n_features)
    X = sp.csr_matrix((values, np.sort(columns, axis=1).ravel(), indptr), shape=shape)
    return X, _labels(X, problem, rng).astype(y_dtype)


def _labels(X, problem, rng):
    import numpy as np

    scores = X @ rng.standard_normal((problem.n_features, problem.n_labels), dtype=np.float32)
    scores += 0.5 * scores.std() * rng.standard_normal(scores.shape, dtype=np.float32)
    return scores > np.quantile(scores, 0.7, axis=0)


def measure_step(peer, setting, quick):
    """Time a long fit, less one of a single epoch, by the steps between them."""
    n_rows, problem = _STEPS[setting]
    X, Y = made_up(n_rows, problem, peer.y_dtype)
    steps_an_epoch = math.ceil(n_rows / problem.batch_size)
    steps = 300 if quick else _FEW if setting == _WIDE else 2_000
    if peer is PEERS[OURS] and setting == _WIDE:
        peer = PEERS["this package, jit_compile=True"]
    elif peer is PEERS[OURS] and not quick:
        steps = _LONG
    epochs = math.ceil(steps / steps_an_epoch)
    one_epoch = problem._replace(epochs=1)
    long = problem._replace(epochs=epochs)
    peer.make(one_epoch).fit(X, Y)
    if peer.reuses_programs:
        peer.make(long).fit(X, Y)
    short_time = seconds(lambda: peer.make(one_epoch).fit(X, Y))
    long_time = seconds(lambda: peer.make(long).fit(X, Y))
    return {"step, µs": 1e6 * (long_time - short_time) / ((epochs - 1) * steps_an_epoch)}


def measure_fits(peer, setting, quick):
    """Time the first fit of a process and the tenth, and count the traces of one more."""
    problem = _SMALL[setting]._replace(epochs=5 if quick else 50)
    X, Y = made_up(_SMALL_ROWS, problem, peer.y_dtype)
    peer.load()
    times = [seconds(lambda: peer.make(problem).fit(X, Y)) for _ in range(3 if quick else 10)]
    found = {"first fit, s": times[0], "tenth fit, s": times[-1]}
    if "tensorflow" in peer.packages:
        found["traces in one more"] = count_calls(
            lambda: peer.make(problem).fit(X, Y), "train_step"
        )
    return found


def measure_search(peer, setting, quick):
    """Time a grid search in a process that has fitted nothing before."""
    from sklearn.model_selection import GridSearchCV, KFold

    problem = Problem(72, 6, (100,), 32, 5 if quick else 50)
    X, Y = made_up(_SMALL_ROWS, problem, peer.y_dtype)
    grid = {"hidden": [(50,), (100,), (100, 50)], "learning_rate": [1e-3, 1e-2]}
    grid["batch_size"] = [32, 64]
    if quick:
        grid = {name: values[:1] for name, values in grid.items()} | {"hidden": [(50,), (100,)]}
    grid = {peer.grid[name]: values for name, values in grid.items()}
    cv = KFold(2 if quick else 5, shuffle=True, random_state=0)
    peer.load()
    search = GridSearchCV(peer.make(problem), grid, scoring="f1_micro", cv=cv, error_score="raise")
    return {"search, s": seconds(lambda: search.fit(X, Y)), "best f1_micro": search.best_score_}


def measure_prediction(peer, setting, quick):
    """Time predictions of few and of many rows, with the memory that the latter take."""
    problem = Problem(100, 14, (100,), 200, 1)
    n_rows = {"one row": 1, "1,000 rows": 1_000}.get(setting, 20_000 if quick else 1_000_000)
    X, Y = made_up(2_000, problem, peer.y_dtype)
    many = n_rows > 1_000
    make = peer.big_batches if many and peer.big_batches and "as it comes" not in setting else None
    estimator = (make or peer.make)(problem).fit(X, Y)
    if not many:
        X = X[:n_rows]
        estimator.predict_proba(X)
        number = 20 if quick else 200
        return {"prediction, ms": 1e3 * median_seconds(lambda: estimator.predict_proba(X), number)}
    return _many_rows(estimator, problem, n_rows)


def _many_rows(estimator, problem, n_rows):
    X = made_up(n_rows, problem)[0]
    estimator.predict_proba(X[: n_rows // 100])
    beyond = []
    for n in (n_rows // 10, n_rows):
        with peak_memory(beyond):
            out = estimator.predict_proba(X[:n])
        beyond[-1] = max(0.0, beyond[-1] - out.nbytes / MEGABYTE)
        del out
    return {
        "prediction, s": seconds(lambda: estimator.predict_proba(X)),
        "memory beyond input and output, MB": beyond[1],
        "the same for a tenth of the rows, MB": beyond[0],
    }


def measure_growth(peer, setting, quick):
    """Follow the resident memory over many fits."""
    import gc

    problem = Problem(72, 6, (100,), 32, 2)
    X, Y = made_up(_SMALL_ROWS, problem, peer.y_dtype)
    n_fits = 20 if quick else 200
    sizes = []
    for i in range(n_fits):
        hidden = (100,) if setting == "same architecture" else (50 + i,)
        peer.make(problem._replace(hidden=hidden)).fit(X, Y)
        if i in (9, n_fits - 1):
            gc.collect()
        sizes.append(resident_mb())
    return {
        "after fit 10, MB": sizes[9],
        "growth until the last, MB": sizes[-1] - sizes[9],
        "highest growth on the way, MB": max(sizes[9:]) - sizes[9],
    }


def measure_import(peer, setting, quick):
    """Time an import in a new interpreter."""
    names = ("skmultilabel_nn",) if setting == "the package alone" else peer.imports
    statement = "import " + ", ".join(names)
    inside, whole = import_seconds(statement)
    return {
        "import, s": inside,
        "interpreter and import, s": whole,
        "TensorFlow loaded": int("tensorflow" in modules_after(statement)),
    }


def measure_sparse(peer, setting, quick):
    """Time one epoch on wide sparse rows, and a prediction, with the memory that they take."""
    n_rows, n_features = (2_000, 20_000) if quick else (20_000, 50_000)
    problem = Problem(n_features, 14, (100,), 256, 1)
    X, Y = made_up_sparse(n_rows, 100, problem, peer.y_dtype)
    few = problem._replace(n_features=200)
    peer.make(few).fit(X[:500, :200].tocsr(), Y[:500]).predict_proba(X[:500, :200].tocsr())
    estimator, peak = peer.make(problem), []
    with peak_memory(peak):
        fit_time = seconds(lambda: estimator.fit(X, Y))
    with peak_memory(peak):
        predict_time = seconds(lambda: estimator.predict_proba(X))
    matrix = (X.data.nbytes + X.indices.nbytes + X.indptr.nbytes) / MEGABYTE
    n_weights = (n_features + 1) * 100 + 101 * 14
    return {
        "fit, s": fit_time,
        "prediction, s": predict_time,
        "memory of fit, MB": peak[0],
        "memory of prediction, MB": peak[1],
        "matrix, MB": matrix,
        "weights, gradient and Adam's moments, MB": 4 * 4 * n_weights / MEGABYTE,
        "matrix if it were dense, MB": 4 * n_rows * n_features / MEGABYTE,
    }


CASES = {
    "a": Case(
        "A training step",
        measure_step,
        (
            OURS,
            "this package, jit_compile=True",
            "this package, jit_compile=False",
            "this package, its own network",
            "Keras",
            "Keras, jit_compile=False",
            "Keras, steps_per_execution=20",
            "Keras, steps_per_execution=20, jit_compile=False",
            *SIDE_BY_SIDE[2:],
            "numpy products",
        ),
        tuple(_STEPS),
        note="A long fit less one of a single epoch, divided by the steps between them, so that "
        "building and tracing cancel. This package's default picks XLA in long fits only, of 8,192 "
        "full batches: its row is a fit of 10,000 steps where a step is short; in the wider "
        "setting, where 500 are timed, it is the row of `jit_compile=True`, which the default is "
        "in a fit that is long enough.",
    ),
    "b": Case(
        "The first fit of a process and the tenth",
        measure_fits,
        (OURS, "this package, its own network", *SIDE_BY_SIDE[1:]),
        tuple(_SMALL),
        slow_at_most=1,
        note="Everything was imported before; case f has the imports. Traces are counted as runs "
        "of the Python code of `train_step`.",
    ),
    "c": Case(
        "GridSearchCV, 12 candidates x 5 folds and refit, n_jobs=1",
        measure_search,
        SIDE_BY_SIDE,
        ("600 x 72 -> 6, 50 epochs",),
        at_most=3,
        slow_at_most=1,
        note="In a fresh process after imports. 3 hidden layouts x 2 learning rates x 2 batch "
        "sizes. Keras, SciKeras and skorch are measured once.",
    ),
    "d": Case(
        "predict_proba, 100 -> 100 -> 14",
        measure_prediction,
        (
            *SIDE_BY_SIDE[:2],
            "Keras, model(x)",
            "Keras, predict_on_batch",
            *SIDE_BY_SIDE[2:],
            "numpy products",
            "numpy products, all rows at once",
        ),
        ("one row", "1,000 rows", "1,000,000 rows", "1,000,000 rows, as it comes"),
        note="In '1,000,000 rows', Keras, SciKeras and skorch are set to batches of 10,000 rows, "
        "which users must do themselves; in the last table they are as they come.",
    ),
    "e": Case(
        "Resident memory over 200 fits",
        measure_growth,
        (OURS, "Keras", "MLPClassifier"),
        ("same architecture", "another architecture in each fit"),
        at_most=1,
        note="2 epochs of 600 x 72 -> 6. 'Another architecture' has a hidden layer one unit wider "
        "each time. Garbage is collected by force before the tenth fit's and the last value only.",
    ),
    "f": Case(
        "Import",
        measure_import,
        SIDE_BY_SIDE,
        ("the package alone", "with its backend"),
        note="Each in a new interpreter.",
    ),
    "g": Case(
        "Sparse input, 20,000 x 50,000, 100 non-zeros a row -> 100 -> 14",
        measure_sparse,
        (OURS, "Keras", "MLPClassifier", "numpy products"),
        ("one epoch, batch 256",),
        at_most=3,
        note="SciKeras and skorch take no sparse matrix. Memory is the peak above what was "
        "resident before the call. The products are scipy's, sparse times dense.",
    ),
}

_ONLY = {  # settings in which not all of the case's peers take part
    "the package alone": (OURS,),
    "1,000,000 rows": (*SIDE_BY_SIDE, "numpy products", "numpy products, all rows at once"),
    "1,000,000 rows, as it comes": (OURS, "Keras", "SciKeras", "skorch"),
    "1,000 rows": (*CASES["d"].peers[:-1],),
    "one row": (*CASES["d"].peers[:-1],),
}


def repeats_of(case, peer, wanted):
    """Return how often a contender is measured in a case."""
    fast = peer.startswith((OURS, "MLPClassifier", "numpy"))
    return min(wanted, CASES[case].at_most if fast else CASES[case].slow_at_most)


def peers_of(case, setting):
    """Return the names of those who take part in a setting of a case."""
    return _ONLY.get(setting, CASES[case].peers)


def main():
    """Do the measurement that the command line describes, for `in_fresh_process`."""
    job = json.loads(sys.argv[1])
    peer = PEERS[job["peer"]]
    give_back(CASES[job["case"]].measure(peer, job["setting"], job["quick"]))


if __name__ == "__main__":
    main()
