"""The picture in the middle, with what is laid over it: progress, or a sentence and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.notices import Action, Notice, Tone
from desktop.photos.gallery import Photo, Status
from desktop.theme import GAP
from desktop.widgets.banner import Banner
from desktop.widgets.comparison import ComparisonView, Mode
from desktop.widgets.contact_sheet import ContactSheet
from desktop.widgets.progress import ProgressCard
from desktop.widgets.viewbar import ViewBar
from desktop.work.messages import Drawing, Stage

if TYPE_CHECKING:
    from desktop.widgets.crop_editor import CropEditor

_PATIENCE = 250
"""Milliseconds before the progress is shown; what is quicker needs none."""


class PictureStage(QFrame):
    """Shows one photo as it stands.

    stopped: the user wants the work to stop; again: to draw the photo once more; centre: to draw its centre;
    cropping: to choose by hand what is drawn. cropped: carries what was chosen.
    """

    stopped = Signal()
    again = Signal()
    centre = Signal()
    cropping = Signal()
    cropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty stage."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.comparison = ComparisonView()
        self.bar = ViewBar()
        self.sheet = ContactSheet()
        self.editor: CropEditor | None = None
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
        looking = QWidget()
        column = QVBoxLayout(looking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.comparison, 1)
        column.addWidget(self.bar)
        self._pages = QStackedWidget()
        self._pages.addWidget(looking)
        self._pages.addWidget(self.sheet)
        layout.addWidget(self._pages)
        self._connect_bar()
        for overlay in (self.progress, self.banner):
            overlay.installEventFilter(self)

    @property
    def aside(self) -> bool:
        """Whether something else than the photo is shown: the sheet of styles, or the crop."""
        return self._pages.currentIndex() != 0

    def show_sheet(self) -> None:
        """Show the sheet of styles in the photo's place."""
        self._pages.setCurrentWidget(self.sheet)
        self._hide_overlays()

    def show_crop(self, photo: Photo) -> None:
        """Let the user choose by hand what is drawn of a photo that was opened."""
        if photo.preview is None:
            return
        if self.editor is None:
            # The engine's geometry is loaded when it is first wanted, and not before the window is shown.
            from desktop.widgets.crop_editor import CropEditor

            self.editor = CropEditor()
            self.editor.chosen.connect(self.cropped)
            self.editor.closed.connect(self.show_looking)
            self._pages.addWidget(self.editor)
        self._pages.setCurrentWidget(self.editor)
        self._hide_overlays()
        self.editor.begin(photo.preview, QSize(photo.width, photo.height), photo.touch.crop)

    def show_looking(self) -> None:
        """Show the photo again."""
        if self.aside:
            self._pages.setCurrentIndex(0)
            self.comparison.setFocus()
            self._told = None
            photo, self._photo = self._photo, None
            self.show_photo(photo)

    def show_queue(self, finished: int, total: int) -> None:
        """Tell how many photos are finished, of how many."""
        self._queue = (finished, total)
        self._show_progress_text()

    def show_photo(self, photo: Photo | None) -> None:
        """Show a photo as it stands now, or nothing."""
        another = photo is not self._photo
        self._photo = photo
        if another and self.aside:
            self._pages.setCurrentIndex(0)
        if photo is None:
            self._drawing = self._told = None
            self.comparison.show_photo(None)
            self.banner.show_notice(None)
            self.progress.hide()
            return
        self._show_pictures(photo, another)
        self.bar.show_comparing(self.comparison.comparing)
        if self.aside:
            return
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
                drawing.before,
                drawing.after,
                reveal=self._is_new(drawing) and not another,
                size=QSize(drawing.width, drawing.height),
                to_photo=drawing.to_photo,
            )
        elif photo.preview is not None:
            self.comparison.show_photo(photo.preview, QSize(photo.width, photo.height))
        else:
            self.comparison.show_photo(photo.thumbnail.toImage() if photo.thumbnail else None)
        framed = drawing is not None and drawing.look.view == "frame"
        marks = drawing.marks if drawing is not None and framed else ()
        self.comparison.show_faces([(mark.box, place in photo.touch.left_out) for place, mark in enumerate(marks)])
        self._drawing = drawing

    def _is_new(self, drawing: Drawing) -> bool:
        """Say whether a model made it, and not a slider."""
        old = self._drawing
        return old is None or (old.look.model, old.look.view) != (drawing.look.model, drawing.look.view)

    def _connect_bar(self) -> None:
        bar, view = self.bar, self.comparison
        bar.mode_chosen.connect(lambda key: view.set_mode(Mode(key)))
        bar.held.connect(view.set_holding)
        bar.zoomed_in.connect(view.zoom_in)
        bar.zoomed_out.connect(view.zoom_out)
        bar.fitted.connect(view.fit)
        bar.actual.connect(lambda: view.show_actual())
        view.moved.connect(lambda: bar.show_size(view.viewport.percent, fitted=view.viewport.fitted))

    def _hide_overlays(self) -> None:
        self._patience.stop()
        self.progress.hide()
        self.banner.show_notice(None)

    def _show_progress(self) -> None:
        if self._photo is not None and self._photo.status.pending and not self.aside:
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
                crop = Action(self.tr("Crop by hand…"), self.cropping.emit, "crop")
                return Notice(Tone.WARNING, photo.sentence, (use, crop))
            case Status.FAILED:
                return Notice(Tone.ERROR, photo.sentence, (again,))
            case Status.STOPPED:
                draw = Action(self.tr("Draw it"), self.again.emit, "retry")
                return Notice(Tone.INFO, self.tr("This photo was not drawn because you stopped."), (draw,))
        return None

    def _place(self) -> None:
        bottom = self.height() - 4 * GAP - self.bar.height() - GAP
        if self.comparison.target.isEmpty():
            # With no picture to lie over, they stand in the middle, below the drawing that takes its place.
            bottom = min(bottom, self.height() // 2 + 16 * GAP)
        for overlay in (self.progress, self.banner):
            overlay.move((self.width() - overlay.width()) // 2, bottom - overlay.height())
