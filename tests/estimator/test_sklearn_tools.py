"""The estimator inside scikit-learn's tools, for each form of target that they let through."""

import copy
import os
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from joblib.externals.loky import get_reusable_executor
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.compose import make_column_transformer
from sklearn.ensemble import StackingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skmultilabel_nn import KerasMultiLabelClassifier, label_sets
from skmultilabel_nn.metrics import multilabel_scorer
from tests.common import FAST

pytestmark = pytest.mark.slow

LEARNING = {**FAST, "epochs": 20, "batch_size": 16, "learning_rate": 0.02}
NAMES = ["ant", "bee", "cat", "dog", "elk"]
KERAS_COPIES = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def problem(n_labels=3):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 6))
    return X, (X[:, :n_labels] > np.linspace(0, 0.5, n_labels)).astype(int)


def named(Y):
    return pd.DataFrame(Y, columns=NAMES[: Y.shape[1]])


def sets(Y):
    return label_sets(named(Y))


FORMS = {
    "array": lambda Y: Y,
    "bool array": lambda Y: Y.astype(bool),
    "frame": named,
    "csr": sp.csr_matrix,
    "label sets": sets,
    "object array of sets": lambda Y: np.array([set(labels) for labels in sets(Y)], dtype=object),
    "classes": lambda Y: np.array(["no", "yes"])[Y[:, 0]],
}


def classifier(**parameters):
    return KerasMultiLabelClassifier(**{**LEARNING, **parameters})


def fast(**parameters):
    return KerasMultiLabelClassifier(**{**FAST, **parameters})


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


# Pipelines -----------------------------------------------------------------------------------


def test_pipeline_with_scaler(form):
    X, Y = problem()
    y = FORMS[form](Y)
    pipe = make_pipeline(StandardScaler(), classifier()).fit(X, y)
    direct = classifier().fit(StandardScaler().fit_transform(X), y)
    assert_allclose(pipe.predict_proba(X), direct.predict_proba(StandardScaler().fit_transform(X)))
    assert type(pipe.predict(X)) is type(direct.predict(X))
    assert pipe.score(X, y) == direct.score(StandardScaler().fit_transform(X), y) > 0.5
    assert_array_equal(pipe.classes_, direct.classes_)
    assert is_classifier(pipe)


TEXTS = ["the ant and the bee", "a cat", "the bee saw a cat", "an ant", "nothing at all"] * 12
ANIMALS = [{"ant", "bee"}, {"cat"}, {"bee", "cat"}, {"ant"}, set()] * 12


@pytest.mark.parametrize("wrap", [list, label_sets, lambda y: [sorted(labels) for labels in y]])
def test_pipeline_with_text(wrap):
    pipe = make_pipeline(TfidfVectorizer(), classifier(epochs=60)).fit(TEXTS, wrap(ANIMALS))
    assert pipe[-1].label_names_.tolist() == ["ant", "bee", "cat"]
    answer = pipe.predict(["a cat", "the bee saw a cat", "nothing at all"])
    assert [set(labels) for labels in answer] == [{"cat"}, {"bee", "cat"}, set()]
    assert pipe.score(TEXTS, ANIMALS) == 1


def test_pipeline_with_columns():
    X, Y = problem(2)
    frame = pd.DataFrame({"x": X[:, 0], "kind": np.where(X[:, 1] > 0.5, "big", "small")})
    columns = make_column_transformer((StandardScaler(), ["x"]), (OneHotEncoder(), ["kind"]))
    pipe = make_pipeline(columns, classifier()).fit(frame, named(Y))
    answer = pipe.predict(frame)
    assert list(answer.columns) == NAMES[:2]
    assert (answer.to_numpy() == Y).mean() > 0.95


def test_pipeline_with_frames():
    X, Y = problem(2)
    scaler = StandardScaler().set_output(transform="pandas")
    pipe = make_pipeline(scaler, classifier()).fit(pd.DataFrame(X).rename(columns=str), Y)
    assert pipe[-1].feature_names_in_.tolist() == list("012345")


# Searches ------------------------------------------------------------------------------------


def scoring_for(form):
    """scikit-learn's own scorers do not take label sets."""
    return multilabel_scorer("f1_macro") if "sets" in form else "f1_macro"


def search_over(form, kind=GridSearchCV, n_jobs=None, **options):
    pipe = make_pipeline(StandardScaler(), fast(epochs=3))
    grid = {"kerasmultilabelclassifier__learning_rate": [1e-12, 0.02]}
    return kind(pipe, grid, cv=2, scoring=scoring_for(form), n_jobs=n_jobs, **options)


