"""Parting a person from what is behind: MODNet (Ke et al. 2020, arXiv 2011.11961) and the colours at the edge.

Pictures are (H, W, 3) float32 in [0, 1], mattes (H, W, 1) float32 in [0, 1], 1 on the person.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.runtime import Device, open_session
from training.backdrops import Image
from training.weights import MODNET, fetch

#: The network sees sides of multiples of 32. It was trained at 512; on crops, which a face fills, 352 parts as well
#: in half the time.
_MULTIPLE = 32
SIDE = 352


class PortraitMatte:
    """The matting network; ``threads`` of 0 takes every core. Raises WeightsError where it cannot be fetched."""

    def __init__(self, threads: int = 0, side: int = SIDE) -> None:
        self._session = open_session(fetch(MODNET), Device.CPU, threads)
        self._input = self._session.inner.get_inputs()[0].name
        self._side = side // _MULTIPLE * _MULTIPLE

    def __call__(self, pixels: NDArray[np.uint8]) -> Image:
        """Return the matte of a square picture (S, S, 3) uint8 RGB."""
        size = pixels.shape[0]
        seen = cv2.resize(pixels, (self._side, self._side), interpolation=_filter(self._side / size))
        batch = (seen.astype(np.float32).transpose(2, 0, 1)[None] - np.float32(127.5)) / np.float32(127.5)
        matte = self._session.run(None, {self._input: np.ascontiguousarray(batch)})[0][0, 0]
        back = cv2.resize(matte, (size, size), interpolation=_filter(size / self._side))
        return np.asarray(np.clip(back, 0.0, 1.0)[:, :, None], dtype=np.float32)


def foreground(picture: Image, matte: Image, radius: int = 90) -> Image:
    """Estimate the person's own colours everywhere, so that the old backdrop does not shine from between the hair.

    Blur-fusion (Forte 2021, arXiv 2006.14970): the mean colours of person and backdrop around every pixel, corrected
    so that mixing them by the matte gives the picture; once wide, once narrow.
    """
    person, backdrop = picture, picture
    for side in (radius, max(3, radius // 15)):
        person, backdrop = _fused(picture, person, backdrop, matte, side)
    return np.clip(person, 0.0, 1.0).astype(np.float32)


def _fused(picture: Image, person: Image, backdrop: Image, matte: Image, side: int) -> tuple[Image, Image]:
    near = _mean(person * matte, side) / (_mean(matte, side) + 1e-5)
    behind = _mean(backdrop * (1 - matte), side) / (_mean(1 - matte, side) + 1e-5)
    return near + matte * (picture - matte * near - (1 - matte) * behind), behind


def _mean(values: Image, side: int) -> Image:
    blurred = cv2.blur(values, (side, side))
    return np.asarray(blurred if blurred.ndim == 3 else blurred[:, :, None], dtype=np.float32)


def _filter(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
