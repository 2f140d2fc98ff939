"""The engine on a thread of its own, as the window's thread sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from desktop.live import messages as m
from desktop.live.errands import Errand, Errands
from desktop.live.state import LiveState

if TYPE_CHECKING:
    from core.live import Result
    from desktop.live.engine import LiveEngine

MakeEngine = Callable[[Callable[[m.Report], None], Callable[[], None]], "LiveEngine"]


class EngineRoom(QObject):
    """Makes the engine when it is first wanted, and leads to it. No method waits but ``wait``.

    reported: carries each report. offered: there is a picture to take; at most one such offer is on its way, however
    busy the window is.
    """

    reported = Signal(object)
    offered = Signal()

    def __init__(self, make_engine: MakeEngine | None, parent: QObject | None = None) -> None:
        """Take what makes the engine on the errands' thread, where its imports hold nothing up."""
        super().__init__(parent)
        self._make_engine = make_engine or _usual_engine
        #: None until it is made.
        self.engine: LiveEngine | None = None
        self._errands = Errands(lambda details: self.reported.emit(m.Crashed(details)))
        self._on_its_way = threading.Event()

    def prepare(self, state: Callable[[], LiveState]) -> None:
        """Find out what there is; ``state`` gives the choices of the moment."""

        def errand() -> None:
            if self.engine is None:
                self.engine = self._make_engine(self.reported.emit, self._offer)
            self.engine.apply(state())
            self.engine.prepare()

        self.submit(errand)

    def rest(self) -> None:
        """Watch for cameras no longer."""
        self.submit(lambda: self.engine.rest() if self.engine is not None else None)

    def pursue(self, wish: Callable[[], m.Wish]) -> None:
        """Bring things to where they are wished to be at that moment: what was wished in between is passed over."""
        self.submit(lambda: self.engine.pursue(wish()) if self.engine is not None else None)

    def submit(self, errand: Errand) -> None:
        """Do something that would hold up the window."""
        self._errands.submit(errand)

    def end(self) -> None:
        """Take nothing more."""
        self._errands.end()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of everything; answers whether it has come."""
        ended = self._errands.wait(seconds)
        return ended and (self.engine is None or self.engine.free)

    def take(self, room: QSize) -> tuple[QImage, Result] | None:
        """Return the latest picture, as large as it fits into ``room`` device pixels; None where there is none."""
        self.pass_over()
        return self.engine.take(room) if self.engine is not None else None

    def pass_over(self) -> None:
        """Leave the picture that was offered, and be told of the next."""
        self._on_its_way.clear()

    def _offer(self) -> None:
        if not self._on_its_way.is_set():
            self._on_its_way.set()
            self.offered.emit()


def _usual_engine(report: Callable[[m.Report], None], ready: Callable[[], None]) -> LiveEngine:
    from desktop.live.engine import LiveEngine

    return LiveEngine(report, ready)
