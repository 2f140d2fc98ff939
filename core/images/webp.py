"""Decode a still WebP without the canvases of an animation."""

from typing import IO, Final

import cv2
import numpy as np
from PIL import Image, ImageFile

_ANIMATED: Final = 0x02


def decoded_still(image: ImageFile.ImageFile, file: IO[bytes]) -> Image.Image | None:
    """Return the pixels and ``info`` of an opened WebP, or None where Pillow is to decode it or to say what is wrong.

    Pillow takes every WebP for an animation, which needs 16 bytes a pixel for a moment; a still one can do with 7.
    The values are the same, since both ask libwebp.
    """
    if image.format != "WEBP":
        return None
    file.seek(0)
    data = file.read()
    if data[12:16] == b"VP8X" and data[20] & _ANIMATED:
        return None
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if values is None or values.shape[:2] != image.size[::-1] or values.ndim != 3:
        return None
    opaque = values.shape[2] == 3
    cv2.cvtColor(values, cv2.COLOR_BGR2RGB if opaque else cv2.COLOR_BGRA2RGBA, dst=values)
    # The buffer of an RGBA picture is used as it is; Pillow has no such way for RGB.
    still = Image.fromarray(values) if opaque else Image.frombuffer("RGBA", image.size, values, "raw", "RGBA", 0, 1)
    still.info = dict(image.info)
    return still
