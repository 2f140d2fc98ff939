"""Casting hard shadows on photos whose drawing stays lit.

Under a low sun or one lamp a part of a face lies in the dark, with an edge. Networks draw the edge, or take what is
dark for hair; a photo with and without a shadow, and the same drawing for both, teaches that it is neither.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.networks.parsing import SKIN, FaceParser, Part

Pixels = NDArray[np.uint8]

#: What a lamp shines on as on one body: all of a person but clothes and hats.
_BODY = (
    *SKIN, Part.HAIR, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LEFT_BROW, Part.RIGHT_BROW, Part.GLASSES, Part.MOUTH,
    Part.UPPER_LIP, Part.LOWER_LIP,
)  # fmt: skip


class Shadows:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def __call__(self, photo: Pixels, drawing: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels] | None:
        """Return the photo with a shadow on the person, and the drawing as it is, aligned (S, S, 3) uint8 RGB.

        None where nobody is seen.
        """
        body = self._parser.parts(photo)[..., _BODY].sum(axis=-1)
        if not (body > 0.5).any():
            return None
        side = len(photo)
        # An edge through the face, bent as a nose's or a brow's shadow is.
        y, x = (np.mgrid[:side, :side].astype(np.float32) + 0.5) / side - 0.5
        angle, bent = rng.uniform(0, 2 * np.pi), rng.uniform(-3, 3)
        along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
        far = along - bent * across**2 - rng.uniform(-0.15, 0.15)
        waves = cv2.resize(rng.normal(0, 0.03, (6, 6)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        dark = 1 / (1 + np.exp(-((far + waves) / float(rng.uniform(0.006, 0.03))).clip(-30, 30)))
        deep, cold = float(rng.uniform(0.35, 0.8)), rng.uniform(0.9, 1.1, 3)
        light = 1 - deep * dark * cv2.GaussianBlur(body, (0, 0), 0.006 * side).clip(0, 1)
        # What lies in the light may be nearly too bright.
        shown = photo * (light[..., None] ** cold) * float(rng.uniform(0.95, 1.3))
        return np.asarray(shown.round().clip(0, 255), dtype=np.uint8), drawing
