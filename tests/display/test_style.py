"""Legends beside the axes; matplotlib is imported to draw only."""

import subprocess
import sys

import pytest

from skmultilabel_nn.display import MultilabelRocDisplay

from .common import DISPLAYS, problem


@pytest.mark.parametrize("cls", DISPLAYS)
def test_nothing_is_covered_or_cut_off(cls):
    Y, P = problem(0, n_labels=40)
    names = [f"a rather long name of a label, number {j}" for j in range(40)]
    display = cls.from_predictions(Y, P, label_names=names)
    display.figure_.canvas.draw()
    legend = display.legend_.get_window_extent()
    figure = display.figure_.bbox
    assert not legend.overlaps(display.ax_.bbox)
    assert legend.x1 <= figure.x1
    assert legend.y0 >= 0


def test_matplotlib_is_imported_only_to_draw():
    code = "import sys, skmultilabel_nn.display; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_matplotlib_plot_says_how_to_install_it(monkeypatch):
    Y, P = problem(0)
    display = MultilabelRocDisplay.from_predictions(Y, P)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"skmultilabel-nn\[plot\]"):
        display.plot()
