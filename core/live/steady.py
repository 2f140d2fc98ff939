"""How steady the picture is held: one slider, and the blend of a face's drawing with the drawings before it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.live.one_euro import Tuning

#: Side of the small pictures in which motion is looked for: large enough for an eyelid, small enough to average noise.
_LOOK = 64
#: Grey levels by which a place must change to begin to count as moving, and to count wholly; noise stays below.
_MOTION = (2.5, 9.0)


@dataclass(frozen=True)
class Steadiness:
    """What the slider between "sharp" (0) and "steady" (1) means.

    gain: share of the difference between a detection and the followed place that is taken over, 1 takes all.
    pace: share of the rest of that difference that is made up for in each frame, 1 at once.
    tuning: of the landmarks' One-Euro filter, None for none.
    keep: share of the drawing before that stays where nothing moves, 0 to below 1.
    hold: seconds that a lost face is kept. fade: seconds in which it comes and goes.
    """

    gain: float
    pace: float
    tuning: Tuning | None
    keep: float
    hold: float
    fade: float

    @classmethod
    def of(cls, slider: float) -> Steadiness:
        """Return what ``slider`` in [0, 1] means; 0 filters nothing."""
        amount = min(max(slider, 0.0), 1.0)
        if amount == 0.0:
            return cls(gain=1.0, pace=1.0, tuning=None, keep=0.0, hold=0.3, fade=0.0)
        return cls(
            gain=0.5 * 0.12**amount,
            pace=1.0 - 0.85 * amount**0.3,
            # The flow is nearly free of noise, so little has to be filtered; what lags is filtered hardly at all.
            tuning=Tuning(cutoff=10.0 - 8.0 * amount, reaction=60.0 - 40.0 * amount),
            keep=0.9 * amount**0.17,
            hold=0.3 + 0.2 * amount,
            fade=0.25 * amount,
        )


class SteadyFace:
    """The drawing of one face over time, blended in crop space, where alignment has taken out the face's own motion.

    Each place keeps a share of what was drawn before; how much follows from how far the *photo* changed there. So the
    generator's flicker on a resting face is averaged away, and a blink shows in the frame in which it happens.
    """

    def __init__(self) -> None:
        self.anime: NDArray[np.uint8] | None = None
        self.attention: NDArray[np.float32] | None = None
        self._look: NDArray[np.float32] | None = None

    def blend(
        self,
        crop: NDArray[np.uint8],
        anime: NDArray[np.uint8],
        attention: NDArray[np.float32] | None,
        keep: float,
    ) -> None:
        """Take in what was drawn from ``crop`` (S, S, 3); afterwards ``anime`` and ``attention`` are what to show.

        anime: (S, S, 3). attention: (h, w), or None. keep: share of what was shown that stays where the photo rests, 0
        for none.
        """
        look = _look(crop)
        before, looked, attended = self.anime, self._look, self.attention
        known = before is not None and before.shape == anime.shape and keep > 0.0
        if not known or before is None or looked is None:
            self.anime, self.attention, self._look = anime, attention, look
            return
        moved = cv2.GaussianBlur(cv2.absdiff(look, looked).max(axis=2), (5, 5), 0)
        share = np.clip((moved - _MOTION[0]) / (_MOTION[1] - _MOTION[0]), 0.0, 1.0)
        fresh = (1.0 - keep) + keep * share
        self._look = np.asarray(cv2.blendLinear(look, looked, fresh, 1.0 - fresh), dtype=np.float32)
        large = cv2.resize(fresh, anime.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        self.anime = np.asarray(cv2.blendLinear(anime, before, large, 1.0 - large), dtype=np.uint8)
        if attention is not None and attended is not None and attended.shape == attention.shape:
            attention = attended + (1.0 - keep) * (attention - attended)
        self.attention = attention


def _look(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    small = cv2.resize(crop, (_LOOK, _LOOK), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)
