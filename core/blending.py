"""How a styled crop meets the photo it came from.

A painting covers the photo. A line drawing on white paper would cover it with white; its lines are laid over the
person's own colours instead, smoothed into flat areas, so that skin, hair and background keep their colour. A painting
whose style has a few colours for everybody is tinted: its forms and shading stay, its areas take the person's colours.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab


class Blend(StrEnum):
    """COVER replaces the photo; INK draws on it; TINT replaces it and takes over its colours."""

    COVER = "cover"
    INK = "ink"
    TINT = "tint"

    @property
    def alone(self) -> Blend:
        """How a portrait is shown, which is the drawing alone: without the photo below, in the person's colours."""
        return Blend.COVER if self is Blend.INK else self


#: Luminance around a pixel from which it counts as drawn on paper, and from which as wholly so.
PAPER = (0.45, 0.80)
#: Radius of "around", as a share of the crop's side.
SURROUND = 0.04
#: How far a line may darken and a highlight brighten what is below.
DARKEST, BRIGHTEST = 0.10, 1.40
#: How the photo below is flattened: radius as a share of the side, variance of lightness that still counts as alike.
FLAT_RADIUS, FLAT_ALIKE, FLATTENING_PASSES = 0.016, 0.003, 2
#: Radius within which an area of like lightness takes one colour, as a share of the side; variance of lightness that
#: still counts as alike.
TINT_RADIUS, TINT_ALIKE = 0.13, 0.006
#: How much of the way to the photo's CIELAB lightness and colour an area goes; drawings are lighter and more colourful.
TINT_LIGHTNESS, TINT_COLOUR = 0.6, 0.8
TINT_LIGHTER, TINT_RICHER = 10.0, 1.15
#: A drawn spot is a flaw if it is wider than the first and of less area than the second of these shares of the side and
#: the picture, away from the edges, and white (CIELAB lightness), and the photo has nothing as light within so far:
#: networks that normalise instances take the lightest skin for white where a picture has no white.
SPOT_WIDTH, SPOT_AREA = 0.03, 0.04
SPOT_WHITE, PHOTO_WHITE, SPOT_REACH = 95.5, 96.0, 0.03
#: It is the light in an eye if so much of what is around it, within so far, is as dark as an iris.
IRIS_AROUND, IRIS_DARK, IRIS_SHARE = 0.025, 62.0, 0.4
#: Where an aligned crop has its drawn eyes and its drawn mouth, middle and radii as shares of the side. What is white
#: there, eyes and teeth, stays white; from the first chroma on it is not white at all, up to the second wholly so.
EYES, MOUTH = ((0.38, 0.455, 0.095, 0.1), (0.62, 0.455, 0.095, 0.1)), (0.5, 0.69, 0.12, 0.085)
COLOURED, WHITE = 15.0, 8.0
WHITE_LIGHTNESS = (55.0, 75.0)
#: The red inside of a mouth stays red, though the photo has teeth there. By how much more red than yellow it is at
#: least, and wholly so (CIELAB); skin is more yellow.
RED = (6.0, 16.0)


def blend(photo: NDArray[np.uint8], styled: NDArray[np.uint8], how: Blend) -> NDArray[np.uint8]:
    """Return what is to be seen in the place of ``photo``; all are aligned crops (S, S, 3) uint8."""
    if how is Blend.TINT:
        return tinted(photo, styled)
    return ink_over(photo, styled) if how is Blend.INK else styled


