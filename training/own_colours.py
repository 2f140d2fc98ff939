"""Giving a drawing the colours of the person on the photo: the tone of the skin and the colour of the hair.

A style's pictures have a few colours of their own, and a network that learns from them unpaired gives everybody the
commonest. Where the photo shows skin and hair, the drawing's skin and hair move to what the photo has there; strokes,
eyes, clothes and whatever else has another colour than the drawing's own skin and hair stay.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image
from training.networks.parsing import SKIN, FaceParser, Part

_CERTAIN = 0.8
#: Below this share of the picture a part is not recoloured: there is too little to tell its colour from.
_LEAST = 0.01
#: CIELAB distance from the drawing's own skin at which a pixel is half skin: eyes and strokes are farther.
_REACH = 22.0
_EDGE = 1.5


class _Paint(NamedTuple):
    """How a part takes the photo's colour. Drawings are lighter and more colourful than photos.

    lighter: CIELAB lightness that the drawing has above the photo. lightness, colour: how much of the way both go.
    chroma: the photo's, times this.
    """

    lighter: float
    lightness: float
    colour: float
    chroma: float


_SKIN_PAINT = _Paint(lighter=14.0, lightness=0.65, colour=0.8, chroma=1.25)
_HAIR_PAINT = _Paint(lighter=7.0, lightness=0.9, colour=0.85, chroma=1.3)


class OwnColours:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` in the colours of ``photo``, both aligned (S, S, 3) uint8 RGB."""
        parts = self._parser.parts(photo)
        skin, hair = parts[..., SKIN].sum(axis=-1), parts[..., Part.HAIR]
        seen, drawn = _lab(photo), _lab(drawing)
        coloured = drawn
        like_skin = np.zeros_like(skin)
        if (skin > _CERTAIN).mean() > _LEAST:
            distance = np.linalg.norm(drawn - np.median(drawn[skin > _CERTAIN], axis=0), axis=-1)
            like_skin = np.asarray(1 / (1 + (distance / _REACH) ** 4), dtype=np.float32)
            coloured = _painted(coloured, seen, skin, like_skin, _SKIN_PAINT)
        if (hair > _CERTAIN).mean() > _LEAST:
            # All of the hair takes one hue; what hangs into it of forehead and ears does not.
            coloured = _painted(coloured, seen, hair, 1 - like_skin, _HAIR_PAINT)
        back = cv2.cvtColor(coloured, cv2.COLOR_LAB2RGB)
        return np.asarray((back * 255).clip(0, 255).round(), dtype=np.uint8)


def _painted(drawn: Image, seen: Image, share: Image, like: Image, paint: _Paint) -> Image:
    """Move what is ``like`` the part, where the photo has its ``share``, to the colour that the photo has there."""
    certain = share > _CERTAIN
    here = np.median(drawn[certain & (like > 0.5)] if (certain & (like > 0.5)).any() else drawn[certain], axis=0)
    own = np.median(seen[certain], axis=0)
    moved = drawn.copy()
    moved[..., 0] += paint.lightness * (own[0] + paint.lighter - here[0])
    moved[..., 1:] += paint.colour * (paint.chroma * own[1:] - drawn[..., 1:])
    moved[..., 0] = moved[..., 0].clip(0, 100)
    weight = (cv2.GaussianBlur(share, (0, 0), _EDGE).clip(0, 1) * like)[..., None]
    return np.asarray(drawn + weight * (moved - drawn), dtype=np.float32)


def _unit(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(picture / np.float32(255), dtype=np.float32)


def _lab(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(_unit(picture), cv2.COLOR_RGB2LAB), dtype=np.float32)
