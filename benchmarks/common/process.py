"""Every measurement in a fresh process, so that none inherits threads, caches or memory."""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from benchmarks.common.results import FAILED, TIMED_OUT

_CHECKOUT = Path(__file__).resolve().parents[2]
_MODULE = "benchmarks.common.process"
_PREFIX = "RESULT "


def run_in_fresh_process(benchmark, job, options):
    """Measure one job in a new interpreter.

    Returns
    -------
    rows : list of dict
        What `benchmark.measure` yielded, merged into one dict per row. Of a run that failed or
        ran out of time, what it yielded before, and the measure `FAILED` or `TIMED_OUT`.
    failure : str
        End of the standard error of a run that failed; empty otherwise.
    """
    message = {"benchmark": benchmark.name, "job": job, "options": vars(options)}
    command = [sys.executable, "-m", _MODULE, json.dumps(message, default=str)]
    output, errors, code = _communicate(command, options.time_limit)
    lines = [line for line in output.splitlines() if line.startswith(_PREFIX)]
    found = [json.loads(line.removeprefix(_PREFIX)) for line in lines]
    failure = ""
    if code is None:
        found.append({TIMED_OUT: options.time_limit})
    elif code or not found:
        failure = "\n".join(errors.splitlines()[-15:]) or f"exit {code}"
        found.append({FAILED: code or 1})
    return _merge(found, [key for key in benchmark.keys if key not in job]), failure


def _communicate(command, time_limit):
    """Return output, errors and exit code of a command; the code is None if time ran out."""
    path = os.pathsep.join(filter(None, [str(_CHECKOUT), os.environ.get("PYTHONPATH")]))
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=quiet | os.environ | {"PYTHONPATH": path},
        start_new_session=True,  # so that its own children end with it
    )
    try:
        return *process.communicate(timeout=time_limit), process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return *process.communicate(), None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _merge(found, keys):
    """Merge dicts with the same values of the keys."""
    rows = {}
    for one in found:
        place = tuple(one.get(key) for key in keys)
        rows[place] = rows.get(place, {}) | one
    return list(rows.values())


def main():
    """Measure the job of the command line, and print what is found as it comes."""
    message = json.loads(sys.argv[1])
    benchmark = importlib.import_module(f"benchmarks.{message['benchmark']}").BENCHMARK
    options = argparse.Namespace(**message["options"])
    for found in benchmark.measure(message["job"], options):
        print(_PREFIX + json.dumps(found, default=float), flush=True)


if __name__ == "__main__":
    main()
