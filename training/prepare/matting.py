"""Parting a person from what is behind, with MODNet, at the size of a crop.

Pictures are (H, W, 3) float32 in [0, 1], mattes (H, W, 1) float32 in [0, 1], 1 on the person.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.background import foreground as foreground
from core.background_matting import CROP_SIDE, Matting
from training.backdrops import Image
from training.weights import MODNET, fetch


class PortraitMatte:
    """The matting network; ``threads`` of 0 takes every core. Raises WeightsError where it cannot be fetched."""

    def __init__(self, threads: int = 0, side: int = CROP_SIDE) -> None:
        self._matting = Matting(fetch(MODNET), threads=threads)
        self._side = side

    def __call__(self, pixels: NDArray[np.uint8]) -> Image:
        """Return the matte of a square picture (S, S, 3) uint8 RGB."""
        matte = self._matting(pixels, self._side)
        smooth = cv2.INTER_AREA if pixels.shape[0] < matte.shape[0] else cv2.INTER_LINEAR
        back = cv2.resize(matte, pixels.shape[1::-1], interpolation=smooth)
        return np.asarray(back[:, :, None] / np.float32(255), dtype=np.float32)
