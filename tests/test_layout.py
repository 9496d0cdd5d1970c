"""The package stays easy to survey: few names, short modules, tests in the same places."""

import subprocess
import sys
from pathlib import Path

import pytest

import skmultilabel_nn

PACKAGE = Path(skmultilabel_nn.__file__).parent
TESTS = Path(__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
PACKAGES = [Path(module).parent for module in MODULES if "/" in module and "__init__" in module]
MAX_LINES = 400
MAX_NAMES = 20


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_each_package_has_its_folder_of_tests(package):
    folder = TESTS.joinpath(*(part.lstrip("_") for part in package.parts))
    assert list(folder.glob("test_*.py")), f"add tests of skmultilabel_nn/{package} to {folder}"


@pytest.mark.parametrize("module", MODULES)
def test_modules_are_short(module):
    n_lines = len((PACKAGE / module).read_text(encoding="utf-8").splitlines())
    assert n_lines <= MAX_LINES, f"{module} has {n_lines} lines: split it by its jobs"


def test_few_names_in_the_folder_of_the_package():
    names = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(names) <= MAX_NAMES, f"{sorted(names)}: add to one of the packages instead"


def test_import_loads_nothing_heavy():
    code = """
import sys
sys.modules["pandas"] = None  # not found: scikit-learn imports it where it is installed
import skmultilabel_nn, skmultilabel_nn.decision
heavy = {"tensorflow", "keras", "torch", "jax", "matplotlib", "polars"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
