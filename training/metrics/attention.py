"""Where a generator's attention is: its share inside the face, and how much of the picture it spreads over.

The report saw attention move from all over the picture to the face as training goes on, and with the attention loss
(CAM 1000) gather in one spot such as the eyes or the forehead. These two numbers say how much of either happened.

The map is taken as it is shown: its least value is subtracted first, since a constant says nothing about where. The
face is an ellipse from the forehead to the chin and from cheek to cheek, at the place where the alignment puts every
face; anime busts are framed alike. It covers FACE_AREA of the picture, which is the share that an attention without
preference would have inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: Centre and half axes of the face in an aligned crop, as shares of its side (x, y).
CENTRE = (0.5, 0.585)
HALF_AXES = (0.235, 0.30)
FACE_AREA = float(np.pi * HALF_AXES[0] * HALF_AXES[1])

_FLAT = 1e-6


@dataclass(frozen=True)
class Attention:
    """share: of attention inside the face, 0 to 1. spread: share of the picture that carries it, 0 to 1."""

    share: float
    spread: float


def mean(attentions: Sequence[Attention]) -> Attention:
    """Return the mean of one or more."""
    return Attention(
        float(np.mean([one.share for one in attentions])), float(np.mean([one.spread for one in attentions]))
    )


def measure_attention(attention: NDArray[np.floating]) -> Attention:
    """Measure one map (h, w) of any range. A flat map counts as spread evenly over the picture.

    The spread is the participation ratio (sum a)^2 / (n sum a^2): 1 for an even map, 1/n for a single point.
    """
    values = attention.astype(np.float64) - float(attention.min())
    if values.max() < _FLAT:
        values = np.ones_like(values)
    total = float(values.sum())
    inside = float((values * face_mask(*values.shape)).sum())
    return Attention(inside / total, total**2 / (values.size * float((values**2).sum())))


@lru_cache(maxsize=8)
def face_mask(height: int, width: int) -> NDArray[np.float64]:
    """Return how much of each cell of a height x width map over an aligned crop is face, 0 to 1."""
    # Sixteen samples a cell: the maps are coarse, and a cell at the edge counts in part.
    fine = 4
    y = (np.arange(height * fine) + 0.5) / (height * fine)
    x = (np.arange(width * fine) + 0.5) / (width * fine)
    radius = ((x[None, :] - CENTRE[0]) / HALF_AXES[0]) ** 2 + ((y[:, None] - CENTRE[1]) / HALF_AXES[1]) ** 2
    inside = (radius <= 1.0).astype(np.float64)
    mask: NDArray[np.float64] = inside.reshape(height, fine, width, fine).mean(axis=(1, 3))
    mask.flags.writeable = False
    return mask
