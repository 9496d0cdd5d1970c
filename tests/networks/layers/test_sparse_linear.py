"""The linear layer of sparse samples."""

import keras
import numpy as np
import pytest
import scipy.sparse as sp
import tensorflow as tf
from sklearn.preprocessing import normalize

from skmultilabel_nn.networks import custom_objects
from skmultilabel_nn.networks._linear import linear_network
from skmultilabel_nn.networks.layers._sparse_linear import SparseLinear
from tests.networks.texts import texts


def tensor(X):
    cells = np.column_stack([np.repeat(np.arange(X.shape[0]), np.diff(X.indptr)), X.indices])
    return tf.SparseTensor(cells.astype(np.int64), X.data, X.shape)


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
        layer.adapt(X, Y, max_learning_rate=0.01)
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
            layer.adapt(X, Y, max_learning_rate=0.01, batch_size=batch_size)
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
        of_sparse.adapt(X, Y, 0.003)
        of_dense.adapt(with_zeros, Y.toarray(), 0.003)
        for a, b in zip(of_sparse.weights, of_dense.weights, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)

    @pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's, while it saves
    def test_saved_and_loaded(self, tmp_path):
        X, _ = texts(20)
        network = linear_network((X.shape[1],), 3, input_dropout=0.2, dtype="float32")
        network.save(tmp_path / "linear.keras")
        loaded = keras.saving.load_model(tmp_path / "linear.keras", custom_objects=custom_objects())
        network.get_layer("logits").kernel.assign(np.random.RandomState(0).rand(X.shape[1], 3))
        loaded.set_weights(network.get_weights())
        np.testing.assert_array_equal(network(tensor(X)), loaded(tensor(X)))