def tinted(photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the areas of ``drawing`` the colours that ``photo`` has there, both (S, S, 3) uint8.

    What separates the two in colour is smoothed by a guided filter (He et al. 2010, with the drawing's lightness as its
    guide, at a quarter of the size: "fast"), so that a flat area changes as a whole: the photo's shadows and features
    do not come through, and lines stay lines. It costs a few milliseconds a face.
    """
    side = drawing.shape[0]
    seen, drawn = to_lab(photo), to_lab(drawing)
    spots = _spots(seen[..., 0], drawn[..., 0])
    if spots.any():
        drawn = to_lab(np.asarray(cv2.inpaint(drawing, spots, 0.015 * side, cv2.INPAINT_TELEA), dtype=np.uint8))
    wanted, guide = (_resized(picture, side // 4, cv2.INTER_AREA) for picture in (seen, drawn))
    wanted[..., 0] += TINT_LIGHTER
    wanted[..., 1:] *= TINT_RICHER
    fitted = _guided(guide[..., :1] / np.float32(100), wanted - guide, TINT_RADIUS, TINT_ALIKE)
    slopes, bases = (_resized(part, side, cv2.INTER_LINEAR) for part in fitted)
    change = slopes * (drawn[..., :1] / 100) + bases
    change *= np.array((TINT_LIGHTNESS, TINT_COLOUR, TINT_COLOUR), dtype=np.float32)
    red = _red_mouth(drawn)
    change[..., 0] -= red * change[..., 0].clip(0)
    change[..., 1:] *= 1 - red[..., None]
    moved = drawn + change * (1 - _white_features(drawn))
    moved[..., 0] = moved[..., 0].clip(0, 100)
    return from_lab(moved)


def _spots(seen: NDArray[np.float32], drawn: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return where the drawing has white spots that the photo does not account for, of two lightnesses (S, S)."""
    side = len(drawn)
    white = cv2.morphologyEx((drawn > SPOT_WHITE).astype(np.uint8), cv2.MORPH_OPEN, _disc(SPOT_WIDTH * side))
    light = cv2.dilate((seen > PHOTO_WHITE).astype(np.uint8), _disc(SPOT_REACH * side))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(white)
    left, top, width, height, area = stats.T
    # What reaches an edge is a wall or a shirt; but a forehead that the photo's own edge cuts reaches the upper one.
    inside = (left > 0) & (left + width < side) & (top + height < side)
    small = inside & (area < SPOT_AREA * side * side)
    spots = (white > 0) & (light == 0) & small[labels]
    eyes = _zones(side, EYES) > 0
    for label in np.unique(labels[spots & eyes]):
        # The light in drawn eyes is as white, but has a dark iris around it.
        spot = (labels == label).astype(np.uint8)
        around = (cv2.dilate(spot, _disc(IRIS_AROUND * side)) > 0) & (spot == 0)
        if (drawn[around] < IRIS_DARK).mean() > IRIS_SHARE:
            spots[labels == label] = False
    return np.asarray(cv2.dilate(spots.astype(np.uint8), _disc(0.04 * side)), dtype=np.uint8)


def _white_features(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each pixel belongs to the white of an eye or to teeth, (S, S, 1) in [0, 1] for a CIELAB drawing."""
    chroma = np.hypot(drawn[..., 1], drawn[..., 2])
    pale = ((COLOURED - chroma) / (COLOURED - WHITE)).clip(0, 1)
    light = ((drawn[..., 0] - WHITE_LIGHTNESS[0]) / (WHITE_LIGHTNESS[1] - WHITE_LIGHTNESS[0])).clip(0, 1)
    return np.asarray((_zones(len(drawn), (*EYES, MOUTH)) * pale * light)[..., None], dtype=np.float32)


def _red_mouth(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each pixel belongs to the inside of an open mouth, (S, S) in [0, 1] for a CIELAB drawing."""
    red = ((drawn[..., 1] - drawn[..., 2] - RED[0]) / (RED[1] - RED[0])).clip(0, 1)
    return np.asarray(_zones(len(drawn), (MOUTH,)) * red, dtype=np.float32)


@cache
def _zones(side: int, ellipses: tuple[tuple[float, float, float, float], ...]) -> NDArray[np.float32]:
    """1 inside of ellipses and 0 outside, soft at their edges, (side, side)."""
    mask = np.zeros((side, side), dtype=np.float32)
    for x, y, across, down in ellipses:
        middle, size = (x * side, y * side), (2 * across * side, 2 * down * side)
        cv2.ellipse(mask, (middle, size, 0.0), (1.0,), -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.01 * side)
    zones = np.asarray(np.where(soft > 0.02, soft, 0), dtype=np.float32)
    zones.flags.writeable = False
    return zones


def _disc(width: float) -> NDArray[np.uint8]:
    size = 2 * int(width / 2) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), dtype=np.uint8)


def _resized(picture: NDArray[np.floating], side: int, how: int) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), dtype=np.float32)


def _guided(
    guide: NDArray[np.float32], picture: NDArray[np.float32], radius: float, alike: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Slope and base by which ``picture`` (s, s, channels) follows ``guide`` (s, s, 1) around each pixel.

    A guided filter's (He et al. 2010): where the guide's variance is far below ``alike`` the slope is 0. ``radius`` is
    a share of the side.
    """
    width = 2 * int(radius * len(guide)) + 1
    middle, usual = _around(guide, width), _around(picture, width)
    slope = _around(guide * picture, width) - middle * usual
    slope /= _around(guide * guide, width) - middle * middle + alike
    return _around(slope, width), _around(usual - slope * middle, width)


def _around(values: NDArray[np.floating], width: int) -> NDArray[np.float32]:
    """Return the mean around each pixel of (s, s, channels) values."""
    return np.asarray(cv2.blur(values, (width, width)).reshape(values.shape), dtype=np.float32)


def ink_over(photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Multiply the flattened ``photo`` by the lines of ``drawing``, both (S, S, 3) uint8.

    On paper a line's own darkness counts. Inside a dark drawn area, such as hair, its darkness *relative to its
    surround* counts: the strands are drawn, while the area keeps the brightness that the person's hair has. A line's
    darkness is that of its lightest channel: red lips lie on a photo that has their red already, and would turn black.
    """
    ink = lightest(drawing)
    surround = cv2.GaussianBlur(ink, (0, 0), SURROUND * drawing.shape[1])
    relative = np.clip((ink + 0.03) / (surround + 0.03), DARKEST, BRIGHTEST)
    on_paper = np.clip((surround - PAPER[0]) / (PAPER[1] - PAPER[0]), 0.0, 1.0)
    strength = relative + on_paper * (ink - relative)
    inked: NDArray[np.uint8] = np.clip(flattened(photo) * strength[:, :, None], 0, 255).astype(np.uint8)
    return inked


def flattened(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Smooth skin and walls and keep edges: a guided filter at half the size, which leaves no hard rims on highlights.

    (S, S, 3) uint8 to float32, 0 to 255.
    """
    side = photo.shape[0]
    flat = np.asarray(photo / np.float32(255), dtype=np.float32)
    for _ in range(FLATTENING_PASSES):
        small = _resized(flat, side // 2, cv2.INTER_AREA)
        slope, base = _guided(_lightness(small), small, FLAT_RADIUS, FLAT_ALIKE)
        slopes, bases = (_resized(part, side, cv2.INTER_LINEAR) for part in (slope, base))
        flat = np.asarray(slopes * _lightness(flat) + bases, dtype=np.float32)
    return np.asarray(flat * 255, dtype=np.float32)


def lightest(drawing: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The lightest channel of (S, S, 3) uint8, (S, S) in [0, 1]."""
    most = np.maximum(np.maximum(drawing[..., 0], drawing[..., 1]), drawing[..., 2])
    return np.asarray(most / np.float32(255), dtype=np.float32)


def _lightness(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """(S, S, 3) to (S, S, 1)."""
    return np.asarray(picture @ np.array((0.299, 0.587, 0.114), dtype=np.float32))[..., None]
