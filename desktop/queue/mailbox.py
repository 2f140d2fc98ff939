"""From the queue's threads to the window: however much happens, the window hears of it in one go."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.queue import Job

_PAUSE = 0.12
"""Seconds between two frames of a video in work that are shown."""

_SIDE = 960


class Mailbox(QObject):
    """Keeps what came last until the window takes it.

    filled: there is something to be taken. framed: a frame of the video in work, the result, its time, and the name of
    what encodes it.
    """

    filled = Signal()
    framed = Signal(QImage, QImage, float, str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Make an empty one."""
        super().__init__(parent)
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._last = 0.0
        self._taken = threading.Event()
        self._taken.set()
        self.watched = False

    def put(self, job: Job) -> None:
        """Keep a job as it is now; called by the queue's threads."""
        with self._lock:
            first = not self._jobs
            self._jobs[job.identifier] = job
        if first:
            self.filled.emit()

    def take(self) -> list[Job]:
        """Return the jobs that have changed, the first added first."""
        with self._lock:
            jobs, self._jobs = list(self._jobs.values()), {}
        return jobs

    def put_frame(self, before: NDArray[np.uint8], after: NDArray[np.uint8], seconds: float) -> None:
        """Show a frame if someone looks, and has seen the last one; called by the queue's thread."""
        if not self.watched or not self._taken.is_set() or time.monotonic() - self._last < _PAUSE:
            return
        from core.video import working_encoder
        from desktop.work import pixels

        self._last = time.monotonic()
        self._taken.clear()
        height, width = after.shape[:2]
        # The very question that the conversion asked before it wrote its first frame.
        encoder = working_encoder((width + width % 2, height + height % 2))
        self.framed.emit(
            pixels.to_screen(before, longest=_SIDE), pixels.to_screen(after, longest=_SIDE), seconds, encoder
        )

    def frame_seen(self) -> None:
        """Let the next frame come."""
        self._taken.set()
