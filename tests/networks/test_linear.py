"""The linear network for many rare labels of words."""

import pickle

import keras
import numpy as np
import pytest
import scipy.sparse as sp
import tensorflow as tf
from sklearn.preprocessing import normalize

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn._fitting.built_in import linear_part
from skmultilabel_nn.metrics import precision_at_k
from skmultilabel_nn.networks import custom_objects
from skmultilabel_nn.networks._linear import linear_network
from skmultilabel_nn.networks.layers._sparse_linear import SparseLinear
from tests.training.test_one_cycle import Watching


def texts(n_samples=400, n_features=2100, n_labels=410, seed=0):
    """Return rows of words of which one names each label, and CSR labels, all of length 1."""
    rng = np.random.RandomState(seed)
    labels = rng.randint(n_labels, size=(n_samples, 2))
    words = np.column_stack(
        [labels, n_labels + rng.randint(n_features - n_labels, size=(n_samples, 3))]
    )
    rows = np.repeat(np.arange(n_samples), 5)
    X = sp.csr_matrix(
        (np.full(rows.size, 0.4, np.float32), (rows, words.ravel())), (n_samples, n_features)
    )
    ones = np.ones(labels.size, np.int64)
    Y = sp.csr_matrix(
        (ones, (np.repeat(np.arange(n_samples), 2), labels.ravel())), (n_samples, n_labels)
    )
    Y.data[:] = 1
    return X, Y


def tensor(X):
    cells = np.column_stack([np.repeat(np.arange(X.shape[0]), np.diff(X.indptr)), X.indices])
    return tf.SparseTensor(cells.astype(np.int64), X.data, X.shape)


@pytest.fixture(scope="module")
def fitted():
    X, Y = texts()
    return KerasMultiLabelClassifier(random_state=0).fit(X, Y)


