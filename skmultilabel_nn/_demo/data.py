"""Images for the demonstration: several handwritten digits on one canvas."""

from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmultilabel_nn import label_sets

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIDE = 17  # pixels of an image's side; those of a digit are 8
MAX_INK = 16  # the darkest pixel of `load_digits`

_DIGIT_SIDE = 8
_CORNERS = ((0, 0), (0, 8), (8, 0), (8, 8))  # top and left of each digit before it is moved
_N_MOVES = 2  # by 0 or 1 pixel in each direction, so that neighbors may touch and overlap


class Digits(NamedTuple):
    """Single digits, as their writers left them.

    Attributes
    ----------
    images : ndarray of shape (n_digits, 8, 8)
        Ink from 0 to 16.
    values : ndarray of shape (n_digits,), int
        The digit that was to be written.
    """

    images: np.ndarray
    values: np.ndarray


class LabeledImages(NamedTuple):
    """Images and the digits that are in them.

    Attributes
    ----------
    X : ndarray of shape (n_images, 289), float32
        Ink from 0 to 16, row by row of 17 x 17 pixels.
    y : ndarray of shape (n_images,), object
        One frozenset of names per image, empty for an empty canvas.
    """

    X: np.ndarray
    y: np.ndarray


def split_digits(seed):
    """Split scikit-learn's digits into those of training and held-out images.

    Parameters
    ----------
    seed : int
        Determines the split.

    Returns
    -------
    training, held_out : Digits
        Disjoint; 70 and 30% of each digit.
    """
    digits = load_digits()
    images, held_images, values, held_values = train_test_split(
        digits.images, digits.target, test_size=0.3, stratify=digits.target, random_state=seed
    )
    return Digits(images, values), Digits(held_images, held_values)


def compose_images(digits, n_images, rng):
    """Compose images of 0 to 4 digits each, every number of digits equally often.

    Each digit has a corner of the canvas to itself, and a random place in it.

    Parameters
    ----------
    digits : Digits
        What is put on the canvas.
    n_images : int
        Number of images.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    LabeledImages
        Two digits of the same name in an image are one label.
    """
    canvas = np.zeros((n_images, SIDE, SIDE), np.float32)
    names = []
    for image in canvas:
        n_digits = rng.integers(len(_CORNERS) + 1)
        rows = rng.integers(len(digits.values), size=n_digits)
        _place_digits(image, digits.images[rows], rng)
        names.append({NAMES[value] for value in digits.values[rows]})
    return LabeledImages(canvas.reshape(n_images, -1), label_sets(names))


def _place_digits(canvas, digits, rng):
    moves = rng.integers(_N_MOVES, size=(len(digits), 2))
    places = rng.permutation(_CORNERS)[: len(digits)] + moves
    for digit, (top, left) in zip(digits, places, strict=True):
        part = canvas[top : top + _DIGIT_SIDE, left : left + _DIGIT_SIDE]
        np.maximum(part, digit, out=part)


def load_images(n_training, n_held_out, seed):
    """Compose training and held-out images of different digits.

    Parameters
    ----------
    n_training, n_held_out : int
        Number of images of each.
    seed : int
        Determines the images.

    Returns
    -------
    training, held_out : LabeledImages
        The handwriting of the held-out ones is in no training image.
    """
    rng = np.random.default_rng(seed)
    training, held_out = split_digits(seed)
    return compose_images(training, n_training, rng), compose_images(held_out, n_held_out, rng)
