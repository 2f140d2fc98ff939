"""Clips of a moving, turning face whose place in every frame is known, made from a still by warping it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import skimage.data
from av.video.stream import VideoStream
from numpy.typing import NDArray

from core.alignment import align, apply
from core.faces import Face
from core.live.frame import Frame
from core.live.still import Motion, MovingStill

#: The five landmarks of :func:`portrait`, the mean of SCRFD's over several sizes of it.
LANDMARKS = np.array([[115.0, 96.5], [156.1, 99.8], [133.3, 123.6], [111.7, 132.6], [154.6, 135.8]])


def portrait() -> NDArray[np.uint8]:
    """A woman's head and shoulders, (270, 270, 3) uint8 RGB."""
    return np.asarray(skimage.data.astronaut()[5:275, 90:360], dtype=np.uint8)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Clip:
    """A clip with its ground truth; ``still.faces`` copies of the face at ``rate`` frames a second."""

    still: MovingStill
    rate: float = 30.0

    def frame(self, number: int, start: float = 100.0) -> Frame:
        """The frame as a camera would give it, captured at ``start`` plus its time."""
        moment = number / self.rate
        return Frame(self.still.at(moment), start + moment, moment)

    def landmarks(self, number: int, face: int = 0) -> NDArray[np.float64]:
        """Where the landmarks (5, 2) truly are in a frame."""
        return self.still.landmarks(LANDMARKS, number / self.rate, face)

    def canonical(self, pixels: NDArray[np.uint8], number: int) -> NDArray[np.float32]:
        """A frame-sized picture with the face's own motion taken out: the portrait at rest, at twice its size."""
        pose = self.still.pose(number / self.rate) @ np.diag([0.5, 0.5, 1.0])
        rows, columns = self.still.portrait.shape[:2]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpPerspective(pixels, pose, (2 * columns, 2 * rows), flags=flags), dtype=np.float32)

    def write(self, path: Path, seconds: float, shown_rate: float | None = None) -> Path:
        """Record the clip as H.264 with these very time stamps, or those of another rate of pictures a second."""
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(shown_rate or self.rate).limit_denominator(1001))
            assert isinstance(stream, VideoStream)
            stream.width, stream.height = self.still.size
            stream.pix_fmt = "yuv420p"
            stream.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "18"}
            for number in range(round(seconds * self.rate)):
                picture = av.VideoFrame.from_ndarray(self.still.at(number / self.rate), format="rgb24")
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        return path


def clip(size: tuple[int, int] = (640, 360), faces: int = 1, motion: Motion | None = None, noise: float = 3.0) -> Clip:
    """A clip of the portrait, small so that tests are quick."""
    return Clip(MovingStill(portrait(), size, faces, motion, fill=1.0 if faces == 1 else 0.55, noise=noise))


class Oracle:
    """A detector that knows where the faces are and is off by some pixels, as real ones are.

    number: of the frame that it is shown next, to be set before each. scale: of what it is shown. calls: how often it
    was asked. blind: find nothing.
    """

    def __init__(self, clip: Clip, error: float = 1.0, scale: float = 1.0) -> None:
        self.number = 0
        self.calls = 0
        self.blind = False
        self._clip = clip
        self._error = error
        self._scale = scale
        self._random = np.random.default_rng(1)

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        self.calls += 1
        return [] if self.blind else list(self._faces())

    def _faces(self) -> Iterator[Face]:
        for face in range(self._clip.still.faces):
            points = self._clip.landmarks(self.number, face) * self._scale
            points += self._random.normal(0.0, self._error, 2) + self._random.normal(0.0, self._error / 2, (5, 2))
            low, high = points.min(axis=0), points.max(axis=0)
            yield Face((low[0], low[1], high[0], high[1]), points, 0.9)


def misplaced(found: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how many pixels of the aligned crop a wrong alignment moves each of the five true landmarks, (5, 2)."""
    return apply(align(found).matrix, true) - apply(align(true).matrix, true)
