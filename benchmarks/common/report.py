"""Parts of the Markdown reports that all benchmarks share."""

import statistics

from benchmarks.common.results import FAILED, TIMED_OUT


def header(title, results, *notes):
    """Return the first lines of a report: when, where and with what it was measured."""
    rows = results.rows
    dates = sorted({row["date"] for row in rows if row["date"]})
    undated = sum(not row["date"] for row in rows)
    lines = [f"# {title}", ""]
    if dates:
        lines.append(f"- Date: {' to '.join(dict.fromkeys([dates[0], dates[-1]]))}")
    if undated:
        lines.append(f"- Without a recorded date: {undated} of {len(rows)} rows")
    lines += _environments(results)
    lines += [f"- {note}" for note in notes]
    for measure, text in (
        (TIMED_OUT, "Did not finish, with the time limit in seconds"),
        (FAILED, "Failed, out of memory or by an error, with the exit code"),
    ):
        runs = runs_with(results, measure)
        lines += [f"- {text}: {'; '.join(runs)}"] if runs else []
    return [*lines, ""]


def _environments(results):
    """Yield machine and versions; with more than one, also how many rows each has."""
    numbers = [row["environment"] for row in results.rows]
    described = {row["environment"]: row for row in results.environments}
    for number in dict.fromkeys(numbers):
        n_rows = numbers.count(number)
        share = "" if n_rows == len(numbers) else f" ({n_rows} of {len(numbers)} rows)"
        if number in described:
            yield f"- Machine: {described[number]['machine']}{share}"
            yield f"- Versions: {described[number]['versions']}"
        else:
            yield f"- Machine and versions: not recorded{share}"


def runs_with(results, measure):
    """Return a text for each run that has a measure, such as `FAILED`."""
    found = []
    for row in results.rows:
        if measure in row:
            name = " / ".join(row[key] for key in results.keys if row.get(key))
            found.append(f"{name} ({float(row[measure]):g})")
    return found


def table(head, lines):
    """Return the lines of a table."""
    rows = [head, ["---"] * len(head), *lines]
    return [f"| {' | '.join(map(str, row))} |" for row in rows]


def mean(rows, measure):
    """Return the mean of a measure over the rows that have it, None if none has."""
    values = [float(row[measure]) for row in rows if measure in row]
    return statistics.fmean(values) if values else None


def select(rows, **wanted):
    """Return the rows with the given values."""
    return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]


def in_order(found, order):
    """Return the names that were found, in the order of a list, unknown ones last."""
    found = dict.fromkeys(found)
    return [name for name in order if name in found] + [n for n in found if n not in order]
