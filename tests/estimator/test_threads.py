"""A fit in one thread while others predict."""

import threading

import numpy as np
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST


@pytest.mark.slow
def test_predictions_during_a_fit_are_those_of_one_fit():
    X = np.random.RandomState(0).rand(40, 5)
    targets = [(X[:, :2] > 0.5).astype(int), [{"a"} if x[0] > 0.5 else {"b", "c"} for x in X]]
    clf = KerasMultiLabelClassifier(**{**FAST, "epochs": 1})
    expected = []
    for y in targets:
        clf.fit(X, y)
        expected.append((clf.predict(X), clf.predict_proba(X), clf.predict_topk(X, 1)[0]))
    seen, errors, done = [], [], threading.Event()

    def predict():
        while not done.is_set():
            try:
                seen.append(clf.predict(X))
                clf.predict_topk(X, 1)
                clf.score(X, targets[0] if seen[-1].ndim == 2 else targets[1])
            except ValueError as error:  # the truth may be of the other fit by then
                if "label" not in str(error):
                    errors.append(error)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=predict) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(6):
        clf.fit(X, targets[i % 2])
    done.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert {answer.ndim for answer in seen} <= {1, 2}
    for answer in seen:
        same = [a for a, _, _ in expected if a.ndim == answer.ndim]
        assert all(
            x == y if answer.ndim == 1 else (x == y).all()
            for x, y in zip(answer, same[0], strict=True)
        )


def test_a_failed_fit_leaves_every_attribute():
    X = np.random.RandomState(0).rand(40, 5)
    Y = (X[:, :2] > 0.5).astype(int)
    clf = KerasMultiLabelClassifier(**FAST).fit(X, Y)
    before = dict(vars(clf))
    clf.learning_rate = -1
    with pytest.raises(ValueError, match="learning_rate"):
        clf.fit(X[:, :3], Y)
    clf.learning_rate = None
    assert vars(clf) == before
