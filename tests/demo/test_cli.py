"""The command line: a whole run, its figures, wrong options, an interrupt."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skmultilabel_nn._demo.cli import main
from skmultilabel_nn._demo.data import NAMES

ROOT = Path(__file__).resolve().parents[2]


def start(*arguments, folder):
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "skmultilabel_nn", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env=environment,
    )


@pytest.mark.parametrize(
    "arguments", [["--seed", "-1"], ["--seed", "x"], ["--figures", __file__], ["--fast"]]
)
def test_bad_options_end_with_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_wrong_options_do_not_wait_for_tensorflow():
    code = """if True:
        import sys
        from skmultilabel_nn._demo.cli import main
        try:
            main(["--fast"])
        except SystemExit:
            sys.exit("tensorflow" in sys.modules or "matplotlib" in sys.modules)
        """
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert result.returncode == 0
    assert b"unrecognized arguments: --fast" in result.stderr


@pytest.mark.slow
def test_a_quick_run_prints_a_whole_report(tmp_path):
    process = start("--quick", "--no-figures", "--seed", "1", folder=tmp_path)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert errors == ""
    assert list(tmp_path.iterdir()) == []
    assert max(map(len, output.splitlines())) <= 88
    for name in NAMES:
        assert re.search(rf"^{name} +\d+ +[01]\.\d{{3}}", output, re.MULTILINE)
    found = {}
    for row in ("F1, macro average", "subset accuracy", "Hamming loss"):
        scores = re.search(rf"^{row} (.*)$", output, re.MULTILINE)[1].replace("*", "").split()
        found[row] = [float(score) for score in scores]
        assert len(scores) == 3
        assert all(0 <= score <= 1 for score in found[row])
    convolutional, *perceptrons = found["F1, macro average"]
    assert convolutional > max(0.8, *perceptrons)
    for row in ("tuning", "fitting", "predicting"):
        times = re.search(rf"^{row}, seconds(.*)$", output, re.MULTILINE)[1]
        assert len(times.replace("*", "").split()) == 3
    assert len(re.findall(r"^\[ *\d+\.\d s\] +\d/4 .* macro F1 \d", output, re.MULTILINE)) == 12


@pytest.mark.slow
def test_figures_are_written(tmp_path):
    pytest.importorskip("matplotlib")
    folder = tmp_path / "deep" / "figures"
    assert main(["--quick", "--figures", str(folder)]) == 0
    for name in ("images.png", "labels.png", "training.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_ends_with_one_line(tmp_path):
    process = start("--quick", "--no-figures", folder=tmp_path)
    reached = any("tuning" in line for line in process.stdout)
    assert reached, process.stderr.read()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == "Stopped."
