"""The drawn outline of a face, where the photo has it, with plain skin inside and shade under hair and chin.

A CycleGAN draws everybody the short, pointed chin of its style, high above the real one, and hair or a shadow beside
it: on a picture of the whole person that is a second chin. Here the face keeps the shape that the person has.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.shapes import CERTAIN, middle_of
from training.features.strokes import area, line, painted, soft
from training.networks.parsing import Part

Pixels = NDArray[np.uint8]

_FACE = (
    Part.SKIN, Part.NOSE, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LEFT_BROW, Part.RIGHT_BROW, Part.GLASSES, Part.MOUTH,
    Part.UPPER_LIP, Part.LOWER_LIP,
)  # fmt: skip
#: Shares of the side: width of the outline, and over how much of it it is smoothed.
_LINE, _SMOOTH = 0.0075, 0.022
#: How far below the mouth a chin lies at least; where the outline begins, below the eyes.
_CHIN, _BEGINS = 0.06, 0.04
#: CIELAB of shade on the neck beside that of the skin, and how far down it reaches below the chin.
_SHADE, _REACH = (-9.0, 4.0, 3.0), 0.07
#: The same under hair: how far it reaches, and how much of it there is; how strongly cheeks are rosy, and how rosy.
_HAIRS_REACH, _UNDER_HAIR = 0.028, 0.8
#: Chance of hair up to which a forehead is bare.
_HAIRLESS = 0.12
_BLUSH, _ROSY = 0.55, np.array((1.0, 0.86, 0.86), dtype=np.float32)


def face_seen(parts: Image) -> NDArray[np.bool_] | None:
    """Where the face is on a photo, (S, S), without ears, neck and hair; None where no chin is seen, or no eyes.

    A beard that is taken for hair hides the chin, and a hand the cheek.
    """
    side = len(parts)
    seen = parts[..., _FACE].sum(axis=-1) > CERTAIN
    mouth = middle_of(parts[..., (Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)].sum(axis=-1))
    eyes = middle_of(parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE)].sum(axis=-1))
    if mouth is None or eyes is None:
        return None
    size = 2 * round(0.012 * side) + 1
    whole = cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((size, size), dtype=np.uint8))
    whole = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((size, size), dtype=np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    if len(stats) < 2:
        return None
    face = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    rows = np.nonzero(face)[0]
    chin = rows.max()
    # The crop may end above the chin, where there is no outline to draw.
    if chin < mouth[1] + _CHIN * side or chin > side - 3:
        return None
    return np.asarray(face)


def with_contour(drawing: Pixels, parts: Image) -> Pixels:
    """Return ``drawing`` (S, S, 3) with the outline of the face in ``parts`` (S, S, 19); without one, as it is."""
    face = face_seen(parts)
    skin = skin_of(drawing, parts)
    if face is None or skin is None:
        return drawing
    side = len(drawing)
    eyes = middle_of(parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE)].sum(axis=-1))
    assert eyes is not None
    below = np.arange(side)[:, None] > eyes[1]
    neck = (parts[..., Part.NECK] > CERTAIN) & ~face
    drawing = painted(drawing, soft(neck), _shaded(skin, soft(_lowered(face, _REACH) | face)))
    # Hair hangs into the drawn face where the photo has hair; right at its edge strands may be drawn.
    hair = parts[..., Part.HAIR]
    bare = soft(face & (hair < np.where(below, CERTAIN, _HAIRLESS)))
    under_hair = soft(_lowered(hair > CERTAIN, _HAIRS_REACH))
    drawing = painted(drawing, bare, _shaded(skin, _UNDER_HAIR * under_hair))
    drawing = painted(drawing, _BLUSH * _cheeks(parts), _ROSY * skin)
    drawing = _with_nose(drawing, parts, skin)
    return _outlined(drawing, face, eyes[1] + _BEGINS * side)


def skin_of(drawing: Pixels, parts: Image) -> Image | None:
    """What skin the drawing has, spread over all of it, (S, S, 3); None where the photo shows none.

    Hair and shadow cover some of what is skin on the photo, and are darker; never most of it.
    """
    side = len(drawing)
    bare = parts[..., Part.SKIN] > 0.8
    if not bare.any():
        return None
    light = to_lab(drawing)[..., 0]
    fair = bare & (np.abs(light - np.quantile(light[bare], 0.7)) < 5)
    known = np.dstack((drawing, np.ones_like(light))) * fair[..., None].astype(np.float32)
    spread = cv2.GaussianBlur(known, (0, 0), 0.09 * side)
    little = 1e-3
    return np.asarray((spread[..., :3] + little * np.median(drawing[fair], axis=0)) / (spread[..., 3:] + little))


def _lowered(mask: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Move a mask down by a share of the side."""
    moved = np.zeros_like(mask)
    step = round(share * len(mask))
    moved[step:] = mask[:-step]
    return moved


