"""Pictures for the demonstration: several handwritten digits on one canvas."""

from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmultilabel_nn._targets.codec import label_sets

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIDE = 17  # pixels of a picture's side; those of a digit are 8
INK = 16  # the darkest pixel of `load_digits`

_DIGIT = 8
_CORNERS = ((0, 0), (0, 8), (8, 0), (8, 8))  # top and left of each digit before it is moved
_MOVES = 2  # a digit lies this many ways in each direction, so neighbors may touch and overlap


class Originals(NamedTuple):
    """Single digits, as their writers left them.

    Attributes
    ----------
    images : ndarray of shape (n_originals, 8, 8)
        Ink from 0 to 16.
    digits : ndarray of shape (n_originals,), int
        What was to be written.
    """

    images: np.ndarray
    digits: np.ndarray


class Pictures(NamedTuple):
    """Pictures and the digits that are in them.

    Attributes
    ----------
    X : ndarray of shape (n_pictures, 289), float32
        Ink from 0 to 16, row by row of 17 x 17 pixels.
    y : ndarray of shape (n_pictures,), object
        One frozenset of names a picture, empty for an empty canvas.
    """

    X: np.ndarray
    y: np.ndarray


def split_originals(seed):
    """Split scikit-learn's digits into those to learn from and those to be tested on.

    Parameters
    ----------
    seed : int
        Decides which go where.

    Returns
    -------
    training, held_out : Originals
        Without a common one; 70 and 30 % of each digit.
    """
    digits = load_digits()
    images, held_images, labels, held_labels = train_test_split(
        digits.images, digits.target, test_size=0.3, stratify=digits.target, random_state=seed
    )
    return Originals(images, labels), Originals(held_images, held_labels)


def draw_pictures(originals, n_pictures, rng):
    """Draw pictures with 0 to 4 digits each, every number of digits equally often.

    Each digit has a corner of the canvas to itself and lies in it at random.

    Parameters
    ----------
    originals : Originals
        What is put on the canvas.
    n_pictures : int
        How many to draw.
    rng : numpy.random.Generator
        Decides everything.

    Returns
    -------
    Pictures
        Two digits of the same name in a picture are one label.
    """
    canvas = np.zeros((n_pictures, SIDE, SIDE), np.float32)
    names = []
    for picture in canvas:
        n_digits = rng.integers(len(_CORNERS) + 1)
        chosen = rng.integers(len(originals.digits), size=n_digits)
        _put(picture, originals.images[chosen], rng)
        names.append({NAMES[digit] for digit in originals.digits[chosen]})
    return Pictures(canvas.reshape(n_pictures, -1), label_sets(names))


def _put(picture, images, rng):
    moves = rng.integers(_MOVES, size=(len(images), 2))
    places = rng.permutation(_CORNERS)[: len(images)] + moves
    for image, (top, left) in zip(images, places, strict=True):
        part = picture[top : top + _DIGIT, left : left + _DIGIT]
        np.maximum(part, image, out=part)


def load_pictures(n_training, n_held_out, seed):
    """Draw training and held-out pictures from different originals.

    Parameters
    ----------
    n_training, n_held_out : int
        How many pictures of each.
    seed : int
        Decides everything.

    Returns
    -------
    training, held_out : Pictures
        The held-out ones hold handwriting that is in no training picture.
    """
    rng = np.random.default_rng(seed)
    training, held_out = split_originals(seed)
    return draw_pictures(training, n_training, rng), draw_pictures(held_out, n_held_out, rng)
