"""One thread that does what the window asks, in order, and can be told to stop."""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.work import messages as m

_THUMBNAILS_AHEAD = 12
"""Together they take a moment, and without them the strip stays blank while something large is drawn."""


class Performer(Protocol):
    """Does one request at a time, as :class:`desktop.work.studio.Studio` does."""

    def perform(self, request: m.Request, go_on: Callable[[], bool]) -> None:
        """Do ``request``, reporting what comes of it, as long as ``go_on`` answers True."""

    def retouch(self, request: m.Draw) -> bool:
        """Draw out of what is kept, while another thread performs, or return False where that is not enough."""


MakePerformer = Callable[[Callable[[m.Report], None]], Performer]


class Worker(QObject):
    """A queue of requests and the thread that empties it; and a slot with a thread of its own for what takes a moment.

    A photo that is looked at in another way, with what was drawn before, does not wait for others that are drawn.

    reported: carries each report to whoever listens, on the listener's thread.
    """

    reported = Signal(object)

    def __init__(self, make_performer: MakePerformer, parent: QObject | None = None) -> None:
        """Take what makes the performer; it is called on the worker's thread, where heavy imports belong."""
        super().__init__(parent)
        self._make_performer = make_performer
        self._waiting: deque[m.Request] = deque()
        self._current: m.Request | None = None
        self._stop_current = threading.Event()
        self._ending = False
        self._changed = threading.Condition()
        # A daemon: a call into the engine cannot be broken off, and must not keep a closed window's program alive.
        self._thread = threading.Thread(target=self._run, name="animirror-worker", daemon=True)
        self._performer: Performer | None = None
        self._quick: m.Draw | None = None
        self._in_hand: m.Draw | None = None
        self._retoucher = threading.Thread(target=self._retouch, name="animirror-retoucher", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()
        self._retoucher.start()

    def submit_quick(self, request: m.Draw) -> None:
        """Ask for a drawing that may need no model; if it does, it is next.

        It takes the place of one of the same photo that still waits here; one of another photo goes to the queue.
        """
        with self._changed:
            left = self._quick
            if left is not None and left.order.photo != request.order.photo:
                self._waiting.insert(self._thumbnails_ahead(), left)
            self._quick = request
            self._changed.notify_all()

    def submit(self, *requests: m.Request, first: bool = False) -> None:
        """Add requests in their order, behind everything that waits or, but for a few thumbnails, before it."""
        with self._changed:
            place = self._thumbnails_ahead() if first else len(self._waiting)
            for request in reversed(requests):
                self._waiting.insert(place, request)
            self._changed.notify_all()

    def withdraw(self, unwanted: Callable[[m.Request], bool]) -> None:
        """Drop what waits and is ``unwanted``; if the present request is, it is stopped as soon as that is possible."""
        with self._changed:
            self._waiting = deque(request for request in self._waiting if not unwanted(request))
            if self._quick is not None and unwanted(self._quick):
                self._quick = None
            if self._in_hand is not None and unwanted(self._in_hand):
                self._in_hand = None
            if self._current is not None and unwanted(self._current):
                self._stop_current.set()

    def end(self) -> None:
        """Stop: nothing more is begun but the saving that was asked for."""
        self.withdraw(lambda request: not isinstance(request, m.Save))
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    @property
    def saving(self) -> bool:
        """Whether a drawing is still to be written."""
        with self._changed:
            return any(isinstance(request, m.Save) for request in (self._current, *self._waiting))

    def wait(self, seconds: float) -> bool:
        """Wait for the thread to end; return whether it has."""
        until = time.monotonic() + seconds
        for thread in (self._thread, self._retoucher):
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
        return not self._thread.is_alive() and not self._retoucher.is_alive()

    def _run(self) -> None:
        while (request := self._next()) is not None:
            try:
                performer = self._performer = self._performer or self._make_performer(self.reported.emit)
                performer.perform(request, lambda: not self._stop_current.is_set())
            except Exception:  # a defect: told with its traceback, and the next request gets its chance
                self.reported.emit(m.Crashed(traceback.format_exc()))
                if isinstance(request, m.Draw):
                    self.reported.emit(m.Refused(request.order, m.Refusal.FAILED, ""))

    def _retouch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._quick or self._ending)
                request = self._in_hand = self._quick
                self._quick = None
            if request is None:
                return
            try:
                done = self._performer is not None and self._performer.retouch(request)
            except Exception:  # a defect: told with its traceback, as on the other thread
                self.reported.emit(m.Crashed(traceback.format_exc()))
                self.reported.emit(m.Refused(request.order, m.Refusal.FAILED, ""))
                continue
            if not done:
                with self._changed:
                    # Meanwhile it may have been withdrawn, or the end may have come.
                    if self._in_hand is request and not self._ending:
                        self._waiting.insert(self._thumbnails_ahead(), request)
                        self._changed.notify_all()

    def _thumbnails_ahead(self) -> int:
        ahead = itertools.takewhile(lambda request: isinstance(request, m.Thumbnail), self._waiting)
        return min(sum(1 for _ in ahead), _THUMBNAILS_AHEAD)

    def _next(self) -> m.Request | None:
        with self._changed:
            self._current = None
            self._changed.wait_for(lambda: self._waiting or self._ending)
            if not self._waiting:
                return None
            self._current = self._waiting.popleft()
            self._stop_current.clear()
            return self._current
