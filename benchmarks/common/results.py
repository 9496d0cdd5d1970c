"""Tables of results: a CSV file with one row per run and one column per measure."""

import csv
import importlib.metadata
import os
import platform
from pathlib import Path

TIMED_OUT = "not finished, s"  # the time limit that a run did not keep
FAILED = "failed"  # the exit code of a run that broke off
_PACKAGES = ("keras", "tensorflow", "scikit-learn", "numpy", "scipy", "scikeras", "skorch", "torch")
_PACKAGES += ("xgboost", "catboost", "omikuji", "napkinxc", "libmultilabel")
_PACKAGES += ("iterative-stratification",)


class Results:
    """Results of a benchmark, written to a CSV file whenever they change.

    The columns are the keys, the date, the number of the environment (a row of
    ``environments.csv`` beside the file), and the measures. A measure that a run does not have is
    empty.

    Parameters
    ----------
    path : Path or None
        The CSV file. Rows that it has already are read. With None nothing is read or written.
    keys : tuple of str
        Columns that identify a row.

    Attributes
    ----------
    rows : list of dict of str to str
        All rows, without the measures that they lack.
    """

    def __init__(self, path, keys):
        self.path = path
        self.keys = keys
        self.rows = _read(path)
        self.environments = _read(self._environments_path())

    def has(self, job, environment=None):
        """Return whether there are rows of a job, and from an environment if one is given."""
        wanted = job if environment is None else job | {"environment": environment}
        return any(_matches(row, wanted) for row in self.rows)

    def replace(self, job, rows):
        """Put rows in place of those of a job, and write the file."""
        kept = [row for row in self.rows if not _matches(row, job)]
        self.rows = kept + [{name: _as_text(value) for name, value in row.items()} for row in rows]
        self._write()

    def drop_other_environments(self, job, environment):
        """Drop the rows with the same first two keys that another environment gave."""
        group = {key: job[key] for key in self.keys[:2]}
        self.rows = [
            row
            for row in self.rows
            if not _matches(row, group) or row["environment"] == environment
        ]

    def measures(self):
        """Return the names of all measures, in order of appearance."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        return [name for name in names if name not in (*self.keys, "date", "environment")]

    def environment_number(self, description):
        """Return the number of an environment as text; a new one is written with the rows."""
        for row in self.environments:
            if {name: row[name] for name in description} == description:
                return row["environment"]
        number = str(len(self.environments) + 1)
        self.environments.append({"environment": number, **description})
        return number

    def _environments_path(self):
        return None if self.path is None else self.path.with_name("environments.csv")

    def _write(self):
        if self.path is not None:
            names = [*self.keys, "date", "environment", *self.measures()]
            _write(self.path, names, self.rows)
            if self.environments:
                names = list(self.environments[0])
                _write(self._environments_path(), names, self.environments)


def describe_environment():
    """Return what numbers depend on: the machine and the versions of the packages."""
    import skmultilabel_nn

    versions = [f"Python {platform.python_version()}"]
    versions.append(f"skmultilabel_nn {skmultilabel_nn.__version__}")
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    machine = f"{os.cpu_count()} cores, {_processor()}, {platform.system()}"
    return {"machine": machine, "versions": ", ".join(versions)}


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _matches(row, wanted):
    return all(row.get(name) == str(value) for name, value in wanted.items())


def _as_text(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _read(path):
    if path is None or not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = ("date", "environment")  # empty in old rows, where they were not recorded
    return [{k: v for k, v in row.items() if v or k in kept} for row in rows]


def _write(path, names, rows):
    """Write a file anew, so that a run that is broken off leaves the old or the new one."""
    new = path.with_suffix(".tmp")
    with new.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    new.replace(path)
