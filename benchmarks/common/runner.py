"""The loop of all benchmarks: run what is missing, each in a process of its own, then report."""

import datetime
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.common.data import check_available
from benchmarks.common.measurement import memory_is_measurable
from benchmarks.common.process import run_in_fresh_process
from benchmarks.common.results import FAILED, TIMED_OUT, Results, describe_environment


def _no_options(parser):
    """Add no options of its own."""


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A benchmark: what is run, how it is measured, and how it is reported.

    Attributes
    ----------
    name : str
        Name on the command line and of the files of results.
    keys : tuple of str
        Columns that identify a row of the results.
    baselines : dict of str to Baseline
        All that can be compared, in the order of the tables.
    jobs : callable
        ``jobs(options)`` returns a list of dicts with values of `keys`, one per process. A dict
        may lack the last keys; then `measure` tells them.
    measure : callable
        ``measure(job, options)`` yields dicts of measures as they are found. It runs in a process
        of its own.
    report : callable
        ``report(results, options)`` returns Markdown.
    quick_baselines : tuple of str
        Baselines of ``--quick``.
    quick_datasets, datasets, public_datasets : tuple of str
        Data sets of ``--quick``, of a run with the data folder, and of a run without it. Empty if
        the benchmark has no data sets.
    any_table : bool
        Whether it runs on all tables in the data folder and at openml.org.
    n_seeds : int
        Number of seeds or repeats by default.
    time_limit : float or None
        Seconds that a process may take by default.
    same_environment : bool
        Whether results of another machine or of other versions are measured again.
    add_options : callable
        ``add_options(parser)`` adds options of this benchmark alone.
    """

    name: str
    keys: tuple
    baselines: dict
    jobs: Callable
    measure: Callable
    report: Callable
    quick_baselines: tuple
    quick_datasets: tuple = ()
    datasets: tuple = ()
    public_datasets: tuple = ()
    any_table: bool = False
    n_seeds: int = 3
    time_limit: float | None = None
    same_environment: bool = False
    add_options: Callable = _no_options


def jobs_of_datasets(baselines, options, accepts=None):
    """Return the jobs of benchmarks on data sets: all with the first seed, then with the others.

    Parameters
    ----------
    baselines : dict of str to Baseline
        Those of the benchmark. Deterministic ones have one seed.
    options : Namespace
        Of the command line.
    accepts : callable or None
        ``accepts(dataset, baseline)`` tells whether the baseline is run on the data set.
    """
    return [
        {"dataset": dataset, "baseline": name, "seed": seed}
        for seed in range(options.seeds)
        for dataset in options.datasets
        for name in options.baselines
        if not (seed and baselines[name].deterministic)
        if accepts is None or accepts(dataset, name)
    ]


def run(benchmark, options):
    """Measure what is missing, then write and print the report; return the exit status."""
    results = Results(options.output, benchmark.keys)
    if not options.report:
        if not memory_is_measurable():
            print("Time and memory are read from /proc: benchmarks run on Linux.", file=sys.stderr)
            return 2
        _measure_missing(benchmark, options, results)
    if not results.rows:
        print(f"There are no results in {options.output}.", file=sys.stderr)
        return 1
    text = benchmark.report(results, options)
    if options.quick:
        text = "**A quick trial on small problems: these numbers mean nothing.**\n\n" + text
    print(text)
    if options.output is not None:
        options.output.with_suffix(".md").write_text(text, encoding="utf-8")
    return 1 if options.quick and any(row.get(FAILED) for row in results.rows) else 0


def _measure_missing(benchmark, options, results):
    """Run all jobs that the results do not have yet."""
    environment = results.environment_number(describe_environment())
    jobs = _installed_only(benchmark, benchmark.jobs(options))
    if not options.again:
        only = environment if benchmark.same_environment else None
        jobs = [job for job in jobs if not results.has(job, environment=only)]
    if benchmark.quick_datasets:
        check_available(dict.fromkeys(job["dataset"] for job in jobs), options.data_folder)
    failed = []
    for i, job in enumerate(jobs, start=1):
        label = f"[{i}/{len(jobs)}] {' | '.join(map(str, job.values()))}"
        if _without_seed(job) in failed:
            print(f"{label}: left out, since another run of it failed", flush=True)
            continue
        rows = _run_job(benchmark, job, options, label)
        if any(row.get(FAILED) for row in rows):
            failed.append(_without_seed(job))
        if benchmark.same_environment:
            results.drop_other_environments(job, environment)
        about = {"date": datetime.date.today().isoformat(), "environment": environment}
        results.replace(job, [job | about | row for row in rows])


def _run_job(benchmark, job, options, label):
    """Run one job, say what came out, and return its rows."""
    start = time.perf_counter()
    rows, failure = run_in_fresh_process(benchmark, job, options)
    seconds = time.perf_counter() - start
    if failure:
        print(f"{label}: failed after {seconds:.0f} s\n{failure}", flush=True)
    elif any(TIMED_OUT in row for row in rows):
        print(f"{label}: not finished in {seconds:.0f} s", flush=True)
    else:
        print(f"{label}: {seconds:.0f} s", flush=True)
    return rows


def _installed_only(benchmark, jobs):
    """Leave out the jobs of baselines that are not installed, and say which."""
    for name in dict.fromkeys(job["baseline"] for job in jobs):
        missing = benchmark.baselines[name].missing_packages()
        if missing:
            print(f"skipped, not installed: {name} (needs {', '.join(missing)})")
            jobs = [job for job in jobs if job["baseline"] != name]
    return jobs


def _without_seed(job):
    return {name: value for name, value in job.items() if name not in ("seed", "repeat")}
