"""Between the window and the worker: which photo is shown, how it is drawn, what is asked for and what came back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop.notices import Notice, Tone
from desktop.photos.answers import STATUS_OF, concerns, on_the_way
from desktop.photos.bringing import Bringer
from desktop.photos.closeup import CloseUp
from desktop.photos.exports import Exporter
from desktop.photos.gallery import Gallery, Photo, Status
from desktop.photos.styles import Styles
from desktop.work import messages as m
from desktop.work.worker import Worker

_KEPT = 8
"""Photos whose pictures stay in the window's memory; the others are asked for again when they are looked at."""

_SEEN = 12
"""Thumbnails that a window shows without scrolling, more or less."""


class PhotosController(QObject):
    """Owns the photos and speaks with the worker.

    current_changed: another photo is shown, or something about the shown one changed; carries it, or None.
    queue_changed: how many photos are finished, and how many there were since the queue was last empty.
    models_changed: carries the tuple of models that can be picked.
    look_changed: another model or view was chosen.
    saved: a drawing was written to the carried path.
    copied: carries a drawing at its full size, for the clipboard.
    matting_changed: carries None where backgrounds can be changed, else the sentence that says what is missing.
    noticed: carries a Notice; crashed: carries the traceback of a defect.
    """

    current_changed = Signal(object)
    queue_changed = Signal(int, int)
    models_changed = Signal(object)
    look_changed = Signal(object)
    saved = Signal(object)
    copied = Signal(QImage)
    matting_changed = Signal(object)
    noticed = Signal(object)
    crashed = Signal(str)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        """Take the worker, which :meth:`start` sets going."""
        super().__init__(parent)
        self.gallery = Gallery()
        self.models: tuple[m.ModelEntry, ...] = ()
        self.look = m.Look(None, "portrait")
        self.current: Photo | None = None
        self.styles = Styles(worker, self)
        self.close_up = CloseUp(worker, self)
        self.bringer = Bringer(self)
        self.bringer.told.connect(self.noticed)
        self.bringer.arrived.connect(lambda: self.adopt(None))
        #: As ``matting_changed`` carries it; an empty sentence until it is known.
        self.missing: str | None = ""
        #: As ``queue_changed`` carries them.
        self.progress = (0, 0)
        self._worker = worker
        self._exporter = Exporter(worker, self)
        self._numbers = itertools.count(1)
        self._tickets = itertools.count(1)
        self._batch: set[int] = set()
        self._recent: list[Photo] = []
        worker.reported.connect(self._hear)

    def start(self) -> None:
        """Let the worker begin; what no photo asked it to load by then, it loads in advance."""
        self._worker.submit(m.Prepare())
        self._worker.start()

    def end(self) -> None:
        """Stop the work; what is being saved is still written."""
        self.close_up.stop()
        self._worker.end()
        self._exporter.end()

    def add(self, sources: Iterable[m.Source]) -> None:
        """Take photos in, show the first of them and draw them one after the other."""
        photos = [Photo(next(self._numbers), source, _name(source)) for source in sources]
        if not photos:
            return
        self.gallery.append(photos)
        requests = [(m.Thumbnail(photo.number, photo.source), m.Draw(self._order(photo))) for photo in photos]
        # The strip fills at once as far as it can be seen, and the rest of it waits for the first drawing.
        thumbnails, draws = zip(*requests, strict=True)
        self._worker.submit(*thumbnails[:_SEEN], draws[0], *thumbnails[_SEEN:], *draws[1:])
        self._show(photos[0])
        self._count()

    def select(self, photo: Photo) -> None:
        """Show a photo; if it is not drawn as things are now, it is next."""
        if photo is self.current:
            return
        drawing = photo.drawing
        outdated = photo.status is Status.DONE and (
            drawing is None or (drawing.look, drawing.touch) != (self.look, photo.touch)
        )
        if outdated or photo.status is Status.WAITING:
            self._draw_next(photo)
        self._show(photo)
        self._exporter.want(self.current)

    def find_models(self) -> None:
        """Look for the models again, of which there are others now."""
        self._worker.submit(m.FindModels(), first=True)

    def choose_model(self, identifier: str) -> None:
        """Draw with another model from now on, beginning with the shown photo."""
        self.choose(replace(self.look, model=identifier))

    def choose_view(self, view: m.ViewName) -> None:
        """Draw in another view from now on, beginning with the shown photo."""
        self.choose(replace(self.look, view=view))

    def choose(self, look: m.Look) -> None:
        """Draw in another look from now on, beginning with the shown photo."""
        if look == self.look:
            return
        asks_model = (look.model, look.view) != (self.look.model, self.look.view)
        self.look = look
        self.look_changed.emit(look)
        if asks_model:  # otherwise the others are finished in the new look when they are shown
            self._order_again()
        if self.current is not None:
            self._draw_next(self.current)
        self._count()

    def touch(self, touch: m.Touch) -> None:
        """Draw the shown photo with other choices of its own."""
        photo = self.current
        if photo is not None and touch != photo.touch:
            photo.touch = touch
            self._draw_next(photo)

    def draw_again(self, centre: bool = False) -> None:
        """Draw the shown photo once more, its centre if ``centre`` says so and there is no face."""
        if self.current is not None:
            self.current.touch = replace(self.current.touch, centre=self.current.touch.centre or centre)
            self._draw_next(self.current)

    def cancel(self) -> None:
        """Stop the present drawing and drop those that wait."""
        self._worker.withdraw(lambda request: isinstance(request, m.Draw))
        for photo in self._pending():
            photo.ticket = 0
            self._set(photo, Status.STOPPED)
        self._count()

    def remove(self, photo: Photo) -> None:
        """Take a photo out of the window; its file is not touched."""
        self._worker.withdraw(concerns(photo))
        row = self.gallery.row(photo)
        self.gallery.remove(photo)
        self._recent = [kept for kept in self._recent if kept is not photo]
        if photo is self.current:
            self.current = None
            rest = self.gallery.photos
            if rest:
                self.select(rest[min(row, len(rest) - 1)])
            else:
                self.current_changed.emit(None)
        self._count()

    def save(self, path: Path) -> None:
        """Write the shown drawing."""
        order = self.current.shown_order() if self.current else None
        if order is not None:
            self._worker.submit(m.Save(order, path), first=True)

    def copy(self) -> None:
        """Get the shown drawing for the clipboard."""
        order = self.current.shown_order() if self.current else None
        if order is not None:
            self._worker.submit(m.Copy(order), first=True)

    def adopt(self, path: Path | None) -> None:
        """Take a network with which backgrounds can be changed; None where it lies in its place already."""
        self._worker.submit(m.Adopt(path), first=True)

    def _order_again(self) -> None:
        """Order what waits, but for the shown photo, in the present look."""
        self._worker.withdraw(lambda request: isinstance(request, m.Draw))
        waiting = [photo for photo in self._pending() if photo is not self.current]
        for photo in waiting:
            self._set(photo, Status.WAITING)
        self._worker.submit(*(m.Draw(self._order(photo)) for photo in waiting))

    def _draw_next(self, photo: Photo) -> None:
        self._worker.withdraw(lambda request: isinstance(request, m.Draw) and request.order.photo == photo.number)
        self._worker.submit_quick(m.Draw(self._order(photo)))
        # What takes only a moment is not announced in the strip, which would flicker.
        photo.status, photo.stage, photo.share = Status.WAITING, None, None
        if photo is self.current:
            self.current_changed.emit(photo)
        self._count()

    def _order(self, photo: Photo) -> m.Order:
        photo.ticket = next(self._tickets)
        return m.Order(photo.number, photo.ticket, photo.source, self.look, photo.touch)

    def _hear(self, report: m.Report) -> None:
        match report:
            case m.ModelsFound(models, problems):
                self._take_models(models, problems)
            case m.Noticed(sentence):
                self.noticed.emit(Notice(Tone.WARNING, sentence))
            case m.Failed(sentence):
                self.noticed.emit(Notice(Tone.ERROR, sentence))
            case m.Saved(path):
                self.saved.emit(path)
            case m.Copied(image):
                self.copied.emit(image)
            case m.MattingFound(missing):
                self.missing = missing
                self.matting_changed.emit(missing)
            case m.Crashed(details):
                self.crashed.emit(details)
            case m.Drawn(order) | m.Refused(order) | m.Exported(order):
                photo = self.gallery.find(order.photo)
                if photo is not None and (photo.ticket == order.ticket or isinstance(report, m.Exported)):
                    self._hear_of_order(photo, report)
                elif photo is not None and isinstance(report, m.Drawn) and on_the_way(photo, order, self.look):
                    self._take(photo, order, report.drawing)
                    self._refresh(photo)
            case m.Thumbnailed(number) | m.Progressed(number) | m.Opened(number):
                photo = self.gallery.find(number)
                if photo is not None:
                    self._hear_of_photo(photo, report)

    def _hear_of_order(self, photo: Photo, report: m.Drawn | m.Refused | m.Exported) -> None:
        match report:
            case m.Drawn(order, drawing):
                self._take(photo, order, drawing)
                self._set(photo, Status.DONE)
                self._exporter.want(self.current)
            case m.Refused(_, reason, sentence):
                photo.sentence = sentence or "Something went wrong with this photo. Try it again."
                self._set(photo, STATUS_OF[reason])
            case m.Exported(order, path):
                if photo.drawing is not None and photo.shown == order.ticket:
                    photo.exported = path
                    self._refresh(photo)
        self._count()

    def _hear_of_photo(self, photo: Photo, report: m.Thumbnailed | m.Progressed | m.Opened) -> None:
        match report:
            case m.Thumbnailed(_, image):
                photo.thumbnail = QPixmap.fromImage(image)
            case m.Opened(_, image, width, height):
                photo.preview, photo.width, photo.height = image, width, height
                self._keep(photo)
            case m.Progressed(_, stage, share) if photo.status.pending:
                photo.status, photo.stage, photo.share = Status.WORKING, stage, share
        self._refresh(photo)

    def _take(self, photo: Photo, order: m.Order, drawing: m.Drawing) -> None:
        photo.drawing, photo.exported, photo.sentence, photo.shown = drawing, None, "", order.ticket
        self._keep(photo)

    def _take_models(self, models: tuple[m.ModelEntry, ...], problems: tuple[str, ...]) -> None:
        self.models = models
        if models and self.look.model is None:
            self.look = replace(self.look, model=models[0].identifier)
        self.models_changed.emit(models)
        if problems:
            self.noticed.emit(Notice(Tone.WARNING, " ".join(problems)))

    def _pending(self) -> list[Photo]:
        return [photo for photo in self.gallery.photos if photo.status.pending]

    def _show(self, photo: Photo) -> None:
        self.current = photo
        self._keep(photo)
        self.current_changed.emit(photo)

    def _set(self, photo: Photo, status: Status) -> None:
        photo.status, photo.stage, photo.share = status, None, None
        self._refresh(photo)

    def _refresh(self, photo: Photo) -> None:
        self.gallery.refresh(photo)
        if photo is self.current:
            self.current_changed.emit(photo)

    def _keep(self, photo: Photo) -> None:
        """Mark a photo's pictures as wanted, and let those go that were looked at longest ago."""
        self._recent = [kept for kept in self._recent if kept is not photo] + [photo]
        for forgotten in [kept for kept in self._recent[:-_KEPT] if kept is not self.current]:
            forgotten.preview = forgotten.drawing = None
            self._recent.remove(forgotten)

    def _count(self) -> None:
        pending = {photo.number for photo in self._pending()}
        self._batch = self._batch | pending if pending else set()
        self.progress = len(self._batch) - len(pending), len(self._batch)
        self.queue_changed.emit(*self.progress)


def _name(source: m.Source) -> str:
    return source.name if isinstance(source, Path) else ""
