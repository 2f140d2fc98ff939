"""Live pictures on their way to the screen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage


def to_room(pixels: NDArray[np.uint8], room: QSize) -> QImage:
    """Return ``pixels`` (H, W, 3) RGB as large as they fit into ``room`` device pixels, in the form Qt paints fastest.

    Scaling here takes a fraction of what a painter would need.
    """
    height, width = pixels.shape[:2]
    scale = min(max(1, room.width()) / width, max(1, room.height()) / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size != (width, height):
        smooth = cv2.INTER_CUBIC if scale > 1.0 else cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=smooth), dtype=np.uint8)
    image = QImage(*size, QImage.Format.Format_RGB32)
    # Rows of four bytes a pixel have no gaps, so it can be written where it is to be read.
    cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=np.frombuffer(image.bits(), np.uint8).reshape(size[1], size[0], 4))
    return image
