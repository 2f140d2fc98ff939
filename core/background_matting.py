"""Parting people from what is behind them.

MODNet: Ke et al. 2020, arXiv 2011.11961. U²-Net: Qin et al. 2020, arXiv 2005.09007.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core import background_packs
from core.background_packs import Family, MatteError
from core.errors import ModelError
from core.runtime import Device, first_line, open_session

#: MODNet sees sides of multiples of 32 and was trained with the shorter one at 512. On crops, which a face fills, 352
#: parts as well in half the time.
_MULTIPLE = 32
PICTURE_SIDE = 512
CROP_SIDE = 352
#: A panorama is not stretched to more than this on its long side.
_LONGEST = 1024
#: U²-Net sees squares of this side; the mean and deviation are ImageNet's.
_U2NET_SIDE = 320
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_MIDDLE = np.full(3, 127.5, np.float32)


class Matting:
    """A matting network on the CPU, where it takes a fraction of a second.

    path, family: the file and what it is. threads: 0 for one a core. Raises ModelError when the file does not run.
    """

    def __init__(self, path: Path, family: Family = Family.MODNET, threads: int = 0) -> None:
        self._session = open_session(path, Device.CPU, threads)
        self._family = family
        self._input = self._session.inner.get_inputs()[0].name

    @classmethod
    def installed(cls, threads: int = 0) -> Matting:
        """Return the best network that the user has. Raises MatteError saying how to get one where there is none."""
        found = background_packs.find()
        if found is None:
            raise MatteError(background_packs.missing())
        pack, path = found
        return cls(path, pack.family, threads)

    def __call__(self, pixels: NDArray[np.uint8], side: int = PICTURE_SIDE) -> NDArray[np.uint8]:
        """Return the matte of a picture (H, W, 3) uint8 RGB: uint8, 255 on people, at the size the network saw.

        side: of the shorter side that MODNet is shown, in pixels. Raises ModelError when the network fails.
        """
        height, width = pixels.shape[:2]
        size = self._size(width, height, side)
        smooth = cv2.INTER_AREA if size[0] < width else cv2.INTER_LINEAR
        seen = np.asarray(cv2.resize(pixels, size, interpolation=smooth), dtype=np.uint8)
        try:
            matte = np.asarray(self._session.run(None, {self._input: self._batch(seen)})[0], np.float32)
        except Exception as error:
            raise ModelError(f"The network that finds people stopped: {first_line(error)}") from error
        matte = matte.reshape(matte.shape[-2:])
        if not np.isfinite(matte).all():
            raise ModelError("The network that finds people gave no matte. Remove its file and choose it again.")
        if self._family is Family.U2NET:
            # Its scale differs from picture to picture; where it is sure of nothing, there is nobody.
            low, high = float(matte.min()), float(matte.max())
            matte = (matte - low) / (high - low) if high - low > 0.05 else np.zeros_like(matte)
        return np.asarray(np.clip(matte * 255 + 0.5, 0, 255), dtype=np.uint8)

    def _size(self, width: int, height: int, side: int) -> tuple[int, int]:
        if self._family is Family.U2NET:
            return _U2NET_SIDE, _U2NET_SIDE
        scale = min(side / min(width, height), _LONGEST / max(width, height))
        return _whole(width * scale), _whole(height * scale)

    def _batch(self, seen: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self._family is Family.U2NET:
            mean, deviation = _MEAN * seen.max(), _DEVIATION * max(1, seen.max())
        else:
            mean, deviation = _MIDDLE, _MIDDLE
        values = (seen.astype(np.float32) - mean) / deviation
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None], dtype=np.float32)


def _whole(side: float) -> int:
    return max(1, round(side / _MULTIPLE)) * _MULTIPLE
