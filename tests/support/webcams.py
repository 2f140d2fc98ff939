"""Webcams that can be plugged in and out, in the place of OpenCV's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.cameras import Camera
from tests.support.sources import picture


class Webcams:
    """What is plugged into a computer.

    Attributes, to be set at any time:
        connected: The cameras, each with its index of the moment.
        paint: Gives the RGB picture of a frame number.
        busy: Opening fails, as while another program has the camera.
        hanging: Whoever opens or reads waits until it is cleared, as for a driver that does not answer.
        asked: What was asked for at each opening, by OpenCV's properties.
    """

    def __init__(self, *names: str) -> None:
        self.connected = [Camera(name, number, "V4L2") for number, name in enumerate(names)]
        self.paint: Callable[[int], NDArray[np.uint8]] = lambda number: picture()
        self.busy = False
        self.hanging = False
        self.asked: list[dict[int, int]] = []
        self.opened: list[_Capture] = []

    def listed(self) -> list[Camera]:
        return [*self.connected]

    def named(self, name: str) -> list[Camera]:
        return [camera for camera in self.connected if camera.name == name]

    def open(self, index: int, backend: int, wishes: Sequence[int]) -> _Capture:
        self.asked.append(dict(zip(wishes[::2], wishes[1::2], strict=True)))
        self.wait()
        capture = _Capture(self, index)
        self.opened.append(capture)
        return capture

    def wait(self) -> None:
        while self.hanging:
            time.sleep(0.01)

    @property
    def in_use(self) -> int:
        """How many cameras are held open."""
        return sum(not capture.released for capture in self.opened)


class _Capture:
    def __init__(self, webcams: Webcams, index: int) -> None:
        self.index = index
        self.released = False
        self._webcams = webcams
        self._number = 0

    def isOpened(self) -> bool:
        return not self._webcams.busy

    def grab(self) -> bool:
        self._webcams.wait()
        time.sleep(1 / 60)
        return any(camera.index == self.index for camera in self._webcams.connected)

    def retrieve(self) -> tuple[bool, NDArray[np.uint8] | None]:
        self._number += 1
        return True, np.ascontiguousarray(self._webcams.paint(self._number)[:, :, ::-1])

    def set(self, propId: int, value: float) -> bool:  # noqa: N803 (OpenCV's name)
        return True

    def release(self) -> None:
        self.released = True
