"""From measurements to the table, the targets and the Markdown report of `speed.py`."""

import csv
import datetime
import importlib.metadata
import os
import platform
import statistics
from pathlib import Path

from _peers import PEERS
from _speed_cases import CASES, OURS

import skmultilabel_nn

FIELDS = ["case", "setting", "peer", "measure", "median", "low", "high", "repeats", "x_ours"]
FIELDS += ["date"]
_PACKAGES = ("keras", "tensorflow", "scikit-learn", "numpy", "scipy")
_PACKAGES += ("scikeras", "skorch", "torch")
_COMPARABLE = (", s", ", ms", ", µs", "memory of fit, MB", "memory of prediction, MB")
_KERAS_SETUPS = tuple(name for name in CASES["a"].peers if name.startswith("Keras"))


def summarise(case, setting, runs, date):
    """Return one row per contender and measure, with the ratio to this package's median."""
    rows = []
    for peer, found in runs.items():
        for measure in found[0] if found else ():
            values = [one[measure] for one in found]
            rows.append(
                {
                    **{"case": case, "setting": setting, "peer": peer, "measure": measure},
                    **{"median": statistics.median(values), "low": min(values)},
                    **{"high": max(values), "repeats": len(values), "date": date},
                }
            )
    ours = {row["measure"]: row["median"] for row in rows if row["peer"] == OURS}
    for row in rows:
        base = ours.get(row["measure"]) if row["measure"].endswith(_COMPARABLE) else None
        row["x_ours"] = row["median"] / base if base else None
    return rows


def key_of(row):
    """Return what rows are sorted by: case, setting, contender as in `CASES`."""
    case = CASES[row["case"]]
    return row["case"], case.settings.index(row["setting"]), list(PEERS).index(row["peer"])


def read_rows(path):
    """Read the rows of an earlier run, none if there was none."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("median", "low", "high", "x_ours"):
            row[name] = float(row[name]) if row[name] else None
    return rows


def write_rows(path, rows):
    """Write rows as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})


class Values:
    """Looks up medians."""

    def __init__(self, rows):
        self._medians = {
            (row["case"], row["setting"], row["peer"], row["measure"]): row["median"]
            for row in rows
        }

    def get(self, case, setting, measure, peer=OURS):
        """Return a median, None if it was not measured."""
        return self._medians.get((case, setting, peer, measure))

    def ratio(self, case, setting, measure, peer, *, of_ours=False):
        """Return the contender's value over ours, or ours over its."""
        theirs, ours = self.get(case, setting, measure, peer), self.get(case, setting, measure)
        if not theirs or not ours:
            return None
        return ours / theirs if of_ours else theirs / ours


def targets(rows):
    """Yield ``(case, target, measured, reached)`` for all that the rows can tell."""
    values = Values(rows)
    checks = [_steps, _fits, _search, _prediction, _growth, _import, _sparse]
    for check in checks:
        for case, text, value, unit, limit, sense in check(values):
            if value is not None:
                reached = value >= limit if sense == ">=" else value <= limit
                yield case, text, f"{value:.3g}{unit}", reached


def _steps(values):
    for setting in CASES["a"].settings:
        name = setting.split(" ->")[0]
        ratio = {p: values.ratio("a", setting, "step, µs", p) for p in CASES["a"].peers}
        yield "a", f"{name}: at least 8 x faster than Keras fit", ratio["Keras"], " x", 8, ">="
        setups = [ratio[p] for p in _KERAS_SETUPS if ratio[p]]
        fastest = min(setups, default=None)
        yield "a", f"{name}: the same, fastest setup of Keras", fastest, " x", 8, ">="
        yield "a", f"{name}: 2 x faster than MLPClassifier", ratio["MLPClassifier"], " x", 2, ">="
        products = values.ratio("a", setting, "step, µs", "numpy products", of_ours=True)
        yield "a", f"{name}: within 2.5 x of the matrix products", products, " x", 2.5, "<="


def _fits(values):
    for setting in CASES["b"].settings:
        name = setting.split(", ")[-1]
        traces = values.get("b", setting, "traces in one more")
        yield "b", f"{name}: tenth fit without tracing", traces, " traces", 0, "<="
        ratio = values.ratio("b", setting, "tenth fit, s", "MLPClassifier")
        yield "b", f"{name}: tenth fit faster than MLPClassifier", ratio, " x", 1, ">="


def _search(values):
    (setting,) = CASES["c"].settings
    for peer, limit, text in (
        ("SciKeras", 10, "10 x faster than SciKeras"),
        ("MLPClassifier", 1, "not slower than MLPClassifier"),
    ):
        yield "c", text, values.ratio("c", setting, "search, s", peer), " x", limit, ">="


