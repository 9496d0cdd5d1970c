"""The README's code runs, and public names are documented."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import skmultilabel_nn

ROOT = Path(__file__).resolve().parents[1]
PUBLIC_MODULES = ["", "calibration", "decision", "display", "losses", "metrics"]
PUBLIC_MODULES += ["model_selection", "networks"]


def code_blocks():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


def test_readme_has_code():
    assert len(code_blocks()) >= 3


@pytest.mark.parametrize("number", range(len(code_blocks())))
def test_readme_block_runs(number, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    exec(compile(code_blocks()[number], f"README block {number}", "exec"), {"__name__": "readme"})


def _public_objects():
    for name in PUBLIC_MODULES:
        module = importlib.import_module(f"skmultilabel_nn{'.' * bool(name)}{name}")
        for public in module.__all__:
            thing = getattr(module, public)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield pytest.param(thing, id=f"{name}.{public}")


PUBLIC = list(_public_objects())


@pytest.mark.parametrize("thing", PUBLIC)
def test_public_objects_have_an_example(thing):
    assert ">>>" in (thing.__doc__ or "")


@pytest.mark.parametrize("thing", [p for p in PUBLIC if inspect.isclass(p.values[0])])
def test_every_parameter_is_documented_in_order(thing):
    parameters = list(inspect.signature(thing).parameters)
    sections = re.split(r"^(\w[\w ]*)\n-+\n", inspect.getdoc(thing), flags=re.MULTILINE)
    section = sections[sections.index("Parameters") + 1] if "Parameters" in sections else ""
    entries = re.findall(r"^(\w[\w, ]*?)(?: :.*)?$", section, flags=re.MULTILINE)
    documented = [name.strip() for entry in entries for name in entry.split(",")]
    assert documented == parameters


# What scikit-learn leaves out too: See Also (SA01), extended summaries (ES01), types and returns of
# parameters that are "as in fit" (PR04, RT02, RT03); D401 of ruff checks the mood of summaries.
_NOT_ASKED_FOR = {"ES01", "PR04", "RT02", "RT03", "SA01", "SS05"}
# Of methods: an example is the class's, what a method overrides is documented there, and the
# summary of a property may begin with its type.
_NOT_ASKED_OF_METHODS = _NOT_ASKED_FOR | {"EX01", "PR01", "RT01", "SS02"}


def _docstring_faults(path, ignored):
    validate = pytest.importorskip("numpydoc.validate").validate
    return [error for error in validate(path)["errors"] if error[0] not in ignored]


@pytest.mark.parametrize("name", [p.id.strip(".") for p in PUBLIC])
def test_docstrings_of_public_objects_follow_numpydoc(name):
    assert _docstring_faults(f"skmultilabel_nn.{name}", _NOT_ASKED_FOR) == []


def _methods():
    for parameter in PUBLIC:
        if inspect.isclass(parameter.values[0]):
            for name, member in vars(parameter.values[0]).items():
                documented = isinstance(member, classmethod | property) or callable(member)
                if documented and not name.startswith("_"):
                    yield f"{parameter.id.strip('.')}.{name}"


@pytest.mark.parametrize("name", list(_methods()))
def test_docstrings_of_methods_follow_numpydoc(name):
    assert _docstring_faults(f"skmultilabel_nn.{name}", _NOT_ASKED_OF_METHODS) == []


def test_version_is_in_the_changelog():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {skmultilabel_nn.__version__}" in text
