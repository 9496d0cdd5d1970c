"""Seeds of Keras, and Python's random state as it was."""

import random

import numpy as np
import pytest

from skmultilabel_nn._backend.seeding import seeded
from skmultilabel_nn.networks import MLP
from tests.networks.common import built, out


class TestSeeded:
    @pytest.mark.parametrize("seed", [0, 1])
    def test_same_seed_same_weights(self, seed):
        one, other = (built(MLP((4,)), seed=seed) for _ in range(2))
        for a, b in zip(one.variables, other.variables, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_other_seed_other_weights(self):
        one, other = (built(MLP((4,)), seed=seed) for seed in (0, 1))
        assert np.abs(out(one) - out(other)).max() > 0.01

    def test_the_state_is_given_back(self):
        state = random.getstate()
        with pytest.raises(RuntimeError), seeded(3):
            random.random()
            raise RuntimeError
        assert random.getstate() == state
