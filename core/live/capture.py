"""The capture thread: the only one that opens, reads and frees a source."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable

import cv2
import numpy as np

from core.errors import SourceError
from core.live.events import Fault, Report, Status, StatusChanged
from core.live.frame import Frame
from core.live.slot import Slot
from core.live.sources import EndOfSource, Source

#: Seconds between attempts to open what was lost: the first ones soon, for a plug that was only loose.
_PAUSES = (0.3, 0.6, 1.0)
#: Seconds in which a source has to open, and in which it has to give a frame, before the user is told that it does not.
OPENING_LIMIT, SILENCE_LIMIT = 8.0, 3.0
#: A picture without a single sample brighter than this, for so many seconds, is a covered lens.
_BLACK, _BLACK_SECONDS = 16, 2.0


class Capture:
    """Puts a source's frames into a slot, and tries again where a live source is lost.

    slot: where frames go. mirror: asked for each frame. keep_all: wait until each frame was taken, for files that are
    to be seen whole; else the latest frame replaces one that was not taken. after: the capture whose source has to be
    free before this one is opened, since both may be the same camera.
    """

    def __init__(
        self,
        source: Source,
        slot: Slot[Frame],
        report: Report,
        mirror: Callable[[], bool] = lambda: False,
        keep_all: bool = False,
        after: Capture | None = None,
    ) -> None:
        self.source = source
        self._slot = slot
        self._report = report
        self._mirror = mirror
        self._keep_all = keep_all
        self._after = after
        self._stopping = threading.Event()
        self._told: StatusChanged | None = None
        self._waiting_since: float | None = None
        self._limit = OPENING_LIMIT
        self._dark_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="animirror-capture", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to free the source and end; it gives no more frames and says no more."""
        self._stopping.set()
        self.source.interrupt()

    def join(self, timeout: float) -> bool:
        """Wait for the end of the thread, and of the capture before it; answers whether they have ended.

        One that hangs in a driver cannot be ended. It frees the source as soon as the driver answers.
        """
        deadline = time.monotonic() + max(timeout, 0.0)
        if self._thread.is_alive():
            self._thread.join(max(timeout, 0.0))
        after = self._after
        others_ended = after is None or after.join(deadline - time.monotonic())
        return others_ended and not self._thread.is_alive()

    def check(self) -> None:
        """Tell the user when the source has not answered for too long; called from another thread, now and then."""
        since = self._waiting_since
        if since is not None and time.monotonic() - since > self._limit:
            self._tell(
                Status.LOST,
                f"{self.source.name} does not answer. Unplug it and plug it in again, or choose another source.",
            )

    def _run(self) -> None:
        self._wait_for_the_one_before()
        attempt = 0
        try:
            while not self._stopping.is_set():
                if attempt == 0:
                    self._tell(Status.OPENING)
                try:
                    self._open()
                    attempt = 0
                    self._pump()
                except EndOfSource:
                    self._tell(Status.ENDED)
                    return
                except SourceError as error:
                    self._tell(Status.LOST if self.source.live else Status.ENDED, str(error))
                    if not self.source.live:
                        return
                finally:
                    self.source.close()
                self._stopping.wait(_PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
        except Exception as error:  # a defect: without this the picture would freeze without a word
            self._report(Fault(f"The source stopped because of a defect in Animirror: {error!r}", error))
            # Else what is dead would be shown as running.
            self._tell(Status.ENDED)

    def _wait_for_the_one_before(self) -> None:
        patience = time.monotonic() + OPENING_LIMIT
        while self._after is not None and not self._stopping.is_set() and time.monotonic() < patience:
            if self._after.join(0.05):
                self._after = None

    def _open(self) -> None:
        self._limit, self._waiting_since = OPENING_LIMIT, time.monotonic()
        try:
            self.source.open()
        finally:
            self._waiting_since = None

    def _pump(self) -> None:
        while not self._stopping.is_set():
            self._limit, self._waiting_since = SILENCE_LIMIT, time.monotonic()
            try:
                frame = self.source.read()
            finally:
                self._waiting_since = None
            if self._stopping.is_set():
                return
            self._tell(Status.RUNNING, self._darkness(frame))
            if self._mirror():
                flipped = np.asarray(cv2.flip(frame.pixels, 1), dtype=np.uint8)
                frame = dataclasses.replace(frame, pixels=flipped, mirrored=True)
            if not self._keep_all:
                self._slot.put(frame)
            else:
                while not self._stopping.is_set() and not self._slot.put_when_free(frame, 0.2):
                    pass

    def _darkness(self, frame: Frame) -> str | None:
        """Return what to tell while a camera has shown nothing for too long; a film may be dark."""
        if not self.source.live or int(np.max(frame.pixels[::16, ::16])) > _BLACK:
            self._dark_since = None
            return None
        if self._dark_since is None:
            self._dark_since = frame.captured
        if frame.captured - self._dark_since <= _BLACK_SECONDS:
            return None
        return (
            f"{self.source.name} sends only black pictures. Open its lens cover or privacy switch, and see that no "
            "other program uses it."
        )

    def _tell(self, status: Status, reason: str | None = None) -> None:
        change = StatusChanged(status, reason)
        if change != self._told and not self._stopping.is_set():
            self._told = change
            self._report(change)
