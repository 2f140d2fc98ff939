"""Drawn mouths: a stroke where closed lips meet, an opening with teeth or a tongue where they are apart."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.shapes import CERTAIN, edges
from training.features.strokes import area, line, painted
from training.networks.parsing import Part

Pixels = NDArray[np.uint8]

#: Mouths narrower than this share of the side were not seen well enough.
_LEAST = 0.05
#: Height of an opening, as a share of the side, from which a mouth is open.
_OPEN = 0.011
#: Drawn mouths are narrower than real ones, nearer to the eyes (by this share of the way), and their curve is told more
#: plainly.
_NARROWER, _NEARER, _CURVIER = 0.76, 0.12, 2.3
#: What an open one is larger, and its opening higher still and by that share of the side more, so that laughing shows;
#: at most so high, in halves of its width. Teeth are as light as fair skin, and fill only so much of an opening.
_LARGER, _HIGHER, _MORE, _HIGHEST = 1.35, 2.0, 0.02, 1.4
_TEETHS_SHARE = 0.4
#: Most that a mouth bends, in halves of its width.
_BENT = 0.32
#: Width of strokes as shares of the side, and what they have of it at their ends.
_STROKE, _FINE, _ENDS = 0.0085, 0.006, 0.35
#: Colours in sRGB of an opening, its teeth and its tongue.
_INSIDE, _TEETH, _TONGUE = (132, 52, 54), (240, 236, 230), (206, 108, 104)
#: CIELAB lightness from which what an opening shows are teeth.
_WHITE = 52.0


class _Mouth(NamedTuple):
    """A mouth in pixels of the picture, along its own axes.

    middle: where the photo has it; drawn: where the drawing gets it. across, down: how it is turned. half: half its
    width. bend, slope, level: how far down the line between the lips lies, bend w^2 + slope w + level at the place w
    from -1 to 1 along it. gap: height of the opening that is drawn in
    its middle, 0 of a closed mouth.
    """

    middle: NDArray[np.float64]
    drawn: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    half: float
    bend: float
    slope: float
    level: float
    gap: float


def with_mouth(drawing: Pixels, photo: Pixels, parts: Image, stroke: NDArray[np.float64]) -> Pixels:
    """Return ``drawing`` with the mouth of ``photo``, both (S, S, 3); where none is seen, as it is."""
    mouth = mouth_seen(parts)
    if mouth is None:
        return drawing
    face = parts[..., (Part.SKIN, Part.NOSE, Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)].sum(axis=-1)
    drawing = _erased(drawing, _place(mouth, len(drawing)) * (face > CERTAIN))
    return _drawn(_tinted(photo, drawing, parts, mouth), photo, parts, mouth, stroke)


def mouth_seen(parts: Image) -> _Mouth | None:
    """Return the mouth in ``parts`` (S, S, 19); None where no whole one is seen."""
    side = len(parts)
    lips = parts[..., (Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)]
    rows, columns = np.nonzero(lips.sum(axis=-1) > CERTAIN)
    if len(rows) < 12 or np.ptp(columns) < _LEAST * side:
        return None
    middle = np.array([columns.mean(), rows.mean()])
    eyes = np.nonzero(parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE, Part.GLASSES)].sum(axis=-1) > CERTAIN)
    if len(eyes[0]) == 0:
        return None
    drawn = middle + _NEARER * (np.array([eyes[1].mean(), eyes[0].mean()]) - middle)
    points = np.stack((columns, rows), axis=1) - middle
    _, axes = np.linalg.eigh(points.T @ points)
    across = axes[:, 1] * np.sign(axes[0, 1])
    down = np.array([-across[1], across[0]])
    along, below = points @ across, points @ down
    half = float(np.quantile(np.abs(along), 0.985))
    part = lips[rows, columns].argmax(axis=-1)
    opening = part == 2
    if opening.any():
        wide = max(float(np.quantile(np.abs(along[opening]), 0.97)), 0.45 * half)
        found = edges(along[opening] / wide, below[opening])
        if found is not None and found[1][2] - found[0][2] > _OPEN * side:
            bend, slope, level = _calm((found[0] + found[1]) / 2, wide)
            half = _LARGER * wide
            gap = min(_MORE * side + _HIGHER * float(found[1][2] - found[0][2]), _HIGHEST * half)
            return _Mouth(middle, drawn, across, down, half, bend, slope, level, gap)
    # Closed: halfway between the upper lip's lower edge and the lower lip's upper edge.
    where = along / half
    above, under = edges(where[part == 0], below[part == 0]), edges(where[part == 1], below[part == 1])
    if above is None or under is None:
        return None
    return _Mouth(middle, drawn, across, down, half, *_calm((above[1] + under[0]) / 2, half), 0.0)


def _calm(parabola: NDArray[np.float64], half: float) -> tuple[float, float, float]:
    """Bend, slope and level, the first two no larger than a mouth's; few pixels may fit anything."""
    bend, slope, level = (float(number) for number in parabola)
    limit = _BENT * half
    return float(np.clip(bend, -limit, limit)), float(np.clip(slope, -limit, limit)), level


