"""Weights and validation data through scikit-learn's metadata routing."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.common import fast_classifier, make_problem

from .tools import FORMS

pytestmark = pytest.mark.slow


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.usefixtures("routing")
def test_routing_of_weights():
    X, Y = make_problem(120, 6)
    weight = np.random.default_rng(0).uniform(0, 3, size=120)
    clf = (
        fast_classifier().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    )
    scaled = StandardScaler().set_fit_request(sample_weight=False).fit_transform(X)
    direct = fast_classifier().fit(scaled, Y, sample_weight=weight)
    pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), clf)
    pipe.fit(X, Y, sample_weight=weight)
    assert_allclose(pipe.predict_proba(X), direct.predict_proba(scaled))
    assert pipe.score(X, Y, sample_weight=weight) == direct.score(scaled, Y, sample_weight=weight)
    scorer = get_scorer("f1_macro").set_score_request(sample_weight=True)
    grid = {"kerasmultilabelclassifier__dropout": [clf.dropout]}
    search = GridSearchCV(pipe, grid, cv=2, scoring=scorer).fit(X, Y, sample_weight=weight)
    assert_allclose(search.predict_proba(X), direct.predict_proba(scaled))
    assert search.score(X, Y, sample_weight=weight) == scorer(pipe, X, Y, sample_weight=weight)
    folds = cross_validate(clf, X, Y, cv=KFold(2), params={"sample_weight": weight})
    train, test = next(KFold(2).split(X))
    expected = fast_classifier().fit(X[train], Y[train], sample_weight=weight[train])
    expected = expected.score(X[test], Y[test], sample_weight=weight[test])
    assert folds["test_score"][0] == pytest.approx(expected)


@pytest.mark.usefixtures("routing")
def test_routing_of_validation_data():
    X, Y = make_problem(120, 6)
    clf = fast_classifier(early_stopping=True).set_fit_request(validation_data=True)
    scaler = StandardScaler().fit(X[:80])
    held_out = scaler.transform(X[80:]), Y[80:]
    direct = fast_classifier(early_stopping=True)
    direct.fit(scaler.transform(X[:80]), Y[:80], validation_data=held_out)
    pipe = make_pipeline(StandardScaler(), clf).fit(X[:80], Y[:80], validation_data=held_out)
    assert pipe[-1].history_ == direct.history_
    search = GridSearchCV(pipe, {"kerasmultilabelclassifier__dropout": [0.1]}, cv=2)
    search.fit(X[:80], Y[:80], validation_data=held_out)
    assert search.best_estimator_[-1].held_out_.Y.shape == (40, 3)


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("search", [False, True])
def test_a_pipeline_transforms_validation_samples(form, search):
    X, Y = make_problem(120, 6)
    y, y_val = FORMS[form](Y[:80]), FORMS[form](Y[80:])
    clf = fast_classifier(early_stopping=True).set_fit_request(X_val=True, y_val=True)
    pipe = Pipeline([("scale", StandardScaler()), ("clf", clf)], transform_input=["X_val"])
    scaler = StandardScaler().fit(X[:80])
    held_out = {"X_val": scaler.transform(X[80:]), "y_val": y_val}
    direct = fast_classifier(early_stopping=True).fit(scaler.transform(X[:80]), y, **held_out)
    if search:
        pipe = GridSearchCV(pipe, {"clf__dropout": [clf.dropout]}, cv=2)
    pipe.fit(X[:80], y, X_val=X[80:], y_val=y_val)
    final = pipe.best_estimator_[-1] if search else pipe[-1]
    assert_allclose(final.history_["val_loss"], direct.history_["val_loss"], rtol=1e-5)


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("n_labels", [3, 6])
def test_transform_input_cannot_serve_validation_data(n_labels):
    """scikit-learn transforms every item of a tuple, y too; at least that is never silent."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(60, 6)), rng.integers(0, 2, size=(60, n_labels))
    clf = fast_classifier().set_fit_request(validation_data=True)
    pipe = Pipeline([("scale", StandardScaler()), ("clf", clf)])
    pipe.set_params(transform_input=["validation_data"])
    with pytest.raises(ValueError, match=r"3 features|0 and 1 only"):
        pipe.fit(X, Y, validation_data=(X, Y))


def test_weights_without_routing():
    X, Y = make_problem(120, 6)
    weight = np.random.default_rng(0).uniform(0, 3, size=120)
    pipe = make_pipeline(StandardScaler(), fast_classifier())
    pipe.fit(X, Y, kerasmultilabelclassifier__sample_weight=weight)
    direct = fast_classifier().fit(StandardScaler().fit_transform(X), Y, sample_weight=weight)
    assert_allclose(pipe.predict_proba(X), direct.predict_proba(StandardScaler().fit_transform(X)))
