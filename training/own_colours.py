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

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.networks.parsing import FEATURES, SKIN, FaceParser, Part

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


class _Region(NamedTuple):
    """Maps (H, W) in [0, 1] of one part.

    seen: where the photo has it, and its colour is taken. reach: where the drawing may take it. like: how much the
    drawing looks like it there. forced: what has to be it whatever it looks like, and so loses its own lightness.
    """

    seen: Image
    reach: Image
    like: Image
    forced: Image


class OwnColours:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` in the colours of ``photo``, both aligned (S, S, 3) uint8 RGB."""
        parts = self._parser.parts(photo)
        skin, hair, clothes = (_mask(parts, of) for of in (SKIN, (Part.HAIR,), (Part.CLOTHES,)))
        seen, drawn = to_lab(photo), to_lab(drawing)
        like_skin, nothing = _like(drawn, skin), np.zeros_like(skin)
        # A face has eyes and strokes that keep their colour; a neck has none, nor has what is left of the photo's chin
        # below the drawn one, which is higher up.
        heights = np.arange(len(skin), dtype=np.float32)[:, None] / len(skin)
        below = (heights > _BELOW_MOUTH) & (drawn[..., 0] > _STROKE)
        bare = np.maximum(_mask(parts, (Part.NECK,)), below * _mask(parts, (*SKIN, *FEATURES)))
        # Where the photo has mouth, eyes or hair the drawing may have skin.
        face = _mask(parts, (*SKIN, *FEATURES, Part.HAIR))
        coloured = _painted(drawn, seen, _Region(skin, face, like_skin, bare), _SKIN_PAINT)
        # All of the hair takes one hue; what hangs into it of forehead and ears does not.
        coloured = _painted(coloured, seen, _Region(hair, hair, 1 - like_skin, nothing), _HAIR_PAINT)
        coloured = _painted(coloured, seen, _Region(clothes, clothes, nothing + 1, nothing), _CLOTHES_PAINT)
        return from_lab(coloured)


def _mask(parts: Image, which: Sequence[Part]) -> Image:
    chance = (parts[..., which].sum(axis=-1) - _UNSURE) / (_SURE - _UNSURE)
    return np.asarray(chance.clip(0, 1), dtype=np.float32)


def _like(drawn: Image, skin: Image) -> Image:
    """How much each pixel looks like the drawing's own skin; nothing does where the photo shows none."""
    if (skin == 1).mean() < _LEAST:
        return np.zeros_like(skin)
    distance = np.linalg.norm(drawn - np.median(drawn[skin == 1], axis=0), axis=-1)
    return np.asarray(1 / (1 + (distance / _REACH) ** 4), dtype=np.float32)


def _painted(drawn: Image, seen: Image, region: _Region, paint: _Paint) -> Image:
    """Move the part in the drawing to the colour that the photo has there; where that shows too little, it stays."""
    inside = region.seen == 1
    if inside.mean() < _LEAST:
        return drawn
    alike = inside & (region.like > 0.5)
    here = np.median(drawn[alike if alike.any() else inside], axis=0)
    own = np.median(seen[inside], axis=0)
    step = paint.lightness * (own[0] + paint.lighter - here[0])
    moved = drawn.copy()
    moved[..., 0] += step
    moved[..., 0] += region.forced * (1 - region.like) * _EVENED * (here[0] + step - moved[..., 0])
    moved[..., 1:] += paint.colour * (paint.chroma * own[1:] - drawn[..., 1:])
    moved[..., 0] = moved[..., 0].clip(0, 100)
    weight = cv2.GaussianBlur(region.reach, (0, 0), _EDGE) * np.maximum(region.like, region.forced)
    return np.asarray(drawn + weight[..., None] * (moved - drawn), dtype=np.float32)
