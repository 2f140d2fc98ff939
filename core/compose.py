"""Putting styled crops back where they came from."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment


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
    matrix = alignment.inverse.copy()
    matrix[:, 2] -= (left, top)
    size = (right - left, bottom - top)
    enlarging = alignment.scale < 1.0
    smooth = cv2.INTER_CUBIC if enlarging else cv2.INTER_LINEAR
    # Outside the crop the matte is 0, so what the crop's border is filled with does not show.
    placed = cv2.warpAffine(crop, matrix, size, flags=smooth, borderMode=cv2.BORDER_REPLICATE)
    weight = cv2.warpAffine(matte, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    region = picture[top:bottom, left:right]
    cv2.blendLinear(placed, region, weight, np.float32(1.0) - weight, dst=region)
