"""The ways of looking at a live picture, and the settings that may change from one frame to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import align_centre
from core.compose import paste_quickly
from core.live.frame import Frame, LiveFace
from core.rendering import HEAT, Layer, as_heat, mixed, overlaid, side_by_side, split_at
from core.views import LiveView as LiveView

#: Two pictures side by side are together at most this wide; no window shows more of them.
SIDE_BY_SIDE_WIDTH = 1920
#: Side of a portrait while there is no model that could say.
PLAIN_SIZE = 256


@dataclass(frozen=True)
class LiveSettings:
    """What the user may change at any time; read once for each frame.

    intensity: 0 leaves the face as it is, 1 draws it wholly. steadiness: 0 sharp, 1 steady. split: where the line of
    SPLIT stands, 0 left to 1 right. mirror: flip the picture as a mirror does. largest_only: draw only the main face.
    """

    view: LiveView = LiveView.FRAME
    intensity: float = 1.0
    steadiness: float = 0.5
    split: float = 0.5
    mirror: bool = False
    largest_only: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """One face with its crop as it is and as it is to be seen, (S, S, 3) uint8, and the attention (h, w) in [0, 1].

    attention: None where the model has none.
    """

    face: LiveFace
    crop: NDArray[np.uint8]
    anime: NDArray[np.uint8]
    attention: NDArray[np.float32] | None


def render(frame: Frame, faces: Sequence[Drawn], size: int, settings: LiveSettings) -> NDArray[np.uint8]:
    """Return the view of ``frame``, (H, W, 3) uint8, its faces main one first; never ``frame``'s own array.

    size: side of a portrait in pixels; without a face it shows the middle of the frame as it is.
    """
    if settings.view is LiveView.PORTRAIT:
        if not faces:
            return align_centre(*frame.size, size).crop(frame.pixels)
        return mixed(_layer(faces[0]), settings.intensity)
    # The main face is in front as a rule, so it is laid on top.
    layers = [_layer(drawn) for drawn in faces]
    if settings.view is LiveView.ATTENTION:
        return overlaid(frame.pixels, [as_heat(layer) for layer in layers], HEAT, paste_quickly)
    picture = overlaid(frame.pixels, layers, settings.intensity, paste_quickly)
    if settings.view is LiveView.SPLIT:
        split_at(settings.split, frame.pixels, picture)
    if settings.view is LiveView.SIDE_BY_SIDE:
        return side_by_side(frame.pixels, picture, SIDE_BY_SIDE_WIDTH, cv2.INTER_LINEAR)
    return picture


def fitted(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return ``pixels`` (H, W, 3) scaled into width x height ``size``, with black bars where the shape differs."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    scale = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    smooth = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(pixels, inner, interpolation=smooth)
    return canvas


def _layer(drawn: Drawn) -> Layer:
    return Layer(drawn.face.alignment, drawn.crop, drawn.anime, drawn.attention, drawn.face.opacity)