def _shaded(skin: Image, amount: Image) -> Image:
    """Shade of ``amount`` (S, S) on ``skin``; it ends in an edge, as on cels."""
    shade = from_lab(to_lab(np.asarray(skin.round(), dtype=np.uint8)) + np.asarray(_SHADE, dtype=np.float32))
    return np.asarray(skin + (shade - skin) * amount[..., None])


def _cheeks(parts: Image) -> Image:
    """Where a face blushes, (S, S)."""
    side = len(parts)
    mask = np.zeros((side, side), dtype=np.float32)
    middles = [middle_of(parts[..., part]) for part in (Part.LEFT_EYE, Part.RIGHT_EYE)]
    for middle in middles:
        if middle is not None:
            outwards = np.sign(middle[0] - side / 2) * 0.025 * side
            place = (float(middle[0] + outwards), float(middle[1] + 0.115 * side))
            cv2.ellipse(mask, (place, (0.1 * side, 0.05 * side), 0.0), (1.0,), -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.018 * side), dtype=np.float32)


def _with_nose(drawing: Pixels, parts: Image, skin: Image) -> Pixels:
    """A short stroke below the tip of the nose, and a little shade beside it."""
    side = len(drawing)
    rows, columns = np.nonzero(parts[..., Part.NOSE] > CERTAIN)
    if len(rows) < 20:
        return drawing
    low = float(np.quantile(rows, 0.93))
    middle = float(columns[rows > np.quantile(rows, 0.7)].mean())
    half = 0.016 * side
    where = np.linspace(-1, 1, 15)
    tip = np.stack((middle + half * where, low - 0.25 * half * (2 * where**2 - 1) - 0.02 * side), axis=1)
    wedge = np.array([[0.2, -2.6], [1.0, -0.2], [0.1, 0.1]]) * half + (middle, low - 0.02 * side)
    dark = skin * np.asarray((0.62, 0.48, 0.45), dtype=np.float32)
    drawing = painted(drawing, 0.8 * area(wedge, side), _shaded(skin, np.ones((side, side), dtype=np.float32)))
    return painted(drawing, 0.85 * line(tip, 0.0065 * side, side, 0.3), dark)


def _outlined(drawing: Pixels, face: NDArray[np.bool_], top: float) -> Pixels:
    """Draw the face's edge below ``top``."""
    side = len(drawing)
    found, _ = cv2.findContours(face.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    around = max(found, key=len)[:, 0].astype(np.float64)
    # Begin at the highest point, so that the part below is one piece.
    around = np.roll(around, -int(around[:, 1].argmin()), axis=0)
    smooth = _smoothed(around, _SMOOTH * side)
    lower = np.nonzero(smooth[:, 1] > top)[0]
    if len(lower) < 20:
        return drawing
    points = smooth[lower[0] : lower[-1] + 1][::2]
    skin = np.median(drawing[face], axis=0)
    dark = np.asarray(skin * (0.45, 0.32, 0.30), dtype=np.float32)
    return painted(drawing, 0.9 * line(points, _LINE * side, side, 0.3), dark)


def _smoothed(points: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """A closed line (N, 2) without its steps."""
    reach = int(3 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    long = np.concatenate((points[-reach:], points, points[:reach])) if len(points) > reach else points
    weights /= weights.sum()
    both = [np.convolve(long[:, axis], weights, mode="valid") for axis in (0, 1)]
    return np.stack(both, axis=1)
