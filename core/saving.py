"""Write pictures so that a failure leaves nothing half-written behind."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def save_picture(
    path: Path,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    quality: int = 95,
) -> None:
    """Write ``(H, W, 3)`` sRGB pixels to ``path`` in the format of its suffix; raises OutputError."""
    raise NotImplementedError


def encode_picture(
    suffix: str,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    quality: int = 95,
) -> bytes:
    """Give the bytes of the file that :func:`save_picture` would write for ``suffix`` (".png"); raises OutputError."""
    raise NotImplementedError


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Give a path in ``folder`` that no file has yet: "portrait.png", "portrait (2).png"; raises OutputError."""
    raise NotImplementedError
