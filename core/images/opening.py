"""Find the format of a picture file and read its header."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import pillow_heif
from PIL import Image, ImageFile, UnidentifiedImageError

# Names that Pillow only recognises without decoding, films, and PostScript, which would start another program.
_NOT_PICTURES: Final = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})


def _picture_formats() -> tuple[str, ...]:
    # The common formats first, in Pillow's own order: some rare ones recognise their files only loosely.
    Image.preinit()
    Image.init()
    # HEIC, as iPhones take it; AVIF is read by Pillow itself.
    pillow_heif.register_heif_opener()
    return tuple(name for name in Image.ID if name not in _NOT_PICTURES)


_FORMATS: Final = _picture_formats()

PICTURE_SUFFIXES: Final[frozenset[str]] = frozenset(
    suffix for suffix, name in Image.registered_extensions().items() if name in _FORMATS
)
"""How the names of still pictures end, in lower case with the dot: ``.jpg``, ``.png``, ..."""


class BrokenPictureError(Exception):
    """A file that begins like a picture of a known format but whose header makes no sense."""


def is_picture_path(path: Path) -> bool:
    """Say whether the file's name ends like a still picture that can be read."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def open_image(file: IO[bytes]) -> ImageFile.ImageFile:
    """Read the header of a picture; nothing is decoded yet.

    ``PIL.Image.open`` does the same but refuses anything beyond 179 megapixels, a limit that only a global of Pillow
    can move. Phones now take 200: the caller compares ``image.size`` with a limit of its own before it decodes.

    Raises:
        UnidentifiedImageError: no format recognises the file.
        BrokenPictureError: one does, but cannot make sense of it.
        Image.DecompressionBombError: a picture inside the picture is beyond Pillow's limit.
        OSError: with ``errno`` set, the disk could not be read.
    """
    file.seek(0)
    prefix = file.read(16)
    cause: Exception | None = None
    for name in _FORMATS:
        factory, accept = Image.OPEN[name]
        if accept is not None and not _accepts(accept, prefix):
            continue
        try:
            file.seek(0)
            return factory(file, "")
        except Image.DecompressionBombError:
            raise
        # Broken bytes make Pillow's readers fail with almost any exception, and another format may still fit.
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            if accept is not None:
                cause = cause or error
    if cause is not None:
        raise BrokenPictureError(str(cause)) from cause
    raise UnidentifiedImageError("no picture format recognises the file")


def _accepts(accept: Callable[[bytes], bool | str], prefix: bytes) -> bool:
    # A file shorter than the prefix makes some formats fail here; a string names a library that is not installed.
    try:
        return accept(prefix) is True
    except (IndexError, struct.error):
        return False
