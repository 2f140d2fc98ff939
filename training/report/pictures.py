"""Pictures inside the page: parts of grids, and whole pictures, as data URIs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import ImageError
from core.images import load_picture
from core.saving import encode_picture

#: Side of one face in the page's tables, in pixels.
FACE = 112
_QUALITY = 80
#: Rows of a grid, from above; see training.grids.
_ROWS = ("input", "attention", "drawing", "returned")


@dataclass(frozen=True)
class Grid:
    """A grid cut into its rows, each (FACE, columns * FACE, 3) uint8."""

    input: NDArray[np.uint8]
    attention: NDArray[np.uint8]
    drawing: NDArray[np.uint8]
    returned: NDArray[np.uint8]

    @property
    def columns(self) -> int:
        """How many pictures the grid shows."""
        return int(self.input.shape[1] // FACE)


def read_grid(path: Path, most: int = 8) -> Grid | None:
    """Read a grid's first ``most`` columns; None where the file cannot be read or is no grid."""
    try:
        pixels = load_picture(path).pixels
    except ImageError:
        return None
    side = pixels.shape[0] // len(_ROWS)
    if side == 0 or pixels.shape[0] != side * len(_ROWS) or pixels.shape[1] % side:
        return None
    columns = min(most, pixels.shape[1] // side)
    rows = []
    for number in range(len(_ROWS)):
        row = pixels[number * side : (number + 1) * side, : columns * side]
        kernel = cv2.INTER_AREA if side >= FACE else cv2.INTER_NEAREST
        rows.append(np.asarray(cv2.resize(row, (columns * FACE, FACE), interpolation=kernel), dtype=np.uint8))
    return Grid(*rows)


def image(pixels: NDArray[np.uint8], alt: str) -> str:
    """Return an <img> that carries ``pixels`` (H, W, 3)."""
    data = base64.b64encode(encode_picture(".webp", pixels, quality=_QUALITY)).decode("ascii")
    height, width = pixels.shape[:2]
    return (
        f'<img alt="{escape(alt, quote=True)}" width="{width}" height="{height}" src="data:image/webp;base64,{data}">'
    )
