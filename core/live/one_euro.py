"""The One-Euro filter (Casiez, Roussel, Vogel: "1 Euro Filter", CHI 2012) for the landmarks of one face.

A low-pass whose cut-off rises with speed: a face at rest stands still, a moving one is followed without lag. All
landmarks share one cut-off, taken from their common speed, so that the filter never bends the face.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Cut-off in Hz for the speed itself, the paper's own value.
_SPEED_CUTOFF = 1.0
#: A pause longer than this in seconds has nothing to do with what comes after it.
_LONGEST_STEP = 0.5


@dataclass(frozen=True)
class Tuning:
    """cutoff: Hz at rest. reaction: Hz more for each face width a second (the paper's beta)."""

    cutoff: float
    reaction: float


class OneEuro:
    """Filters points; one instance for each face."""

    def __init__(self) -> None:
        self._value: NDArray[np.float64] | None = None
        self._raw: NDArray[np.float64] | None = None
        self._speed: NDArray[np.float64] | None = None
        self._time = 0.0

    def __call__(
        self, points: NDArray[np.float64], time: float, width: float, tuning: Tuning | None
    ) -> NDArray[np.float64]:
        """Return ``points`` (N, 2) smoothed.

        time: seconds, not falling. width: the face's width in the points' unit, so that the tuning fits near and far
        faces. tuning: None passes the points through, and later calls go on from there.
        """
        step = time - self._time
        self._time = time
        raw, self._raw = self._raw, points
        if tuning is None or self._value is None or raw is None or step > _LONGEST_STEP:
            self._value, self._speed = points, None
            return points
        if step <= 0:
            return self._value
        speed = (points - raw) / step
        if self._speed is None:
            self._speed = np.zeros_like(speed)
        self._speed = self._speed + _share(_SPEED_CUTOFF, step) * (speed - self._speed)
        pace = float(np.sqrt((self._speed**2).sum(axis=1).mean())) / max(width, 1e-6)
        share = _share(tuning.cutoff + tuning.reaction * pace, step)
        self._value = self._value + share * (points - self._value)
        return self._value


def _share(cutoff: float, step: float) -> float:
    """Return what a first-order low-pass takes of a new value after ``step`` seconds."""
    rate = math.tau * cutoff * step
    return rate / (rate + 1.0)
