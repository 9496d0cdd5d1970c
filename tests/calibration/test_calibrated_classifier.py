"""Calibration of any classifier on out-of-fold scores."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from scipy.special import expit, logit
from sklearn.base import clone, is_classifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.calibration import LabelCalibrator, MultilabelCalibratedClassifierCV
from skmultilabel_nn.decision import PerLabelThreshold
from skmultilabel_nn.model_selection import TunedThresholdsClassifierCV

from .common import BAYES, METHODS, every_method, loss, seeds

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
NAMES = np.array(["ant", "bee", "cat", "dog"], dtype=object)
FOREST = RandomForestClassifier(8, random_state=0)
KERAS = KerasMultiLabelClassifier((16,), epochs=5, random_state=0)
CLASSIFIERS = {
    "forest": FOREST,
    "neighbors": KNeighborsClassifier(),
    "mlp": MLPClassifier((8,), max_iter=30, learning_rate_init=0.02, random_state=0),
    "bayes": BAYES,
    "svm": OneVsRestClassifier(LinearSVC()),
    "multi_output": MultiOutputClassifier(LogisticRegression()),
    "chain": ClassifierChain(LogisticRegression()),
    "pipeline": make_pipeline(StandardScaler(), FOREST),
    "keras": KERAS,
}
every_classifier = pytest.mark.parametrize("name", CLASSIFIERS)


def problem(seed, n=160):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    logits = X @ rng.normal(size=(6, 4)) + X[:, :4] * X[:, 1:5]
    return X, (rng.random(logits.shape) < expit(logits)).astype(int)


def raw_scores(fitted, X):
    """Logits, read naively from what scikit-learn's classifiers answer."""
    if hasattr(fitted, "decision_function"):
        return fitted.decision_function(X)
    P = fitted.predict_proba(X)
    return logit(np.column_stack([part[:, 1] for part in P]) if isinstance(P, list) else P)


@every_classifier
@every_method
def test_probabilities_are_those_of_the_calibrator_on_out_of_fold_scores(name, method):
    if name == "keras" and method != "sigmoid":
        pytest.skip("slow, and nothing new")
    X, Y = problem(0)
    estimator, cv = CLASSIFIERS[name], KFold(2, shuffle=True, random_state=0)
    clf = MultilabelCalibratedClassifierCV(estimator, method=method, cv=cv).fit(X, Y)
    scores = np.empty(Y.shape)
    for train, test in cv.split(X):
        scores[test] = raw_scores(clone(estimator).fit(X[train], Y[train]), X[test])
    expected = LabelCalibrator(method).fit(scores, Y)
    P = expected.predict_proba(raw_scores(clone(estimator).fit(X, Y), X))
    np.testing.assert_allclose(clf.predict_proba(X), P, atol=1e-5)
    np.testing.assert_array_equal(clf.predict(X), clf.predict_proba(X) >= 0.5)


@every_method
@seeds
def test_overconfident_classifier(method, seed):
    X, Y = problem(seed, n=600)
    X = np.hstack([X] * 4)  # naive Bayes counts each feature four times
    clf = MultilabelCalibratedClassifierCV(BAYES, method=method).fit(X[:400], Y[:400])
    plain = clone(BAYES).fit(X[:400], Y[:400])
    before, after = (loss(Y[400:], c.predict_proba(X[400:])) for c in (plain, clf))
    assert after < before - 0.1


@every_method
def test_label_without_positives(method):
    X, Y = problem(0)
    Y[:, 1] = 0
    for estimator in (FOREST, MultiOutputClassifier(GaussianNB())):
        clf = MultilabelCalibratedClassifierCV(estimator, method=method, cv=3).fit(X, Y)
        P = clf.predict_proba(X)
        assert ((P > 0) & (P < 1)).all()
        assert P[:, 1].max() < 0.5


@pytest.mark.parametrize("wrap", [lambda e: e, FrozenEstimator])
def test_fitted_estimator_is_only_asked(wrap):
    X, Y = problem(0)
    fitted = wrap(clone(FOREST).fit(X[:80], Y[:80]))
    clf = MultilabelCalibratedClassifierCV(fitted, cv="prefit").fit(X[80:], Y[80:])
    assert clf.estimator_ is fitted
    expected = LabelCalibrator().fit(raw_scores(fitted, X[80:]), Y[80:])
    np.testing.assert_array_equal(
        clf.predict_proba(X), expected.predict_proba(raw_scores(fitted, X))
    )
    with pytest.raises(NotFittedError):
        MultilabelCalibratedClassifierCV(FOREST, cv="prefit").fit(X, Y)


@seeds
def test_missing_labels_and_weights(seed):
    X, Y = problem(seed)
    known = np.random.default_rng(seed).random(Y.shape) < 0.7
    fitted = clone(FOREST).fit(X[:80], Y[:80])
    P = [
        MultilabelCalibratedClassifierCV(fitted, cv="prefit").fit(X, *arguments).predict_proba(X)
        for arguments in ((np.where(known, Y, np.nan),), (Y, known.astype(float)))
    ]
    np.testing.assert_array_equal(P[0], P[1])
    with pytest.raises(ValueError, match="unknown cells"):
        MultilabelCalibratedClassifierCV(FOREST).fit(X, np.where(known, Y, np.nan))


