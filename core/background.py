"""What lies behind the people of a picture: kept, blurred, white or nothing.

A matte says how much of each pixel is person. Where it is between 0 and 1, the pixel shows a mixture of person and old
background; the person's own colour is estimated there, so that the old background does not shine from between the hair.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.views import Background

Image = NDArray[np.float32]

#: Longest side at which colours are estimated; they are smooth, and the picture itself stays at its own size.
_COLOUR_SIDE = 512
_RADIUS = 90
#: Standard deviation of the blur, as a share of the picture's longest side.
_BLUR = 0.022
#: Rows that are worked on at once, so that a large picture needs no second one in memory.
_STRIP = 256
_LEAST = 1e-5


def foreground(picture: Image, matte: Image, radius: int = _RADIUS) -> Image:
    """Estimate the person's own colours everywhere, (H, W, 3) in [0, 1], as :func:`colours` does."""
    return colours(picture, matte, radius)[0]


def colours(picture: Image, matte: Image, radius: int = _RADIUS) -> tuple[Image, Image]:
    """Estimate the colours of the person and of what is behind, (H, W, 3) float32 in [0, 1] each, everywhere.

    picture: (H, W, 3), matte: (H, W, 1), float32 in [0, 1]; radius in pixels.
    Blur-fusion (Forte 2021, arXiv 2006.14970): the mean colours of person and backdrop around every pixel, corrected
    so that mixing them by the matte gives the picture; once wide, once narrow.
    """
    person, behind = picture, picture
    for side in (radius, max(3, radius // 15)):
        person, behind = _fused(picture, person, behind, matte, side)
    return np.clip(person, 0.0, 1.0).astype(np.float32), np.clip(behind, 0.0, 1.0).astype(np.float32)


class Parting:
    """A picture parted into its people and what is behind them, to be put before other backgrounds.

    pixels: (H, W, 3) uint8. matte: uint8 of the same shape at any size, 255 on people.
    What is estimated is small whatever the picture's size, and serves its drawings as well, of any size.
    """

    def __init__(self, pixels: NDArray[np.uint8], matte: NDArray[np.uint8]) -> None:
        self.matte = matte
        height, width = pixels.shape[:2]
        shrink = min(1.0, _COLOUR_SIDE / max(height, width))
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
        covered = cv2.resize(matte, size, interpolation=_filter(size[0] / matte.shape[1]))
        share: Image = covered[:, :, None].astype(np.float32) / np.float32(255)
        person, behind = colours(small, share, max(3, round(_RADIUS * max(size) / _COLOUR_SIDE)))
        # Only what is behind is blurred: a blurred person would stand around the sharp one as a halo.
        sigma = _BLUR * max(size)
        weight = cv2.GaussianBlur(1 - share, (0, 0), sigma)[:, :, None]
        spread = cv2.GaussianBlur(small * (1 - share), (0, 0), sigma) / (weight + _LEAST)
        blurred = np.where(weight > 0.01, spread, cv2.GaussianBlur(behind, (0, 0), sigma))
        self._person, self._behind, self._blurred = (_bytes(colour * 255) for colour in (person, behind, blurred))

    def put_before(
        self,
        pixels: NDArray[np.uint8],
        how: Background,
        alpha: NDArray[np.uint8] | None = None,
        in_place: bool = False,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
        """Return a picture of these people before another background, (H, W, 3), and its alpha (H, W) or None.

        pixels: (H, W, 3) uint8, the picture or a drawing of it. alpha: (H, W) uint8 opacity that it has already.
        in_place: write over ``pixels``, of which there may be only one in memory. KEEP returns what came in.
        """
        if how is Background.KEEP:
            return pixels, alpha
        height, width = pixels.shape[:2]
        smooth = _filter(width / self.matte.shape[1])
        opacity = np.asarray(cv2.resize(self.matte, (width, height), interpolation=smooth), dtype=np.uint8)
        result = pixels if in_place else pixels.copy()
        for top in range(0, height, _STRIP):
            rows = slice(top, min(top + _STRIP, height))
            self._replace(result[rows], opacity[rows], how, rows, (width, height))
        if how is not Background.TRANSPARENT:
            return result, alpha
        both = opacity if alpha is None else cv2.multiply(opacity, alpha, scale=1 / 255)
        return result, np.asarray(both, dtype=np.uint8)

    def _replace(
        self, pixels: NDArray[np.uint8], opacity: NDArray[np.uint8], how: Background, rows: slice, size: tuple[int, int]
    ) -> None:
        """Replace, in place, what is not person in the ``rows`` of a picture of this width and height."""
        person, behind = _strip(self._person, rows, size), _strip(self._behind, rows, size)
        if how is Background.TRANSPARENT:
            new = person
        else:
            new = np.full_like(pixels, 255) if how is Background.WHITE else _strip(self._blurred, rows, size)
        # Almost everything is either the person or what is behind; only the rim between them needs arithmetic.
        rim = (opacity > 0) & (opacity < 255)
        share = opacity[rim, None].astype(np.float32) / np.float32(255)
        near, far = person[rim].astype(np.float32), behind[rim].astype(np.float32)
        own = near + share * (pixels[rim].astype(np.float32) - share * near - (1 - share) * far)
        if how is not Background.TRANSPARENT:
            own = share * own + (1 - share) * new[rim].astype(np.float32)
        cv2.copyTo(new, (opacity == 0).astype(np.uint8), pixels)
        pixels[rim] = _bytes(own)


def _strip(small: NDArray[np.uint8], rows: slice, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Enlarge the part of ``small`` that lies at ``rows`` of a picture of this width and height."""
    width, height = size
    sx, sy = small.shape[1] / width, small.shape[0] / height
    # Pixel centres: u = (x + 0.5) * s - 0.5.
    back = np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, (rows.start + 0.5) * sy - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wanted = (width, rows.stop - rows.start)
    return np.asarray(cv2.warpAffine(small, back, wanted, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _fused(picture: Image, person: Image, behind: Image, matte: Image, side: int) -> tuple[Image, Image]:
    near = _mean(person * matte, side) / (_mean(matte, side) + _LEAST)
    far = _mean(behind * (1 - matte), side) / (_mean(1 - matte, side) + _LEAST)
    return near + matte * (picture - matte * near - (1 - matte) * far), far


def _mean(values: Image, side: int) -> Image:
    blurred = cv2.blur(values, (side, side))
    return np.asarray(blurred if blurred.ndim == 3 else blurred[:, :, None], dtype=np.float32)


def _bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(values + 0.5, 0, 255), dtype=np.uint8)


def _filter(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
