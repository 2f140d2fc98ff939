"""What travels through the live path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.alignment import Alignment


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a source. Nobody writes into its pixels.

    pixels: (H, W, 3) uint8 RGB.
    captured: when it was complete, seconds of ``time.perf_counter``.
    time: its place on the source's own clock in seconds: a file's time stamp, and ``captured`` for cameras.
    mirrored: whether it was flipped left to right.
    decoding: milliseconds it took to decode, without the wait for it; None where the two cannot be told apart.
    """

    pixels: NDArray[np.uint8]
    captured: float
    time: float
    mirrored: bool = False
    decoding: float | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True)
class LiveFace:
    """One face as it is followed from frame to frame.

    identifier: the same for as long as the face is followed.
    landmarks: (5, 2) float64, frame pixels, filtered.
    alignment: where its crop lies.
    opacity: 0 to 1; a face fades in when it appears and out when it is lost.
    held: it cannot be seen at the moment, and its last place and drawing are kept.
    """

    identifier: int
    landmarks: NDArray[np.float64]
    alignment: Alignment
    opacity: float = 1.0
    held: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a frame became.

    pixels: (H, W, 3) uint8 RGB, the view to be painted. Its size follows the view, not the frame.
    faces: those that were drawn, the largest first; empty where none was found.
    milliseconds: time of each stage; ``wait`` is the frame's time in the slot.
    model, provider: what drew it: the model's id and the execution provider really in use, both None where nothing
        could be drawn (``pixels`` then show the frame as it came).
    """

    pixels: NDArray[np.uint8]
    frame: Frame
    faces: tuple[LiveFace, ...]
    milliseconds: dict[str, float]
    model: str | None
    provider: str | None
