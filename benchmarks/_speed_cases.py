"""The cases of `speed`: what each measures, in which settings, and for which baselines.

Every function ``measure_x(baseline, setting, quick)`` runs in a fresh process and returns
``{measure: number}``.
"""

import gc
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from benchmarks.common.baselines import THIS_PACKAGE
from benchmarks.common.baselines.same_network import BASELINES, Problem
from benchmarks.common.measurement import (
    MEGABYTE,
    count_calls,
    import_seconds,
    median_seconds,
    modules_after,
    peak_memory,
    resident_mb,
    seconds,
)

SIDE_BY_SIDE = (THIS_PACKAGE, "Keras", "MLPClassifier", "SciKeras", "skorch")

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
# So many steps that jit_compile="auto" uses XLA, as it does in long fits only. Where a step takes
# milliseconds, fewer are timed, with jit_compile=True.
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
        ``measure(baseline, setting, quick) -> {measure: number}``.
    baselines : tuple of str
        Names of the baselines that are measured.
    settings : tuple of str
        Each gets a table of its own.
    max_repeats : int
        Repeats beyond which more are not worth their time.
    max_slow_repeats : int
        The same where a repeat takes minutes: all but this package, MLPClassifier and numpy.
    note : str
        How to read the table.
    """

    title: str
    measure: Callable
    baselines: tuple
    settings: tuple
    max_repeats: int = 100
    max_slow_repeats: int = 100
    note: str = ""


def made_up(n_rows, problem, y_dtype="int64"):
    """Draw normal features and labels that depend on them, three in ten of them positive."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, problem.n_features), dtype=np.float32)
    return X, _labels(X, problem, rng).astype(y_dtype)


def made_up_sparse(n_rows, n_per_row, problem, y_dtype="int64"):
    """Draw a CSR matrix with the same number of non-zeros in every row."""
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
    scores = X @ rng.standard_normal((problem.n_features, problem.n_labels), dtype=np.float32)
    scores += 0.5 * scores.std() * rng.standard_normal(scores.shape, dtype=np.float32)
    return scores > np.quantile(scores, 0.7, axis=0)


def measure_step(baseline, setting, quick):
    """Time a long fit, less one of a single epoch, by the steps between them."""
    n_rows, problem = _STEPS[setting]
    X, Y = made_up(n_rows, problem, baseline.y_dtype)
    steps_per_epoch = math.ceil(n_rows / problem.batch_size)
    steps = 300 if quick else _FEW if setting == _WIDE else 2_000
    if baseline is BASELINES[THIS_PACKAGE] and setting == _WIDE:
        baseline = BASELINES["this package, jit_compile=True"]
    elif baseline is BASELINES[THIS_PACKAGE] and not quick:
        steps = _LONG
    epochs = math.ceil(steps / steps_per_epoch)
    one_epoch = problem._replace(epochs=1)
    long = problem._replace(epochs=epochs)
    baseline.make(one_epoch).fit(X, Y)
    if baseline.reuses_programs:
        baseline.make(long).fit(X, Y)
    short_time = seconds(lambda: baseline.make(one_epoch).fit(X, Y))
    long_time = seconds(lambda: baseline.make(long).fit(X, Y))
    return {"step, µs": 1e6 * (long_time - short_time) / ((epochs - 1) * steps_per_epoch)}


def measure_fits(baseline, setting, quick):
    """Time the first fit of a process and the tenth, and count the traces of one more."""
    problem = _SMALL[setting]._replace(epochs=5 if quick else 50)
    X, Y = made_up(_SMALL_ROWS, problem, baseline.y_dtype)
    baseline.load()
    times = [seconds(lambda: baseline.make(problem).fit(X, Y)) for _ in range(3 if quick else 10)]
    found = {"first fit, s": times[0], "tenth fit, s": times[-1]}
    if "tensorflow" in baseline.packages:
        found["traces in one more"] = count_calls(
            lambda: baseline.make(problem).fit(X, Y), "train_step"
        )
    return found


def measure_search(baseline, setting, quick):
    """Time a grid search in a process that has fitted nothing before."""
    from sklearn.model_selection import GridSearchCV, KFold

    problem = Problem(72, 6, (100,), 32, 5 if quick else 50)
    X, Y = made_up(_SMALL_ROWS, problem, baseline.y_dtype)
    grid = {"hidden": [(50,), (100,), (100, 50)], "learning_rate": [1e-3, 1e-2]}
    grid["batch_size"] = [32, 64]
    if quick:
        grid = {name: values[:1] for name, values in grid.items()} | {"hidden": [(50,), (100,)]}
    grid = {baseline.grid[name]: values for name, values in grid.items()}
    cv = KFold(2 if quick else 5, shuffle=True, random_state=0)
    baseline.load()
    search = GridSearchCV(
        baseline.make(problem), grid, scoring="f1_micro", cv=cv, error_score="raise"
    )
    return {"search, s": seconds(lambda: search.fit(X, Y)), "best f1_micro": search.best_score_}


def measure_prediction(baseline, setting, quick):
    """Time predictions of few and of many rows, with the memory that the latter take."""
    problem = Problem(100, 14, (100,), 200, 1)
    n_rows = {"one row": 1, "1,000 rows": 1_000}.get(setting, 20_000 if quick else 1_000_000)
    X, Y = made_up(2_000, problem, baseline.y_dtype)
    many = n_rows > 1_000
    make = baseline.make
    if many and baseline.make_for_large_data and "default settings" not in setting:
        make = baseline.make_for_large_data
    estimator = make(problem).fit(X, Y)
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


