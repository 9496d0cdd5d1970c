"""The convolutional network."""

import numpy as np
import pytest
from sklearn.base import clone

from skmultilabel_nn import KerasMultiLabelClassifier
from skmultilabel_nn.networks import ConvNet


class TestConvNet:
    @pytest.mark.parametrize("n_labels", [1, 2])
    def test_learns_what_is_in_a_picture(self, n_labels):
        rng = np.random.default_rng(0)
        Y = rng.integers(0, 2, (160, n_labels))
        X = rng.integers(0, 60, (160, 9, 9, n_labels)).astype(np.uint8)
        rows, columns = rng.integers(0, 9, (2, 160))
        X[np.arange(160), rows, columns] += (190 * Y).astype(np.uint8)
        network = ConvNet((16, 16), grid=1, dropout=0.2)
        clf = KerasMultiLabelClassifier(
            network=network, epochs=20, batch_size=16, learning_rate=0.01, random_state=0
        )
        assert clf.fit(X[:120], Y[:120]).score(X[120:], Y[120:]) > 0.8

    def test_learns_where_a_thing_is(self):
        rng = np.random.default_rng(0)
        X = rng.random((160, 12, 12, 1)).astype(np.float32)
        rows, columns = rng.integers(0, 12, (2, 160))
        X[np.arange(160), rows, columns] += 3
        Y = np.column_stack([rows < 6, columns < 6]).astype(int)
        clf = KerasMultiLabelClassifier(
            network=ConvNet((8,)), epochs=20, batch_size=16, learning_rate=0.01, random_state=0
        )
        assert clf.fit(X[:120], Y[:120]).score(X[120:], Y[120:]) > 0.8

    @pytest.mark.parametrize("grid", [0, -1, "4", 2.5, None])
    def test_a_grid_without_cells_is_refused(self, grid):
        with pytest.raises(ValueError, match="grid must be an integer above 0"):
            ConvNet(grid=grid)((8, 8, 1), 3)

    @pytest.mark.parametrize("shape", [(3, 5, 1), (40, 30, 3), (1, 1, 2)])
    @pytest.mark.parametrize("grid", [1, 4])
    def test_grid(self, shape, grid):
        model = ConvNet((2, 2, 3), grid=grid)(shape, 4)
        sides = [-(-side // 4) for side in shape[:2]]
        cells = [min(grid, side, -(-side // -(-side // grid))) for side in sides]
        assert model.output_shape == (None, 4)
        assert model.get_layer("logits").kernel.shape[0] == 3 * cells[0] * cells[1]

    def test_flat_rows_are_refused(self):
        with pytest.raises(ValueError, match=r"height, width, channels.*\(64,\)"):
            ConvNet()((64,), 3)

    def test_is_tuned_by_name(self):
        clf = KerasMultiLabelClassifier(network=ConvNet()).set_params(network__filters=(4,))
        assert clone(clf).network.filters == (4,)