def test_estimator_of_this_package_with_missing_labels_and_cell_weights():
    X, Y = problem(0)
    y = np.where(np.random.default_rng(0).random(Y.shape) < 0.8, Y, np.nan)
    clf = MultilabelCalibratedClassifierCV(KERAS, cv=2)
    clf.fit(X, y, sample_weight=np.random.default_rng(0).random(Y.shape))
    assert clf.predict_proba(X).shape == Y.shape


def test_weights_are_routed():
    X, Y = problem(0)
    weight = np.random.default_rng(0).integers(0, 3, len(X)).astype(float)
    direct = MultilabelCalibratedClassifierCV(FOREST, cv=2).fit(X, Y, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = clone(FOREST).set_fit_request(sample_weight=True)
        routed = MultilabelCalibratedClassifierCV(asks, cv=2).fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(routed.predict_proba(X), direct.predict_proba(X))
    unweighted = MultilabelCalibratedClassifierCV(FOREST, cv=2).fit(X, Y)
    assert not np.array_equal(unweighted.predict_proba(X), direct.predict_proba(X))


def test_threshold_is_tuned_on_calibrated_probabilities():
    X, Y = problem(0)
    clf = MultilabelCalibratedClassifierCV(BAYES, cv=2, threshold="f1_macro").fit(X, Y)
    fitted = clone(BAYES).fit(X[:80], Y[:80])
    prefit = MultilabelCalibratedClassifierCV(fitted, cv="prefit", threshold="f1_macro")
    prefit.fit(X[80:], Y[80:])
    expected = PerLabelThreshold().fit(Y[80:], prefit.predict_proba(X[80:]))
    np.testing.assert_allclose(prefit.thresholds_, expected.thresholds_)
    np.testing.assert_array_equal(clf.predict(X), clf.predict_proba(X) >= clf.thresholds_)
    around = TunedThresholdsClassifierCV(MultilabelCalibratedClassifierCV(BAYES, cv=2), cv=2)
    assert around.fit(X, Y).predict(X).shape == Y.shape


@pytest.mark.parametrize("name", ["forest", "chain"])
def test_answers_have_the_form_of_the_target(name):
    X, Y = problem(0)
    clf = MultilabelCalibratedClassifierCV(CLASSIFIERS[name], cv=2)
    of_array = clone(clf).fit(X, Y).predict(X)
    sets = [set(NAMES[row == 1]) for row in Y]
    predicted = clone(clf).fit(X, sets).predict(X)
    assert predicted.tolist() == [set(NAMES[row == 1]) for row in of_array]
    frame = clone(clf).fit(X, pd.DataFrame(Y, columns=NAMES)).predict(X)
    pd.testing.assert_frame_equal(frame, pd.DataFrame(of_array, columns=pd.Index(NAMES)))
    sparse = clone(clf).fit(X, sp.csr_matrix(Y)).predict(X)
    assert sp.isspmatrix_csr(sparse)
    np.testing.assert_array_equal(sparse.toarray(), of_array)


def test_is_a_scikit_learn_classifier():
    X, Y = problem(0)
    clf = MultilabelCalibratedClassifierCV(FOREST, cv=2)
    assert is_classifier(clf)
    assert not hasattr(clf, "classes_")
    for scoring in ("f1_macro", "roc_auc", "average_precision"):
        assert np.isfinite(cross_val_score(clf, X, Y, cv=2, scoring=scoring)).all()
    grid = {"method": METHODS, "estimator__max_depth": [1, None]}
    search = GridSearchCV(
        make_pipeline(StandardScaler(), clf),
        {f"multilabelcalibratedclassifiercv__{name}": values for name, values in grid.items()},
        cv=2,
        scoring="average_precision",
    ).fit(X, Y)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


def test_two_jobs_give_the_same():
    X, Y = problem(0)
    one, two = (
        MultilabelCalibratedClassifierCV(FOREST, cv=3, n_jobs=n_jobs).fit(X, Y) for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))


def test_no_warnings():
    X, Y = problem(0)
    Y[:, 0] = 0
    Y[:4, 0] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in METHODS:
            MultilabelCalibratedClassifierCV(FOREST, method=method, cv=2).fit(X, Y).predict(X)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"cv": "fold"}, ValueError, "cv must be"),
        ({"threshold": "f1"}, ValueError, "Unknown threshold"),
        ({"estimator": StandardScaler()}, TypeError, "decision_function or predict_proba"),
    ],
)
def test_wrong_parameters(parameters, error, message):
    with pytest.raises(error, match=message):
        MultilabelCalibratedClassifierCV(BAYES).set_params(**parameters).fit(*problem(0))


def test_classes_of_a_row_are_refused():
    X, Y = problem(0)
    with pytest.raises(ValueError, match="CalibratedClassifierCV"):
        MultilabelCalibratedClassifierCV(BAYES).fit(X, Y[:, 0])


@pytest.mark.slow
@every_method
@pytest.mark.parametrize("name", ["yeast", "birds"])
def test_real_sets(name, method, shared_data):
    X, Y, meta = shared_data(name)
    train, test = meta["train_idx"], meta["test_idx"]
    for estimator in (KNeighborsClassifier(10), BAYES, RandomForestClassifier(50, random_state=0)):
        clf = MultilabelCalibratedClassifierCV(estimator, method=method).fit(X[train], Y[train])
        plain = expit(np.clip(raw_scores(clf.estimator_, X[test]), -15, 15))
        assert loss(Y[test], clf.predict_proba(X[test])) < loss(Y[test], plain)
