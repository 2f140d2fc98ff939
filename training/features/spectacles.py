"""Putting glasses on a face, and the same glasses on its drawing.

Few photos to learn from show glasses, and a style's network takes thin rims for shadows around the eyes. A pair whose
photo and drawing both get rims of the same shape in the same place teaches what they are, without anybody wearing them.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.shapes import CERTAIN, middle_of, wears_glasses
from training.features.strokes import area, line, painted
from training.networks.parsing import SKIN, FaceParser, Part

Pixels = NDArray[np.uint8]

#: Points of half an outline.
_POINTS = 40
#: What a drawing's rims are larger than the photo's, since drawn eyes are; how much higher they lie, in shares of the
#: distance between the eyes, since drawn eyes grow upwards; and their least height as a share of their width.
_LARGER, _HIGHER, _ROUNDER = 1.1, 0.13, 0.9
#: Least width of a drawn rim as a share of the side: about two pixels of 256.
_LINE = 0.007
#: sRGB of rims, most of them dark as most are.
_FRAMES = (
    (18, 18, 20),
    (18, 18, 20),
    (30, 26, 28),
    (62, 40, 28),
    (88, 30, 30),
    (34, 40, 70),
    (150, 120, 70),
    (140, 142, 148),
)


class _Frame(NamedTuple):
    """A pair of glasses. Lengths are shares of the distance between the eyes.

    lens: half the width and half the height of a lens. corners: exponent of the superellipse, 2 round, 6 a rectangle.
    upper: width of the rim's upper half; lower: of its lower half, 0 for half rims. drop: how far below the eyes the
    lenses' middles lie. glare: how much of a lens is whitened.
    """

    lens: tuple[float, float]
    corners: float
    upper: float
    lower: float
    drop: float
    colour: tuple[int, int, int]
    glare: float


class Spectacles:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: Pixels, drawing: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels] | None:
        """Return both with glasses, aligned (S, S, 3) uint8 RGB; None where eyes are not seen or glasses are worn."""
        parts = self._parser.parts(photo)
        if wears_glasses(parts):
            return None
        one, other = (middle_of(parts[..., part]) for part in (Part.LEFT_EYE, Part.RIGHT_EYE))
        skin = parts[..., SKIN].sum(axis=-1) > CERTAIN
        if one is None or other is None or not skin.any():
            return None
        left, right = (one, other) if one[0] < other[0] else (other, one)
        frame = _any_frame(rng)
        rims, arms, lenses = _masks(frame, left, right, len(photo))
        worn = _worn(photo, frame, np.maximum(rims, arms * skin), lenses, rng)
        middle = (left + right) / 2
        drawn = [middle + (eye - middle) * (1 + (_LARGER - 1) / 3) for eye in (left, right)]
        lines, sides, _ = _masks(_for_drawing(frame, left, right, len(photo)), drawn[0], drawn[1], len(photo))
        return worn, painted(drawing, np.maximum(lines, sides * skin), np.asarray(frame.colour, dtype=np.float32))


def _any_frame(rng: np.random.Generator) -> _Frame:
    across = float(rng.uniform(0.36, 0.44))
    bold = rng.random() < 0.6
    upper = float(rng.uniform(0.045, 0.085) if bold else rng.uniform(0.018, 0.04))
    return _Frame(
        lens=(across, across * float(rng.uniform(0.62, 1.0))),
        corners=float(rng.choice([2.0, 2.4, 3.2, 5.0])),
        upper=upper,
        lower=0.0 if rng.random() < 0.12 else upper * float(rng.uniform(0.6, 1.0)),
        drop=float(rng.uniform(0.02, 0.1)),
        colour=_FRAMES[int(rng.integers(len(_FRAMES)))],
        glare=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.4 else 0.0,
    )


def _for_drawing(frame: _Frame, left: NDArray[np.float64], right: NDArray[np.float64], side: int) -> _Frame:
    least = _LINE * side / float(np.hypot(*(right - left)))
    return frame._replace(
        lens=(frame.lens[0] * _LARGER, max(frame.lens[1], _ROUNDER * frame.lens[0]) * _LARGER),
        drop=frame.drop - _HIGHER,
        upper=max(frame.upper, least),
        lower=max(frame.lower, least) if frame.lower else 0.0,
    )


def _masks(
    frame: _Frame, left: NDArray[np.float64], right: NDArray[np.float64], side: int
) -> tuple[Image, Image, Image]:
    """How much of each pixel is rim or bridge, arm, and lens, each (S, S) in [0, 1]."""
    apart = float(np.hypot(*(right - left)))
    across = (right - left) / apart
    down = np.array([-across[1], across[0]])
    upper, lower = frame.upper * apart, frame.lower * apart
    rims, arms, lenses = [], [], []
    outline = apart * _superellipse(np.linspace(0, 2 * np.pi, 2 * _POINTS, endpoint=False), frame)
    for eye, outwards in ((left, -1), (right, 1)):
        middle = eye + down * frame.drop * apart
        around = middle + outline[:, :1] * across + outline[:, 1:] * down
        lenses.append(area(around, side))
        rims.append(line(np.concatenate((around[_POINTS:], around[:1])), upper, side))
        if frame.lower:
            rims.append(line(around[: _POINTS + 1], lower, side))
        # The arm begins at the outer, upper corner and goes back to the ear.
        corner = middle + apart * (outwards * frame.lens[0] * across - 0.35 * frame.lens[1] * down)
        arms.append(line(np.array([corner, corner + apart * (outwards * 0.75 * across - 0.02 * down)]), upper, side))
    bridge = np.linspace(-1, 1, 9)[:, None]
    middle = (left + right) / 2 + apart * (frame.drop - 0.25 * frame.lens[1]) * down
    arch = middle + apart * (bridge * (0.5 - frame.lens[0]) * across - 0.05 * (1 - bridge**2) * down)
    rims.append(line(arch, upper, side))
    return np.maximum.reduce(rims), np.maximum.reduce(arms), np.maximum.reduce(lenses)


def _superellipse(angles: NDArray[np.float64], frame: _Frame) -> NDArray[np.float64]:
    """Points (N, 2), x across and y down, with y below the middle for the first half of the turn."""
    around = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return np.asarray(np.sign(around) * np.abs(around) ** (2 / frame.corners) * np.array(frame.lens))


def _worn(photo: Pixels, frame: _Frame, rims: Image, lenses: Image, rng: np.random.Generator) -> Pixels:
    """The glasses on the photo: their shadow on the skin, glare in the lenses, a rim that the room's light falls on."""
    side = len(photo)
    lab = to_lab(photo)
    light = float(np.median(lab[..., 0][lenses > CERTAIN])) if (lenses > CERTAIN).any() else 60.0
    moved = np.roll(rims, (round(0.01 * side), round(float(rng.uniform(-0.006, 0.006)) * side)), axis=(0, 1))
    lab[..., 0] -= 14 * cv2.GaussianBlur(moved, (0, 0), 0.008 * side)
    if frame.glare:
        y, x = np.mgrid[:side, :side].astype(np.float32) / side
        band = np.exp(-(((x - y * float(rng.uniform(0.2, 0.9)) - float(rng.uniform(-0.2, 0.6))) / 0.06) ** 2))
        lab[..., 0] += frame.glare * band * lenses * (100 - lab[..., 0])
    # Under dim light rims are dim too; 65 is the lightness of a well-lit face.
    lit = np.asarray(frame.colour, dtype=np.float32) * float(np.clip(light / 65, 0.4, 1.2))
    highlight = cv2.GaussianBlur(rng.uniform(-30, 40, (side, side)).astype(np.float32), (0, 0), 0.02 * side)
    return painted(from_lab(lab), rims, lit + 8 * highlight[..., None])
