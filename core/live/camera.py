"""Webcams, found by name and opened with OpenCV."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from core import cameras
from core.cameras import Camera
from core.errors import SourceError, quoted
from core.live.frame import Frame

#: What nearly every webcam can do; one that cannot takes what is nearest.
USUAL_SIZES = ((640, 480), (1280, 720), (1920, 1080))
USUAL_RATES = (30, 60)

#: Reads in a row without a picture after which the camera is lost.
_MOST_FAILURES = 3


class Capture(Protocol):
    """What is used of ``cv2.VideoCapture``."""

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        """Whether there is a camera behind it."""

    def grab(self) -> bool:
        """Wait for a picture."""

    def retrieve(self) -> tuple[bool, NDArray[np.uint8] | None]:
        """Decode it, BGR."""

    def set(self, propId: int, value: float) -> bool:  # noqa: N803 (OpenCV's name)
        """Change a setting."""

    def release(self) -> None:
        """Free the camera."""


Opener = Callable[[int, int, Sequence[int]], Capture]
Finder = Callable[[str], list[Camera]]


class CameraSource:
    """A webcam by its name, which finds it again after it was unplugged and its index has changed.

    size: wished width and height. rate: wished frames a second, None for the camera's own. finder, opener: how cameras
    are found and opened.
    """

    live = True

    def __init__(
        self,
        camera: Camera,
        size: tuple[int, int] = (1280, 720),
        rate: int | None = None,
        finder: Finder = cameras.named,
        opener: Opener | None = None,
    ) -> None:
        self.name = quoted(camera.name)
        self.torn = 0
        self._camera = camera
        self._size = size
        self._rate = rate
        self._finder = finder
        self._opener = opener or _open
        self._capture: Capture | None = None

    def open(self) -> None:
        """Open the camera, which may take seconds. Raises SourceError saying why it cannot be."""
        ways = self._finder(self._camera.name)
        if not ways:
            raise SourceError(f"The camera {self.name} is not connected. Plug it in, or choose another one.")
        # Of two cameras of one name, the one that was chosen, if it has kept its place.
        ways.sort(key=lambda way: way != self._camera)
        for way in ways:
            for wishes in self._wishes(way):
                capture = self._opener(way.index, _backend(way), wishes)
                # Some drivers open a camera that is busy, and only then have no picture.
                if capture.isOpened() and capture.grab():
                    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
                    self._capture = capture
                    return
                capture.release()
        raise SourceError(self._reason(ways[0]))

    def read(self) -> Frame:
        """Wait for the next picture. Raises SourceError when the camera has gone."""
        for _ in range(_MOST_FAILURES):
            if self._capture is None or not self._capture.grab():
                continue
            start = time.perf_counter()
            good, pixels = self._capture.retrieve()
            if good and pixels is not None and pixels.size:
                rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if pixels.ndim == 3 else cv2.COLOR_GRAY2RGB)
                now = time.perf_counter()
                return Frame(np.asarray(rgb, dtype=np.uint8), now, now, decoding=1000 * (now - start))
            self.torn += 1
        raise SourceError(
            f"The camera {self.name} stopped sending. Check its plug; it is shown again as soon as it is back."
        )

    def close(self) -> None:
        """Free the camera for other programs."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def interrupt(self) -> None:
        """Nothing can: a driver answers when it likes, and the thread that waits for it frees the camera then."""

    def _wishes(self, way: Camera) -> list[list[int]]:
        """Return what to ask for when opening, one after the other until the camera agrees."""
        width, height = self._size
        size = [cv2.CAP_PROP_FRAME_WIDTH, width, cv2.CAP_PROP_FRAME_HEIGHT, height]
        rate = [cv2.CAP_PROP_FPS, self._rate] if self._rate else []
        # Uncompressed, most webcams manage 10 pictures a second at 1280x720. macOS has no such choice.
        mjpg = [] if way.backend == "AVFOUNDATION" else [cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")]
        wishes = [mjpg + size + rate, size, []]
        return [wish for number, wish in enumerate(wishes) if wish not in wishes[:number]]

    def _reason(self, way: Camera) -> str:
        busy = f"The camera {self.name} is used by another program. Close that program; it is tried again."
        if sys.platform == "linux":
            device = Path(f"/dev/video{way.index}")
            if device.exists() and not os.access(device, os.R_OK | os.W_OK):
                return (
                    f"The camera {self.name} may not be used by this account. Add it to the group that may (most often "
                    "with: sudo usermod -aG video $USER), then log in again."
                )
            return busy
        if sys.platform == "darwin":
            return (
                f"The camera {self.name} cannot be used. Allow it for this program in System Settings, Privacy & "
                "Security, Camera, and close other programs that use it; it is tried again."
            )
        return (
            f"The camera {self.name} cannot be used. Close other programs that use it, and see that Settings, Privacy "
            "& security, Camera lets desktop apps use it; it is tried again."
        )


def _backend(camera: Camera) -> int:
    return int(getattr(cv2, f"CAP_{camera.backend}", cv2.CAP_ANY))


def _open(index: int, backend: int, wishes: Sequence[int]) -> Capture:
    return cast(Capture, cv2.VideoCapture(index, backend, list(wishes)))
