"""Losses for multi-label networks: computed from logits, with one weight per cell.

A *cell* is one entry of the target matrix: one label of one row. Every loss here takes
``sample_weight`` of shape ``(n, n_labels)``, one weight per cell, or ``(n,)`` or ``(n, 1)``, one
per row. A cell of weight zero is left out, which is how unknown labels are masked. By default the
result is divided by the total weight, so that the learning rate keeps its meaning whatever the
weights sum to, and it is 0 when nothing has a weight.

Logits may also have the shape ``(n, n_members, n_labels)``: then every member of an ensemble is
compared with the same targets, and the result is the mean over the members.
"""

from ._adapter import LossAdapter
from ._base import CellLoss
from ._lookup import get_loss
from ._losses import ZLPR, Asymmetric, BinaryCrossentropy, Focal, SoftF1

__all__ = [
    "ZLPR",
    "Asymmetric",
    "BinaryCrossentropy",
    "CellLoss",
    "Focal",
    "LossAdapter",
    "SoftF1",
    "get_loss",
]
