"""Labels are what is on the canvas, and held-out handwriting is new."""

import numpy as np
import pytest

from skmultilabel_nn._demo import data
from skmultilabel_nn._demo.data import NAMES, SIDE, Digits, compose_images

SEEDS = [0, 1]


def digits_of_one_color():
    """Ten digits of one color each, so that an image tells what was put on it."""
    values = np.arange(10)
    return Digits(np.broadcast_to(values[:, None, None] + 1.0, (10, 8, 8)), values)


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_the_digits_on_the_canvas(seed):
    images = compose_images(digits_of_one_color(), 400, np.random.default_rng(seed))
    assert images.X.shape == (400, SIDE * SIDE)
    assert images.X.dtype == np.float32
    for x, labels in zip(images.X, images.y, strict=True):
        colors, n_pixels = np.unique(x[x > 0], return_counts=True)
        assert labels == {NAMES[int(color) - 1] for color in colors}
        assert (n_pixels >= 49).all()  # one row and one column may be covered
    assert {len(labels) for labels in images.y} == {0, 1, 2, 3, 4}
    assert frozenset().union(*images.y) == set(NAMES)


@pytest.mark.parametrize("seed", SEEDS)
def test_training_and_held_out_handwriting_are_disjoint(seed):
    training, held_out = data.split_digits(seed)
    first, second = ({image.tobytes() for image in part.images} for part in (training, held_out))
    assert not first & second
    assert len(training.values) + len(held_out.values) == 1797
    assert set(training.values) == set(held_out.values) == set(range(10))


def test_the_seed_decides_the_images():
    first, again, other = (data.load_images(50, 20, seed) for seed in (0, 0, 1))
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one.X, two.X)
        assert list(one.y) == list(two.y)
        assert not np.array_equal(one.X, three.X)
