"""The command line of the benchmarks and what it shares; nothing is measured here."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import datasets

from benchmarks import accuracy
from benchmarks.common import data, made_up
from benchmarks.common.cli import DESCRIPTIONS, main, parse_options
from benchmarks.common.results import Results

CHECKOUT = Path(__file__).resolve().parents[2]
NAMES = ("speed", "accuracy", "decisions", "splitters", "extreme", "text_images")


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch):
    monkeypatch.delenv(data.FOLDER_VARIABLE, raising=False)


def test_without_a_name_all_are_listed(capsys):
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert tuple(DESCRIPTIONS) == NAMES
    for name in NAMES:
        assert sum(line.split()[:1] == [name] for line in lines) == 1


def test_unknown_name(capsys):
    assert main(["sped"]) == 2
    message = capsys.readouterr().err
    assert "'sped'" in message
    assert "Did you mean 'speed'?" in message
    assert all(name in message for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert f"python -m benchmarks {name}" in shown
    assert all(option in shown for option in ("--quick", "--baselines", "--output", "--report"))
    assert ("--data-folder" in shown) == (name != "speed")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["accuracy", "--baselines", "nobody"], "nobody"),
        (["accuracy", "--datasets", "nowhere"], "'nowhere'"),
        (["accuracy", "--quick", "--datasets", "yeast"], "'yeast' for --quick"),
        (["accuracy", "--data-folder", "/no/such/folder"], "/no/such/folder"),
        (["accuracy", "--output", "/no/such/folder/a.csv"], "/no/such/folder"),
        (["accuracy", "--seeds", "0"], "at least 1"),
        (["accuracy", "--quick", "--report"], "--report"),
        (["speed", "--cases", "a"], "train_step"),
    ],
)
def test_wrong_options_end_before_anything_is_measured(arguments, told, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert told in capsys.readouterr().err


def test_a_set_that_cannot_be_downloaded_is_named_with_the_ways_out(monkeypatch, tmp_path, capsys):
    def offline(**options):
        raise OSError("no network")

    monkeypatch.setattr(datasets, "fetch_openml", offline)
    output = str(tmp_path / "accuracy.csv")
    assert main(["accuracy", "--datasets", "yeast", "--output", output]) == 2
    message = capsys.readouterr().err
    for part in ("'yeast'", "no network", "--data-folder", data.FOLDER_VARIABLE, "--quick"):
        assert part in message


def test_the_folder_goes_before_openml(tmp_path):
    X, Y = np.eye(4, dtype=np.float32), np.eye(4, dtype=np.uint8)
    parts = {"train_idx": np.arange(3), "test_idx": np.arange(3, 4)}
    np.savez(tmp_path / "yeast.npz", X=X, Y=Y, **parts)
    found = data.load("yeast", tmp_path)
    np.testing.assert_array_equal(found.X, X)
    np.testing.assert_array_equal(found.Y, Y)
    assert found.Y.dtype == np.int64
    np.testing.assert_array_equal(found.test, [3])
    assert found.valid is None
    assert data.packed_names(tmp_path) == ["yeast"]


LARGE = {"made_2000_labels", "made_20k_x_1000", "made_100k_x_4000"}


@pytest.mark.parametrize("name", sorted(set(made_up.MAKERS) - LARGE))
def test_made_up_sets_have_every_row_once(name):
    X, Y, train, test, _ = data.load(name)
    np.testing.assert_array_equal(np.sort([*train, *test]), np.arange(Y.shape[0]))
    assert X.shape[0] == Y.shape[0]
    Y = Y.toarray() if sp.issparse(Y) else Y
    assert Y.dtype == np.int64
    assert set(np.unique(Y)) == {0, 1}


def test_a_folder_with_other_sets_is_used_as_it_is(tmp_path):
    Y = np.eye(4, dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", X=Y, Y=Y, train_idx=np.arange(3), test_idx=np.arange(3, 4))
    options = parse_options(accuracy.BENCHMARK, ["--data-folder", str(tmp_path)])
    assert options.datasets == ["mine"]
    with pytest.raises(data.DataUnavailableError, match="'other'"):
        data.check_available(["mine", "other"], tmp_path)


def test_public_data_have_a_table_of_their_own(tmp_path):
    def output(name, *arguments):
        return parse_options(
            importlib.import_module(f"benchmarks.{name}").BENCHMARK, arguments
        ).output

    np.savez(tmp_path / "yeast.npz")
    assert output("accuracy").name == "accuracy_public.csv"
    assert output("accuracy", "--report").name == "accuracy.csv"
    assert output("accuracy", "--data-folder", str(tmp_path)).name == "accuracy.csv"
    assert output("accuracy", "--quick") is None
    assert output("speed").name == "speed.csv"


def test_results_are_kept_and_replaced(tmp_path):
    path = tmp_path / "table.csv"
    first, second = {"dataset": "a", "seed": 0}, {"dataset": "a", "seed": 1}
    results = Results(path, ("dataset", "seed"))
    number = results.environment_number({"machine": "m", "versions": "v"})
    about = {"date": "2026-11-27", "environment": number}
    results.replace(first, [first | about | {"F1": 0.5}])
    results.replace(second, [second | about | {"fit, s": 1 / 3}])
    results.replace(first, [first | about | {"F1": 0.25}])

    again = Results(path, ("dataset", "seed"))
    assert again.has(first, environment=number)
    assert not again.has({"dataset": "b"})
    assert not again.has(first, environment="2")
    assert again.environment_number({"machine": "m", "versions": "v"}) == number
    assert again.environment_number({"machine": "m", "versions": "w"}) != number
    values = {row["seed"]: (row.get("F1"), row.get("fit, s")) for row in again.rows}
    assert values == {"0": ("0.25", None), "1": (None, "0.333333")}


def test_import_and_list_need_no_tensorflow():
    code = (
        "import sys, benchmarks.common.cli as c; c.main([]); assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=CHECKOUT, capture_output=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_failed_is_in_the_report(name):
    benchmark = importlib.import_module(f"benchmarks.{name}").BENCHMARK
    options = parse_options(benchmark, ["--quick"])
    results = Results(None, benchmark.keys)
    job = benchmark.jobs(options)[0]
    about = {"date": "2026-11-27", "environment": "1"}
    results.replace(job, [job | about | {"failed": 137}])
    report = benchmark.report(results, options)
    assert f"{job['baseline']}" in report
    assert "(137)" in report


@pytest.mark.slow
def test_quick_run_resumes(tmp_path, capsys):
    output = tmp_path / "splitters.csv"
    arguments = ["splitters", "--quick", "--baselines", "no stratification", "this package"]
    arguments += ["--output", str(output)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "[2/2]" in shown
    rows = {(row["baseline"], row["protocol"]): row for row in Results(output, ()).rows}
    assert len(rows) == 4
    for protocol in ("5 folds", "10% test"):
        ours, plain = (rows[name, protocol] for name in ("this package", "no stratification"))
        assert float(ours["MAD"]) < float(plain["MAD"])
    report = output.with_suffix(".md").read_text()
    assert all(part in report for part in ("Date: ", "Machine: ", "Versions: "))

    assert main(arguments) == 0
    assert "[1/" not in capsys.readouterr().out
