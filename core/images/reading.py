"""Read a picture file or its bytes into a Picture."""

import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from core.errors import AnimirrorError, ImageError, quoted
from core.images.colour import upright_srgb
from core.images.metadata import kept_exif, kept_xmp, orientation
from core.images.opening import open_image
from core.images.webp import decoded_still

MEGAPIXEL_LIMIT: Final = 300
"""The largest picture that is decoded; at this size reading takes about 2 GB of memory.

Inside its TIFF and WebP readers Pillow keeps a limit of its own, 179 megapixels.
"""

_UNKNOWN: Final = "{} is not a picture in a known format; choose a picture such as a JPEG or PNG file."
ANIMATIONS: Final = frozenset({"AVIF", "FLI", "GIF", "PNG", "WEBP"})
"""Formats, by Pillow's name, whose several pictures are shown one after another."""

_PAGED: Final = frozenset({"DCX", "TIFF"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded still picture.

    Attributes:
        pixels: ``(height, width, 3)`` sRGB values 0..255, upright, C-contiguous.
        alpha: ``(height, width)`` opacity 0..255, or None where the picture is opaque throughout.
        exif: Exif block to write back with a result, without orientation and thumbnail.
        name: The picture's file name.
        notes: Full sentences about things the user should know, such as that only the first frame was read.
        xmp: XMP packet to write back with a result.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    exif: bytes | None
    name: str
    notes: tuple[str, ...]
    xmp: bytes | None = None


def load_picture(path: Path, keep_gps: bool = False) -> Picture:
    """Read a still picture from a file; of an animation the first frame, of several pages the first.

    keep_gps: whether the metadata for a result say where the picture was taken.

    Raises:
        ImageError: the file is missing, may not be read, is no picture, is damaged or cut off, or is too large.
    """
    with reading(path) as file:
        return _read(file, path.name, keep_gps)


def picture_size(path: Path) -> tuple[int, int]:
    """Return width and height as stored, without decoding anything. Raises ImageError as :func:`load_picture` does."""
    with reading(path) as file, opened_picture(file, path.name) as image:
        return image.size


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """Open an ordinary file, and tell in words what the disk has against it."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise ImageError(f"{quoted(path)} is a folder; choose a picture inside it.")
        if not stat.S_ISREG(kind):
            raise ImageError(f"{quoted(path)} is a device or a pipe; choose a picture file.")
        with path.open("rb") as file:
            yield file
    except (FileNotFoundError, NotADirectoryError):
        raise ImageError(f"There is no file {quoted(path)}; check its name and folder.") from None
    except PermissionError as error:
        raise ImageError(
            f"{quoted(path)} may not be read; ask its owner for permission, or copy it to a folder of yours."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ImageError(
            f"{quoted(path)} could not be read ({reason}); check the disk it is on, or copy it elsewhere."
        ) from error


def decode_picture(data: bytes, name: str, keep_gps: bool = False) -> Picture:
    """Read a still picture from the bytes of a file (pasted, dropped, downloaded).

    Args:
        data: The whole file, in any format that :func:`load_picture` reads.
        name: What messages call it.
        keep_gps: As in :func:`load_picture`.

    Raises:
        ImageError: the bytes are no picture, are damaged or cut off, or the picture is too large.
    """
    return _read(io.BytesIO(data), name, keep_gps)


def _read(file: IO[bytes], name: str, keep_gps: bool) -> Picture:
    with opened_picture(file, name) as image:
        still = decoded_still(image, file)
        if still is None:
            image.load()
        pixels, alpha, notes = upright_srgb(image if still is None else still, orientation(image))
        exif, xmp = kept_exif(image, keep_gps), kept_xmp(image, keep_gps)
        return Picture(pixels, alpha, exif, name, notes + _unread(image), xmp)


@contextmanager
def opened_picture(file: IO[bytes], name: str) -> Iterator[ImageFile.ImageFile]:
    """Give a picture whose size was checked; what goes wrong with it inside the ``with`` is told as an ImageError."""
    if not file.read(1):
        raise ImageError(f"{quoted(name)} is empty (0 bytes); copy or download it again.")
    try:
        with open_image(file) as image:
            _check_size(image, name)
            yield image
    except AnimirrorError:
        raise
    except UnidentifiedImageError:
        raise ImageError(_UNKNOWN.format(quoted(name))) from None
    except Image.DecompressionBombError as error:
        raise ImageError(f"{quoted(name)} is too large to open; make a smaller copy of it and use that.") from error
    except MemoryError as error:
        raise ImageError(
            f"There is not enough memory to open {quoted(name)}; close other programs, or use a smaller copy of it."
        ) from error
    # Broken bytes make Pillow's readers fail with almost any exception; those of the disk itself carry an errno.
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ImageError(f"{quoted(name)} is damaged or cut off; copy or download it again.") from error


def _check_size(image: ImageFile.ImageFile, name: str) -> None:
    width, height = image.size
    if width * height > MEGAPIXEL_LIMIT * 1_000_000:
        raise ImageError(
            f"{quoted(name)} has {width} x {height} pixels, more than the {MEGAPIXEL_LIMIT} megapixels that can be "
            "opened; make a smaller copy of it and use that."
        )


def _unread(image: ImageFile.ImageFile) -> tuple[str, ...]:
    """Say which part of a file with several pictures was read; a photo's preview or depth map is none of them."""
    if not getattr(image, "is_animated", False):
        return ()
    if image.format in ANIMATIONS:
        return ("The file is an animation; only its first frame was read.",)
    if image.format in _PAGED:
        return ("The file has several pages; only the first was read.",)
    return ()
