"""The drawing's own pixels where it is zoomed: what is shown otherwise is a copy of a screen's size."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QTimer, Signal

from desktop.photos.gallery import Photo
from desktop.work import messages as m
from desktop.work.worker import Worker

_REST = 180
"""Milliseconds without a movement before the full size is asked for."""

_MARGIN = 0.15
"""How much more than what is seen is asked for, so that small movements need nothing new."""


class CloseUp(QObject):
    """Asks for the part that is seen, once it rests.

    arrived: carries the part, as shares of the picture, the photo's pixels and the drawing's.
    """

    arrived = Signal(object, object, object)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        """Take the worker."""
        super().__init__(parent)
        self._worker = worker
        self._wanted: m.Order | None = None
        self._part = QRectF()
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._ask)
        worker.reported.connect(self._hear)

    def look(self, photo: Photo | None, part: QRectF, percent: float) -> None:
        """Note that ``part`` of a photo is seen, ``percent`` device pixels to a hundred of the drawing's."""
        drawing = photo.drawing if photo is not None else None
        coarse = drawing is not None and drawing.after.width() < drawing.width * min(1.0, percent / 100.0) * 0.98
        if photo is None or drawing is None or not coarse or photo.status.pending:
            self._wanted = None
            self._rest.stop()
            return
        self._wanted = photo.shown_order()
        self._part = part
        self._rest.start()

    def stop(self) -> None:
        """Ask for nothing more."""
        self._rest.stop()

    def _ask(self) -> None:
        if self._wanted is not None:
            self._worker.withdraw(lambda request: isinstance(request, m.Zoom))
            x, y = self._part.width() * _MARGIN, self._part.height() * _MARGIN
            part = self._part.adjusted(-x, -y, x, y).intersected(QRectF(0, 0, 1, 1))
            self._worker.submit(m.Zoom(self._wanted, part), first=True)

    def _hear(self, report: m.Report) -> None:
        if isinstance(report, m.Zoomed) and report.order == self._wanted:
            self.arrived.emit(report.part, report.before, report.after)