class TestLayer:
    def layer(self, X, n_outputs=6):
        layer = SparseLinear(n_outputs)
        layer.build((None, X.shape[1]))
        rng = np.random.RandomState(0)
        layer.set_weights([rng.rand(*w.shape) + 0.5 for w in layer.weights])
        return layer

    def test_rows_count_by_their_direction(self):
        X = sp.random(9, 40, 0.2, "csr", np.float32, np.random.RandomState(0))
        layer = self.layer(X)
        longer = sp.diags(10.0 ** np.arange(9)) @ X
        for training in (False, True):
            expected = np.asarray(layer(tensor(X), training=training))
            found = layer(tensor(sp.csr_matrix(longer, dtype=np.float32)), training=training)
            np.testing.assert_allclose(found, expected, rtol=1e-5)

    @pytest.mark.parametrize("training", [False, True])
    def test_of_dense_and_sparse_batches(self, training):
        X = sp.random(9, 40, 0.1, "csr", np.float32, np.random.RandomState(0))
        layer = self.layer(X)
        kernel, *_ = (np.asarray(w) for w in layer.trainable_weights)
        features, labels, bias = (np.asarray(w) for w in layer.non_trainable_weights)
        expected = (normalize(X).toarray() * features) @ kernel * labels + bias
        for batch in (tensor(X), tf.constant(X.toarray())):
            found = np.asarray(layer(batch, training=training))
            np.testing.assert_allclose(found, expected, rtol=1e-5)

    def test_only_features_that_occur_have_gradients(self):
        X = sp.random(9, 40, 0.05, "csr", np.float32, np.random.RandomState(0))
        layer = self.layer(X)
        with tf.GradientTape(persistent=True) as tape:
            of_slices = tf.reduce_mean(layer(tensor(X), training=True) ** 2)
            of_all = tf.reduce_mean(layer(tf.constant(X.toarray()), training=True) ** 2)
        slices = tape.gradient(of_slices, layer.kernel.value)
        assert isinstance(slices, tf.IndexedSlices)
        assert sorted(slices.indices.numpy()) == sorted(set(X.indices))
        expected = tape.gradient(of_all, layer.kernel.value)
        np.testing.assert_allclose(tf.convert_to_tensor(slices), expected, rtol=1e-5)

    def test_a_row_moves_the_weights_alike_in_batches_of_any_size(self):
        X = sp.random(8, 40, 0.2, "csr", np.float32, np.random.RandomState(0))
        layer = self.layer(X)

        def gradient(rows):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(layer(tensor(rows), training=True))
            return np.asarray(tf.convert_to_tensor(tape.gradient(loss, layer.kernel.value)))

        one_by_one = sum(gradient(X[i]) for i in range(8))
        np.testing.assert_allclose(gradient(X), one_by_one, rtol=1e-4)

    def test_scales(self):
        X = sp.csr_matrix(np.eye(4, 5, dtype=np.float32) + np.eye(4, 5)[:, [4, 0, 0, 1, 2]])
        counts, Y = (
            np.asarray((X != 0).sum(axis=0)).ravel(),
            np.array([[1, 0], [1, 0], [1, 0], [1, 1]]),
        )
        layer = self.layer(X, 2)
        layer.learn(X, Y, peak=0.01)
        rates = np.asarray(layer.feature_scale) ** 2
        occurring = counts > 0
        proportions = (rates[occurring] / rates[occurring][0]) ** 4
        np.testing.assert_allclose(proportions, counts[0] / counts[occurring], rtol=1e-4)
        # 2 labels, and a step of 3 where there are as many samples as features that occur.
        step = 3.0 * (4 / occurring.sum()) ** -0.75 * 2 / 0.01
        np.testing.assert_allclose(np.average(rates, weights=counts), step, rtol=1e-5)
        by_label = (np.asarray(layer.label_scale) ** 2) ** 4
        np.testing.assert_allclose(by_label, 10.0 / np.array([4, 1]), rtol=1e-4)

    def test_steps_are_shorter_where_large_batches_would_overshoot(self):
        X = sp.csr_matrix(np.eye(300, dtype=np.float32))
        alike = sp.hstack([X, sp.csr_matrix(np.full((300, 1), 2, np.float32))], "csr")
        Y = np.eye(300, 2, dtype=int)

        def scales(X, batch_size):
            layer = self.layer(X, 2)
            layer.learn(X, Y, peak=0.01, batch_size=batch_size)
            return np.asarray(layer.feature_scale)

        np.testing.assert_array_equal(scales(X, 300), scales(X, 1))
        np.testing.assert_array_equal(scales(alike, 32), scales(alike, 1))
        assert (scales(alike, 300) < scales(alike, 1)).all()
        np.testing.assert_array_equal(scales(alike, 900), scales(alike, 300))

    def test_scales_do_not_depend_on_how_the_target_is_stored(self):
        X, Y = texts(50)
        with_zeros = sp.hstack([X, sp.csr_matrix(np.ones((50, 5), np.float32))], "csr")
        with_zeros.data[with_zeros.indices >= X.shape[1]] = 0.0
        X = sp.hstack([X, sp.csr_matrix((50, 5), dtype=np.float32)], "csr")
        of_sparse, of_dense = self.layer(X, 410), self.layer(X, 410)
        of_sparse.learn(X, Y, 0.003)
        of_dense.learn(with_zeros, Y.toarray(), 0.003)
        for a, b in zip(of_sparse.weights, of_dense.weights, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)

    @pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's, while it saves
    def test_saved_and_loaded(self, tmp_path):
        X, _ = texts(20)
        network = linear_network((X.shape[1],), 3, input_dropout=0.2, dtype="float32")
        network.save(tmp_path / "linear.keras")
        loaded = keras.saving.load_model(tmp_path / "linear.keras", custom_objects=custom_objects())
        linear_part(network).kernel.assign(np.random.RandomState(0).rand(X.shape[1], 3))
        loaded.set_weights(network.get_weights())
        np.testing.assert_array_equal(network(tensor(X)), loaded(tensor(X)))


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
