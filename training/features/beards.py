"""Growing beards on photos whose drawing stays shaven.

Few photos to learn from show beards. A network takes them for shadows, and draws half of each as dirt. A photo with
and without one, and the same drawing for both, teaches that skin goes on below.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import to_lab
from training.backdrops import Image
from training.features.contours import face_seen
from training.features.shapes import CERTAIN, middle_of
from training.features.strokes import painted
from training.networks.parsing import FaceParser, Part

Pixels = NDArray[np.uint8]

#: sRGB of hair of the face under good light.
_HAIRS = ((22, 18, 17), (34, 26, 22), (58, 40, 28), (96, 60, 34), (120, 112, 106), (168, 164, 160), (205, 202, 198))
#: Lightness (CIELAB) of a well-lit face; under less, hairs are darker too.
_LIT = 65.0
#: Where a beard begins on each cheek, from the middle of the face (0) to its edge (1): below the nose, beside the mouth
#: and up to the ear. As shares of the way from the mouth up to the nose (1), and from there on up to the eyes (2).
_ACROSS, _UP = (0.0, 0.30, 0.42, 0.68, 1.0), (0.85, 0.85, -0.25, -0.1, 1.5)
#: Widest part of the face, likewise, that a moustache and a chin beard take.
_MOUSTACHE, _GOATEE = 0.40, 0.36


class Beards:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: Pixels, drawing: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels] | None:
        """Return the photo with a beard, and the drawing as it is, aligned (S, S, 3) uint8 RGB.

        None where no whole face is seen.
        """
        parts = self._parser.parts(photo)
        place = _place(parts, rng)
        if place is None:
            return None
        side = len(photo)
        skin = parts[..., Part.SKIN] > CERTAIN
        lightness = to_lab(photo)[..., 0]
        light = cv2.GaussianBlur(lightness, (0, 0), 0.02 * side) / _LIT
        colour = np.asarray(_HAIRS[int(rng.integers(len(_HAIRS)))], dtype=np.float32)
        if float(np.median(lightness[skin])) < 45:
            # Black hair is the rule on dark skin.
            colour = np.minimum(colour, np.float32(rng.choice([24, 40, 130])))
        noise = rng.normal(0, 1, (side, side)).astype(np.float32)
        hairs = cv2.GaussianBlur(noise, (0, 0), 0.003 * side, sigmaY=0.007 * side)
        hairs = np.asarray(hairs / hairs.std(), dtype=np.float32)
        edge = cv2.GaussianBlur(place, (0, 0), float(rng.uniform(0.006, 0.02)) * side)
        thick = float(rng.uniform(0.35, 1.0))
        amount = (edge * thick * (1 + 0.22 * hairs)).clip(0, 0.97)
        lit = colour * light.clip(0.3, 1.3)[..., None] * (1 + 0.12 * hairs[..., None])
        return painted(photo, np.asarray(amount, dtype=np.float32), lit), drawing


def _place(parts: Image, rng: np.random.Generator) -> Image | None:
    """Where hair grows, (S, S) 0 or 1."""
    face = face_seen(parts)
    mouth = middle_of(parts[..., (Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)].sum(axis=-1))
    eyes = middle_of(parts[..., (Part.LEFT_EYE, Part.RIGHT_EYE)].sum(axis=-1))
    nose = np.nonzero(parts[..., Part.NOSE] > CERTAIN)[0]
    if face is None or mouth is None or eyes is None or len(nose) == 0:
        return None
    side = len(parts)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    rows, columns = np.nonzero(face)
    near = np.abs(rows - mouth[1]) < 0.05 * side
    half = max(float(np.ptp(columns[near])) / 2 if near.any() else 0.0, 0.1 * side)
    across = np.abs(x - mouth[0]) / half
    below = float(np.quantile(nose, 0.97))
    up = np.interp(across, _ACROSS, _UP)
    line = mouth[1] - up.clip(-1, 1) * (mouth[1] - below) - (up - 1).clip(0) * (below - eyes[1])
    bearded = face & (y > line)
    kind = rng.random()
    if kind < 0.2:
        bearded &= (across < _MOUSTACHE) & (y < mouth[1])
    elif kind < 0.4:
        bearded &= (across < _GOATEE) & ((y > mouth[1]) | (rng.random() < 0.7))
    elif kind < 0.55:
        bearded &= (y > mouth[1]) | (across > _MOUSTACHE)
    lips = parts[..., (Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)].sum(axis=-1) > CERTAIN / 2
    return np.asarray(bearded & ~lips & (parts[..., Part.NOSE] < CERTAIN), dtype=np.float32)
