import copy
import pickle
import pprint

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold, StratifiedShuffleSplit, train_test_split
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.class_weight import compute_class_weight

from skmultilabel_nn import label_sets
from skmultilabel_nn._targets.label_set import LabelSet

ROWS = [["a", "b"], ["b"], [], ["a"], ["b", "c"]] * 4


@pytest.fixture
def y():
    return label_sets(ROWS)


@pytest.mark.parametrize(
    "astray",
    [
        sorted,
        np.sort,
        np.argsort,
        np.unique,
        LabelEncoder().fit,
        lambda y: compute_class_weight("balanced", classes=y[:5], y=y),
        lambda y: train_test_split(y, stratify=y),
        lambda y: next(StratifiedShuffleSplit(2).split(y, y)),
        lambda y: next(GroupKFold(2).split(y, groups=y)),
        lambda y: DummyClassifier().fit(y, y),
        lambda y: max(y[0], y[1]),
    ],
)
def test_what_would_make_classes_of_combinations_is_refused(astray, y):
    with pytest.raises(TypeError) as caught:
        astray(y)
    errors = [caught.value, caught.value.__context__]
    assert any("cross_val_predict" in str(error) for error in errors)


def test_label_sets_are_frozensets_in_all_else(y):
    first, second = y[:2]
    assert isinstance(first, frozenset)
    assert first == {"a", "b"} == frozenset(first)
    assert hash(first) == hash(frozenset(first))
    assert second <= first >= second
    assert second < {"a", "b"}
    assert frozenset("b") < first
    assert {"b"} < first
    assert first > frozenset("b")
    assert first > {"b"}
    assert first | second == {"a", "b"}
    assert first - second == {"a"}
    assert not hasattr(first, "__dict__")


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))]
)
def test_copies(copied, y):
    again = copied(y)
    assert (again == y).all()
    assert {type(labels) for labels in again} == {LabelSet}


def test_tools_that_do_not_sort_work(y):
    assert pd.Series(y).value_counts()[LabelSet({"b"})] == 4
    assert len(set(y)) == 5
    assert joblib.hash(y) == joblib.hash(label_sets(ROWS))
    assert "a" in pprint.pformat(set(y))
    assert np.isin(y, y[:1]).sum() == 4
