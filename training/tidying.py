"""Taking out of a drawing what a style's network leaves on faces unlike those it learnt from.

A CycleGAN whose drawn faces all have a fringe puts strands of it on foreheads that are bare, blots on cheeks that are
unevenly lit, and the red shade that lies below long hair beside necks where there is none. Where the photo shows bare
skin, marks narrower than a shadow go; where the photo is no redder than skin, nor is the drawing. Eyes, nose, mouth,
glasses and the edges of hair and face stay.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.networks.parsing import FaceParser, Part

_CERTAIN = 0.6
#: How far, in shares of the side (across, up and down), what is drawn of a feature may lie beside that of the photo.
_EYES_REACH = (0.034, 0.05)
_BROWS_REACH = (0.012, 0.03)
_MOUTH_REACH = (0.02, 0.03)
_NOSE_REACH = (0.004, 0.02)
#: Below this share of the height the drawn jaw may lie on the photo's cheeks; at the rim of the skin its outline.
_JAW, _RIM = 0.6, 0.02
#: A mark is narrower than this share of the side, and darker than what is around it by this CIELAB lightness.
WIDTH, _DARKER = 0.085, 3.0
#: On a neck, where shadows are wanted, only specks go.
_SPECK = 0.03
#: Around a neck edges are smoothed over this share of the side: recolouring leaves steps there.
_STEPS = 0.035
#: CIELAB green-red above that of skin, and above that of the photo, from which a drawing is too red.
_REDDER, _REDDER_THAN_PHOTO = 9.0, 6.0


class Tidying:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` without stray marks, both aligned (S, S, 3) uint8 RGB; without a face, as it is."""
        parts = self._parser.parts(photo)
        skin = parts[..., Part.SKIN] > _CERTAIN
        if not skin.any():
            return drawing
        bare = bare_skin(parts)
        bare[round(_JAW * len(skin)) :] = False
        clean = without_marks(drawing, bare, WIDTH)
        neck = parts[..., Part.NECK] > _CERTAIN
        clean = without_marks(clean, neck, _SPECK)
        return _smooth(_less_red(photo, clean, skin), neck & ~skin)


def bare_skin(parts: Image) -> NDArray[np.bool_]:
    """Where the photo shows skin, (S, S), but for its rim and for where a feature of the face may be drawn."""
    skin = (parts[..., Part.SKIN] > _CERTAIN).astype(np.uint8)
    inner = cv2.erode(skin, disc(_RIM, _RIM, len(skin))).astype(bool)
    return np.asarray(inner & ~_features(parts))


def without_marks(drawing: NDArray[np.uint8], bare: NDArray[np.bool_], width: float) -> NDArray[np.uint8]:
    """Paint over what is darker than its surroundings, and narrower than ``width``, where skin is ``bare``."""
    if not bare.any():
        return drawing
    side = len(drawing)
    lightness = to_lab(drawing)[..., 0]
    # Beside the skin is dark hair: a strand that hangs into the skin is a mark, too, so look at the skin alone.
    alone = np.where(bare, lightness, np.median(lightness[bare])).astype(np.float32)
    closed = cv2.morphologyEx(alone, cv2.MORPH_CLOSE, disc(width, width, side))
    marks = bare & (closed - alone > _DARKER)
    grown = cv2.dilate(marks.astype(np.uint8), disc(0.006, 0.006, side)) * bare
    return np.asarray(cv2.inpaint(drawing, grown.astype(np.uint8), 0.015 * side, cv2.INPAINT_TELEA), dtype=np.uint8)


def _smooth(drawing: NDArray[np.uint8], neck: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Round off the edges of what is drawn in and right beside ``neck``."""
    side = len(drawing)
    near = cv2.dilate(neck.astype(np.float32), disc(_STEPS, _STEPS, side))
    amount = cv2.GaussianBlur(near, (0, 0), 0.01 * side)[..., None]
    rounded = cv2.medianBlur(drawing, 2 * int(_STEPS * side / 2) + 1)
    rounded = cv2.GaussianBlur(rounded, (0, 0), 0.004 * side)
    return np.asarray((drawing + (rounded - drawing.astype(np.float32)) * amount).round(), dtype=np.uint8)


def _features(parts: Image) -> NDArray[np.bool_]:
    """Where a feature of the photo's face may be drawn, (S, S)."""
    side = len(parts)
    found = np.zeros(parts.shape[:2], dtype=np.uint8)
    for which, reach in (
        ((Part.LEFT_EYE, Part.RIGHT_EYE, Part.GLASSES), _EYES_REACH),
        ((Part.LEFT_BROW, Part.RIGHT_BROW), _BROWS_REACH),
        ((Part.MOUTH, Part.UPPER_LIP, Part.LOWER_LIP), _MOUTH_REACH),
        ((Part.NOSE,), _NOSE_REACH),
    ):
        seen = (parts[..., which].sum(axis=-1) > _CERTAIN / 2).astype(np.uint8)
        found = np.maximum(found, cv2.dilate(seen, disc(2 * reach[0], 2 * reach[1], side)))
    return np.asarray(found > 0)


def _less_red(photo: NDArray[np.uint8], drawing: NDArray[np.uint8], skin: NDArray[np.bool_]) -> NDArray[np.uint8]:
    drawn, seen = to_lab(drawing), to_lab(photo)
    broad = cv2.GaussianBlur(seen[..., 1], (0, 0), 0.02 * len(photo))
    limit = np.maximum(np.median(drawn[..., 1][skin]) + _REDDER, broad + _REDDER_THAN_PHOTO)
    drawn[..., 1] = np.minimum(drawn[..., 1], limit)
    return from_lab(drawn)


def disc(across: float, down: float, side: int) -> NDArray[np.uint8]:
    """A round kernel for OpenCV's morphology, its axes in shares of ``side``."""
    size = tuple(2 * int(share * side / 2) + 1 for share in (across, down))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), dtype=np.uint8)
