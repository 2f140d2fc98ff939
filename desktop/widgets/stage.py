"""The picture in the middle, with what is laid over it: progress, or a sentence and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.notices import Action, Notice, Tone
from desktop.photos.gallery import Photo, Status
from desktop.theme import GAP
from desktop.widgets.banner import Banner
from desktop.widgets.comparison import ComparisonView
from desktop.widgets.progress import ProgressCard
from desktop.work.messages import Drawing, Stage

_PATIENCE = 250
"""Milliseconds before the progress is shown; what is quicker needs none."""


class PictureStage(QFrame):
    """Shows one photo as it stands.

    stopped: the user wants the work to stop; again: to draw the photo once more; centre: to draw its centre.
    """

    stopped = Signal()
    again = Signal()
    centre = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty stage."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.comparison = ComparisonView()
        self.progress = ProgressCard(self)
        self.progress.stopped.connect(self.stopped)
        self.banner = Banner(closable=False, parent=self)
        self._photo: Photo | None = None
        self._drawing: Drawing | None = None
        self._told: tuple[Photo, Status, str] | None = None
        self._queue = (0, 0)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._patience.timeout.connect(self._show_progress)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        layout.addWidget(self.comparison)
        for overlay in (self.progress, self.banner):
            overlay.installEventFilter(self)

    def show_queue(self, finished: int, total: int) -> None:
        """Tell how many photos are finished, of how many."""
        self._queue = (finished, total)
        self._show_progress_text()

    def show_photo(self, photo: Photo | None) -> None:
        """Show a photo as it stands now, or nothing."""
        another = photo is not self._photo
        self._photo = photo
        if photo is None:
            self._drawing = self._told = None
            self.comparison.show_photo(None)
            self.banner.show_notice(None)
            self.progress.hide()
            return
        self._show_pictures(photo, another)
        self.comparison.set_centre_marked(photo.status is Status.NO_FACE)
        state = (photo, photo.status, photo.sentence)
        if state != self._told:
            self._told = state
            self.banner.show_notice(self._notice(photo))
        if not photo.status.pending:
            self._patience.stop()
            self.progress.hide()
            self.comparison.set_veiled(False)
        elif self.progress.isVisible():
            self._show_progress_text()
        elif not self._patience.isActive():
            self._patience.start()
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlays at the bottom."""
        super().resizeEvent(event)
        self.banner.fit()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place an overlay when it appears or changes its size."""
        if event.type() in {QEvent.Type.Show, QEvent.Type.Resize}:
            self._place()
        return super().eventFilter(watched, event)

    def _show_pictures(self, photo: Photo, another: bool) -> None:
        drawing = photo.drawing
        if photo.status in {Status.NO_FACE, Status.FAILED}:
            drawing = None
        if drawing is not None:
            # The divider sweeps in over a new drawing, and stays where it is when the user comes back to an old one.
            self.comparison.show_pair(
                drawing.before, drawing.after, reveal=drawing is not self._drawing and not another
            )
        elif photo.preview is not None:
            self.comparison.show_photo(photo.preview)
        else:
            self.comparison.show_photo(photo.thumbnail.toImage() if photo.thumbnail else None)
        self._drawing = drawing

    def _show_progress(self) -> None:
        if self._photo is not None and self._photo.status.pending:
            self._show_progress_text()
            self.comparison.set_veiled(True)
            self.progress.adjustSize()
            self.progress.show()
            self.progress.raise_()

    def _show_progress_text(self) -> None:
        photo = self._photo
        if photo is None:
            return
        finished, total = self._queue
        text = {
            None: self.tr("Waiting for its turn…"),
            Stage.LOADING: self.tr("Getting ready…"),
            Stage.OPENING: self.tr("Opening the photo…"),
            Stage.SEARCHING: self.tr("Looking for faces…"),
            Stage.DRAWING: self.tr("Drawing…"),
        }[photo.stage]
        share = photo.share or None
        if total > 1:
            text = self.tr("{0} ({1} of {2} photos)").format(text, min(finished + 1, total), total)
            share = (finished + (photo.share or 0.0)) / total or None
        self.progress.show_progress(text, share)

    def _notice(self, photo: Photo) -> Notice | None:
        again = Action(self.tr("Try again"), self.again.emit, "retry")
        match photo.status:
            case Status.NO_FACE:
                use = Action(self.tr("Use the centre of the picture"), self.centre.emit, "centre")
                return Notice(Tone.WARNING, photo.sentence, (use,))
            case Status.FAILED:
                return Notice(Tone.ERROR, photo.sentence, (again,))
            case Status.STOPPED:
                draw = Action(self.tr("Draw it"), self.again.emit, "retry")
                return Notice(Tone.INFO, self.tr("This photo was not drawn because you stopped."), (draw,))
        return None

    def _place(self) -> None:
        bottom = self.height() - 4 * GAP
        if self.comparison.target.isEmpty():
            # With no picture to lie over, they stand in the middle, below the drawing that takes its place.
            bottom = min(bottom, self.height() // 2 + 16 * GAP)
        for overlay in (self.progress, self.banner):
            overlay.move((self.width() - overlay.width()) // 2, bottom - overlay.height())
