"""Giving a drawing the colours of the person on the photo: the tone of the skin and the colour of the hair.

A style's pictures have a few colours of their own, and a network that learns from them unpaired gives everybody the
commonest. Where the photo shows skin and hair, the drawing's skin and hair move to what the photo has there; strokes,
eyes, clothes and whatever else has another colour than the drawing's own skin and hair stay.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image
from training.networks.parsing import FaceParser, Part
from training.pairs import to_tensor

_SKIN = (Part.SKIN, Part.NOSE, Part.LEFT_EAR, Part.RIGHT_EAR, Part.NECK)
_CERTAIN = 0.8
#: Below this share of the picture a part is not recoloured: there is too little to tell its colour from.
_LEAST = 0.01
#: CIELAB distance at which a pixel counts half as the drawing's own skin or hair.
_REACH = 22.0
#: A drawing's skin is lighter than a photo's by this, and so is its hair.
_LIGHTER_SKIN, _LIGHTER_HAIR = 12.0, 6.0
#: How much of the way colour and lightness go.
_COLOUR_SHARE, _LIGHTNESS_SHARE = 0.8, 0.75
_EDGE = 1.5


class OwnColours:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` in the colours of ``photo``, both aligned (S, S, 3) uint8 RGB."""
        parts = self._parser(to_tensor([_unit(photo)]))[0].permute(1, 2, 0).numpy()
        seen, drawn = _lab(photo), _lab(drawing)
        moved = drawn.copy()
        for share, lighter in ((parts[..., _SKIN].sum(axis=-1), _LIGHTER_SKIN), (parts[..., Part.HAIR], _LIGHTER_HAIR)):
            certain = share > _CERTAIN
            if certain.mean() < _LEAST:
                continue
            here, own = np.median(drawn[certain], axis=0), np.median(seen[certain], axis=0)
            own = own + np.array([lighter, 0.0, 0.0])
            step = (own - here) * np.array([_LIGHTNESS_SHARE, _COLOUR_SHARE, _COLOUR_SHARE])
            near = 1 / (1 + (np.linalg.norm(drawn - here, axis=-1) / _REACH) ** 4)
            weight = (cv2.GaussianBlur(share, (0, 0), _EDGE).clip(0, 1) * near)[..., None]
            moved += weight * step
        moved[..., 0] = moved[..., 0].clip(0, 100)
        back = cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB)
        return np.asarray((back * 255).clip(0, 255).round(), dtype=np.uint8)


def _unit(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(picture / np.float32(255), dtype=np.float32)


def _lab(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(_unit(picture), cv2.COLOR_RGB2LAB), dtype=np.float32)
