"""Turn pixels into the bytes of a picture file."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, PngImagePlugin, features

from core.errors import OutputError


@dataclass(frozen=True, slots=True)
class _Format:
    """What a file format can hold.

    Attributes:
        name: Pillow's name for it.
        longest_side: Most pixels in a row or column.
        alpha: Whether it can hold opacity.
        exif: Whether it can hold an Exif block.
        graded: Whether it loses detail according to a quality.
        options: What else Pillow is told.
    """

    name: str
    longest_side: int
    alpha: bool = False
    exif: bool = True
    graded: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


# Full colour resolution in JPEG: its usual half resolution frays the red and black edges of drawn lines.
_JPEG: Final = _Format("JPEG", 65_500, graded=True, options={"subsampling": 0})

# Not compressed: libtiff, which would do it, cannot be handed the directory that Exif details live in.
_TIFF: Final = _Format("TIFF", 2**31 - 1, alpha=True)

_FORMATS: Final[Mapping[str, _Format]] = MappingProxyType(
    {
        # Half the time of the usual level for 3% more bytes.
        ".png": _Format("PNG", 2**31 - 1, alpha=True, options={"compress_level": 4}),
        ".jpg": _JPEG,
        ".jpeg": _JPEG,
        ".webp": _Format("WEBP", 16_383, alpha=True, graded=True),
        ".tif": _TIFF,
        ".tiff": _TIFF,
        ".bmp": _Format("BMP", 2**31 - 1, exif=False),
    }
    | ({".avif": _Format("AVIF", 65_536, alpha=True, graded=True)} if features.check("avif") else {})
)

WRITABLE_SUFFIXES: Final[tuple[str, ...]] = tuple(_FORMATS)
"""Endings of the formats that can be written, in lower case with the dot, the most useful first."""


def encode_picture(
    suffix: str,
    pixels: NDArray[np.uint8],
    *,
    alpha: NDArray[np.uint8] | None = None,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    quality: int = 95,
) -> bytes:
    """Make the bytes of a picture file.

    Args:
        suffix: The format, one of WRITABLE_SUFFIXES in any case.
        pixels: ``(height, width, 3)`` sRGB values 0..255.
        alpha: ``(height, width)`` opacity 0..255; formats that have none get the picture on white.
        exif: An Exif block, as in :attr:`core.images.Picture.exif`; BMP files have none.
        xmp: An XMP packet, as in :attr:`core.images.Picture.xmp`; BMP files have none.
        quality: 1..100 for JPEG, WebP and AVIF; the other formats lose nothing.

    Raises:
        OutputError: the suffix is unknown, or the format cannot hold a picture of that size.
        ValueError: an array has another shape or type, or the quality is out of range.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise ValueError(f"pixels must be uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}")
    if alpha is not None and (alpha.dtype != np.uint8 or alpha.shape != pixels.shape[:2]):
        raise ValueError(f"alpha must be uint8 {pixels.shape[:2]}, not {alpha.dtype} {alpha.shape}")
    if not 1 <= quality <= 100:
        raise ValueError(f"quality must be 1..100, not {quality}")
    kind = _format_of(suffix)
    height, width = pixels.shape[:2]
    if max(height, width) > kind.longest_side:
        raise OutputError(
            f"A {kind.name} picture can have {kind.longest_side} pixels a side, and this one has {width} x {height}; "
            "save it as PNG."
        )
    options: dict[str, Any] = dict(kind.options)
    if kind.graded:
        options["quality"] = quality
    if kind.exif and exif is not None:
        options["exif"] = exif
    if kind.exif and xmp is not None:
        options |= _xmp_option(kind, xmp)
    buffer = io.BytesIO()
    try:
        _image(pixels, alpha, kind).save(buffer, kind.name, **options)
    except MemoryError as error:
        raise OutputError("There is not enough memory to save the picture; close other programs.") from error
    except (OSError, ValueError) as error:
        raise OutputError(f"The picture could not be turned into {kind.name} ({error}); save it as PNG.") from error
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Still:
    """One frame of an animation to be written: as the arguments of :func:`encode_picture`, shown for so long."""

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    milliseconds: float


#: Kinds of animations, with what Pillow is told. GIF frames are written whole, since each has a palette of its own.
_ANIMATED: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = MappingProxyType(
    {
        ".gif": ("GIF", {"disposal": 2, "optimize": False}),
        ".png": ("PNG", {"disposal": 0, "blend": 0}),
        ".webp": ("WEBP", {"method": 3, "minimize_size": False}),
        ".avif": ("AVIF", {}),
    }
)


def encode_animation(
    suffix: str,
    frames: Sequence[Still],
    *,
    loop: int | None = None,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    quality: int = 95,
) -> bytes:
    """Make the bytes of an animated picture.

    Args:
        suffix: ``.gif``, ``.png``, ``.webp`` or ``.avif``.
        frames: At least one, all of one size.
        loop: How often it is shown, 0 for ever; None for what the format usually does.
        exif: An Exif block; GIF files have none.
        xmp: An XMP packet; written to WebP only.
        quality: 1..100 for WebP and AVIF.

    Raises:
        OutputError: the format cannot hold the frames, or there is not enough memory.
    """
    name, options = _ANIMATED[suffix]
    alpha = any(frame.alpha is not None for frame in frames)
    images = []
    for frame in frames:
        image = Image.fromarray(frame.pixels)
        if alpha:
            opacity = frame.alpha if frame.alpha is not None else np.full(frame.pixels.shape[:2], 255, np.uint8)
            image.putalpha(Image.fromarray(opacity))
        images.append(image)
    wanted: dict[str, Any] = dict(options)
    if loop is not None:
        wanted["loop"] = loop
    if name in {"WEBP", "AVIF"}:
        wanted["quality"] = quality
    if exif is not None and name != "GIF":
        wanted["exif"] = exif
    if xmp is not None and name == "WEBP":
        wanted["xmp"] = xmp
    durations = [_duration(name, frame.milliseconds) for frame in frames]
    buffer = io.BytesIO()
    try:
        images[0].save(buffer, name, save_all=True, append_images=images[1:], duration=durations, **wanted)
    except MemoryError as error:
        raise OutputError("There is not enough memory to save the animation; close other programs.") from error
    except (OSError, ValueError) as error:
        raise OutputError(f"The animation could not be turned into {name} ({error}); use a smaller one.") from error
    return buffer.getvalue()


def _duration(name: str, milliseconds: float) -> float:
    # WebP and AVIF count whole milliseconds; a GIF hundredths of seconds, which Pillow rounds down to.
    return milliseconds if name == "PNG" else round(milliseconds)


def _xmp_option(kind: _Format, xmp: bytes) -> dict[str, Any]:
    if kind.name == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return {"pnginfo": info}
    if kind.name == "TIFF":
        return {"tiffinfo": {ExifTags.Base.XMLPacket: xmp}}
    return {"xmp": xmp}


def _format_of(suffix: str) -> _Format:
    try:
        return _FORMATS[suffix.lower()]
    except KeyError:
        what = f'as "{suffix}" files' if suffix else "under a name without an ending"
        raise OutputError(
            f"Pictures cannot be saved {what}; let the name end in one of {', '.join(_FORMATS)}."
        ) from None


def _image(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, kind: _Format) -> Image.Image:
    image = Image.fromarray(pixels)
    if alpha is None:
        return image
    opacity = Image.fromarray(alpha)
    if kind.alpha:
        image.putalpha(opacity)
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=opacity)
    return white
