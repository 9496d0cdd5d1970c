"""Time, memory and traces of one call."""

import contextlib
import gc
import os
import subprocess
import sys
import time
from pathlib import Path

MEGABYTE = 2**20


def seconds(call):
    """Return how long a call takes, by the wall clock."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def median_seconds(call, number):
    """Return the median time of a number of calls, each timed alone."""
    times = sorted(seconds(call) for _ in range(number))
    return times[number // 2]


def processor_seconds():
    """Return the processor time of this process and of those that it started, by all threads.

    Unlike the wall clock it hardly depends on what else the machine is doing.
    """
    me, ticks = os.getpid(), os.sysconf("SC_CLK_TCK")
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            pid = int(path.parent.name)
            # User and system time, its own and that of children that have ended.
            parents[pid], used[pid] = int(fields[1]), sum(map(int, fields[11:15])) / ticks
    family = [me]
    for pid in family:
        family += [child for child, parent in parents.items() if parent == pid]
    return sum(used.get(pid, 0.0) for pid in family)


def import_seconds(statement):
    """Return how long a new interpreter takes for an import statement, and the interpreter alone.

    Returns
    -------
    tuple of float
        Seconds inside of the statement, and of the whole process.
    """
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]), time.perf_counter() - start


def modules_after(statement):
    """Return the names of the top-level modules that an import statement loads."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def resident_mb():
    """Return the resident memory of this process in MB (2**20 bytes)."""
    return _status("VmRSS")


def _status(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    value = next(line.split()[1] for line in lines if line.startswith(f"{field}:"))
    return int(value) / 1024


@contextlib.contextmanager
def peak_memory(found):
    """Append to the list `found` how many MB the peak of the block is above its start.

    The kernel keeps the peak, so that nothing between two samples is missed; writing 5 to
    ``clear_refs`` sets it back to the present size.
    """
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = resident_mb()
    yield
    found.append(max(0.0, _status("VmHWM") - before))


def memory_is_measurable():
    """Return whether the system offers what `peak_memory` needs (Linux does)."""
    return os.access("/proc/self/clear_refs", os.W_OK)


def count_calls(call, name):
    """Return how often Python functions with a name run in a call.

    The Python code of a compiled program runs only while the program is traced, so that the number
    of runs of ``train_step`` is the number of traces.
    """
    counts = [0]

    def profile(frame, event, argument):
        if event == "call" and name in frame.f_code.co_name:
            counts[0] += 1

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return counts[0]
