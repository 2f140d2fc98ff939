"""A moving, turning face made from a still picture, so that where it is in every frame is known exactly.

It stands in for a camera where there is none, in benchmarks and tests: the same way of a frame, with ground truth.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.live.frame import Frame

#: Times in seconds after which each movement repeats; no two meet often, so that the path does not repeat soon.
_PERIODS = {"x": 4.3, "y": 3.1, "roll": 5.3, "yaw": 3.7, "size": 6.7}
#: Distance of the eye from the picture, in widths of the still: how strong the perspective of a turned face is.
_DISTANCE = 2.5
_NOISE_PICTURES = 5


@dataclass(frozen=True)
class Motion:
    """How far a face goes: shares of the frame's height, degrees, share of its size. ``speed`` 0 keeps it still."""

    x: float = 0.10
    y: float = 0.05
    roll: float = 12.0
    yaw: float = 25.0
    size: float = 0.10
    speed: float = 1.0


class MovingStill:
    """Copies of one portrait, side by side, each moving along its own known path before its own blurred backdrop.

    portrait: (h, w, 3) uint8 RGB, one face about in its middle.
    size: width and height of the frames.
    faces: how many copies.
    fill: height of the portrait in the frame, as a share of the frame's height.
    noise: standard deviation of the camera's noise in grey levels.
    """

    def __init__(
        self,
        portrait: NDArray[np.uint8],
        size: tuple[int, int] = (1280, 720),
        faces: int = 1,
        motion: Motion | None = None,
        fill: float = 1.0,
        noise: float = 2.0,
    ) -> None:
        self.portrait = portrait
        self.size = size
        self.faces = faces
        self.motion = motion or Motion()
        self.fill = fill
        width, height = size
        small = cv2.resize(portrait, (max(1, width // 16), max(1, height // 16)), interpolation=cv2.INTER_AREA)
        self._backdrop = np.asarray(cv2.resize(cv2.blur(small, (5, 5)), size), dtype=np.uint8)
        random = np.random.default_rng(0)
        self._noise = [
            random.normal(0.0, noise, (height, width, 3)).round().astype(np.int8)
            for _ in range(_NOISE_PICTURES if noise else 0)
        ]

    def pose(self, moment: float, face: int = 0) -> NDArray[np.float64]:
        """Return the homography (3, 3) from the portrait's pixels to the frame's, of one copy at ``moment`` seconds."""
        rows, columns = self.portrait.shape[:2]
        width, height = self.size
        phase = face * 1.7

        def swing(name: str) -> float:
            return math.sin(math.tau * moment * self.motion.speed / _PERIODS[name] + phase)

        roll, yaw = math.radians(self.motion.roll * swing("roll")), math.radians(self.motion.yaw * swing("yaw"))
        centred = np.array([[1.0, 0.0, -columns / 2], [0.0, 1.0, -rows / 2], [0.0, 0.0, 1.0]])
        # A plane turned about its upright axis, seen from _DISTANCE.
        depth = math.sin(yaw) / (_DISTANCE * columns)
        turned = np.array([[math.cos(yaw), 0.0, 0.0], [0.0, 1.0, 0.0], [depth, 0.0, 1.0]])
        scale = self.fill * height / rows * (1.0 + self.motion.size * swing("size"))
        cosine, sine = scale * math.cos(roll), scale * math.sin(roll)
        x = width * (2 * face + 1) / (2 * self.faces) + self.motion.x * height * swing("x")
        y = height * (1.0 - self.fill / 2) + self.motion.y * height * swing("y")
        placed = np.array([[cosine, -sine, x], [sine, cosine, y], [0.0, 0.0, 1.0]])
        pose: NDArray[np.float64] = placed @ turned @ centred
        return pose

    def landmarks(self, points: NDArray[np.floating], moment: float, face: int = 0) -> NDArray[np.float64]:
        """Return where ``points`` (N, 2) of the portrait are in the frame at ``moment``."""
        found = cv2.perspectiveTransform(np.asarray(points, dtype=np.float64)[None], self.pose(moment, face))
        return np.asarray(found[0], dtype=np.float64)

    def at(self, moment: float) -> NDArray[np.uint8]:
        """Return the frame (H, W, 3) uint8 RGB at ``moment`` seconds."""
        frame = self._backdrop.copy()
        for face in range(self.faces):
            cv2.warpPerspective(
                self.portrait, self.pose(moment, face), self.size, dst=frame, borderMode=cv2.BORDER_TRANSPARENT
            )
        if self._noise:
            noise = self._noise[round(moment * 1000) % len(self._noise)]
            cv2.add(frame, noise, dst=frame, dtype=cv2.CV_8U)
        return frame


class StillSource:
    """A moving still as a source, at ``rate`` frames a second, or as fast as it is drawn."""

    live = True
    name = "the moving still"

    def __init__(self, still: MovingStill, rate: float = 30.0, paced: bool = True) -> None:
        self.still = still
        self.torn = 0
        self._rate = rate
        self._paced = paced
        self._count = 0
        self._start: float | None = None
        self._stopped = threading.Event()

    def open(self) -> None:
        """Begin; nothing has to be opened."""

    def read(self) -> Frame:
        """Return the next frame when its time has come; ``Frame.time`` is its place on the path."""
        moment = self._count / self._rate
        self._count += 1
        start = time.perf_counter()
        pixels = self.still.at(moment)
        now = time.perf_counter()
        if self._start is None:
            self._start = now - moment
        if self._paced:
            self._stopped.wait(max(0.0, self._start + moment - now))
        return Frame(pixels, time.perf_counter(), moment, decoding=1000 * (now - start))

    def close(self) -> None:
        """End."""
        self._stopped.clear()

    def interrupt(self) -> None:
        """End the wait for the next frame's time."""
        self._stopped.set()
