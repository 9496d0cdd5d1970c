import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from skmultilabel_nn._demo import classifiers, data, report
from skmultilabel_nn._demo import cli as demo
from skmultilabel_nn._demo.data import NAMES, SIDE, Originals, draw_pictures

ROOT = Path(__file__).resolve().parents[2]
SEEDS = [0, 1, 2]


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


def marked_originals():
    """Ten originals of one color each, so that a picture tells what was put on it."""
    digits = np.arange(10)
    return Originals(np.broadcast_to(digits[:, None, None] + 1.0, (10, 8, 8)), digits)


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_the_digits_on_the_canvas(seed):
    pictures = draw_pictures(marked_originals(), 200, np.random.default_rng(seed))
    for x, labels in zip(pictures.X, pictures.y, strict=True):
        seen = np.unique(x[x > 0]).astype(int) - 1
        assert labels == {NAMES[digit] for digit in seen}


@pytest.mark.parametrize("seed", SEEDS)
def test_digits_keep_most_of_their_place(seed):
    pictures = draw_pictures(marked_originals(), 200, np.random.default_rng(seed))
    for x, labels in zip(pictures.X, pictures.y, strict=True):
        for name in labels:
            assert (x == NAMES.index(name) + 1).sum() >= 49  # one row and one column may be covered


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_of_digits_and_every_digit_occurs(seed):
    pictures = draw_pictures(marked_originals(), 400, np.random.default_rng(seed))
    assert {len(labels) for labels in pictures.y} == {0, 1, 2, 3, 4}
    assert frozenset().union(*pictures.y) == set(NAMES)
    assert pictures.X.shape == (400, SIDE * SIDE)
    assert pictures.X.dtype == np.float32


@pytest.mark.parametrize("seed", SEEDS)
def test_training_and_held_out_handwriting_are_disjoint(seed):
    training, held_out = data.split_originals(seed)
    first, second = ({image.tobytes() for image in part.images} for part in (training, held_out))
    assert not first & second
    assert len(training.digits) + len(held_out.digits) == 1797
    assert set(training.digits) == set(held_out.digits) == set(range(10))


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_seed_decides_the_pictures(seed):
    first, again, other = (data.load_pictures(50, 20, s) for s in (seed, seed, seed + 1))
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one.X, two.X)
        assert list(one.y) == list(two.y)
        assert not np.array_equal(one.X, three.X)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "no such encoding"])
def test_text_art_is_printable_and_shows_the_ink(encoding):
    x = np.zeros((SIDE, SIDE))
    x[2:6, 3] = 16
    lines = report.text_art(x.ravel(), encoding=encoding)
    assert [len(line) for line in lines] == [SIDE] * 9
    assert {i for i, line in enumerate(lines) if line.strip()} == {1, 2}
    assert all(line[3] != " " for line in lines[1:3])
    if encoding != "no such encoding":
        "".join(lines).encode(encoding)


def test_perfect_and_inverted_predictions_get_the_extreme_scores():
    Y = np.eye(3, dtype=int)[[0, 1, 2, 0]]
    perfect, wrong = report.overall_scores(Y, Y), report.overall_scores(Y, 1 - Y)
    for name, value in perfect.items():
        assert {value, wrong[name]} == {0.0, 1.0}
        assert value == ("loss" not in name)


def test_the_two_perceptrons_are_set_up_alike():
    _, own, peer = classifiers.contestants(demo.FULL, 3)
    own, peer = (contestant.pipeline[-1].get_params() for contestant in (own, peer))
    for name in ("hidden_layer_sizes", "batch_size", "random_state"):
        assert own[name] == peer[name]
    assert own["epochs"] == peer["max_iter"]


def test_every_value_of_the_grids_is_a_parameter():
    for contestant in classifiers.contestants(demo.QUICK, 0):
        for name, values in contestant.grid.items():
            for value in values:
                pipeline = clone(contestant.pipeline)
                pipeline.set_params(**{f"classifier__{name}": value})
                assert pipeline.get_params()[f"classifier__{name}"] == value


@pytest.mark.parametrize(
    "arguments", [["--seed", "-1"], ["--seed", "x"], ["--figures", __file__], ["--fast"]]
)
def test_bad_options_end_with_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        demo.main(arguments)
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


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
    for row in ("F1, micro average", "subset accuracy", "Hamming loss"):
        scores = re.search(rf"^{row} (.*)$", output, re.MULTILINE)[1].replace("*", "").split()
        assert len(scores) == 3
        assert all(0 <= float(score) <= 1 for score in scores)
    for row in ("tuning", "fitting", "predicting"):
        times = re.search(rf"^{row}, seconds(.*)$", output, re.MULTILINE)[1]
        assert len(times.replace("*", "").split()) == 3
    assert len(re.findall(r"^\[ *\d+\.\d s\] +\d/4 .* macro F1 \d", output, re.MULTILINE)) == 12
    assert output.count("true: ") >= 3
    assert output.count("true: ") == output.count("said: ")


@pytest.mark.slow
def test_figures_are_written(tmp_path):
    pytest.importorskip("matplotlib")
    folder = tmp_path / "deep" / "figures"
    assert demo.main(["--quick", "--figures", str(folder)]) == 0
    for name in ("pictures.png", "labels.png", "training.png"):
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