def measure_growth(baseline, setting, quick):
    """Follow the resident memory over many fits."""
    problem = Problem(72, 6, (100,), 32, 2)
    X, Y = made_up(_SMALL_ROWS, problem, baseline.y_dtype)
    n_fits = 20 if quick else 200
    sizes = []
    for i in range(n_fits):
        hidden = (100,) if setting == "same architecture" else (50 + i,)
        baseline.make(problem._replace(hidden=hidden)).fit(X, Y)
        if i in (9, n_fits - 1):
            gc.collect()
        sizes.append(resident_mb())
    return {
        "after fit 10, MB": sizes[9],
        "growth until the last, MB": sizes[-1] - sizes[9],
        "highest growth on the way, MB": max(sizes[9:]) - sizes[9],
    }


def measure_import(baseline, setting, quick):
    """Time an import in a new interpreter."""
    names = ("skmultilabel_nn",) if setting == "the package alone" else baseline.imports
    statement = "import " + ", ".join(names)
    inside, whole = import_seconds(statement)
    return {
        "import, s": inside,
        "interpreter and import, s": whole,
        "TensorFlow loaded": int("tensorflow" in modules_after(statement)),
    }


def measure_sparse(baseline, setting, quick):
    """Time one epoch on wide sparse rows, and a prediction, with the memory that they take."""
    n_rows, n_features = (2_000, 20_000) if quick else (20_000, 50_000)
    problem = Problem(n_features, 14, (100,), 256, 1)
    X, Y = made_up_sparse(n_rows, 100, problem, baseline.y_dtype)
    few = problem._replace(n_features=200)
    baseline.make(few).fit(X[:500, :200].tocsr(), Y[:500]).predict_proba(X[:500, :200].tocsr())
    estimator, peak = baseline.make(problem), []
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
    "train_step": Case(
        "A training step",
        measure_step,
        (
            THIS_PACKAGE,
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
        "building and tracing cancel. By default this package uses XLA only in long fits, of 8,192 "
        "full batches: its row is a fit of 10,000 steps where a step is short; in the wider "
        "setting, where 500 are timed, it is the row of `jit_compile=True`, which is what the "
        "default becomes in a fit that is long enough.",
    ),
    "first_fit": Case(
        "The first fit of a process and the tenth",
        measure_fits,
        (THIS_PACKAGE, "this package, its own network", *SIDE_BY_SIDE[1:]),
        tuple(_SMALL),
        max_slow_repeats=1,
        note="Everything was imported before; `imports` has that time. Traces are counted as runs "
        "of the Python code of `train_step`.",
    ),
    "grid_search": Case(
        "GridSearchCV, 12 candidates x 5 folds and refit, n_jobs=1",
        measure_search,
        SIDE_BY_SIDE,
        ("600 x 72 -> 6, 50 epochs",),
        max_repeats=3,
        max_slow_repeats=1,
        note="In a fresh process after imports. 3 hidden layouts x 2 learning rates x 2 batch "
        "sizes. Keras, SciKeras and skorch are measured once.",
    ),
    "predict": Case(
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
        ("one row", "1,000 rows", "1,000,000 rows", "1,000,000 rows, default settings"),
        note="In '1,000,000 rows', Keras, SciKeras and skorch are set to batches of 10,000 rows, "
        "which users must do themselves; in the last table they have default settings.",
    ),
    "memory_growth": Case(
        "Resident memory over 200 fits",
        measure_growth,
        (THIS_PACKAGE, "Keras", "MLPClassifier"),
        ("same architecture", "another architecture in each fit"),
        max_repeats=1,
        note="2 epochs of 600 x 72 -> 6. 'Another architecture' has a hidden layer one unit wider "
        "each time. Garbage is collected by force before the tenth fit's and the last value only.",
    ),
    "imports": Case(
        "Import",
        measure_import,
        SIDE_BY_SIDE,
        ("the package alone", "with its backend"),
        note="Each in a new interpreter.",
    ),
    "sparse": Case(
        "Sparse input, 20,000 x 50,000, 100 non-zeros per row -> 100 -> 14",
        measure_sparse,
        (THIS_PACKAGE, "Keras", "MLPClassifier", "numpy products"),
        ("one epoch, batch 256",),
        max_repeats=3,
        note="SciKeras and skorch do not accept sparse matrices. Memory is the peak above what was "
        "resident before the call. The products are scipy's, sparse times dense.",
    ),
}

_ONLY = {  # settings in which not all baselines of the case are measured
    "the package alone": (THIS_PACKAGE,),
    "1,000,000 rows": (*SIDE_BY_SIDE, "numpy products", "numpy products, all rows at once"),
    "1,000,000 rows, default settings": (THIS_PACKAGE, "Keras", "SciKeras", "skorch"),
    "1,000 rows": (*CASES["predict"].baselines[:-1],),
    "one row": (*CASES["predict"].baselines[:-1],),
}


def max_repeats(case, baseline, wanted):
    """Return how often a baseline is measured in a case."""
    fast = baseline.startswith((THIS_PACKAGE, "MLPClassifier", "numpy"))
    return min(wanted, CASES[case].max_repeats if fast else CASES[case].max_slow_repeats)


def baselines_of(case, setting):
    """Return the names of the baselines that are measured in a setting of a case."""
    return _ONLY.get(setting, CASES[case].baselines)
