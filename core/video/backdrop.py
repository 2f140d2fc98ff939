"""What lies behind the people of moving pictures: parted anew in each frame, without flicker at the rim."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from core.background import Parting
from core.background_matting import CROP_SIDE, PICTURE_SIDE, Matting
from core.views import Background

#: Steps of 255 within which a matte's change from one frame to the next is a tremble; what changes more has moved.
_TREMBLE = 48.0
#: The most of the frame before that stays, at the highest steadiness.
_KEEP = 0.8


class MovingBackdrop:
    """Puts the people of frame after frame before another background. Used by one thread.

    matting: gives the network when it is first needed; it may raise MatteError. steadiness: 0 each frame for itself,
    1 steady. portrait: whether frames are crops that a face fills.
    """

    def __init__(
        self, how: Background, matting: Callable[[], Matting], steadiness: float = 0.5, portrait: bool = False
    ) -> None:
        self.how = how
        self._matting = matting
        self._keep = _KEEP * steadiness
        self._side = CROP_SIDE if portrait else PICTURE_SIDE
        self._last: NDArray[np.float32] | None = None

    def begin(self) -> None:
        """Forget what was seen, as for another video."""
        self._last = None

    def put(
        self,
        original: NDArray[np.uint8],
        drawing: NDArray[np.uint8],
        alpha: NDArray[np.uint8] | None,
        see_through: bool,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
        """Return the drawing, (H, W, 3) uint8, before the other background, and its alpha (H, W) or None.

        original: the same view as it was. alpha: opacity that it has already. Where the result cannot be
        ``see_through``, white stands for that. Raises MatteError, ModelError.
        """
        if self.how is Background.KEEP:
            return drawing, alpha
        how = Background.WHITE if self.how is Background.TRANSPARENT and not see_through else self.how
        return Parting(original, self._steady(self._matting()(original, self._side))).put_before(drawing, how, alpha)

    def _steady(self, matte: NDArray[np.uint8]) -> NDArray[np.uint8]:
        new = matte.astype(np.float32)
        if self._last is not None and self._last.shape == new.shape:
            calm = np.clip(1.0 - cv2.absdiff(new, self._last) / _TREMBLE, 0.0, 1.0) * np.float32(self._keep)
            new = new + calm * (self._last - new)
        self._last = new
        return np.asarray(new + 0.5, dtype=np.uint8)
