"""How a drawing meets the live picture: :mod:`core.blending` at the speed of a camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.blending import BRIGHTEST, DARKEST, PAPER, SURROUND, Blend, blend, flattened, lightest


def live_blend(photo: NDArray[np.uint8], styled: NDArray[np.uint8], how: Blend) -> NDArray[np.uint8]:
    """Return what :func:`core.blending.blend` returns, nearly: all are aligned crops (S, S, 3) uint8.

    The lines are laid over the photo at full resolution; what is smooth anyway, the flattened photo and the lines'
    surround, is worked out at half and quarter of it.
    """
    if how is not Blend.INK:
        return blend(photo, styled, how)
    size = styled.shape[1::-1]
    ink = lightest(styled)
    quarter = cv2.resize(ink, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA)
    surround = cv2.GaussianBlur(quarter, (0, 0), SURROUND * size[0] / 4)
    on_paper = cv2.resize(np.clip((surround - PAPER[0]) / (PAPER[1] - PAPER[0]), 0.0, 1.0), size)
    relative = np.clip((ink + 0.03) / cv2.resize(surround + 0.03, size), DARKEST, BRIGHTEST)
    strength = cv2.blendLinear(ink, relative, on_paper, 1.0 - on_paper)
    half = np.asarray(cv2.resize(photo, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    flat = cv2.resize(flattened(half), size)
    return np.asarray(cv2.multiply(flat, cv2.merge([strength] * 3), dtype=cv2.CV_8U), dtype=np.uint8)
