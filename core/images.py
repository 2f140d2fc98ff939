"""Read any still picture into upright 8-bit sRGB pixels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded still picture.

    Attributes:
        pixels: ``(height, width, 3)`` sRGB values 0..255, upright, C-contiguous.
        alpha: ``(height, width)`` opacity 0..255, or None where the picture is opaque throughout.
        exif: Exif block to write back with a result, without orientation, thumbnail and GPS position.
        name: What to call the picture in messages: its file name.
        notes: Full sentences about things the user should know, such as "only the first frame was read".
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    exif: bytes | None
    name: str
    notes: tuple[str, ...]


def is_picture_path(path: Path) -> bool:
    """Say whether the file's name ends like a still picture that can be read."""
    raise NotImplementedError


def load_picture(path: Path) -> Picture:
    """Read a still picture from a file; raises ImageError."""
    raise NotImplementedError


def decode_picture(data: bytes, name: str) -> Picture:
    """Read a still picture from the bytes of a file (pasted, dropped, downloaded); raises ImageError."""
    raise NotImplementedError
