"""Speed and memory of this package beside its alternatives, with the same network for all.

Every number is measured in a fresh process, one process at a time; the baselines take turns within
each repeat. Results of another machine or of other versions are replaced, setting by setting.
README.md in this folder has the details.
"""

import statistics

from benchmarks._speed_cases import CASES, baselines_of, max_repeats
from benchmarks._speed_targets import targets
from benchmarks.common.baselines import THIS_PACKAGE
from benchmarks.common.baselines.same_network import BASELINES
from benchmarks.common.report import header, in_order, select, table
from benchmarks.common.results import FAILED, TIMED_OUT
from benchmarks.common.runner import Benchmark

# Keras in one case only: its import and its tracing in every fit take most of the time.
QUICK_BASELINES = (THIS_PACKAGE, "Keras, predict_on_batch", "MLPClassifier", "numpy products")
_COMPARABLE = (", s", ", ms", ", µs", "memory of fit, MB", "memory of prediction, MB")


def jobs(options):
    """Return every baseline in every setting; every second repeat is in reverse order."""
    return [
        {"case": case, "setting": setting, "baseline": baseline, "repeat": repeat}
        for case in options.cases
        for setting in settings_of(case, options)
        for repeat in range(options.seeds)
        for baseline in turns(case, setting, repeat, options)
    ]


def settings_of(case, options):
    """Return the settings of a case that are measured; the first one in a quick trial."""
    settings = CASES[case].settings
    if options.settings:
        return [setting for setting in settings if setting in options.settings]
    return settings[:1] if options.quick else settings


def turns(case, setting, repeat, options):
    """Return the baselines of one repeat, in their order."""
    names = [
        name
        for name in baselines_of(case, setting)
        if name in options.baselines and repeat < max_repeats(case, name, options.seeds)
    ]
    return names if repeat % 2 == 0 else names[::-1]


def measure(job, options):
    """Yield the measures of one repeat."""
    baseline = BASELINES[job["baseline"]]
    yield CASES[job["case"]].measure(baseline, job["setting"], options.quick)


def summarize(results):
    """Return a row per baseline and measure: median, range, and the ratio to this package."""
    found = []
    for case, setting in dict.fromkeys((row["case"], row["setting"]) for row in results.rows):
        of_setting = select(results.rows, case=case, setting=setting)
        for name in in_order((row["baseline"] for row in of_setting), BASELINES):
            runs = select(of_setting, baseline=name)
            for measure_name in results.measures():
                values = [float(row[measure_name]) for row in runs if measure_name in row]
                if values and measure_name not in (FAILED, TIMED_OUT):
                    key = {"case": case, "setting": setting, "baseline": name}
                    found.append(key | {"measure": measure_name} | _statistics(values))
    ours = {_place(row): row["median"] for row in found if row["baseline"] == THIS_PACKAGE}
    for row in found:
        base = ours.get(_place(row)) if row["measure"].endswith(_COMPARABLE) else None
        row["ratio"] = row["median"] / base if base else None
    return found


def _statistics(values):
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def _place(row):
    return row["case"], row["setting"], row["measure"]


def report(results, options):
    """Return the targets and a table for each setting of each case."""
    rows = summarize(results)
    lines = header(
        "Speed and memory",
        results,
        "Medians over repeats, each in a fresh process, the baselines taking turns; in brackets "
        "the lowest and highest value, then the ratio to this package.",
    )
    reached = [(*target[:3], "yes" if target[3] else "no") for target in targets(rows)]
    lines += ["## Targets", "", *table(["case", "target", "measured", "reached"], reached)]
    for name, case in CASES.items():
        of_case = select(results.rows, case=name)
        if of_case:
            dates = sorted({row["date"] for row in of_case})
            when = " to ".join(dict.fromkeys([dates[0], dates[-1]]))
            lines += ["", f"## {name}: {case.title}", "", f"{case.note} Measured on {when}."]
            lines += _case_tables(case, select(rows, case=name))
    return "\n".join(lines) + "\n"


def _case_tables(case, rows):
    for setting in case.settings:
        of_setting = select(rows, setting=setting)
        if not of_setting:
            continue
        measures = list(dict.fromkeys(row["measure"] for row in of_setting))
        cells = {(row["baseline"], row["measure"]): _cell(row) for row in of_setting}
        names = dict.fromkeys(row["baseline"] for row in of_setting)
        lines = [(name, *(cells.get((name, m), "") for m in measures)) for name in names]
        yield from ["", f"### {setting}", "", *table(["", *measures], lines)]


def _cell(row):
    text = f"{row['median']:.3g}" if abs(row["median"]) < 1000 else f"{row['median']:,.0f}"
    if row["low"] != row["high"]:
        text += f" ({row['low']:.3g} to {row['high']:.3g})"
    if row["ratio"] is not None and row["baseline"] != THIS_PACKAGE:
        text += f", {row['ratio']:.3g} x"
    return text


def _add_options(parser):
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    settings = dict.fromkeys(setting for case in CASES.values() for setting in case.settings)
    parser.add_argument(
        "--settings",
        nargs="+",
        choices=list(settings),
        metavar="SETTING",
        help="all by default: " + "; ".join(settings).replace("%", "%%"),
    )


BENCHMARK = Benchmark(
    name="speed",
    keys=("case", "setting", "baseline", "repeat"),
    baselines=BASELINES,
    quick_baselines=QUICK_BASELINES,
    jobs=jobs,
    measure=measure,
    report=report,
    n_seeds=5,
    same_environment=True,
    add_options=_add_options,
)
