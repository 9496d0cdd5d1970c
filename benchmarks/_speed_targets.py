"""The targets of `speed`: what this package is meant to reach beside the baselines."""

from benchmarks._speed_cases import CASES
from benchmarks.common.baselines import THIS_PACKAGE

_KERAS_SETUPS = tuple(name for name in CASES["train_step"].baselines if name.startswith("Keras"))


class Values:
    """Looks up medians."""

    def __init__(self, rows):
        self._medians = {
            (row["case"], row["setting"], row["baseline"], row["measure"]): row["median"]
            for row in rows
        }

    def get(self, case, setting, measure, baseline=THIS_PACKAGE):
        """Return a median, None if it was not measured."""
        return self._medians.get((case, setting, baseline, measure))

    def ratio(self, case, setting, measure, baseline, *, of_ours=False):
        """Return the value of a baseline divided by that of this package, or the reverse."""
        theirs, ours = self.get(case, setting, measure, baseline), self.get(case, setting, measure)
        if not theirs or not ours:
            return None
        return ours / theirs if of_ours else theirs / ours


def targets(rows):
    """Yield ``(case, target, measured, reached)`` for all targets that were measured."""
    values = Values(rows)
    for case, check in _CHECKS.items():
        for text, value, unit, limit, sense in check(values):
            if value is not None:
                reached = value >= limit if sense == ">=" else value <= limit
                yield case, text, f"{value:.3g}{unit}", reached


def _steps(values):
    for setting in CASES["train_step"].settings:
        name = setting.split(" ->")[0]
        names = CASES["train_step"].baselines
        ratio = {n: values.ratio("train_step", setting, "step, µs", n) for n in names}
        yield f"{name}: at least 8 x faster than Keras fit", ratio["Keras"], " x", 8, ">="
        setups = [ratio[n] for n in _KERAS_SETUPS if ratio[n]]
        fastest = min(setups, default=None)
        yield f"{name}: the same, fastest setup of Keras", fastest, " x", 8, ">="
        yield f"{name}: 2 x faster than MLPClassifier", ratio["MLPClassifier"], " x", 2, ">="
        products = values.ratio("train_step", setting, "step, µs", "numpy products", of_ours=True)
        yield f"{name}: within 2.5 x of the matrix products", products, " x", 2.5, "<="


def _fits(values):
    for setting in CASES["first_fit"].settings:
        name = setting.split(", ")[-1]
        traces = values.get("first_fit", setting, "traces in one more")
        yield f"{name}: tenth fit without tracing", traces, " traces", 0, "<="
        ratio = values.ratio("first_fit", setting, "tenth fit, s", "MLPClassifier")
        yield f"{name}: tenth fit faster than MLPClassifier", ratio, " x", 1, ">="


def _search(values):
    (setting,) = CASES["grid_search"].settings
    for baseline, limit, text in (
        ("SciKeras", 10, "10 x faster than SciKeras"),
        ("MLPClassifier", 1, "not slower than MLPClassifier"),
    ):
        yield text, values.ratio("grid_search", setting, "search, s", baseline), " x", limit, ">="


def _prediction(values):
    one = values.get("predict", "one row", "prediction, ms")
    yield "one row in under 1 ms", one, " ms", 1, "<="
    ratio = values.ratio("predict", "one row", "prediction, ms", "Keras")
    yield "one row 50 x faster than Keras predict", ratio, " x", 50, ">="
    many = "1,000,000 rows"
    for baseline in ("numpy products", "numpy products, all rows at once"):
        ratio = values.ratio("predict", many, "prediction, s", baseline, of_ours=True)
        yield f"a million rows within 1.5 x of the {baseline}", ratio, " x", 1.5, "<="
    whole = values.get("predict", many, "memory beyond input and output, MB")
    tenth = values.get("predict", many, "the same for a tenth of the rows, MB")
    more = None if whole is None or tenth is None else whole - tenth
    yield "no more memory for 1,000,000 rows than for 100,000 (20 MB)", more, " MB", 20, "<="


def _growth(values):
    for setting in CASES["memory_growth"].settings:
        growth = values.get("memory_growth", setting, "growth until the last, MB")
        yield f"{setting}: at most 20 MB after the tenth fit", growth, " MB", 20, "<="


def _import(values):
    loaded = values.get("imports", "the package alone", "TensorFlow loaded")
    yield "no TensorFlow import", loaded, " modules", 0, "<="


def _sparse(values):
    (setting,) = CASES["sparse"].settings
    parts = ("matrix, MB", "weights, gradient and Adam's moments, MB")
    sizes = [values.get("sparse", setting, part) for part in parts]
    for measure in ("memory of fit, MB", "memory of prediction, MB"):
        peak = values.get("sparse", setting, measure)
        share = None if peak is None or None in sizes else peak / sum(sizes)
        yield f"{measure[:-4]} at most 2 x matrix and weights", share, " x", 2, "<="


_CHECKS = {
    "train_step": _steps,
    "first_fit": _fits,
    "grid_search": _search,
    "predict": _prediction,
    "memory_growth": _growth,
    "imports": _import,
    "sparse": _sparse,
}
