"""Builder of a small convolutional network."""

import math

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._utils.checks import check_integer

from ._base import NetworkBuilder, check_rate, check_sizes


class ConvNet(NetworkBuilder):
    """Build a small convolutional network for images, arrays (height, width, channels).

    Blocks of two convolutions with batch normalization, each block halving the sides; then the
    maximum of each filter within each cell of a coarse grid, as it matters roughly, but only
    roughly, where in the image a thing is.

    Parameters
    ----------
    filters : tuple of int, default=(32, 64, 128)
        Filters of the convolutions of each block.
    kernel_size : int, default=3
        Sides of the filters, in pixels.
    grid : int, default=4
        Cells of the grid along each side, at most; 1 where it does not matter at all where a thing
        is.
    dropout : float in [0, 1), default=0.5
        Dropout rate of the last features.

    Examples
    --------
    >>> from skmultilabel_nn.networks import ConvNet
    >>> ConvNet(filters=(4, 8))((40, 30, 3), 5).output_shape
    (None, 5)
    """

    def __init__(self, filters=(32, 64, 128), kernel_size=3, grid=4, dropout=0.5):
        self.filters = filters
        self.kernel_size = kernel_size
        self.grid = grid
        self.dropout = dropout

    def _build(self, input_shape, n_outputs):
        if len(input_shape) != 3:
            raise ValueError(
                f"ConvNet takes images of shape (height, width, channels), got samples of shape "
                f"{input_shape}. Reshape X; a gray image has one channel."
            )
        grid = check_integer("grid", self.grid, minimum=1)
        filters = check_sizes("filters", self.filters, allow_empty=False)
        kernel_size = check_integer("kernel_size", self.kernel_size, minimum=1)
        dropout = check_rate("dropout", self.dropout)
        layers = load_keras().layers
        # Pixels of any range; a fast average, since a small set is trained in few steps.
        parts = [layers.BatchNormalization(momentum=0.9)]
        for i, n_filters in enumerate(filters):
            parts += [layers.MaxPooling2D(2, padding="same")] if i else []
            for _ in range(2):
                parts += _convolution(layers, n_filters, kernel_size)
        sides = (math.ceil(side / 2 ** (len(filters) - 1)) for side in input_shape[:2])
        cell = tuple(math.ceil(side / grid) for side in sides)
        parts += [layers.MaxPooling2D(cell, padding="same"), layers.Flatten()]
        parts += [layers.Dropout(dropout)]
        last = layers.Dense(n_outputs, name="logits")
        keras = load_keras()
        return keras.Sequential([keras.Input(input_shape), *parts, last], name="convnet")


def _convolution(layers, n_filters, kernel_size):
    yield layers.Conv2D(n_filters, kernel_size, padding="same", use_bias=False)
    yield layers.BatchNormalization(momentum=0.9)
    yield layers.ReLU()
