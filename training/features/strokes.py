"""Lines and areas put on pictures by hand, smooth at their edges.

Shapes are drawn some times as large and scaled down. Points are (x, y) in pixels of the picture, 0 the middle of the
first; widths are in pixels, too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image

_FINER = 4
#: Share of the side over which the edge of a mask is softened.
_SOFT = 0.004


def line(points: NDArray[np.float64], width: float, side: int, ends: float = 1.0) -> Image:
    """How much of each pixel a line covers, (side, side) in [0, 1]; at its ends it has ``ends`` of its ``width``."""
    mask, fine = _canvas(side), _fine(points)
    for index in range(len(fine) - 1):
        along = (index + 0.5) / (len(fine) - 1) * 2 - 1
        thick = max(1, round(width * _FINER * (1 - (1 - ends) * along**2)))
        start, end = ((int(x), int(y)) for x, y in fine[index : index + 2])
        cv2.line(mask, start, end, 255, thick, cv2.LINE_AA)
    return _scaled(mask, side)


def area(outline: NDArray[np.float64], side: int) -> Image:
    """How much of each pixel lies inside ``outline``, (side, side) in [0, 1]."""
    mask = _canvas(side)
    cv2.fillPoly(mask, [_fine(outline)], 255)
    return _scaled(mask, side)


def painted(picture: NDArray[np.uint8], amount: Image, colour: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Lay ``colour``, sRGB 0 to 255 for all pixels or for each, on ``picture`` (S, S, 3) where ``amount`` says."""
    shown = picture + (colour - picture) * amount[..., None]
    return np.asarray(shown.round().clip(0, 255), dtype=np.uint8)


def soft(mask: NDArray[np.bool_]) -> Image:
    """Give a mask (S, S) a soft edge, for :func:`painted`; in [0, 1]."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _SOFT * len(mask)), dtype=np.float32)


def _canvas(side: int) -> NDArray[np.uint8]:
    return np.zeros((side * _FINER, side * _FINER), dtype=np.uint8)


def _fine(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.asarray(np.round((points + 0.5) * _FINER - 0.5), dtype=np.int32)


def _scaled(mask: NDArray[np.uint8], side: int) -> Image:
    return np.asarray(cv2.resize(mask, (side, side), interpolation=cv2.INTER_AREA) / np.float32(255), dtype=np.float32)
