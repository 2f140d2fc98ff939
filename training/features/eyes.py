"""Drawn eyes: large ones with lids, an iris in the person's colour and light in it, as wide open as on the photo."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.contours import skin_of
from training.features.shapes import CERTAIN
from training.features.strokes import area, line, painted
from training.networks.parsing import Part

Pixels = NDArray[np.uint8]

#: Shares of the distance between the eyes: half the width of a drawn eye, and how much higher than the real one it is.
_HALF, _HIGHER = 0.295, 0.07
#: Height of a wide-open drawn eye over its width; of one that is nearly closed, as a share of that.
_TALL, _NARROWED = 1.02, 0.62
#: Height over width of a real eye that is nearly closed, and of one that is wide open.
_SHUT, _WIDE = 0.14, 0.36
#: Half the width and half the height of an iris, in halves of the eye's; its pupil as a share of it.
_IRIS, _PUPIL = (0.62, 0.93), 0.5
#: How much more a drawn iris moves than a real one does.
_LIVELIER = 2.2
#: Strokes in shares of the distance between the eyes: the upper lid, the lower one, the fold above.
_LID, _LOWER, _FOLD = 0.052, 0.022, 0.018
# Not quite white: what is, where the photo is not, is taken for a flaw when drawings are tinted (core/blending).
_WHITE_OF_EYE, _ITS_SHADE, _LIGHT = (239, 236, 237), (192, 186, 200), (255, 255, 255)
_LASH = (44, 30, 34)
#: CIELAB of an iris: lightness in its middle; how much more colourful it is than the photo's; least and most chroma.
_IRIS_LIGHTNESS, _MORE_COLOURFUL, _CHROMA = 40.0, 2.2, (14.0, 46.0)


class _Eye(NamedTuple):
    """A drawn eye in pixels.

    middle: (x, y). out: unit vector along it, away from the nose. down: the one at right angles. half: half its width.
    height: of the opening. look: where the iris lies, -1 to 1 along ``out``.
    """

    middle: NDArray[np.float64]
    out: NDArray[np.float64]
    down: NDArray[np.float64]
    half: float
    height: float
    look: float

    def at(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (N, 2) of places (N, 2) in halves of the width, along ``out`` and ``down``."""
        return np.asarray(self.middle + self.half * (places[:, :1] * self.out + places[:, 1:] * self.down))


def with_eyes(drawing: Pixels, photo: Pixels, parts: Image) -> Pixels:
    """Return ``drawing`` with eyes drawn anew where ``photo`` has them, both (S, S, 3).

    Where not both eyes are seen, behind hair or glasses or on a face turned away, they stay as they are.
    """
    found = eyes_seen(photo, parts)
    if found is None:
        return drawing
    colour = _iris_colour(photo, parts)
    for eye in found:
        drawing = _drawn(_erased(drawing, parts, eye), eye, colour)
    return drawing


def with_closed_eyes(drawing: Pixels, photo: Pixels, parts: Image) -> Pixels:
    """Return ``drawing`` with closed eyes where ``photo``, before they were closed, has eyes; both (S, S, 3)."""
    found = eyes_seen(photo, parts)
    if found is None:
        return drawing
    side = len(drawing)
    where = np.linspace(-1, 1, 41)
    for eye in found:
        drawing = _erased(drawing, parts, eye)
        lashes = eye.at(np.stack((where, 0.62 - 0.42 * where**2 - 0.05 * where), axis=1))
        fold = eye.at(np.stack((where[8:33], -0.05 - 0.22 * where[8:33] ** 2), axis=1))
        apart = eye.half / _HALF
        drawing = painted(drawing, line(lashes, 1.2 * _LID * apart, side, 0.45), np.asarray(_LASH))
        drawing = painted(drawing, 0.5 * line(fold, _FOLD * apart, side, 0.2), np.asarray(_LASH))
        for place in (0.55, 0.85):
            root = np.array([[place, 0.62 - 0.42 * place**2], [place + 0.22, 0.62 - 0.42 * place**2 + 0.14]])
            drawing = painted(drawing, line(eye.at(root), 0.5 * _LID * apart, side), np.asarray(_LASH))
    return drawing


