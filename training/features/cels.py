"""Hair, hats, clothes and backdrops in flat tones, the first three with an edge around them, as on painted cels.

What a network makes of them that learns from unpaired pictures is the photo's, a little blurred. Here their light is
smoothed along the strands, as line integral convolution does (Cabral & Leedom 1993), and cut into shadow, middle and
light; the edges follow from the photo, so a pupil learns them as it learns strokes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.strokes import painted, soft
from training.networks.parsing import FaceParser, Part

Pixels = NDArray[np.uint8]

#: Chance of a part from which its pixels are painted; a smaller part, as a share of the picture, is left as it is.
_SEEN, _LEAST = 0.5, 0.004
#: Shares of the side: how far light is smoothed along a strand, across it, and around, for what is its middle tone.
_ALONG, _ACROSS, _AROUND, _TURNS = 0.05, 0.004, 0.07, 0.012
_STEPS = 10
_COVERS = (Part.HAT, Part.CLOTHES, Part.HAIR)
#: From this share of the picture on a hat or scarf is worn.
_COVERED = 0.03
#: Mean difference of levels between two rows below which one is the other repeated,
#: how far levels may be off the edge's, and their standard deviation along a row of stripes.
_REPEATED, _STILL, _STRIPED = 0.4, 14, 35
#: Shares of an area that lie in shadow and in light; how much darker and lighter these are (CIELAB).
_SHADOW, _LIGHT = 0.30, 0.86
_DARKER, _LIGHTER = 9.0, 11.0
#: What is smooth in clothes and backdrops: levels that are alike, over which share of the side, how
#: often it is smoothed.
_ALIKE, _NEAR, _PASSES = 22.0, 0.015, 4
#: Variation of lightness below which an area has one tone.
_FLAT = 1.5
#: Width of the edge, as a share of the side; what of the area's colour is left in it.
_EDGE = 0.0065
_INK = np.array((0.42, 0.36, 0.36), dtype=np.float32)


class Cels:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: Pixels, drawing: Pixels) -> Pixels:
        """Return ``drawing`` with hair, hat, clothes and backdrop painted flat, both aligned (S, S, 3) uint8 RGB."""
        parts = self._parser.parts(photo)
        backdrop = parts[..., Part.BACKDROP] > _SEEN
        drawing = painted(drawing, soft(backdrop), _flat(photo))
        chances = _continued(photo, parts[..., _COVERS])
        covers, hair = chances[..., :2].sum(axis=-1), chances[..., 2]
        if (chances[..., 0] > _SEEN).mean() > _COVERED:
            # A scarf is part hat, part clothes and part hair to the parser; whatever it is, it is one area.
            covers, hair = covers + hair, np.zeros_like(hair)
        amount = _area(covers)
        if amount.any():
            drawing = _filled(drawing, amount, _flat(drawing))
        amount = _area(hair)
        return _filled(drawing, amount, _tones(photo, drawing, amount)) if amount.any() else drawing


def _flat(picture: Pixels) -> Image:
    """Smooth what is alike and keep edges, as a painted backdrop has them; levels 0 to 255."""
    for _ in range(_PASSES):
        picture = np.asarray(cv2.bilateralFilter(picture, 0, _ALIKE, _NEAR * len(picture)), dtype=np.uint8)
    return np.asarray(picture, dtype=np.float32)


def _continued(photo: Pixels, chances: Image) -> Image:
    """Repeat what lies at the edge of a photo above and below it, where the crop reaches farther and repeats its rows.

    A parser sees all kinds of things in such stripes.
    """
    continued = chances.copy()
    levels = photo.astype(np.int16)
    for rows in (np.arange(len(photo) // 2), np.arange(len(photo) // 2, len(photo))[::-1]):
        same = np.abs(np.diff(levels[rows], axis=0)).mean(axis=(1, 2)) < _REPEATED
        edge = rows[int(np.argmin(same))]
        if levels[edge].std(axis=0).mean() < _STRIPED:
            continue  # a plain wall
        for row in rows[: int(np.argmin(same))]:
            alike = (np.abs(levels[row] - levels[edge]).max(axis=-1) < _STILL).astype(np.uint8)
            broad = cv2.erode(alike, np.ones((5, 1), dtype=np.uint8)).ravel() > 0
            continued[row][broad] = chances[edge][broad]
    return continued


def _area(chance: Image) -> Image:
    """How much of each pixel lies in an area, (S, S), without specks; a small one is left out altogether."""
    side = len(chance)
    amount = _crisp(cv2.GaussianBlur(chance, (0, 0), 0.006 * side) - _SEEN)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((amount > 0).astype(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] > _LEAST * side * side
    large[0] = False
    return np.asarray(amount * large[labels], dtype=np.float32)


def _filled(drawing: Pixels, amount: Image, colour: Image) -> Pixels:
    return _edged(painted(drawing, amount, colour), amount > 0.5, _INK * colour)


def _tones(photo: Pixels, drawing: Pixels, amount: Image) -> Image:
    """Colours of hair in three tones, sRGB (S, S, 3)."""
    side = len(drawing)
    inside = amount > 0.5
    light = to_lab(photo)[..., 0]
    strands = _along_strands(light, amount)
    middle = _mean_inside(strands, amount, _AROUND * side)
    varied = strands - middle
    colour = _colour(to_lab(drawing), amount)
    varying = float(varied[inside].std())
    if varying > _FLAT:
        low, high = (np.float32(at) for at in np.quantile(varied[inside], (_SHADOW, _LIGHT)))
        share = min(1.0, varying / (3 * _FLAT))
        colour[..., 0] += share * (_LIGHTER * _crisp(varied - high) - _DARKER * _crisp(low - varied))
    colour[..., 0] = colour[..., 0].clip(4, 98)
    return from_lab(colour).astype(np.float32)


def _edged(drawing: Pixels, inside: NDArray[np.bool_], ink: Image) -> Pixels:
    side = len(drawing)
    where = inside.astype(np.uint8)
    out, inn = (cv2.distanceTransform(mask, cv2.DIST_L2, 5) for mask in (1 - where, where))
    distance = cv2.GaussianBlur(np.where(where > 0, inn - 0.5, 0.5 - out), (0, 0), 0.006 * side)
    # Within the area, so that what is beside it keeps its shape.
    line = (_EDGE * side / 2 + 0.5 - np.abs(distance - _EDGE * side / 2)).clip(0, 1)
    return painted(drawing, 0.85 * line, ink)


def _colour(drawn: NDArray[np.float32], amount: Image) -> NDArray[np.float32]:
    """The area's colour around each pixel, CIELAB (S, S, 3)."""
    side = len(drawn)
    return np.dstack([_mean_inside(drawn[..., channel], amount, 0.09 * side) for channel in range(3)])