def _prediction(values):
    one = values.get("d", "one row", "prediction, ms")
    yield "d", "one row in under 1 ms", one, " ms", 1, "<="
    ratio = values.ratio("d", "one row", "prediction, ms", "Keras")
    yield "d", "one row 50 x faster than Keras predict", ratio, " x", 50, ">="
    many = "1,000,000 rows"
    for peer in ("numpy products", "numpy products, all rows at once"):
        ratio = values.ratio("d", many, "prediction, s", peer, of_ours=True)
        yield "d", f"a million rows within 1.5 x of the {peer}", ratio, " x", 1.5, "<="
    whole = values.get("d", many, "memory beyond input and output, MB")
    tenth = values.get("d", many, "the same for a tenth of the rows, MB")
    more = None if whole is None or tenth is None else whole - tenth
    yield "d", "no more memory for 1,000,000 rows than for 100,000 (20 MB)", more, " MB", 20, "<="


def _growth(values):
    for setting in CASES["e"].settings:
        growth = values.get("e", setting, "growth until the last, MB")
        yield "e", f"{setting}: at most 20 MB after the tenth fit", growth, " MB", 20, "<="


def _import(values):
    loaded = values.get("f", "the package alone", "TensorFlow loaded")
    yield "f", "no TensorFlow import", loaded, " modules", 0, "<="


def _sparse(values):
    (setting,) = CASES["g"].settings
    parts = ("matrix, MB", "weights, gradient and Adam's moments, MB")
    sizes = [values.get("g", setting, part) for part in parts]
    for measure in ("memory of fit, MB", "memory of prediction, MB"):
        peak = values.get("g", setting, measure)
        share = None if peak is None or None in sizes else peak / sum(sizes)
        yield "g", f"{measure[:-4]} at most 2 x matrix and weights", share, " x", 2, "<="


def to_markdown(rows, skipped, failures, *, quick):
    """Return the report."""
    lines = ["# Speed and memory", ""]
    if quick:
        lines += ["**A quick trial on small problems: these numbers say nothing.**", ""]
    lines += [*_about(rows, skipped), "", "## Targets", ""]
    found = [(*t[:3], "yes" if t[3] else "no") for t in targets(rows)]
    lines += _table(["case", "target", "measured", "reached"], found)
    for name, case in CASES.items():
        of_case = [row for row in rows if row["case"] == name]
        if of_case:
            lines += ["", f"## ({name}) {case.title}", ""]
            lines += [f"{case.note} Measured on {of_case[0]['date']}."]
            lines += _case_tables(case, of_case)
    if failures:
        lines += ["", "## Failed", ""]
        lines += [f"- ({f[0]}) {f[1]}, {f[2]}: {f[3]}" for f in failures]
    return "\n".join(lines) + "\n"


def _about(rows, skipped):
    dates = sorted({row["date"] for row in rows} | {datetime.date.today().isoformat()})
    yield f"- Date: {dates[0]}" + (f" to {dates[-1]}" if len(dates) > 1 else "")
    yield f"- Machine: {os.cpu_count()} cores, {_cpu_model()}, {platform.system()}"
    yield f"- Python {platform.python_version()}, " + ", ".join(_versions())
    yield "- Medians over repeats, each in a fresh process, contenders taking turns; in brackets"
    yield "  the lowest and highest value, then the ratio to this package."
    if skipped:
        yield f"- Not installed, so skipped: {', '.join(skipped)}"


def _versions():
    yield f"skmultilabel_nn {skmultilabel_nn.__version__}"
    for name in _PACKAGES:
        try:
            yield f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue


def _cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _case_tables(case, rows):
    for setting in case.settings:
        of_setting = [row for row in rows if row["setting"] == setting]
        if not of_setting:
            continue
        measures = list(dict.fromkeys(row["measure"] for row in of_setting))
        yield from ["", f"### {setting}", ""]
        cells = {(row["peer"], row["measure"]): _cell(row) for row in of_setting}
        names = dict.fromkeys(row["peer"] for row in of_setting)
        lines = [(name, *(cells.get((name, m), "") for m in measures)) for name in names]
        yield from _table(["", *measures], lines)


def _cell(row):
    text = f"{row['median']:.3g}" if abs(row["median"]) < 1000 else f"{row['median']:,.0f}"
    if row["low"] != row["high"]:
        text += f" ({row['low']:.3g} to {row['high']:.3g})"
    if row["x_ours"] is not None and row["peer"] != OURS:
        text += f", {row['x_ours']:.3g} x"
    return text


def _table(head, lines):
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for line in lines:
        yield "| " + " | ".join(map(str, line)) + " |"
