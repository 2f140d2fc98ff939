"""Write pictures so that a failure leaves nothing half-written behind and no file of the user's is lost."""

import errno
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.encoding import encode_picture
from core.naming import free_name
from core.writing import Destination, failures_told, write_whole

__all__ = ["encode_picture", "free_name", "save_new_picture", "save_picture", "write_whole"]


def save_picture(
    path: Path,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    quality: int = 95,
) -> None:
    """Write a picture in the format of the path's suffix; a file of that name is replaced, or kept on failure.

    The arguments are those of :func:`core.encoding.encode_picture`.

    Raises:
        OutputError: the suffix is unknown, the format cannot hold the picture, or the folder is missing, full or
            may not be written.
    """
    write_whole(path, encode_picture(path.suffix, pixels, alpha=alpha, exif=exif, xmp=xmp, quality=quality))


def save_new_picture(
    folder: Path,
    stem: str,
    suffix: str,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    quality: int = 95,
) -> Path:
    """Write a picture under a name that no file has yet, even while other programs write to the same folder.

    Args:
        folder: An existing folder.
        stem: The name to start from; :func:`core.naming.free_name` says what becomes of it.
        suffix: The format, as in ``.png``.
        pixels: As in :func:`core.encoding.encode_picture`, like the next four.
        alpha: Opacity.
        exif: Exif block.
        xmp: XMP packet.
        quality: 1..100.

    Returns:
        The path that was written.

    Raises:
        OutputError: as in :func:`save_picture`.
    """
    data = encode_picture(suffix, pixels, alpha=alpha, exif=exif, xmp=xmp, quality=quality)
    if not folder.is_dir():
        with failures_told(folder / (stem + suffix)):
            raise FileNotFoundError(errno.ENOENT, "no such folder")
    return Destination(folder, stem).put(data, suffix)
