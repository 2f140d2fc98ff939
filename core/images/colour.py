"""Turn a decoded image of any mode and depth into upright sRGB pixels."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms

from core.images.depth import Levels, deep_levels

# The work is done in strips of about this many pixels, so that a large picture is never in memory three times over.
_STRIP_PIXELS: Final = 1 << 22

_GREY_MODES: Final = frozenset({"1", "L", "LA", "La"})
_MODE_OF_PROFILE: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
_PROFILE_UNUSABLE: Final = "The picture's colour profile could not be used, so its colours may look a little different."

_Conversion = Callable[[Image.Image], Image.Image]


def upright_srgb(
    image: Image.Image, orientation: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, tuple[str, ...]]:
    """Convert a loaded image.

    Args:
        image: Any mode; ``info`` holds the colour profile and the transparent colour, if any.
        orientation: EXIF orientation 1..8 of the stored rows.

    Returns:
        Pixels ``(height, width, 3)`` in sRGB, C-contiguous and upright; opacity ``(height, width)`` or None where
        everything is opaque; sentences for the user.
    """
    levels = deep_levels(image)
    to_rgb, note = _conversion(image, _base_mode(image, levels))
    width, height = image.size
    shape = (width, height) if orientation >= 5 else (height, width)
    pixels = np.empty((*shape, 3), np.uint8)
    alpha = np.empty(shape, np.uint8) if image.has_transparency_data else None
    stored_pixels = _as_stored(pixels, orientation)
    stored_alpha = None if alpha is None else _as_stored(alpha, orientation)
    step = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        strip = image.crop((0, rows.start, width, rows.stop))
        base, opacity = _base_and_opacity(strip, levels)
        stored_pixels[rows] = np.asarray(to_rgb(base))
        if stored_alpha is not None:
            stored_alpha[rows] = opacity
    if alpha is not None and alpha.min() == 255:
        alpha = None
    notes = tuple(sentence for sentence in (levels.note if levels else None, note) if sentence is not None)
    return pixels, alpha, notes


def _as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Give a view of an upright array whose rows and columns run as the file with that EXIF orientation has them."""
    views: dict[int, NDArray[np.uint8]] = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }
    return views[orientation]


def _base_mode(image: Image.Image, levels: Levels | None) -> str:
    """Name the mode that :func:`_base_and_opacity` brings this image to: L, RGB, CMYK or LAB."""
    if levels is not None or image.mode in _GREY_MODES:
        return "L"
    return image.mode if image.mode in {"CMYK", "LAB"} else "RGB"


def _base_and_opacity(strip: Image.Image, levels: Levels | None) -> tuple[Image.Image, NDArray[Any] | int]:
    """Take the opacity (255 where there is none) off an image and bring the rest to 8 bits in its own colour space."""
    if levels is not None:
        values = np.asarray(strip)
        key = strip.info.get("transparency")
        return Image.fromarray(levels.to_bytes(values)), 255 if key is None else np.where(values == key, 0, 255)
    mode = _base_mode(strip, None)
    if not strip.has_transparency_data:
        return (strip if strip.mode == mode else strip.convert(mode)), 255
    rgba = (strip.convert("LA") if strip.mode == "La" else strip).convert("RGBA")
    return rgba.convert("RGB").convert(mode), np.asarray(rgba.getchannel("A"))


def _conversion(image: Image.Image, mode: str) -> tuple[_Conversion, str | None]:
    """Choose how images of ``mode`` become sRGB, and say in a sentence if the image's own profile had to be left out.

    The profile is applied with relative colorimetric intent and black point compensation, as photo editors do.
    """
    note = None
    convert = _by_transform(_lab_profile(), "LAB") if mode == "LAB" else _to_rgb
    data = image.info.get("icc_profile")
    if data:
        try:
            convert = _by_profile(data, mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            note = _PROFILE_UNUSABLE
    # Pillow takes every CMYK JPEG for an inverted one, which only those with Adobe's marker are.
    if mode == "CMYK" and image.format in {"JPEG", "MPO"} and "adobe" not in image.info:
        return (lambda strip: convert(ImageChops.invert(strip))), note
    return convert, note


def _by_profile(data: bytes, mode: str) -> _Conversion:
    profile = ImageCms.ImageCmsProfile(BytesIO(data))
    profile_mode = _MODE_OF_PROFILE.get(profile.profile.xcolor_space.strip(), "")
    if profile_mode == "RGB" and mode in {"RGB", "L"}:
        # Most pictures say sRGB, and a transformation onto itself costs time and a rounding error.
        if ImageCms.getProfileDescription(profile).startswith("sRGB"):
            return _to_rgb
        return _by_transform(profile, "RGB")
    if profile_mode != mode:
        raise ValueError(f"a {profile_mode or 'foreign'} profile does not fit {mode} pixels")
    return _by_transform(profile, mode)


def _by_transform(profile: ImageCms.ImageCmsProfile, mode: str) -> _Conversion:
    transform = ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )

    def convert(image: Image.Image) -> Image.Image:
        return transform.apply(image if image.mode == mode else image.convert(mode))

    return convert


def _to_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _lab_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
