"""Cutting a crop out of a picture that somebody padded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment

#: Rows and columns whose values differ by less than this are one colour; JPEG's traces stay below it.
_PLAIN = 10
#: Pixels at a bar's inner edge where bar and picture are mixed.
_SEAM = 2
#: No more than this share of a side is taken for padding, at either end.
_MOST = 0.4


def crop_without_bars(pixels: NDArray[np.uint8], alignment: Alignment) -> NDArray[np.uint8]:
    """Cut ``alignment``'s crop (S, S, 3) out of ``pixels`` (H, W, 3) without the plain bars at the picture's edges.

    Databases pad portraits to a square with white. A bar is left out, and the crop fills its place with the picture's
    edge like everything outside; a plain wall, which looks the same to this function, is continued by its own colour.
    """
    left, right = _bars(pixels)
    top, bottom = _bars(pixels.transpose(1, 0, 2))
    part = np.ascontiguousarray(pixels[top : pixels.shape[0] - bottom, left : pixels.shape[1] - right])
    matrix = alignment.matrix.copy()
    matrix[:, 2] += matrix[:, :2] @ (left, top)
    return Alignment(matrix, alignment.size).crop(part)


def _bars(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    """Count the columns at both ends that have throughout the colour of the outermost one."""
    return _bar(pixels), _bar(pixels[:, ::-1])


def _bar(pixels: NDArray[np.uint8]) -> int:
    width = pixels.shape[1]
    values = pixels[:, : int(width * _MOST)].astype(np.int16)
    if values.shape[1] == 0:
        return 0
    colour = np.median(values[:, 0], axis=0)
    plain = (np.abs(values - colour).max(axis=(0, 2)) < _PLAIN).tolist()
    count = plain.index(False) if False in plain else len(plain)
    return count + _SEAM if count else 0