def _mean_inside(values: Image, amount: Image, reach: float) -> Image:
    known = cv2.GaussianBlur(values * amount, (0, 0), reach)
    weight = cv2.GaussianBlur(amount, (0, 0), reach)
    little = 1e-3
    usual = float((values * amount).sum() / amount.sum())
    return np.asarray((known + little * usual) / (weight + little), dtype=np.float32)


def _along_strands(light: Image, amount: Image) -> Image:
    """Lightness (S, S) smoothed along the direction in which it changes least."""
    side = len(light)
    fine = cv2.GaussianBlur(light, (0, 0), _ACROSS * side)
    dx, dy = (cv2.Scharr(fine, cv2.CV_32F, *of) for of in ((1, 0), (0, 1)))
    xx, yy, xy = (cv2.GaussianBlur(of * amount, (0, 0), _TURNS * side) for of in (dx * dx, dy * dy, dx * dy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    along = np.cos(angle), np.sin(angle)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    total, weight = fine * amount, amount.copy()
    step = _ALONG * side / _STEPS
    for way in (1, -1):
        px, py = x.copy(), y.copy()
        vx, vy = way * along[0], way * along[1]
        for number in range(_STEPS):
            px, py = (np.asarray(p + step * v, dtype=np.float32) for p, v in ((px, vx), (py, vy)))
            nx, ny, seen, here = (
                cv2.remap(np.asarray(of, dtype=np.float32), px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                for of in (*along, fine, amount)
            )
            turned = np.where(nx * vx + ny * vy < 0, -1, 1)
            vx, vy = nx * turned, ny * turned
            near = here * np.float32(np.exp(-((number / _STEPS) ** 2)))
            total += near * seen
            weight += near
    return np.asarray(total / (weight + 1e-3), dtype=np.float32)


def _crisp(values: Image) -> Image:
    """1 above zero and 0 below it, with an edge about a pixel wide."""
    dx, dy = (cv2.Sobel(values, cv2.CV_32F, *of, scale=1 / 8) for of in ((1, 0), (0, 1)))
    steep = np.hypot(dx, dy) + 1e-3 * float(np.abs(values).max() + 1e-6)
    return np.asarray((values / (1.4 * steep) + 0.5).clip(0, 1), dtype=np.float32)