def check_search(search, X, y):
    search.fit(X, y)
    assert search.best_params_ == {"kerasmultilabelclassifier__learning_rate": 0.02}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ > search.cv_results_["mean_test_score"].min()
    assert type(search.predict(X)) is type(search.best_estimator_[-1].predict(X))
    assert len(search.best_estimator_[-1].label_names_) in (2, 3)


def test_grid_search(form):
    X, Y = problem()
    check_search(search_over(form), X, FORMS[form](Y))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [GridSearchCV, RandomizedSearchCV])
def test_searches_in_parallel_twice_and_after_a_fit_in_the_parent(form, kind):
    X, Y = problem()
    y = FORMS[form](Y)
    fast().fit(X, y)
    options = {"n_iter": 2, "random_state": 0} if kind is RandomizedSearchCV else {}
    first, second = (search_over(form, kind, n_jobs=2, **options) for _ in range(2))
    check_search(first, X, y)
    check_search(second, X, y)
    alone = search_over(form, kind, **options).fit(X, y)
    for search in (second, alone):
        assert_allclose(
            search.cv_results_["mean_test_score"],
            first.cv_results_["mean_test_score"],
            atol=0.02,
        )


def test_halving_search():
    X, Y = problem()
    search = HalvingGridSearchCV(
        fast(),
        {"learning_rate": [1e-12, 0.02]},
        resource="epochs",
        min_resources=2,
        max_resources=12,
        factor=2,
        cv=2,
        scoring="f1_macro",
        random_state=0,
    )
    search.fit(X, Y)
    assert search.best_params_["learning_rate"] == 0.02
    assert search.best_estimator_.n_iter_ == search.best_params_["epochs"]


def test_search_over_every_kind_of_parameter():
    X, Y = problem(2)
    grid = [
        {"hidden_layer_sizes": [(), (8, 4)], "activation": ["relu", "tanh"]},
        {"threshold": [0.3, "f1_micro", {1: 0.2}], "class_weight": [None, "balanced"]},
        {"optimizer": ["sgd"], "loss": ["focal"], "batch_size": [8], "dropout": [0]},
    ]
    search = GridSearchCV(fast(epochs=2), grid, cv=2, scoring="f1_micro", error_score="raise")
    search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 11


def test_search_with_several_scorers():
    X, Y = problem()
    scoring = ["f1_micro", "average_precision", "accuracy"]
    search = GridSearchCV(fast(), {"epochs": [1, 9]}, cv=2, scoring=scoring, refit="f1_micro")
    search.fit(X, Y)
    assert all(np.isfinite(search.cv_results_[f"mean_test_{name}"]).all() for name in scoring)


# Cross-validation ----------------------------------------------------------------------------

