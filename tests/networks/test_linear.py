"""The linear network for many rare labels of words."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.metrics import precision_at_k
from skmultilabel_nn.networks._introspection import iter_keras_objects
from skmultilabel_nn.networks.layers._sparse_linear import SparseLinear
from tests.training.test_one_cycle import Watching

from .texts import texts


def linear_part(model):
    """Return the layer of a linear network, None for other models."""
    return next(
        (part for part in iter_keras_objects(model) if isinstance(part, SparseLinear)), None
    )


@pytest.fixture(scope="module")
def fitted():
    X, Y = texts()
    return KerasMultiLabelClassifier(random_state=0).fit(X, Y)


class TestDefault:
    def test_learns_the_word_of_each_label(self, fitted):
        X, Y = texts(300, seed=1)
        assert precision_at_k(Y, fitted.predict_proba(X), k=1) > 0.8

    def test_is_the_network_of_one_layer(self, fitted):
        assert linear_part(fitted.model_) is not None
        assert fitted.n_iter_ == 5

    @pytest.mark.parametrize(
        "given",
        [
            {"hidden_layer_sizes": (8,)},
            {"hidden_layer_sizes": ()},
            {"optimizer": "adam"},
            {"dropout": 0.1},
            {"n_members": 2},
            {"activation": "tanh"},
            {"loss": "zlpr"},
        ],
        ids=str,
    )
    def test_not_where_network_or_training_are_given(self, given):
        X, Y = texts(60)
        clf = KerasMultiLabelClassifier(epochs=1, random_state=0, **given).fit(X, Y)
        assert linear_part(clf.model_) is None

    def test_the_learning_rate_rises_for_a_tenth_of_the_steps(self):
        X, Y = texts()
        clf = KerasMultiLabelClassifier(batch_size=8, callbacks=[Watching()], random_state=0).fit(
            X, Y
        )
        rates = clf.callbacks_[0].rates
        assert linear_part(clf.model_) is not None
        assert np.argmax(rates) / len(rates) == pytest.approx(0.1, abs=0.02)

    def test_large_batches_of_alike_rows_converge(self):
        X, Y = texts(600)
        alike = sp.hstack([X, sp.csr_matrix(np.full((600, 1), 2, np.float32))], "csr")
        clf = KerasMultiLabelClassifier(batch_size=600, epochs=15, random_state=0).fit(alike, Y)
        assert linear_part(clf.model_) is not None
        losses = clf.history_["loss"]
        assert max(np.diff(losses)) < 0.2 * losses[0]
        assert losses[-1] < losses[0]

    @pytest.mark.parametrize("weighted", ["class_weight", "sample_weight"])
    def test_not_where_cells_weigh_differently(self, weighted):
        X, Y = texts(60)
        given = {"class_weight": "balanced"} if weighted == "class_weight" else {}
        weight = 1 + 99 * Y.toarray() if weighted == "sample_weight" else None
        clf = KerasMultiLabelClassifier(epochs=1, random_state=0, **given)
        assert linear_part(clf.fit(X, Y, sample_weight=weight).model_) is None

    def test_its_model_as_network_goes_on_by_plain_descent(self, fitted):
        X, Y = texts()
        again = KerasMultiLabelClassifier(network=fitted.model_, epochs=2, random_state=0).fit(X, Y)
        assert again.loss_ < fitted.loss_
        X, Y = texts(300, seed=1)
        before = precision_at_k(Y, fitted.predict_proba(X), k=2)
        assert precision_at_k(Y, again.predict_proba(X), k=2) > before - 0.05

    def test_dense_rows_get_the_same_answers(self, fitted):
        X, _ = texts(30, seed=2)
        dense = fitted.predict_proba(X.toarray())
        np.testing.assert_allclose(fitted.predict_proba(X), dense, rtol=1e-5)

    def test_one_row_is_what_it_is_among_others(self, fitted):
        X, _ = texts(30, seed=2)
        np.testing.assert_allclose(
            fitted.predict_proba(X[3]), fitted.predict_proba(X)[3:4], rtol=1e-6
        )

    def test_pickled(self, fitted):
        X, _ = texts(30, seed=2)
        again = pickle.loads(pickle.dumps(fitted))
        np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))

    def test_the_same_seed_gives_the_same(self, fitted):
        X, Y = texts()
        again = KerasMultiLabelClassifier(random_state=0).fit(X, Y)
        np.testing.assert_allclose(again.predict_proba(X), fitted.predict_proba(X), rtol=1e-5)

    def test_columns_of_labels_may_be_in_any_order(self):
        X, Y = texts(200)
        order = np.random.RandomState(0).permutation(Y.shape[1])
        a = KerasMultiLabelClassifier(random_state=0).fit(X, Y).predict_proba(X)
        b = KerasMultiLabelClassifier(random_state=0).fit(X, Y[:, order]).predict_proba(X)
        np.testing.assert_allclose(a[:, order], b, rtol=1e-3)

    def test_partial_fit_goes_on_by_plain_descent(self, fitted):
        X, Y = texts()
        clf = pickle.loads(pickle.dumps(fitted))
        before = clf.loss_
        clf.partial_fit(X, Y)
        assert linear_part(clf.model_) is not None
        assert clf.loss_ < before

    def test_partial_fit_from_the_start_has_the_usual_network(self):
        X, Y = texts(60)
        clf = KerasMultiLabelClassifier(random_state=0).partial_fit(X, Y)
        assert linear_part(clf.model_) is None

    def test_weight_zero_is_the_same_as_leaving_out(self):
        X, Y = texts(200)
        weight = (np.arange(200) % 5 == 0).astype(int)
        clf = KerasMultiLabelClassifier(batch_size=200, random_state=0)
        expected = clf.fit(X[weight == 1], Y[weight == 1]).predict_proba(X)
        found = clf.fit(X, Y, sample_weight=weight).predict_proba(X)
        np.testing.assert_allclose(found, expected, rtol=1e-3)

    def test_unknown_cells_make_no_step_longer(self):
        X, Y = texts(300)
        unknown = np.random.RandomState(0).rand(*Y.shape) < 0.8
        Y_partly = np.where(unknown, np.nan, Y.toarray())
        clf = KerasMultiLabelClassifier(random_state=0)
        probabilities = clf.fit(X, Y_partly).predict_proba(texts(300, seed=1)[0])
        assert 1 < probabilities.sum(axis=1).mean() < 3  # of 2

    @pytest.mark.parametrize("given", [{"input_dropout": 0.2}, {"dtype": "float64"}], ids=str)
    def test_other_parameters_count(self, given):
        X, Y = texts()
        clf = KerasMultiLabelClassifier(random_state=0, **given).fit(X, Y)
        assert linear_part(clf.model_) is not None
        assert precision_at_k(Y, clf.predict_proba(X), k=1) > 0.8

    def test_label_sets(self):
        X, Y = texts(200)
        names = np.array([f"label {i}" for i in range(Y.shape[1])])
        sets = [set(names[Y[i].indices]) for i in range(X.shape[0])]
        clf = KerasMultiLabelClassifier(classes=names, random_state=0).fit(X, sets)
        assert linear_part(clf.model_) is not None
        assert all(isinstance(row, set | tuple | list) for row in clf.predict(X[:3]))
