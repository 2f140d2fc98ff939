"""Drawing the views of a picture whose faces were drawn: one room for photos, videos and the camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment
from core.compose import paste
from core.matte import face_matte

#: How strongly a heatmap covers the face below it.
HEAT = 0.7
_DIVIDER = 2

Paste = Callable[[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32], Alignment], None]
"""Lays a crop over a picture in place: :func:`core.compose.paste` or its quick sister."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One face as it is laid over its picture.

    crop, drawing: (S, S, 3) uint8, the aligned face as it is, and as it is to be seen.
    attention: (h, w) float32 in [0, 1], where the network looked; None for a model that does not tell.
    opacity: 0 to 1, for a face that fades in or out.
    """

    alignment: Alignment
    crop: NDArray[np.uint8]
    drawing: NDArray[np.uint8]
    attention: NDArray[np.float32] | None = None
    opacity: float = 1.0


def mixed(layer: Layer, intensity: float) -> NDArray[np.uint8]:
    """Return the aligned crop between photo (``intensity`` 0) and drawing (1), (S, S, 3) uint8, a new array."""
    share = _share(intensity)
    if share == 1.0:
        return layer.drawing.copy()
    return np.asarray(cv2.addWeighted(layer.drawing, share, layer.crop, 1.0 - share, 0.0), dtype=np.uint8)


def overlaid(
    pixels: NDArray[np.uint8],
    layers: Sequence[Layer],
    intensity: float = 1.0,
    how: Paste = paste,
    in_place: bool = False,
) -> NDArray[np.uint8]:
    """Return a copy of ``pixels`` (H, W, 3) uint8 with every layer laid over it, the first one on top.

    intensity: 0 leaves the picture as it is, 1 shows the drawings wholly; each layer's opacity is multiplied by it.
    in_place: lay them over ``pixels`` themselves, where nobody wants the original any more.
    """
    picture = pixels if in_place else pixels.copy()
    for layer in reversed(layers):
        strength = _share(intensity) * layer.opacity
        if strength > 0.0:
            matte = face_matte(layer.drawing.shape[1])
            how(picture, layer.drawing, matte if strength == 1.0 else matte * np.float32(strength), layer.alignment)
    return picture


def as_heat(layer: Layer) -> Layer:
    """Return the layer with its attention as a heatmap in the place of the drawing, to be laid on at :data:`HEAT`.

    A face whose model tells no attention stays as it is.
    """
    if layer.attention is None:
        return replace(layer, drawing=layer.crop, opacity=0.0)
    levels = (np.clip(layer.attention, 0.0, 1.0) * 255).astype(np.uint8)
    large = cv2.resize(levels, layer.crop.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    colours = cv2.applyColorMap(large, cv2.COLORMAP_TURBO)
    return replace(layer, drawing=np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB), dtype=np.uint8))


def split_at(place: float, original: NDArray[np.uint8], picture: NDArray[np.uint8]) -> None:
    """Show ``original`` left of a white line in ``picture``, both (H, W, 3), in place; ``place`` is 0 left, 1 right."""
    width = picture.shape[1]
    column = round(_share(place) * width)
    picture[:, :column] = original[:, :column]
    picture[:, max(0, column - _DIVIDER // 2) : column + _DIVIDER // 2] = 255


def side_by_side(
    left: NDArray[np.uint8], right: NDArray[np.uint8], widest: int | None = None, smooth: int = cv2.INTER_AREA
) -> NDArray[np.uint8]:
    """Return two pictures of one size (H, W, 3) beside each other, together at most ``widest`` pixels wide."""
    height, width = left.shape[:2]
    scale = 1.0 if widest is None else min(1.0, widest / (2 * width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    both = np.empty((size[1], 2 * size[0], 3), np.uint8)
    for column, picture in ((0, left), (size[0], right)):
        both[:, column : column + size[0]] = (
            picture if scale == 1.0 else cv2.resize(picture, size, interpolation=smooth)
        )
    return both


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
