"""Sources that behave as told, and what sees one face in all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.alignment import TEMPLATE
from core.errors import SourceError
from core.faces import Face
from core.live.frame import Frame
from core.live.sources import EndOfSource

#: Seconds to wait for what has to come: the machines that run the tests may be busy with other things.
PATIENCE = 60.0
#: Where the one face is.
LANDMARKS = TEMPLATE * 160 + (80, 40)


def picture(seed: int = 0, width: int = 320, height: int = 240) -> NDArray[np.uint8]:
    """A picture with texture everywhere, so that it can be followed; the same for the same seed."""
    coarse = np.random.default_rng(seed).integers(60, 200, (height // 8, width // 8, 3), np.uint8)
    return coarse.repeat(8, axis=0).repeat(8, axis=1)


class OneFace:
    """A detector that finds one face at LANDMARKS in every picture that is not black."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        if pixels.max() == 0:
            return []
        return [Face((100.0, 60.0, 220.0, 200.0), LANDMARKS.copy(), 0.9)]


class ScriptedSource:
    """A camera that obeys.

    Attributes, to be set at any time:
        paint: Gives the picture of a frame number.
        failure: What opening and reading fail with.
        blocked: Opening and reading hang until it is cleared. deaf: Interruptions are not heard.
        waiting: Whether it hangs at the moment.
        frames: How many there are, None for no end.
        opened, closed, shown: Counts. owner: the thread that opened it, None while it is closed.
    """

    name = '"Scripted"'

    def __init__(
        self,
        paint: Callable[[int], NDArray[np.uint8]] = lambda number: picture(),
        fps: float = 60.0,
        frames: int | None = None,
        live: bool = True,
    ) -> None:
        self.paint = paint
        self.live = live
        self.frames = frames
        self.failure: str | None = None
        self.blocked = False
        self.deaf = False
        self.waiting = False
        self.torn = 0
        self.opened = self.closed = self.shown = 0
        self.owner: threading.Thread | None = None
        self._fps = fps
        self._interrupted = threading.Event()

    def open(self) -> None:
        self._hang()
        if self.failure is not None:
            raise SourceError(self.failure)
        assert self.owner is None, "opened twice"
        self.owner = threading.current_thread()
        self.opened += 1

    def read(self) -> Frame:
        assert self.owner is threading.current_thread(), "read by a thread that has not opened it"
        self._hang()
        if self.failure is not None:
            raise SourceError(self.failure)
        if self.shown == self.frames:
            raise EndOfSource
        time.sleep(1 / self._fps)
        self.shown += 1
        now = time.perf_counter()
        return Frame(self.paint(self.shown), now, now)

    def close(self) -> None:
        if self.owner is not None:
            assert self.owner is threading.current_thread(), "closed by a thread that has not opened it"
            self.owner = None
            self.closed += 1
        self._interrupted.clear()

    def interrupt(self) -> None:
        if not self.deaf:
            self._interrupted.set()

    def _hang(self) -> None:
        while self.blocked and not self._interrupted.is_set():
            self.waiting = True
            time.sleep(0.01)
        self.waiting = False


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until the condition holds; fails when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
