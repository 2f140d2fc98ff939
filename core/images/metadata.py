"""Decide which of a picture's metadata a result may carry."""

from typing import Final

from PIL import Image
from PIL.ExifTags import IFD, Base

_UPRIGHT: Final = 1
_COLOUR_SPACE_SRGB: Final = 1

# A JPEG segment holds 65,535 bytes with its own length; a longer block would make the result unwritable.
_LONGEST_BLOCK: Final = 65_533

# Chosen one by one: the same directory of a TIFF file holds its orientation, thumbnail, GPS position and strip table.
_KEPT: Final = (
    Base.ImageDescription,
    Base.Make,
    Base.Model,
    Base.Software,
    Base.DateTime,
    Base.Artist,
    Base.HostComputer,
    Base.Copyright,
)

# They describe the old file's bytes, or (the maker's note) are unreadable once moved and may repeat the GPS position.
_DROPPED: Final = frozenset({Base.MakerNote, Base.ExifImageWidth, Base.ExifImageHeight, IFD.Interop})


def orientation(image: Image.Image) -> int:
    """Give the EXIF orientation 1..8 of a loaded image; 1 (upright) where there is none or it makes no sense."""
    # Metadata comes from any program there is; a broken note about a picture must not cost the picture.
    try:
        value = image.getexif().get(Base.Orientation, _UPRIGHT)
    except Exception:
        return _UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else _UPRIGHT


def kept_exif(image: Image.Image) -> bytes | None:
    """Give the Exif block a result may carry: who, when and with what, but not where.

    Orientation, thumbnail, GPS position and the maker's private notes are left out, and the colour space says sRGB.

    Returns:
        A block that begins with ``Exif`` and two zero bytes, or None where nothing is left to keep.
    """
    # As above: whatever is wrong with the metadata, the picture is worth more.
    try:
        source = image.getexif()
        kept = Image.Exif()
        for tag in _KEPT:
            if tag in source:
                kept[tag] = source[tag]
        details = {tag: value for tag, value in source.get_ifd(IFD.Exif).items() if tag not in _DROPPED}
        if details:
            kept[IFD.Exif] = details | {Base.ColorSpace: _COLOUR_SPACE_SRGB}
        block = kept.tobytes() if len(kept) else None
    except Exception:
        return None
    return block if block is not None and len(block) <= _LONGEST_BLOCK else None
