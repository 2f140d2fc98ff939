"""Giving a drawing the colours of the person on the photo: skin, hair and clothes.

A style's pictures have a few colours of their own, and a network that learns from them unpaired gives everybody the
commonest. Where the photo shows skin, hair and clothes, the drawing's move to what the photo has there; strokes, eyes
and whatever else stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from training.backdrops import Image
from training.networks.parsing import SKIN, FaceParser, Part

#: Chance of a part from which a pixel begins to count as that part, and from which it wholly does.
_UNSURE, _SURE = 0.25, 0.6
#: Below this share of the picture a part is not recoloured: there is too little to tell its colour from.
_LEAST = 0.01
#: CIELAB distance from the drawing's own skin at which a pixel is half skin: eyes and strokes are farther.
_REACH = 22.0
#: Where the mouth ends in an aligned crop, as a share of its height; lightness up to which a pixel is a stroke.
_BELOW_MOUTH, _STROKE = 0.71, 40.0
#: How much of what sets it apart in lightness a pixel loses that has to be skin.
_EVENED = 0.8
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
_CLOTHES_PAINT = _Paint(lighter=5.0, lightness=0.7, colour=0.8, chroma=1.2)


class OwnColours:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` in the colours of ``photo``, both aligned (S, S, 3) uint8 RGB."""
        parts = self._parser.parts(photo)
        skin, bare, hair, clothes = (_mask(parts, of) for of in (SKIN, (Part.NECK,), (Part.HAIR,), (Part.CLOTHES,)))
        seen, drawn = _lab(photo), _lab(drawing)
        coloured = drawn
        like_skin = np.zeros_like(skin)
        if (skin == 1).mean() > _LEAST:
            distance = np.linalg.norm(drawn - np.median(drawn[skin == 1], axis=0), axis=-1)
            like_skin = np.asarray(1 / (1 + (distance / _REACH) ** 4), dtype=np.float32)
            # A face has eyes and strokes that keep their colour; a neck has none, nor has what is left of the photo's
            # chin below the drawn one, which is higher up.
            below = (np.arange(len(skin), dtype=np.float32)[:, None] / len(skin) > _BELOW_MOUTH) * (
                drawn[..., 0] > _STROKE
            )
            forced = np.maximum(bare, below).astype(np.float32)
            coloured = _painted(coloured, seen, skin, like_skin, _SKIN_PAINT, forced)
        if (hair == 1).mean() > _LEAST:
            # All of the hair takes one hue; what hangs into it of forehead and ears does not.
            coloured = _painted(coloured, seen, hair, 1 - like_skin, _HAIR_PAINT)
        if (clothes == 1).mean() > _LEAST:
            coloured = _painted(coloured, seen, clothes, np.ones_like(clothes), _CLOTHES_PAINT)
        back = cv2.cvtColor(coloured, cv2.COLOR_LAB2RGB)
        return np.asarray((back * 255).clip(0, 255).round(), dtype=np.uint8)


def _mask(parts: Image, which: Sequence[Part]) -> Image:
    chance = (parts[..., which].sum(axis=-1) - _UNSURE) / (_SURE - _UNSURE)
    return np.asarray(chance.clip(0, 1), dtype=np.float32)


def _painted(drawn: Image, seen: Image, mask: Image, like: Image, paint: _Paint, forced: Image | None = None) -> Image:
    """Move what is ``like`` the part, below its ``mask`` on the photo, to the colour that the photo has there.

    What is ``forced`` moves whatever it looks like, and loses most of its own lightness.
    """
    inside = mask == 1
    alike = inside & (like > 0.5)
    here = np.median(drawn[alike if alike.any() else inside], axis=0)
    own = np.median(seen[inside], axis=0)
    moved = drawn.copy()
    step = paint.lightness * (own[0] + paint.lighter - here[0])
    moved[..., 0] += step
    if forced is not None:
        moved[..., 0] += forced * (1 - like) * _EVENED * (here[0] + step - moved[..., 0])
        like = np.maximum(like, forced)
    moved[..., 1:] += paint.colour * (paint.chroma * own[1:] - drawn[..., 1:])
    moved[..., 0] = moved[..., 0].clip(0, 100)
    weight = (cv2.GaussianBlur(mask, (0, 0), _EDGE) * like)[..., None]
    return np.asarray(drawn + weight * (moved - drawn), dtype=np.float32)


def _unit(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(picture / np.float32(255), dtype=np.float32)


def _lab(picture: NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(_unit(picture), cv2.COLOR_RGB2LAB), dtype=np.float32)
