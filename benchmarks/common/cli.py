"""The command line of all benchmarks."""

import argparse
import difflib
import importlib
import os
import sys
from pathlib import Path

from benchmarks.common.data import FOLDER_VARIABLE, DataUnavailableError, resolve_datasets
from benchmarks.common.runner import run

DESCRIPTIONS = {
    "speed": "time and memory of training and prediction, with the same network for all",
    "accuracy": "quality of predictions on tables, with default settings",
    "decisions": "F1 of every decision rule, and the cost of tuning it",
    "splitters": "how even the folds of stratified splitters are",
    "extreme": "precision, time and memory with thousands of labels",
    "text_images": "quality of predictions on texts and images",
}
RESULTS = Path(__file__).resolve().parents[1] / "results"
USAGE = "python -m benchmarks NAME [--quick]"


def main(arguments=None):
    """Run the benchmark that the command line names; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(list_of_benchmarks())
        return 0
    name, *others = arguments
    if name not in DESCRIPTIONS:
        print(unknown_benchmark(name), file=sys.stderr)
        return 2
    benchmark = importlib.import_module(f"benchmarks.{name}").BENCHMARK
    options = parse_options(benchmark, others)
    try:
        return run(benchmark, options)
    except DataUnavailableError as error:
        print(f"python -m benchmarks {name}: {error}", file=sys.stderr)
        return 2


def list_of_benchmarks():
    """Return the names of the benchmarks with one line each."""
    lines = [f"usage: {USAGE}", "", "benchmarks:"]
    lines += [f"  {name:12} {text}" for name, text in DESCRIPTIONS.items()]
    lines += ["", "python -m benchmarks NAME --help shows the options of one."]
    return "\n".join(lines)


def unknown_benchmark(name):
    """Return the message about a name that is none of a benchmark."""
    close = difflib.get_close_matches(name, DESCRIPTIONS, 1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"There is no benchmark {name!r}.{hint} The names are: {', '.join(DESCRIPTIONS)}."


def parse_options(benchmark, arguments):
    """Return the options of a benchmark, all checked."""
    parser = make_parser(benchmark)
    options = parser.parse_args(arguments)
    if benchmark.quick_datasets:
        _resolve_data_folder(parser, options)
    if options.output is None and not options.quick:
        options.output = _default_output(benchmark, options)
    if options.output is not None and not options.output.parent.is_dir():
        parser.error(f"There is no folder {options.output.parent} for the results.")
    if options.quick and options.report:
        parser.error("--report shows stored results, which --quick does not have.")
    if options.seeds is None:
        options.seeds = 1 if options.quick else benchmark.n_seeds
    if options.seeds < 1:
        parser.error(f"--seeds must be at least 1, got {options.seeds}.")
    options.baselines = options.baselines or list(
        benchmark.quick_baselines if options.quick else benchmark.baselines
    )
    if benchmark.quick_datasets:
        try:
            options.datasets = resolve_datasets(benchmark, options)
        except ValueError as error:
            parser.error(str(error))
    return options


def make_parser(benchmark):
    """Return the parser of a benchmark: the options of all, then its own."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {benchmark.name}",
        description=f"Measure {DESCRIPTIONS[benchmark.name]}.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="small problems, offline; the numbers mean nothing")
    add(
        "--baselines",
        nargs="+",
        choices=list(benchmark.baselines),
        metavar="NAME",
        help="all by default: " + "; ".join(benchmark.baselines),
    )
    add(
        "--seeds",
        type=int,
        metavar="N",
        help=f"number of runs ({benchmark.n_seeds}, 1 with --quick)",
    )
    add(
        "--time-limit",
        type=float,
        default=benchmark.time_limit,
        metavar="SECONDS",
        help="of a single run (%(default)s)",
    )
    add(
        "--output",
        type=Path,
        metavar="CSV",
        help="table of results; the report goes beside it "
        "(benchmarks/results/NAME.csv, NAME_public.csv without a data folder; --quick: none)",
    )
    add("--again", action="store_true", help="also measure what the table already has")
    add("--report", action="store_true", help="measure nothing, write the report again")
    if benchmark.quick_datasets:
        add("--datasets", nargs="+", metavar="NAME", help="names of data sets")
        add(
            "--data-folder",
            type=Path,
            metavar="FOLDER",
            help=f"packed data sets (${FOLDER_VARIABLE}; without it, public data)",
        )
    benchmark.add_options(parser)
    return parser


def _resolve_data_folder(parser, options):
    """Use the environment variable if no folder is given, and check that the folder exists."""
    if options.data_folder is None and os.environ.get(FOLDER_VARIABLE):
        options.data_folder = Path(os.environ[FOLDER_VARIABLE])
    if options.data_folder is not None and not options.data_folder.is_dir():
        parser.error(
            f"There is no folder {options.data_folder} of data sets. Correct --data-folder or "
            f"${FOLDER_VARIABLE}, or leave both out for public data."
        )


def _default_output(benchmark, options):
    """Return the table of the benchmark; public data have one of their own.

    Sets of the same name have another split there.
    """
    public = benchmark.quick_datasets and options.data_folder is None and not options.report
    return RESULTS / f"{benchmark.name}{'_public' if public else ''}.csv"
