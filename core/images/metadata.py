"""Decide which of a picture's metadata a result may carry."""

import xml.etree.ElementTree as ElementTree
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


_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_EXIF_IN_XMP: Final = "{http://ns.adobe.com/exif/1.0/}"
_XMP_THUMBNAILS: Final = "{http://ns.adobe.com/xap/1.0/}Thumbnails"

# What people write about a picture. What programs write about its bytes (orientation, gain map, depth) fits no result.
_KEPT_IN_XMP: Final = (
    "{http://purl.org/dc/elements/1.1/}",
    "{http://ns.adobe.com/xap/1.0/}",
    "{http://ns.adobe.com/xap/1.0/rights/}",
    "{http://ns.adobe.com/photoshop/1.0/}",
    "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}",
    "{http://ns.adobe.com/lightroom/1.0/}",
)


def orientation(image: Image.Image) -> int:
    """Give the EXIF orientation 1..8 of a loaded image; 1 (upright) where there is none or it makes no sense."""
    # Metadata comes from any program there is; a broken note about a picture must not cost the picture.
    try:
        value = image.getexif().get(Base.Orientation, _UPRIGHT)
    except Exception:
        return _UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else _UPRIGHT


def kept_exif(image: Image.Image, keep_gps: bool = False) -> bytes | None:
    """Give the Exif block a result may carry: who, when and with what, but where only with ``keep_gps``.

    Orientation, thumbnail and the maker's private notes are left out, and the colour space says sRGB.

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
        position = source.get_ifd(IFD.GPSInfo) if keep_gps else None
        if position:
            kept[IFD.GPSInfo] = dict(position)
        block = kept.tobytes() if len(kept) else None
    except Exception:
        return None
    return block if block is not None and len(block) <= _LONGEST_BLOCK else None


def kept_xmp(image: Image.Image, keep_gps: bool = False) -> bytes | None:
    """Give the XMP packet a result may carry: title, keywords, rating, rights; the GPS position only with ``keep_gps``.

    Returns:
        A packet in UTF-8, or None where nothing is left to keep.
    """
    # As above: whatever is wrong with the metadata, the picture is worth more.
    try:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
        if not packet and image.format == "TIFF":
            packet = image.getexif().get(Base.XMLPacket)
        if not packet or len(packet) > _LONGEST_BLOCK:
            return None
        root = ElementTree.fromstring(packet.strip(b"\0 \n") if isinstance(packet, bytes) else packet)
        kept = 0
        for description in root.iter(f"{_RDF}Description"):
            for name in list(description.attrib):
                if _is_kept_in_xmp(name, keep_gps):
                    kept += not name.startswith(_RDF)
                else:
                    del description.attrib[name]
            for element in list(description):
                if _is_kept_in_xmp(element.tag, keep_gps):
                    kept += 1
                else:
                    description.remove(element)
        block: bytes = ElementTree.tostring(root, encoding="utf-8")
    except Exception:
        return None
    return block if kept and len(block) <= _LONGEST_BLOCK else None


def _is_kept_in_xmp(name: str, keep_gps: bool) -> bool:
    if name.startswith(_EXIF_IN_XMP):
        return keep_gps and name.removeprefix(_EXIF_IN_XMP).startswith("GPS")
    return name.startswith((*_KEPT_IN_XMP, _RDF)) and name != _XMP_THUMBNAILS
