"""How a styled crop meets the photo it came from.

A painting covers the photo. A line drawing on white paper would cover it with white; its lines are laid over the
person's own colours instead, smoothed into flat areas, so that skin, hair and background keep their colour.
"""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray


class Blend(StrEnum):
    """COVER replaces the photo; INK draws on it."""

    COVER = "cover"
    INK = "ink"


#: Luminance around a pixel from which it counts as drawn on paper, and from which as wholly so.
PAPER = (0.45, 0.80)
#: Radius of "around", as a share of the crop's side.
SURROUND = 0.04
#: How far a line may darken and a highlight brighten what is below.
DARKEST, BRIGHTEST = 0.10, 1.40
FLATTENING_PASSES = 3


def blend(photo: NDArray[np.uint8], styled: NDArray[np.uint8], how: Blend) -> NDArray[np.uint8]:
    """Return what is to be seen in the place of ``photo``; all are aligned crops (S, S, 3) uint8."""
    return ink_over(photo, styled) if how is Blend.INK else styled


def ink_over(photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Multiply the flattened ``photo`` by the lines of ``drawing``, both (S, S, 3) uint8.

    On paper a line's own darkness counts. Inside a dark drawn area, such as hair, its darkness *relative to its
    surround* counts: the strands are drawn, while the area keeps the brightness that the person's hair has.
    """
    ink = drawing.mean(axis=2, dtype=np.float32) / 255
    surround = cv2.GaussianBlur(ink, (0, 0), SURROUND * drawing.shape[1])
    relative = np.clip((ink + 0.03) / (surround + 0.03), DARKEST, BRIGHTEST)
    on_paper = np.clip((surround - PAPER[0]) / (PAPER[1] - PAPER[0]), 0.0, 1.0)
    strength = relative + on_paper * (ink - relative)
    inked: NDArray[np.uint8] = np.clip(_flattened(photo) * strength[:, :, None], 0, 255).astype(np.uint8)
    return inked


def _flattened(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    flat = photo
    for _ in range(FLATTENING_PASSES):
        flat = np.asarray(cv2.bilateralFilter(flat, d=9, sigmaColor=30, sigmaSpace=9), dtype=np.uint8)
    return flat
