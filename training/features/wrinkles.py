"""Ageing photos whose drawing stays smooth: wrinkles, and the sheen of a forehead.

Hard light makes dark strokes of an old forehead's lines and white spots of its sheen, and networks draw them as such.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.shapes import CERTAIN, middle_of
from training.features.strokes import line
from training.networks.parsing import FaceParser, Part

Pixels = NDArray[np.uint8]

#: Lengths are shares of the distance between the eyes. How far above the brows' middle the lowest and the highest
#: line of a forehead lie.
_FOREHEAD = (0.15, 0.75)
#: CIELAB lightness that a line takes and the skin beside it gets back, and that sheen gives, at most.
_DARKER, _LIGHTER, _SHEEN = 26.0, 10.0, 30.0


class Wrinkles:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: Pixels, drawing: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels] | None:
        """Return the photo with wrinkles, and the drawing as it is, aligned (S, S, 3) uint8 RGB.

        None where brows, nose or mouth are not seen.
        """
        parts = self._parser.parts(photo)
        lines = _lines(parts, rng)
        if lines is None:
            return None
        side = len(photo)
        skin = cv2.GaussianBlur((parts[..., Part.SKIN] > CERTAIN).astype(np.float32), (0, 0), 0.006 * side)
        fine = float(rng.uniform(0.002, 0.006)) * side
        dark = cv2.GaussianBlur(lines, (0, 0), fine)
        # The fold above a line catches the light.
        lit = cv2.GaussianBlur(np.roll(lines, -round(0.012 * side), axis=0), (0, 0), 2 * fine)
        lab = to_lab(photo)
        depth = float(rng.uniform(0.35, 1.0))
        lab[..., 0] += depth * (_LIGHTER * lit - _DARKER * dark) * skin
        lab[..., 0] += float(rng.uniform(0, _SHEEN)) * _sheen(parts, rng) * skin
        lab[..., 0] = lab[..., 0].clip(0, 100)
        return from_lab(lab), drawing


def _lines(parts: Image, rng: np.random.Generator) -> Image | None:
    """Where the lines are, (S, S) in [0, 1]."""
    brows = middle_of(parts[..., (Part.LEFT_BROW, Part.RIGHT_BROW)].sum(axis=-1))
    mouth = middle_of(parts[..., (Part.UPPER_LIP, Part.LOWER_LIP, Part.MOUTH)].sum(axis=-1))
    nose = middle_of(parts[..., Part.NOSE])
    if brows is None or mouth is None or nose is None:
        return None
    side = len(parts)
    apart = 0.24 * side
    found = np.zeros((side, side), dtype=np.float32)
    across = np.linspace(-1, 1, 25)
    count = int(rng.integers(2, 6))
    for height in np.linspace(*_FOREHEAD, count) + rng.uniform(-0.05, 0.05, count):
        # Higher lines are wider and flatter; each wavers a little.
        half, bent = apart * rng.uniform(0.35, 0.75), apart * rng.uniform(-0.06, 0.1)
        waver = np.interp(across, np.linspace(-1, 1, 7), rng.uniform(-0.03, 0.03, 7)) * apart
        x = brows[0] + rng.uniform(-0.15, 0.15) * apart + half * across
        y = brows[1] - height * apart + bent * across**2 + waver
        found = np.maximum(found, line(np.stack((x, y), axis=1), rng.uniform(0.006, 0.012) * side, side, 0.2))
    # Two between the brows, two from the nose to the mouth's corners.
    for way in (-1, 1):
        frown = brows + apart * np.array([[way * 0.1, -0.05], [way * 0.07, 0.18]])
        fold = np.stack((nose + apart * np.array([way * 0.2, 0.12]), mouth + apart * np.array([way * 0.47, 0.05])))
        for points in (frown, fold):
            if rng.random() < 0.6:
                found = np.maximum(found, line(points, rng.uniform(0.006, 0.014) * side, side))
    return found


def _sheen(parts: Image, rng: np.random.Generator) -> Image:
    """Where skin reflects a lamp, (S, S) in [0, 1]: spots on forehead, nose and cheeks."""
    side = len(parts)
    y, x = (np.mgrid[:side, :side].astype(np.float32) + 0.5) / side
    found = np.zeros((side, side), dtype=np.float32)
    for _ in range(int(rng.integers(1, 5))):
        middle = rng.uniform((0.22, 0.33), (0.62, 0.67))
        size = rng.uniform(0.02, 0.07, 2)
        far = ((y - middle[0]) / size[0]) ** 2 + ((x - middle[1]) / size[1]) ** 2
        found = np.maximum(found, np.exp(-far))
    return np.asarray(found, dtype=np.float32)