def _place(mouth: _Mouth, side: int) -> NDArray[np.uint8]:
    """Where the old mouth may be, (S, S) 0 or 1."""
    mask = np.zeros((side, side), dtype=np.uint8)
    angle = float(np.degrees(np.arctan2(mouth.across[1], mouth.across[0])))
    size = (2.0 * mouth.half, max(0.08 * side, 0.9 * mouth.half))
    middle = (float(mouth.drawn[0]), float(mouth.drawn[1]))
    cv2.ellipse(mask, (middle, size, angle), (1,), -1)
    return mask


def _erased(drawing: Pixels, place: NDArray[np.uint8]) -> Pixels:
    """Take what is darker or redder than the skin around out of ``place``."""
    if not place.any():
        return drawing
    side = len(drawing)
    lab = to_lab(drawing)
    inside = place > 0
    light, red = np.median(lab[..., 0][inside]), np.median(lab[..., 1][inside])
    # Only marks, so that the shading of the cheeks and the drawn jaw at the edge stay.
    marks = inside & ((lab[..., 0] < light - 3) | (lab[..., 1] > red + 5))
    inner = cv2.erode(place, np.ones((5, 5), dtype=np.uint8)) > 0
    count, labels = cv2.connectedComponents(marks.astype(np.uint8))
    kept = np.zeros_like(place)
    for one in range(1, count):
        patch = labels == one
        # What goes on outside belongs to something else.
        if (patch & inner).sum() > 0.6 * patch.sum():
            kept[patch] = 1
    grown = cv2.dilate(kept, np.ones((3, 3), dtype=np.uint8), iterations=max(1, side // 128))
    return np.asarray(cv2.inpaint(drawing, grown, 0.012 * side, cv2.INPAINT_TELEA), dtype=np.uint8)


def _tinted(photo: Pixels, drawing: Pixels, parts: Image, mouth: _Mouth) -> Pixels:
    """Let lips be a little redder and darker than the skin, as far as they are on the photo."""
    lips = parts[..., Part.UPPER_LIP] + parts[..., Part.LOWER_LIP]
    sure, skin = lips > 0.6, parts[..., Part.SKIN] > 0.6
    if not sure.any() or not skin.any():
        return drawing
    seen = to_lab(photo)
    differs = np.median(seen[sure], axis=0) - np.median(seen[skin], axis=0)
    change = np.clip(differs * (0.3, 0.45, 0.3), (-8, 0, -4), (0, 12, 6))
    amount = cv2.GaussianBlur(_shrunk(lips, mouth), (0, 0), 0.006 * len(photo))[..., None]
    return from_lab(to_lab(drawing) + amount * change)


def _shrunk(amount: Image, mouth: _Mouth) -> Image:
    x, y = mouth.drawn - _NARROWER * mouth.middle
    matrix = np.array([[_NARROWER, 0, x], [0, _NARROWER, y]])
    return np.asarray(cv2.warpAffine(amount, matrix, amount.shape[1::-1]), dtype=np.float32)


def _drawn(drawing: Pixels, photo: Pixels, parts: Image, mouth: _Mouth, stroke: NDArray[np.float64]) -> Pixels:
    side = len(drawing)
    where = np.linspace(-1, 1, 41)
    upper, lower = _edge(mouth, where, -0.5), _edge(mouth, where, 0.5)
    if mouth.gap:
        drawing = painted(drawing, area(np.concatenate((upper, lower[::-1])), side), np.asarray(_INSIDE))
        inside = parts[..., Part.MOUTH] > 0.6
        lightness = float(np.quantile(to_lab(photo)[..., 0][inside], 0.6)) if inside.any() else 0.0
        if lightness > _WHITE:
            teeth = np.concatenate((upper, (upper + (lower - upper) * _TEETHS_SHARE)[::-1]))
            drawing = painted(drawing, area(teeth, side), np.asarray(_TEETH))
        tongue = np.concatenate(((upper + (lower - upper) * 0.7)[8:-8], lower[8:-8][::-1]))
        drawing = painted(drawing, area(tongue, side), np.asarray(_TONGUE))
        drawing = painted(drawing, 0.8 * line(lower, _FINE * side, side, _ENDS), stroke)
    return painted(drawing, line(upper, _STROKE * side, side, _ENDS), stroke)


def _edge(mouth: _Mouth, where: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Points (N, 2) along the drawn mouth, ``share`` of its gap below its middle; smaller, curvier than the photo's."""
    below = _CURVIER * mouth.bend * where**2 + mouth.slope * where + mouth.level + share * mouth.gap * (1 - where**2)
    along = where[:, None] * mouth.half
    return np.asarray(mouth.drawn + _NARROWER * (along * mouth.across + below[:, None] * mouth.down), dtype=np.float64)
