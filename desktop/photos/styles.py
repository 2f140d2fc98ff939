"""The shown photo in every style, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.photos.gallery import Photo
from desktop.work import messages as m
from desktop.work.worker import Worker


class Styles(QObject):
    """Has small drawings made in the worker, behind what the user waits for more.

    drawn: carries a model's id, the picture or None, and why there is none.
    """

    drawn = Signal(str, object, str)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        """Take the worker."""
        super().__init__(parent)
        self._worker = worker
        self._numbers = itertools.count(1)
        self._round = 0
        worker.reported.connect(self._hear)

    def begin(self, photo: Photo, look: m.Look, models: Sequence[m.ModelEntry]) -> None:
        """Draw the photo with each of the models, as it is looked at otherwise."""
        self.stop()
        self._round = next(self._numbers)
        # A face's own style would be the same on every tile.
        touch = replace(photo.touch, models=())
        orders = [
            m.Order(photo.number, self._round, photo.source, replace(look, model=entry.identifier), touch)
            for entry in models
        ]
        self._worker.submit(*(m.Sample(order) for order in orders), first=True)

    def stop(self) -> None:
        """Draw no more of them; what is being drawn is not shown."""
        self._round = 0
        self._worker.withdraw(lambda request: isinstance(request, m.Sample))

    def _hear(self, report: m.Report) -> None:
        if isinstance(report, m.Sampled) and report.order.ticket == self._round:
            self.drawn.emit(str(report.order.look.model), report.image, report.sentence)
