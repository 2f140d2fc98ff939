"""Read a picture file or its bytes into a Picture."""

import io
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from core.errors import ImageError, quoted
from core.images.colour import upright_srgb
from core.images.metadata import kept_exif, orientation
from core.images.opening import open_image

MEGAPIXEL_LIMIT: Final = 300
"""The largest picture that is decoded; at this size reading takes about 2 GB of memory.

Inside its TIFF and WebP readers Pillow keeps a limit of its own, 179 megapixels.
"""

_ANIMATIONS: Final = frozenset({"AVIF", "FLI", "GIF", "PNG", "WEBP"})
_PAGED: Final = frozenset({"DCX", "TIFF"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded still picture.

    Attributes:
        pixels: ``(height, width, 3)`` sRGB values 0..255, upright, C-contiguous.
        alpha: ``(height, width)`` opacity 0..255, or None where the picture is opaque throughout.
        exif: Exif block to write back with a result, without orientation, thumbnail and GPS position.
        name: The picture's file name.
        notes: Full sentences about things the user should know, such as that only the first frame was read.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    exif: bytes | None
    name: str
    notes: tuple[str, ...]


def load_picture(path: Path) -> Picture:
    """Read a still picture from a file; of an animation the first frame, of several pages the first.

    Raises:
        ImageError: the file is missing, may not be read, is no picture, is damaged or cut off, or is too large.
    """
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise ImageError(f"{quoted(path)} is a folder; choose a picture inside it.")
        if not stat.S_ISREG(kind):
            raise ImageError(f"{quoted(path)} is a device or a pipe; choose a picture file.")
        with path.open("rb") as file:
            return _read(file, path.name)
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


def decode_picture(data: bytes, name: str) -> Picture:
    """Read a still picture from the bytes of a file (pasted, dropped, downloaded).

    Args:
        data: The whole file, in any format that :func:`load_picture` reads.
        name: What messages call it.

    Raises:
        ImageError: the bytes are no picture, are damaged or cut off, or the picture is too large.
    """
    return _read(io.BytesIO(data), name)


def _read(file: IO[bytes], name: str) -> Picture:
    if not file.read(1):
        raise ImageError(f"{quoted(name)} is empty (0 bytes); copy or download it again.")
    try:
        with open_image(file) as image:
            _check_size(image, name)
            image.load()
            pixels, alpha, notes = upright_srgb(image, orientation(image))
            return Picture(pixels, alpha, kept_exif(image), name, notes + _unread(image))
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError(_unknown_format(file, name)) from None
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
    if image.format in _ANIMATIONS:
        return ("The file is an animation; only its first frame was read.",)
    if image.format in _PAGED:
        return ("The file has several pages; only the first was read.",)
    return ()


def _unknown_format(file: IO[bytes], name: str) -> str:
    file.seek(4)
    if file.read(4) == b"ftyp" and file.read(4) in _HEIC_BRANDS:
        return f"{quoted(name)} is a HEIC photo, which cannot be read yet; export it as JPEG and use that."
    return f"{quoted(name)} is not a picture in a known format; choose a picture such as a JPEG or PNG file."
