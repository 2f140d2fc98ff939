"""Giving a drawn face the features that the photo has, in the hand of a cartoonist.

A CycleGAN learns from unpaired pictures where hair, skin and shade go. What moves in a face it does not learn: a
style's pictures have small closed mouths and eyes that are always open, so everybody gets these, a little different
each time, and a network that learns from such drawings draws the mean of them. Here eyes, brows, nose, mouth and the
outline are drawn anew by rule from the photo's own, so that expressions and the shape of a face show, and a pupil
learns crisp strokes because they follow from what it sees.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.features.brows import with_brows
from training.features.contours import face_seen, with_contour
from training.features.eyes import eyes_seen, with_eyes
from training.features.mouths import mouth_seen, with_mouth
from training.features.shapes import stroke_on
from training.networks.parsing import FaceParser


class Features:
    """Callable on a photo and its drawing."""

    def __init__(self, parser: FaceParser) -> None:
        self._parser = parser

    def seen(self, photo: NDArray[np.uint8]) -> bool:
        """Return whether eyes, mouth and chin of an aligned photo (S, S, 3) uint8 RGB can be drawn anew."""
        parts = self._parser.parts(photo)
        found = (eyes_seen(photo, parts), mouth_seen(parts), face_seen(parts))
        return all(part is not None for part in found)

    def __call__(self, photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``drawing`` with the features of ``photo``, both aligned (S, S, 3) uint8 RGB.

        A feature that the photo does not show stays as it is drawn.
        """
        parts = self._parser.parts(photo)
        stroke = stroke_on(drawing, parts)
        drawing = with_mouth(with_contour(drawing, parts), photo, parts, stroke)
        return with_brows(with_eyes(drawing, photo, parts), parts, stroke)
