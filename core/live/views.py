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
from core.matte import face_matte
from core.views import LiveView as LiveView

#: Two pictures side by side are together at most this wide; no window shows more of them.
SIDE_BY_SIDE_WIDTH = 1920
#: Side of a portrait while there is no model that could say.
PLAIN_SIZE = 256
_HEAT = 0.7
_DIVIDER = 2


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
        return _portrait(frame, faces, size, settings.intensity)
    picture = frame.pixels.copy()
    # The main face is in front as a rule, so it is laid on top.
    for drawn in reversed(faces):
        if settings.view is LiveView.ATTENTION:
            if drawn.attention is None:
                continue
            crop, strength = _heatmap(drawn.crop, drawn.attention), _HEAT
        else:
            crop, strength = drawn.anime, min(max(settings.intensity, 0.0), 1.0)
        matte = face_matte(size) * np.float32(strength * drawn.face.opacity)
        paste_quickly(picture, crop, matte, drawn.face.alignment)
    if settings.view is LiveView.SPLIT:
        _split(picture, frame.pixels, settings.split)
    if settings.view is LiveView.SIDE_BY_SIDE:
        return _side_by_side(frame.pixels, picture)
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


def _portrait(frame: Frame, faces: Sequence[Drawn], size: int, intensity: float) -> NDArray[np.uint8]:
    if not faces:
        return align_centre(*frame.size, size).crop(frame.pixels)
    main = faces[0]
    if intensity >= 1.0:
        return main.anime.copy()
    share = max(intensity, 0.0)
    return np.asarray(cv2.addWeighted(main.anime, share, main.crop, 1.0 - share, 0.0), dtype=np.uint8)


def _heatmap(crop: NDArray[np.uint8], attention: NDArray[np.float32]) -> NDArray[np.uint8]:
    levels = (np.clip(attention, 0.0, 1.0) * 255).astype(np.uint8)
    large = cv2.resize(levels, crop.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    colours = cv2.applyColorMap(large, cv2.COLORMAP_TURBO)
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _split(picture: NDArray[np.uint8], original: NDArray[np.uint8], place: float) -> None:
    width = picture.shape[1]
    column = round(min(max(place, 0.0), 1.0) * width)
    picture[:, :column] = original[:, :column]
    picture[:, max(0, column - _DIVIDER // 2) : column + _DIVIDER // 2] = 255


def _side_by_side(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = left.shape[:2]
    scale = min(1.0, SIDE_BY_SIDE_WIDTH / (2 * width))
    size = (round(width * scale), round(height * scale))
    both = np.empty((size[1], 2 * size[0], 3), np.uint8)
    for column, picture in ((0, left), (size[0], right)):
        both[:, column : column + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    return both
