"""Measure the speed and memory of this package beside its alternatives.

Usage::

    python benchmarks/speed.py [--case a b ...] [--setting NAME] [--peer NAME ...] [--quick]
                               [--repeats N] [--output CSV]

Every number is measured in a fresh process of its own, one process at a time; the contenders take
turns within each repeat. The output is a CSV file of medians and, beside it, a Markdown report.
Rows that the CSV already has of what is not run are kept. With ``--quick`` problems are
small, one repeat is done and nothing is written unless ``--output`` says where: it only shows
that everything runs. README.md in this folder has the details.
"""

import argparse
import datetime
import time
from pathlib import Path

from _measure import in_fresh_process, memory_is_measurable
from _peers import PEERS
from _speed_cases import CASES, peers_of, repeats_of
from _speed_report import key_of, read_rows, summarise, to_markdown, write_rows

HERE = Path(__file__).resolve().parent


def main():
    """Run the cases, then write and print the tables."""
    arguments = parse_arguments()
    if not memory_is_measurable():
        raise SystemExit("speed.py reads memory from /proc, so it runs on Linux only.")
    output = arguments.output or (None if arguments.quick else HERE / "results" / "speed.csv")
    skipped = report_missing()
    rows, failures = [], []
    for case in arguments.case:
        for setting in settings_of(case, arguments):
            rows += run_setting(case, setting, arguments, skipped, failures)
            if output is not None:
                write_rows(output, merged(read_rows(output), rows))
    kept = merged(read_rows(output) if output else [], rows)
    text = to_markdown(kept, skipped, failures, quick=arguments.quick)
    print(text)
    if output is not None:
        output.with_suffix(".md").write_text(text)
        print(f"written: {output.name}, {output.with_suffix('.md').name}")


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", nargs="+", choices=sorted(CASES), default=sorted(CASES))
    parser.add_argument("--peer", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--setting", help="only this one of the case's settings")
    parser.add_argument("--quick", action="store_true", help="small problems, one repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, help="CSV; the report gets the ending .md")
    return parser.parse_args()


def report_missing():
    """Return the names of the contenders that are not installed, and say so."""
    missing = [name for name, peer in PEERS.items() if not peer.is_installed()]
    for name in missing:
        print(f"skipped, not installed: {name} (needs {', '.join(PEERS[name].packages)})")
    return missing


def settings_of(name, arguments):
    """Return the settings of a case that were asked for."""
    return [s for s in CASES[name].settings if arguments.setting in (None, s)]


def run_setting(name, setting, arguments, skipped, failures):
    """Measure one setting of a case; return rows of the table."""
    wanted = 1 if arguments.quick else min(arguments.repeats, CASES[name].at_most)
    peers = [p for p in peers_of(name, setting) if p in arguments.peer and p not in skipped]
    runs = {peer: [] for peer in peers}
    for repeat in range(wanted):
        due = [peer for peer in peers if repeat < repeats_of(name, peer, wanted)]
        for peer in due if repeat % 2 == 0 else due[::-1]:
            one_run(name, setting, peer, repeat, arguments.quick, runs, failures)
    return summarise(name, setting, runs, datetime.date.today().isoformat())


def one_run(case, setting, peer, repeat, quick, runs, failures):
    """Measure once in a fresh process, and show it; a contender that failed is not asked again."""
    if any(failed[:3] == (case, setting, peer) for failed in failures):
        return
    start = time.perf_counter()
    label = f"({case}) {setting} | repeat {repeat + 1} | {peer}"
    job = {"case": case, "setting": setting, "peer": peer, "quick": quick}
    try:
        found = in_fresh_process(HERE / "_speed_cases.py", job)
    except RuntimeError as error:
        failures.append((case, setting, peer, str(error).splitlines()[-1]))
        print(f"{label}: failed\n{error}", flush=True)
        return
    runs[peer].append(found)
    shown = "; ".join(f"{measure} {value:.4g}" for measure, value in found.items())
    print(f"{label}: {shown}   [{time.perf_counter() - start:.0f} s]", flush=True)


def merged(old, new):
    """Return the new rows and those old ones that belong to other settings, by case."""
    measured = {(row["case"], row["setting"]) for row in new}
    kept = [row for row in old if (row["case"], row["setting"]) not in measured]
    return sorted(kept + new, key=key_of)


if __name__ == "__main__":
    main()
