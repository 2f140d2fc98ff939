"""A crop that was chosen by hand, for pictures in which no detector finds the face: drawings, above all.

It goes the way of every other crop: the template's five points are put where the box says, and
:func:`core.alignment.align` cuts there, so that the framing is the one that the models were trained on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.alignment import CROP_SIZE, EYE_DISTANCE, TEMPLATE, Alignment, align
from core.errors import FaceError, quoted

#: Pixels; a smaller square shows nothing that could be drawn.
LEAST_SIDE = 16.0
_EYES = TEMPLATE[:2].mean(axis=0) - 0.5


@dataclass(frozen=True)
class HandCrop:
    """A square in a picture, in picture pixels.

    x, y: its centre. side: its length. angle: degrees by which it is turned clockwise on the screen, so that a head
    that leans to the right by 10 degrees is straightened by 10.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def centred(cls, width: int, height: int) -> HandCrop:
        """Return the largest upright square in the middle of a width x height picture."""
        return cls(width / 2, height / 2, float(min(width, height)))

    @classmethod
    def from_eyes(cls, left: tuple[float, float], right: tuple[float, float]) -> HandCrop:
        """Return the square in which two eyes, left and right as seen in the picture, lie where the template has them.

        Raises FaceError when the two are one point.
        """
        dx, dy = right[0] - left[0], right[1] - left[1]
        distance = math.hypot(dx, dy)
        if not math.isfinite(distance) or distance < 1.0:
            raise FaceError("The two eyes are in one place. Put each where an eye is.")
        side, angle = distance / EYE_DISTANCE, math.degrees(math.atan2(dy, dx))
        middle = np.array([(left[0] + right[0]) / 2, (left[1] + right[1]) / 2])
        x, y = middle - _turn(angle) @ (_EYES * side)
        return cls(float(x), float(y), side, angle)

    @classmethod
    def parse(cls, text: str) -> HandCrop:
        """Read ``X,Y,SIDE`` or ``X,Y,SIDE,ANGLE``. Raises FaceError for anything else."""
        try:
            numbers = [float(part) for part in text.split(",")]
            crop = cls(*numbers)
        except (TypeError, ValueError):
            crop = cls(math.nan, math.nan, math.nan)
        if not all(math.isfinite(value) for value in (crop.x, crop.y, crop.side, crop.angle)):
            raise FaceError(
                f"{quoted(text)} is not a crop. Give the centre and the side in pixels, and the angle in degrees if "
                "the head leans: X,Y,SIDE or X,Y,SIDE,ANGLE."
            )
        return crop

    @property
    def landmarks(self) -> NDArray[np.float64]:
        """(5, 2) the template's points in picture pixels."""
        return self._placed(TEMPLATE)

    @property
    def corners(self) -> NDArray[np.float64]:
        """(4, 2) in picture pixels, clockwise from the crop's own top left."""
        return self._placed(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))

    def align(self, width: int, height: int, size: int = CROP_SIZE) -> Alignment:
        """Return the alignment that cuts this crop out of a width x height picture.

        Raises FaceError when the square is too small or lies outside the picture.
        """
        if not self.side >= LEAST_SIDE:
            raise FaceError(f"The crop is too small: its side must be {LEAST_SIDE:.0f} pixels or more.")
        if not (0.0 <= self.x <= width and 0.0 <= self.y <= height):
            raise FaceError(f"The crop lies outside the picture: its centre must be within {width} x {height} pixels.")
        return align(self.landmarks, size)

    def fitted(self, width: int, height: int) -> HandCrop:
        """Return the nearest crop that a width x height picture can have."""
        largest = 2.0 * max(width, height)
        return HandCrop(
            min(max(self.x, 0.0), float(width)),
            min(max(self.y, 0.0), float(height)),
            min(max(self.side, LEAST_SIDE), max(largest, LEAST_SIDE)),
            (self.angle + 180.0) % 360.0 - 180.0,
        )

    def _placed(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        placed: NDArray[np.float64] = (shares - 0.5) * self.side @ _turn(self.angle).T + (self.x, self.y)
        return placed


def _turn(angle: float) -> NDArray[np.float64]:
    radians = math.radians(angle)
    return np.array([[math.cos(radians), -math.sin(radians)], [math.sin(radians), math.cos(radians)]])