BY_LABEL = ["f1_micro", "f1_macro", "roc_auc", "average_precision", "accuracy"]
BY_SAMPLE = ["f1_samples", "jaccard_samples"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("n_labels", [1, 2, 5])
def test_cross_validate_with_named_scorers(n_labels):
    """scikit-learn reads an (n, 1) indicator as binary, for which scores by sample do not exist."""
    X, Y = problem(n_labels)
    names = BY_LABEL + (BY_SAMPLE if n_labels > 1 else [])
    results = cross_validate(classifier(), X, Y, cv=3, scoring=names, error_score="raise")
    means = {name: results[f"test_{name}"].mean() for name in names}
    assert min(means.values()) > 0.4, means
    assert min(means["roc_auc"], means["average_precision"]) > 0.85
    by_name = cross_val_score(classifier(), X, Y, cv=3, scoring="roc_auc", error_score="raise")
    assert_allclose(by_name, results["test_roc_auc"])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", [*BY_LABEL, *BY_SAMPLE])
def test_scorers_do_not_mind_the_order_of_two_labels(name):
    X, Y = problem(2)
    clf, swapped = classifier().fit(X, Y), classifier().fit(X, named(Y[:, ::-1]))
    score = get_scorer(name)(clf, X, Y)
    assert score > 0.6
    assert get_scorer(name)(swapped, X, Y[:, ::-1]) == pytest.approx(score, abs=0.05)


@pytest.mark.parametrize("n_labels", [1, 2, 5])
@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_cross_val_predict(n_labels, method):
    X, Y = problem(n_labels)
    joined = cross_val_predict(fast(), X, Y, cv=KFold(3), method=method)
    assert joined.shape == Y.shape
    for train, test in KFold(3).split(X):
        expected = getattr(fast().fit(X[train], Y[train]), method)(X[test])
        assert_allclose(joined[test], expected, rtol=1e-5)


def test_cross_val_predict_answers_in_the_form_of_y(form):
    X, Y = problem()
    y = FORMS[form](Y)
    joined = cross_val_predict(fast(), X, y, cv=3)
    assert joined.shape[0] == 120
    if "sets" in form:
        assert {type(labels) for labels in joined} == {type(y[0])}
        assert set().union(*joined) <= set(NAMES[:3])
    if form == "csr":
        assert sp.issparse(joined)


def test_label_sets_with_a_number_of_folds():
    X, Y = problem()
    scores = cross_val_score(classifier(), X, sets(Y), cv=5, error_score="raise")
    assert scores.shape == (5,)
    assert scores.mean() > 0.5
    by_array = cross_val_score(classifier(), X, Y, cv=5, scoring="f1_macro")
    scorer = multilabel_scorer("f1_macro")
    assert_allclose(cross_val_score(classifier(), X, sets(Y), cv=5, scoring=scorer), by_array)


def test_train_test_split(form):
    X, Y = problem()
    y = FORMS[form](Y)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    assert classifier().fit(X_train, y_train).score(X_test, y_test) > 0.4


# Metadata routing ----------------------------------------------------------------------------


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.usefixtures("routing")
def test_routing_of_weights():
    X, Y = problem()
    weight = np.random.default_rng(0).uniform(0, 3, size=120)
    clf = fast().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    scaled = StandardScaler().set_fit_request(sample_weight=False).fit_transform(X)
    direct = fast().fit(scaled, Y, sample_weight=weight)
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
    expected = fast().fit(X[train], Y[train], sample_weight=weight[train])
    expected = expected.score(X[test], Y[test], sample_weight=weight[test])
    assert folds["test_score"][0] == pytest.approx(expected)


@pytest.mark.usefixtures("routing")
def test_routing_of_validation_data():
    X, Y = problem()
    clf = fast(early_stopping=True).set_fit_request(validation_data=True)
    scaler = StandardScaler().fit(X[:80])
    held_out = scaler.transform(X[80:]), Y[80:]
    direct = fast(early_stopping=True)
    direct.fit(scaler.transform(X[:80]), Y[:80], validation_data=held_out)
    pipe = make_pipeline(StandardScaler(), clf).fit(X[:80], Y[:80], validation_data=held_out)
    assert pipe[-1].history_ == direct.history_
    search = GridSearchCV(pipe, {"kerasmultilabelclassifier__dropout": [0.1]}, cv=2)
    search.fit(X[:80], Y[:80], validation_data=held_out)
    assert search.best_estimator_[-1].held_out_.Y.shape == (40, 3)


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("search", [False, True])
def test_a_pipeline_transforms_validation_samples(form, search):
    X, Y = problem()
    y, y_val = FORMS[form](Y[:80]), FORMS[form](Y[80:])
    clf = fast(early_stopping=True).set_fit_request(X_val=True, y_val=True)
    pipe = Pipeline([("scale", StandardScaler()), ("clf", clf)], transform_input=["X_val"])
    scaler = StandardScaler().fit(X[:80])
    held_out = {"X_val": scaler.transform(X[80:]), "y_val": y_val}
    direct = fast(early_stopping=True).fit(scaler.transform(X[:80]), y, **held_out)
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
    clf = fast().set_fit_request(validation_data=True)
    pipe = Pipeline([("scale", StandardScaler()), ("clf", clf)])
    pipe.set_params(transform_input=["validation_data"])
    with pytest.raises(ValueError, match=r"3 features|0 and 1 only"):
        pipe.fit(X, Y, validation_data=(X, Y))


def test_weights_without_routing():
    X, Y = problem()
    weight = np.random.default_rng(0).uniform(0, 3, size=120)
    pipe = make_pipeline(StandardScaler(), fast())
    pipe.fit(X, Y, kerasmultilabelclassifier__sample_weight=weight)
    direct = fast().fit(StandardScaler().fit_transform(X), Y, sample_weight=weight)
    assert_allclose(pipe.predict_proba(X), direct.predict_proba(StandardScaler().fit_transform(X)))


# Copies --------------------------------------------------------------------------------------


def through_joblib(clf, path):
    joblib.dump(clf, path / "clf.joblib")
    return joblib.load(path / "clf.joblib")


COPIES = {
    "deepcopy": lambda clf, path: copy.deepcopy(clf),
    "pickle": lambda clf, path: pickle.loads(pickle.dumps(clf)),
    "joblib": through_joblib,
}


@pytest.mark.parametrize("how", COPIES)
def test_copies_of_fitted_estimators(form, how, tmp_path):
    X, Y = problem()
    y = FORMS[form](Y)
    clf = fast(threshold={} if form == "classes" else 0.4).fit(X, y)
    for original in (clf, make_pipeline(StandardScaler(), fast()).fit(X, y)):
        copied = COPIES[how](original, tmp_path)
        assert_array_equal(copied.predict_proba(X), original.predict_proba(X))
        assert type(copied.predict(X)) is type(original.predict(X))
        assert copied.score(X, y) == original.score(X, y)
    assert copied[-1].label_names_.tolist() == original[-1].label_names_.tolist()
    again = COPIES[how](COPIES[how](clf, tmp_path), tmp_path)
    assert_array_equal(again.fit(X, y).predict_proba(X), clf.fit(X, y).predict_proba(X))


@pytest.mark.parametrize("how", [*COPIES, "clone"])
def test_copies_of_unfitted_estimators(how, tmp_path):
    X, Y = problem()
    clf = fast(threshold={0: 0.3}, class_weight={1: 2.0}, callbacks=[], metrics=["accuracy"])
    copied = clone(clf) if how == "clone" else COPIES[how](clf, tmp_path)
    assert copied.get_params() == clf.get_params()
    assert not hasattr(copied, "network_")
    assert_array_equal(copied.fit(X, Y).predict(X), clf.fit(X, Y).predict(X))


def test_clones_are_not_fitted():
    X, Y = problem()
    copied = clone(fast().fit(X, Y))
    assert vars(copied).keys() == copied.get_params(deep=False).keys()


@KERAS_COPIES
@pytest.mark.parametrize("how", COPIES)
def test_copies_with_a_keras_model(how, tmp_path):
    import keras  # noqa: PLC0415 (workers import this module, and one test is of what they load)

    X, Y = problem()
    layers = [keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dense(3, activation="sigmoid")]
    clf = fast(network=keras.Sequential(layers)).fit(X, Y)
    copied = COPIES[how](clf, tmp_path)
    assert_array_equal(copied.predict_proba(X), clf.predict_proba(X))
    assert_allclose(copied.fit(X, Y).predict_proba(X), clf.predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("how", COPIES)
def test_training_goes_on_in_a_copy(how, tmp_path):
    X, Y = problem()
    clf = fast().partial_fit(X, Y).partial_fit(X, Y)
    copied = COPIES[how](clf, tmp_path)
    clf.set_params(random_state=5).partial_fit(X, Y)
    copied.set_params(random_state=5).partial_fit(X, Y)
    assert_allclose(copied.predict_proba(X), clf.predict_proba(X), rtol=1e-5)


def test_pickles_are_small():
    X, Y = problem()
    clf = fast().fit(X, Y)
    clf.predict(X)
    n_weights = sum(np.size(value) for value in clf.network_.values)
    assert len(pickle.dumps(clf)) < 4 * n_weights + 12_000


LOADING = """
import sys, joblib, numpy as np
clf = joblib.load(sys.argv[1])
X = np.load(sys.argv[2])
np.save(sys.argv[3], clf.predict_proba(X))
print(*sorted(clf.predict(X)[0]), sep=",")
clf.fit(X, [{"z"}, {"y", "z"}] * 60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("predicted", [False, True])
def test_another_process_loads_it(predicted, tmp_path):
    X, Y = problem()
    clf = classifier().fit(X, sets(Y))
    if predicted:
        clf.predict(X)
    joblib.dump(clf, tmp_path / "clf.joblib")
    np.save(tmp_path / "X.npy", X)
    files = [str(tmp_path / name) for name in ("clf.joblib", "X.npy", "P.npy")]
    done = subprocess.run(
        [sys.executable, "-c", LOADING, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.strip() == ",".join(sorted(clf.predict(X)[0]))
    assert_allclose(np.load(tmp_path / "P.npy"), clf.predict_proba(X), rtol=1e-5)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_skops(form, early_stopping):
    io = pytest.importorskip("skops.io")
    X, Y = problem()
    y = FORMS[form](Y)
    clf = fast(early_stopping=early_stopping).fit(X, y)
    stored = io.dumps(make_pipeline(clf))
    untrusted = io.get_untrusted_types(data=stored)
    assert all(name.startswith(("skmultilabel_nn.", "scipy.sparse.")) for name in untrusted)
    loaded = io.loads(stored, trusted=untrusted)
    assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    assert loaded.score(X, y) == clf.score(X, y)
    assert type(loaded.predict(X)) is type(clf.predict(X))


# Around it -----------------------------------------------------------------------------------


def test_permutation_importance(form):
    if form == "csr":
        pytest.skip("scikit-learn refuses a sparse y here")
    X, Y = problem(2)
    y = FORMS[form](Y)
    clf = classifier().fit(X, y)
    importance = permutation_importance(clf, X, y, n_repeats=3, random_state=0).importances_mean
    relevant = 1 if form == "classes" else 2
    assert importance[:relevant].min() > abs(importance[2:]).max() + 0.05


@pytest.mark.parametrize("n_labels", [3, 5])
def test_stacking(n_labels):
    X, Y = problem(n_labels)
    stack = StackingClassifier(
        [("network", fast()), ("neighbors", KNeighborsClassifier())],
        final_estimator=classifier(),
        cv=2,
    )
    stack.fit(X, Y)
    assert stack.predict(X).shape == Y.shape
    assert (stack.predict(X) == Y).mean() > 0.75


@pytest.mark.parametrize("n_labels", [1, 3])
@pytest.mark.parametrize("kind", [OneVsRestClassifier, ClassifierChain, MultiOutputClassifier])
def test_one_estimator_a_label(kind, n_labels):
    X, Y = problem(n_labels)
    if kind is OneVsRestClassifier and n_labels == 1:
        pytest.skip("OneVsRestClassifier takes an (n, 1) indicator for a column of classes")
    whole = kind(classifier()).fit(X, Y)
    assert (np.reshape(whole.predict(X), Y.shape) == Y).mean() > 0.9
    probabilities = whole.predict_proba(X)
    if kind is MultiOutputClassifier:
        probabilities = np.column_stack([p[:, 1] for p in probabilities])
    assert probabilities.shape == Y.shape
    assert (((probabilities >= 0.5) == Y).mean()) > 0.9


def test_chain_in_front_of_another_estimator():
    X, Y = problem()
    chain = ClassifierChain(fast(), cv=2).fit(X, Y)
    assert chain.predict_proba(X).shape == Y.shape
    assert (
        LogisticRegression()
        .fit(chain.predict_proba(X), Y[:, 0])
        .score(chain.predict_proba(X), Y[:, 0])
        > 0.5
    )


def test_mapie():
    risk_control = pytest.importorskip("mapie.risk_control")
    X, Y = problem()
    rows = Y.any(axis=1)  # MAPIE refuses rows without labels
    X, Y = X[rows], Y[rows]
    clf = classifier().fit(X[:50], Y[:50])
    controller = risk_control.MultiLabelClassificationController(
        predict_function=clf.predict_proba, risk="recall", method="crc", target_level=0.9
    )
    controller.calibrate(X[50:], Y[50:])
    chosen = np.asarray(controller.predict(X[50:])).reshape(len(Y[50:]), 3, -1)[:, :, 0]
    found = (chosen * Y[50:]).sum(axis=1) / Y[50:].sum(axis=1)
    assert found.mean() > 0.85


def test_html_links_to_the_documentation():
    html = classifier()._repr_html_()
    assert "https://skmultilabel-nn.readthedocs.io" in html
    assert "KerasMultiLabelClassifier" in html
    assert repr(KerasMultiLabelClassifier()) == "KerasMultiLabelClassifier()"


# Workers -------------------------------------------------------------------------------------


def threads_after_a_fit(tensorflow_first):
    if tensorflow_first:
        import tensorflow as tf  # noqa: PLC0415 (the order is what is tested)
    X, Y = problem()
    fast(epochs=1).fit(X, Y)
    import tensorflow as tf  # noqa: PLC0415 (the order is what is tested)

    threading = tf.config.threading
    return (
        os.environ.get("OMP_NUM_THREADS"),
        threading.get_intra_op_parallelism_threads(),
        threading.get_inter_op_parallelism_threads(),
    )


@pytest.mark.slow
@pytest.mark.parametrize(("share", "tensorflow_first"), [(None, False), (3, False), (5, True)])
def test_workers_share_the_cores(share, tensorflow_first):
    """In workers of their own, as no process can change its threads once it has started them."""
    get_reusable_executor().shutdown(wait=True)
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=share):
        call = joblib.delayed(threads_after_a_fit)(tensorflow_first)
        found = joblib.Parallel()([call] * 2)
    expected = share or max(1, joblib.cpu_count() // 2)
    assert found == [(str(expected), expected, expected)] * 2
