"""Pictures in CIELAB and back."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def to_lab(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture (H, W, 3) uint8 RGB as float32 CIELAB: lightness 0 to 100, two colours about -128 to 127."""
    return np.asarray(cv2.cvtColor(np.asarray(picture / np.float32(255)), cv2.COLOR_RGB2LAB), dtype=np.float32)


def from_lab(lab: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Undo :func:`to_lab`; what RGB cannot hold is clipped."""
    unit = cv2.cvtColor(np.asarray(lab, dtype=np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray((unit * 255).clip(0, 255).round(), dtype=np.uint8)
