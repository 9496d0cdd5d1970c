"""Arguments of Keras's methods are met by what works here."""

import inspect

import numpy as np
import pytest

from skmultilabel_nn import KerasMultiLabelClassifier
from tests.common import FAST

X = np.random.RandomState(0).rand(20, 3)
Y = (X[:, :2] > 0.5).astype(int)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("epochs", "epochs"),
        ("batch_size", "batch_size"),
        ("callbacks", "callbacks"),
        ("verbose", "verbose"),
        ("class_weight", "class_weight"),
        ("validation_split", "validation_fraction"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_fit_names_the_parameter_of_the_constructor(method, name, parameter):
    clf = KerasMultiLabelClassifier(**FAST)
    with pytest.raises(TypeError, match=rf"{method}\(\) takes no {name}.*\({parameter}="):
        getattr(clf, method)(X, Y, **{name: 3})
    assert parameter in clf.get_params()


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
@pytest.mark.parametrize("name", ["batch_size", "verbose", "steps"])
def test_prediction_says_that_it_is_not_needed(method, name):
    clf = KerasMultiLabelClassifier(**FAST).fit(X, Y)
    with pytest.raises(TypeError, match=rf"{method}\(\) takes no {name}: leave it out"):
        getattr(clf, method)(X, **{name: 32})
    getattr(clf, method)(X)


def test_other_keywords_are_those_of_python():
    with pytest.raises(TypeError, match="unexpected keyword argument 'no_such'"):
        KerasMultiLabelClassifier().fit(X, Y, no_such=1)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict", "score"])
def test_signatures_are_those_of_the_methods(method):
    kinds = {
        p.kind
        for p in inspect.signature(getattr(KerasMultiLabelClassifier, method)).parameters.values()
    }
    assert not kinds & {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