def eyes_seen(photo: Pixels, parts: Image) -> tuple[_Eye, _Eye] | None:
    """Return both eyes as they are to be drawn, the left one in the picture first; None where one is not seen."""
    side = len(parts)
    spots = []
    for part in (Part.LEFT_EYE, Part.RIGHT_EYE):
        rows, columns = np.nonzero(parts[..., part] > CERTAIN)
        if len(rows) < 8:
            return None
        spots.append(np.stack((columns, rows), axis=1).astype(np.float64))
    spots.sort(key=lambda points: float(points[:, 0].mean()))
    left, right = (points.mean(axis=0) for points in spots)
    apart = float(np.hypot(*(right - left)))
    # Far from an aligned face, or one eye much smaller: a profile.
    if not 0.15 * side < apart < 0.4 * side or not 0.4 < len(spots[0]) / len(spots[1]) < 2.5:
        return None
    across = (right - left) / apart
    down = np.array([-across[1], across[0]])
    openness = float(np.mean([_openness(points, across, down) for points in spots]))
    height = 2 * _HALF * apart * _TALL * (_NARROWED + (1 - _NARROWED) * openness)
    look = float(np.clip(_LIVELIER * np.mean([_look(photo, points, across) for points in spots]), -1, 1))
    higher = down * _HIGHER * apart
    return (
        _Eye(left - higher, -across, down, _HALF * apart, height, -look),
        _Eye(right - higher, across, down, _HALF * apart, height, look),
    )


def _look(photo: Pixels, points: NDArray[np.float64], across: NDArray[np.float64]) -> float:
    """Where in an eye its dark part lies along ``across``, in halves of its width."""
    columns, rows = points.astype(int).T
    level = photo[rows, columns].mean(axis=-1, dtype=np.float64)
    dark = (level.max() - level) ** 2 + 1e-3
    along = (points - points.mean(axis=0)) @ across
    return float((along * dark).sum() / dark.sum() / (np.abs(along).max() + 1))


def _openness(points: NDArray[np.float64], across: NDArray[np.float64], down: NDArray[np.float64]) -> float:
    """0 nearly closed, 1 wide open."""
    around = points - points.mean(axis=0)
    width, height = (float(np.ptp(np.quantile(around @ axis, (0.03, 0.97)))) + 1 for axis in (across, down))
    return float(np.clip((height / width - _SHUT) / (_WIDE - _SHUT), 0.0, 1.0))


def _iris_colour(photo: Pixels, parts: Image) -> NDArray[np.float64]:
    """CIELAB of the drawn iris: the photo's hue, told plainly."""
    seen = parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE)].sum(axis=-1) > CERTAIN
    lab = to_lab(photo)[seen]
    dark = lab[lab[:, 0] <= np.quantile(lab[:, 0], 0.6)]
    hue = np.median(dark[:, 1:], axis=0) * _MORE_COLOURFUL
    # Red comes from the skin around.
    hue[0] = min(hue[0], 0.6 * max(hue[1], 0.0) + 2)
    chroma = float(np.hypot(*hue))
    # Brown where the photo is too grey to tell.
    hue = np.array([9.0, 14.0]) if chroma < 4 else hue / chroma * np.clip(chroma, *_CHROMA)
    return np.array([_IRIS_LIGHTNESS, *hue])


def _erased(drawing: Pixels, parts: Image, eye: _Eye) -> Pixels:
    """Take the old eye away, but not hair that hangs before it."""
    side = len(drawing)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    reach = np.stack((np.cos(angle) * 1.5, np.sin(angle) * 0.85 * max(eye.height / eye.half, 1.9)), axis=1)
    place = area(eye.at(reach) - 0.12 * eye.half * eye.down, side)
    skin = parts[..., (Part.SKIN, Part.NOSE, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LEFT_BROW, Part.RIGHT_BROW)].sum(
        axis=-1
    )
    place = place * (skin > CERTAIN)
    skin_there = skin_of(drawing, parts)
    if skin_there is None:
        return drawing
    soft = cv2.GaussianBlur(place, (0, 0), 0.004 * side)
    return painted(drawing, soft, skin_there)


