"""Closing the eyes of a photo, and of its drawing.

Nobody blinks on portraits, so a network that learns from them draws open eyes on everybody who does before a camera.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.colour import from_lab, to_lab
from training.backdrops import Image
from training.features.brows import with_brows
from training.features.eyes import eyes_seen, with_closed_eyes
from training.features.shapes import CERTAIN, edges, stroke_on, wears_glasses
from training.features.strokes import line, painted
from training.networks.parsing import FaceParser, Part

Pixels = NDArray[np.uint8]

#: Shares of the side: how far around an eye its lid is painted, and the line of lashes.
_AROUND, _LASHES = 0.016, 0.011
#: CIELAB lightness of the lashes below that of the lid, least and most.
_DARKER = (22.0, 42.0)


class Blinks:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: Pixels, drawing: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels] | None:
        """Return both with closed eyes, aligned (S, S, 3) uint8 RGB; None where eyes are not seen or behind glasses."""
        parts = self._parser.parts(photo)
        # An eyelid may not be painted on glasses.
        if wears_glasses(parts) or eyes_seen(photo, parts) is None:
            return None
        shut = photo
        for part in (Part.LEFT_EYE, Part.RIGHT_EYE):
            closed = _shut(shut, parts[..., part], rng)
            if closed is None:
                return None
            shut = closed
        stroke = stroke_on(drawing, parts)
        return shut, with_brows(with_closed_eyes(drawing, photo, parts), parts, stroke)


def _shut(photo: Pixels, chance: Image, rng: np.random.Generator) -> Pixels | None:
    """Paint the lid over one eye, and lashes where it ends."""
    side = len(photo)
    rows, columns = np.nonzero(chance > CERTAIN)
    middle, half = columns.mean(), np.ptp(columns) / 2 + 1
    found = edges((columns - middle) / half, rows.astype(np.float64))
    if found is None:
        return None
    size = 2 * round(_AROUND * side / 2) + 1
    eye = cv2.dilate((chance > CERTAIN / 2).astype(np.uint8), np.ones((size, size), dtype=np.uint8))
    spread = np.asarray(cv2.inpaint(photo, eye, 0.02 * side, cv2.INPAINT_TELEA), dtype=np.float32)
    lid = cv2.GaussianBlur(spread, (0, 0), 0.012 * side) + rng.normal(0, 1.5, photo.shape)
    painted_lid = painted(photo, _softened(eye.astype(np.float32), 0.005 * side), lid)
    # Lashes lie where the lower lid is, a little above it at the ends.
    where = np.linspace(-1.1, 1.1, 25)
    bend, slope, level = found[1]
    bend = -abs(float(bend)) - 0.006 * side
    points = np.stack((middle + where * half, bend * where**2 + slope * where + level), axis=1)
    lashes = line(points, float(rng.uniform(0.8, 1.3)) * _LASHES * side, side, 0.5)
    lab = to_lab(painted_lid)
    lab[..., 0] -= float(rng.uniform(*_DARKER)) * _softened(lashes, float(rng.uniform(0.002, 0.005)) * side)
    return from_lab(lab)


def _softened(mask: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), dtype=np.float32)
