"""Putting styled crops back where they came from."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment, apply

#: A large face is laid on in strips of about so many pixels, which stay in the processor's caches.
_STRIP_PIXELS = 1 << 19


def paste(
    picture: NDArray[np.uint8],
    crop: NDArray[np.uint8],
    matte: NDArray[np.float32],
    alignment: Alignment,
) -> None:
    """Blend ``crop`` (S, S, 3) into ``picture`` (H, W, 3) in place, through ``matte`` (S, S) in [0, 1].

    Only the bounding box of the crop is touched, so the cost follows the face and not the picture.
    """
    left, top, right, bottom = alignment.bounds(picture.shape[1], picture.shape[0])
    enlarging = alignment.scale < 1.0
    smooth = cv2.INTER_CUBIC if enlarging else cv2.INTER_LINEAR
    step = max(1, _STRIP_PIXELS // (right - left))
    for first in range(top, bottom, step):
        region = picture[first : min(first + step, bottom), left:right]
        matrix = alignment.inverse.copy()
        matrix[:, 2] -= (left, first)
        size = (region.shape[1], region.shape[0])
        # Outside the crop the matte is 0, so what the crop's border is filled with does not show.
        placed = cv2.warpAffine(crop, matrix, size, flags=smooth, borderMode=cv2.BORDER_REPLICATE)
        weight = cv2.warpAffine(
            matte, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
        cv2.blendLinear(placed, region, weight, np.float32(1.0) - weight, dst=region)


def paste_quickly(
    picture: NDArray[np.uint8],
    crop: NDArray[np.uint8],
    matte: NDArray[np.float32],
    alignment: Alignment,
) -> None:
    """Do what :func:`paste` does at a sixth of its cost, for moving pictures.

    The crop is enlarged linearly, which is softer, and the matte has 256 steps; neither shows in motion.
    """
    opacity = cv2.convertScaleAbs(matte, alpha=255.0)
    x, y, width, height = cv2.boundingRect(opacity)
    if width == 0:
        return
    around = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float64)
    corners = apply(alignment.inverse, around)
    rows, columns = picture.shape[:2]
    left, top = (max(0, math.floor(value)) for value in corners.min(axis=0))
    right, bottom = (
        min(side, math.ceil(value) + 1) for side, value in zip((columns, rows), corners.max(axis=0), strict=True)
    )
    if left >= right or top >= bottom:
        return
    matrix = alignment.inverse.copy()
    matrix[:, 2] -= (left, top)
    # The crop times its matte, and the matte: OpenCV warps four channels twice as fast as three, and what lies outside
    # becomes nothing of nothing.
    weighted = cv2.multiply(crop, cv2.cvtColor(opacity, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    four = cv2.cvtColor(weighted, cv2.COLOR_RGB2RGBA)
    cv2.insertChannel(opacity, four, 3)
    four = cv2.warpAffine(four, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    rest = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(four, 3)), cv2.COLOR_GRAY2RGB)
    region = picture[top:bottom, left:right]
    cv2.multiply(region, rest, dst=region, scale=1 / 255)
    cv2.add(region, cv2.cvtColor(four, cv2.COLOR_RGBA2RGB), dst=region)
