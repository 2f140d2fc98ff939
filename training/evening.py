"""Evening out a photo's light and complexion, for a teacher who only ever saw fair skin in a studio.

A style's pairs may show one kind of person alone, as the line-art pairs do: there, whatever is dark is hair, and a dark
cheek is hatched. So the teacher draws the evened photo, and the pupil learns to draw the same from the photo as it is.
Only the tone of the skin moves; features, hair, glasses and wrinkles stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image
from training.networks.parsing import SKIN, FaceParser, Part

_LIPS = (Part.UPPER_LIP, Part.LOWER_LIP)
#: Lips move part of the way, so that they stay darker than the skin; teeth not at all.
_LIPS_SHARE = 0.6
_CERTAIN = 0.8
_LEAST_PIXELS = 0.01
_EDGE = 1.5


@dataclass(frozen=True, slots=True)
class Complexion:
    """What a teacher draws well: the median CIELAB colour of skin, and its lightness' 10th to 90th centile.

    The line-art pairs have 74, 11, 11 and 19; somewhat lighter and flatter is drawn with fewer marks.
    """

    lightness: float = 80.0
    green_red: float = 10.0
    blue_yellow: float = 11.0
    spread: float = 13.0


#: How much is left of shadows that lie across the face, wider than an eye.
_SHADOW = 0.35
_SHADOW_WIDTH = 0.07


class Evening:
    """Callable on photos."""

    def __init__(self, parser: FaceParser, complexion: Complexion | None = None) -> None:
        self._parser, self._complexion = parser, complexion or Complexion()

    def __call__(self, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return an aligned ``photo`` (S, S, 3) uint8 RGB with the skin's tone moved; without skin, as it is."""
        unit: Image = np.asarray(photo / np.float32(255), dtype=np.float32)
        parts = self._parser.parts(photo)
        certain = parts[..., (Part.SKIN, Part.NOSE)].sum(axis=-1) > _CERTAIN
        if certain.mean() < _LEAST_PIXELS:
            return photo
        lab: Image = np.asarray(cv2.cvtColor(unit, cv2.COLOR_RGB2LAB), dtype=np.float32)
        wanted = self._evened(lab, certain)
        share = parts[..., SKIN].sum(axis=-1) + _LIPS_SHARE * parts[..., _LIPS].sum(axis=-1)
        share = cv2.GaussianBlur(share, (0, 0), _EDGE)[..., None].clip(0, 1)
        lab = lab + (wanted - lab) * share
        lab[..., 0] = lab[..., 0].clip(0, 100)
        evened = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
        return np.asarray((evened * 255).clip(0, 255).round(), dtype=np.uint8)

    def _evened(self, lab: Image, skin: NDArray[np.bool_]) -> Image:
        goal = self._complexion
        middle = np.median(lab[skin], axis=0)
        # Light that falls from one side: the lightness of skin alone, smoothed over the face.
        width = _SHADOW_WIDTH * lab.shape[0]
        weight = cv2.GaussianBlur(skin.astype(np.float32), (0, 0), width) + 1e-3
        broad = cv2.GaussianBlur((lab[..., 0] - middle[0]) * skin, (0, 0), width) / weight
        fine = lab[..., 0] - middle[0] - broad
        low, high = np.percentile(lab[..., 0][skin], (10, 90))
        contrast = min(1.0, goal.spread / max(float(high - low), 1.0))
        evened = np.empty_like(lab)
        evened[..., 0] = goal.lightness + contrast * (fine + _SHADOW * broad)
        evened[..., 1] = goal.green_red + 0.8 * (lab[..., 1] - middle[1])
        evened[..., 2] = goal.blue_yellow + 0.8 * (lab[..., 2] - middle[2])
        return evened
