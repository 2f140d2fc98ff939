"""A face for those without a camera, and for measuring: a computed portrait of nobody."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import paths
from core.errors import SourceError

EXAMPLE = paths.resources() / "samples" / "portrait.jpg"

#: Above, below and beside the portrait, in its heights: its backdrop goes on there, so that no edge is seen.
_ROOM = (0.3, 0.08, 0.9)


@cache
def portrait() -> NDArray[np.uint8]:
    """Return the portrait, (H, W, 3) uint8 RGB, not to be written into. Raises SourceError where it is missing."""
    try:
        with Image.open(EXAMPLE) as picture:
            pixels = np.array(picture.convert("RGB"), dtype=np.uint8)
    except OSError as error:
        raise SourceError("The example is missing. Install Animirror again, or choose another source.") from error
    pixels.flags.writeable = False
    return pixels


def roomy_portrait() -> tuple[NDArray[np.uint8], float]:
    """Return the portrait with its backdrop around it, and how many times as high that is."""
    inner = portrait()
    height, width = inner.shape[:2]
    above, below, aside = (round(share * height) for share in _ROOM)
    bordered = cv2.copyMakeBorder(inner, above, below, aside, aside, cv2.BORDER_REPLICATE)
    wide = np.asarray(cv2.GaussianBlur(bordered, (0, 0), height / 40), dtype=np.uint8)
    wide[above : above + height, aside : aside + width] = inner
    return wide, wide.shape[0] / height
