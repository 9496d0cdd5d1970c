"""The report of all labels."""

import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from skmultilabel_nn.metrics import multilabel_report
from tests.common import LABELS, TARGET_FORMS

from .common import S5, Y5, masked, named, problem, score

# Report --------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [False, True])
def test_report_holds_the_scores_of_scikit_learn(missing):
    Y, S, known, y = masked()
    known = known if missing else np.ones_like(known)
    report = multilabel_report(y if missing else Y, y_score=S, label_names=LABELS, output="dict")
    for j, (label, row) in enumerate(report["labels"].items()):
        truth, s = Y[known[:, j], j], S[known[:, j], j]
        wanted = precision_recall_fscore_support(truth, s >= 0.5, average="binary")[:3]
        assert label == LABELS[j]
        assert_allclose([row["precision"], row["recall"], row["f1"]], wanted)
        assert_allclose(row["auc"], roc_auc_score(truth, s))
        assert_allclose(row["average_precision"], average_precision_score(truth, s))
        assert row["support"] == truth.sum()
        assert row["threshold"] == 0.5
        assert row.get("known", 60) == known[:, j].sum()
    for average in ("micro", "macro", "weighted", "samples"):
        wanted = score(f"f1_{average}", y if missing else Y, S)
        assert_allclose(report["averages"][average]["f1"], wanted)
    for average in ("micro", "macro", "weighted"):
        wanted = score(f"roc_auc_{average}", y if missing else Y, S)
        assert_allclose(report["averages"][average]["auc"], wanted)


def test_report_takes_every_form(form):
    Y, S = problem()
    kwargs = {"y_score": S, "label_names": LABELS, "sample_weight": np.arange(len(Y)) % 3}
    wanted = multilabel_report(Y, (S >= 0.3).astype(int), **kwargs)
    assert (
        multilabel_report(
            TARGET_FORMS[form](Y), TARGET_FORMS[form]((S >= 0.3).astype(int)), **kwargs
        )
        == wanted
    )
    assert multilabel_report(TARGET_FORMS[form](Y), (S >= 0.3).astype(int), **kwargs) == wanted


def test_report_cuts_scores_at_thresholds():
    Y, S = problem()
    cuts = np.linspace(0.2, 0.6, 5)
    report = multilabel_report(Y, y_score=S, thresholds=cuts, output="frame")
    given = multilabel_report(Y, (cuts <= S).astype(int), S, thresholds=cuts, output="frame")
    pd.testing.assert_frame_equal(report, given)
    assert_allclose(report["threshold"].iloc[:5], cuts)
    by_name = multilabel_report(
        named(Y), y_score=S, thresholds={"bee": 0.3}, label_names=LABELS, output="frame"
    )
    assert by_name["threshold"].loc[LABELS].tolist() == [0.5, 0.3, 0.5, 0.5, 0.5]


def test_report_warns_once_and_shows_no_value():
    Y, S = problem()
    Y[:, 2] = 0
    with pytest.warns(UndefinedMetricWarning, match="cat") as caught:
        text = multilabel_report(Y, y_score=S, label_names=LABELS)
    assert len(caught) == 1
    line = next(line for line in text.splitlines() if line.startswith("cat"))
    assert line.split()[-2:] == ["-", "-"]
    with pytest.warns(UndefinedMetricWarning):
        frame = multilabel_report(Y, y_score=S, label_names=LABELS, output="frame")
    assert frame.loc["cat", ["auc", "average_precision"]].isna().all()
    others = np.delete(np.arange(5), 2)
    assert_allclose(frame.loc["macro avg", "auc"], roc_auc_score(Y[:, others], S[:, others]))


@pytest.mark.parametrize(("width", "lines"), [(6, 12), (200, 47)])
def test_text_is_readable(width, lines):
    Y, S = problem(n=30, width=width)
    names = [f"label {j}" for j in range(width)]
    text = multilabel_report(Y, y_score=S, label_names=names, sort_by="f1").splitlines()
    assert len(text) == lines
    assert len({len(line) for line in text if line and "more" not in line}) == 1
    assert len(text[1]) <= 100
    f1 = [float(line.split()[-3]) for line in text[1:] if line.startswith("label")]
    assert f1 == sorted(f1, reverse=True)
    assert ("... 160 more ..." in text) == (width == 200)
    assert len(multilabel_report(Y, y_score=S, max_labels=None).splitlines()) == width + 6


class NoPandas:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError(name)


def test_frame_needs_pandas(monkeypatch):
    Y, S = problem()
    monkeypatch.delitem(sys.modules, "pandas")
    monkeypatch.setattr(sys, "meta_path", [NoPandas(), *sys.meta_path])
    with pytest.raises(ImportError, match="pip install pandas"):
        multilabel_report(Y.tolist(), y_score=S, output="frame")


# Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((Y5,), {}, "y_pred, y_score or both"),
        ((Y5, Y5), {"output": "html"}, "'text', 'frame' or 'dict'"),
        ((Y5, Y5), {"sort_by": "f2"}, "sort_by must be one of"),
        ((Y5, Y5), {"max_labels": 1}, "at least 2"),
        ((Y5, Y5[:, :3]), {}, "5 labels"),
        ((Y5, None, S5), {"thresholds": {"ant": 0.3}}, "ant"),
    ],
)
def test_report_refuses(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        multilabel_report(*arguments, **options)