def _drawn(drawing: Pixels, eye: _Eye, iris: NDArray[np.float64]) -> Pixels:
    side = len(drawing)
    apart = eye.half / _HALF
    tall = eye.height / eye.half
    where = np.linspace(-1, 1, 41)
    # The upper lid rises steeply from the nose and falls gently outwards; the lower one is flat.
    upper = np.stack((where, -0.5 * tall * (1 - np.abs(where) ** 2.4) - 0.06 * where + 0.06), axis=1)
    lower = np.stack((where * 0.8 + 0.02, 0.5 * tall * (1 - np.abs(where) ** 3.0) * 0.96), axis=1)
    lid, bottom = eye.at(upper), eye.at(lower)
    opening = area(np.concatenate((lid, bottom[::-1])), side)
    depth = _depth(eye, side)
    white = _blend(_ITS_SHADE, _WHITE_OF_EYE, np.clip((depth + 0.62) / 0.3, 0, 1))
    drawing = painted(drawing, opening, white)
    drawing = _with_iris(drawing, eye, iris, opening, depth)
    lash = np.asarray(_LASH)
    drawing = painted(drawing, 0.9 * line(bottom[10:31], _LOWER * apart, side, 0.2), lash)
    fold = eye.at(np.stack((where[6:35], upper[6:35, 1] - 0.2), axis=1))
    drawing = painted(drawing, 0.55 * line(fold, _FOLD * apart, side, 0.2), lash)
    outer = eye.at(np.concatenate((upper[8:], [[1.12, 0.02]])))
    drawing = painted(drawing, line(lid, 0.8 * _LID * apart, side, 0.5), lash)
    drawing = painted(drawing, line(outer, 1.15 * _LID * apart, side, 0.45), lash)
    return drawing


def _with_iris(drawing: Pixels, eye: _Eye, iris: NDArray[np.float64], opening: Image, depth: Image) -> Pixels:
    side = len(drawing)
    tall = eye.height / eye.half
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    circle = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    size = np.array((_IRIS[0], 0.5 * _IRIS[1] * max(tall, 1.5)))
    middle = np.array((eye.look * 0.25 - 0.03, 0.02 * tall))
    dark, mid, bright = (
        _rgb(np.array([iris[0] + step, *(iris[1:] * more)])) for step, more in ((-26, 0.7), (0, 1.0), (24, 1.05))
    )
    place = area(eye.at(middle + circle * size), side) * opening
    drawing = painted(drawing, place, dark * 0.8)
    inner = area(eye.at(middle + circle * size * 0.88), side) * opening
    shade = np.clip((depth + 0.45) / 0.9, 0, 1)
    colour = np.where(
        (shade < 0.5)[..., None], _blend(dark, mid, shade * 2), _blend(mid, bright, np.clip(shade * 2 - 1, 0, 1))
    )
    drawing = painted(drawing, inner, colour)
    pupil = area(eye.at(middle + circle * size * _PUPIL), side) * opening
    drawing = painted(drawing, 0.9 * pupil, dark * 0.45)
    # Light falls from the same side into both eyes, whichever way out is.
    leftwards = -1 if eye.out[0] > 0 else 1
    for place_x, place_y, radius in ((0.26 * leftwards, -0.2 * tall, 0.24), (-0.24 * leftwards, 0.2 * tall, 0.11)):
        spot = area(eye.at(middle + (place_x, place_y) + circle * radius), side) * opening
        drawing = painted(drawing, spot, np.asarray(_LIGHT))
    return drawing


def _depth(eye: _Eye, side: int) -> Image:
    """How far down in the eye each pixel lies, -0.5 at its upper lid and 0.5 at its lower one, (S, S)."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    away = (x - eye.middle[0]) * eye.down[0] + (y - eye.middle[1]) * eye.down[1]
    return np.asarray(away / eye.height, dtype=np.float32)


def _blend(start: object, end: object, share: Image) -> Image:
    first, last = np.asarray(start, dtype=np.float32), np.asarray(end, dtype=np.float32)
    return np.asarray(first + (last - first) * share[..., None], dtype=np.float32)


def _rgb(lab: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(from_lab(lab[None, None])[0, 0], dtype=np.float32)
