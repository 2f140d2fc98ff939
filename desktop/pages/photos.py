"""The page where photos become anime."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core import paths
from core.naming import free_name
from desktop import transfer
from desktop.dialogs import files
from desktop.notices import Action, Notice, Tone
from desktop.pages.queue import QueuePage
from desktop.photos.controller import PhotosController
from desktop.photos.exports import result_name
from desktop.photos.gallery import Photo, Status
from desktop.photos.looking import Looking
from desktop.photos.piling import Piling
from desktop.queue.controller import QueueController
from desktop.theme import GAP
from desktop.widgets.banner import Banner
from desktop.widgets.buttons import IconButton
from desktop.widgets.drop_area import DropArea, DropVeil
from desktop.widgets.panel import ResultPanel
from desktop.widgets.stage import PictureStage
from desktop.widgets.thumbnails import ThumbnailStrip
from desktop.words.heard import is_core
from desktop.work.messages import Look, ModelEntry

_EXAMPLE = paths.resources() / "samples" / "portrait.jpg"
"""A portrait of nobody: it is computed."""


class PhotosPage(QWidget):
    """Shows the controller's photos and tells it what the user wants."""

    def __init__(
        self, controller: PhotosController, queue: QueueController | None = None, parent: QWidget | None = None
    ) -> None:
        """Make the page, empty but for the drop area."""
        super().__init__(parent)
        self._controller = controller
        self.queue = queue or QueueController(parent=self)
        self._folder: Path | None = None
        self._save_folder: Path | None = None
        self._shown: Photo | None = None
        self.drop_area = DropArea()
        self.strip = ThumbnailStrip(controller.gallery)
        self.stage = PictureStage()
        self.panel = ResultPanel()
        self.add_button = IconButton(self.tr("Add"), "add", hint=self.tr("Add photos (Ctrl+O)"))
        self.list_button = IconButton(self.tr("List"), "list", hint=self.tr("The files that are being converted"))
        self._workspace = self._make_workspace()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.drop_area)
        self._stack.addWidget(self._workspace)
        self.list = QueuePage(self.queue)
        self._stack.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        layout.addWidget(self._stack)
        self.banner = Banner(closable=True, parent=self)
        self._veil = DropVeil(self)
        self._looking = Looking(controller, self.stage, self.panel, self)
        self._looking.noticed.connect(self._tell)
        self._piling = Piling(controller, self.queue, self)
        self._piling.noticed.connect(self._tell)
        self._connect()
        self._add_shortcuts()
        self._show_state()

    def succeed(self, before: PhotosPage) -> None:
        """Take the place of a page that showed the same in another language."""
        self._folder, self._save_folder = before._folder, before._save_folder
        self.list.succeed(before.list)
        self.stage.comparison.set_mode(before.stage.comparison.mode)
        self.stage.bar.modes.choose(before.stage.comparison.mode)
        self._show_list(before._stack.currentWidget() is before.list)
        self._piling.resume()
        notice = before.banner.notice
        if notice is not None and not notice.actions and is_core(notice.text):
            self._tell(notice)

    def open_photos(self, paths: Sequence[Path]) -> None:
        """Take photos, videos and folders."""
        if paths:
            self._folder = paths[0].parent
            self._piling.take(paths, onto_list=self._stack.currentWidget() is self.list)

    def choose_photos(self) -> None:
        """Let the user choose files."""
        self.open_photos(files.ask_photos(self, self._folder or files.pictures_folder()))

    def paste(self) -> None:
        """Take what is on the clipboard."""
        self.take(QGuiApplication.clipboard().mimeData())

    def take(self, mime: QMimeData) -> None:
        """Take what was dropped or pasted."""
        incoming = transfer.read(mime)
        if incoming.problem is not None:
            self._tell(Notice(Tone.WARNING, incoming.problem))
        self.open_photos([source for source in incoming.sources if isinstance(source, Path)])
        self._controller.add([source for source in incoming.sources if not isinstance(source, Path)])

    def choose_folder(self) -> None:
        """Let the user choose a folder."""
        folder = files.ask_folder(self, self._folder or files.pictures_folder())
        if folder is not None:
            self.open_photos([folder])

    def invite(self, inviting: bool) -> None:
        """Answer to a picture that hovers over the window."""
        empty = self._stack.currentWidget() is self.drop_area
        self.drop_area.set_inviting(inviting and empty)
        self._veil.setVisible(inviting and not empty)
        self._veil.raise_()

    def save(self) -> None:
        """Let the user choose where the drawing goes."""
        photo = self._controller.current
        if photo is None or photo.drawing is None:
            return
        suggestion = free_name(self._save_folder or files.pictures_folder(), result_name(photo), ".png")
        path = files.ask_save_path(self, suggestion)
        if path is not None:
            self._save_folder = path.parent
            self._tell(Notice(Tone.INFO, self.tr("Saving…")))
            self._controller.save(path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is laid over the page in its place."""
        super().resizeEvent(event)
        self._veil.setGeometry(self.rect().adjusted(GAP, GAP, -GAP, -GAP))
        self.banner.fit()
        self._place_banner()

    def _show_state(self) -> None:
        """Show what the controllers know already."""
        controller = self._controller
        self.panel.controls.show_matting(controller.missing)
        self.list.panel.background.show_missing(controller.missing)
        if controller.models:
            self._show_models(controller.models)
            self.list.show_models(controller.models)
        self.stage.show_queue(*controller.progress)
        if controller.current is not None:
            self._show(controller.current)
        self._follow_list()

    def _make_workspace(self) -> QWidget:
        self.add_button.setFixedWidth(self.strip.width() - 10)
        self.list_button.setFixedWidth(self.strip.width() - 10)
        self.list_button.hide()
        column = QVBoxLayout()
        column.setSpacing(GAP)
        column.addWidget(self.add_button)
        column.addWidget(self.strip, 1)
        column.addWidget(self.list_button)
        body = QWidget()
        layout = QHBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        layout.addLayout(column)
        layout.addWidget(self.stage, 1)
        layout.addWidget(self.panel)
        return body

    def _connect(self) -> None:
        controller = self._controller
        self.drop_area.open_wanted.connect(self.choose_photos)
        self.drop_area.paste_wanted.connect(self.paste)
        self.drop_area.example_wanted.connect(lambda: controller.add([_EXAMPLE]))
        self.drop_area.example_button.setVisible(_EXAMPLE.is_file())
        self.add_button.clicked.connect(self.choose_photos)
        self.strip.selectionModel().currentChanged.connect(self._select)
        self.strip.removed.connect(lambda index: controller.remove(controller.gallery.at(index)))
        self.stage.stopped.connect(controller.cancel)
        self.stage.again.connect(controller.draw_again)
        self.stage.centre.connect(lambda: controller.draw_again(centre=True))
        self.stage.comparison.drag_wanted.connect(self._drag_out)
        self.panel.look_chosen.connect(controller.choose)
        self.panel.touched.connect(controller.touch)
        self.panel.save_wanted.connect(self.save)
        self.panel.copy_wanted.connect(controller.copy)
        self.panel.drag_wanted.connect(self._drag_out)
        self.panel.drag_explained.connect(self._explain_drag)
        controller.current_changed.connect(self._show)
        controller.matting_changed.connect(self.panel.controls.show_matting)
        controller.queue_changed.connect(self.stage.show_queue)
        controller.models_changed.connect(self._show_models)
        controller.look_changed.connect(self._show_look)
        self._connect_list()
        controller.saved.connect(self._tell_saved)
        controller.copied.connect(self._put_on_clipboard)
        controller.noticed.connect(self._tell)

    def _add_shortcuts(self) -> None:
        standard = QKeySequence.StandardKey
        for keys, act in (
            (standard.Open, self.choose_photos),
            (standard.Paste, self.paste),
            (standard.Save, self._while_looking(self.save)),
            (standard.Copy, self._while_looking(self._controller.copy)),
            (standard.Cancel, self._while_looking(self._escape)),
        ):
            QShortcut(keys, self, act)

    def _while_looking(self, act: Callable[[], None]) -> Callable[[], None]:
        return lambda: act() if self._stack.currentWidget() is not self.list else None

    def _connect_list(self) -> None:
        page = self.list
        page.add_wanted.connect(self.choose_photos)
        page.folder_wanted.connect(self.choose_folder)
        page.left.connect(lambda: self._show_list(False))
        page.looked_at.connect(self._look_at)
        page.noticed.connect(self._tell)
        page.panel.matting_wanted.connect(self._looking.offer_matting)
        self._controller.matting_changed.connect(page.panel.background.show_missing)
        self.list_button.clicked.connect(lambda: self._show_list(True))
        self.queue.grown.connect(self._show_grown_list)
        self.queue.changed.connect(self._follow_list)
        self._controller.models_changed.connect(page.show_models)

    def _show_list(self, shown: bool) -> None:
        """Show the list, or the photos, or where neither is, what an empty window shows."""
        photos = self._workspace if self._controller.current is not None else self.drop_area
        self._stack.setCurrentWidget(self.list if shown else photos)
        self.list.photos_button.setVisible(photos is self._workspace)
        self.list.set_watched(shown)

    def _show_grown_list(self) -> None:
        self._show_list(True)

    def _follow_list(self) -> None:
        entries = self.queue.entries.entries
        self.list_button.setVisible(bool(entries))
        if not entries and not self.queue.sorting and self._stack.currentWidget() is self.list:
            self._show_list(False)
        elif entries and self._stack.currentWidget() is self.drop_area:
            self._show_list(True)

    def _look_at(self, path: Path) -> None:
        known = next((photo for photo in self._controller.gallery.photos if photo.source == path), None)
        if known is not None:
            self._controller.select(known)
        else:
            self._controller.add([path])
        self._show_list(False)

    def _escape(self) -> None:
        if not self._looking.go_back():
            self._controller.cancel()

    def _show(self, photo: Photo | None) -> None:
        # What is drawn meanwhile does not take the list away; a photo that comes, or goes, does.
        if photo is None or photo is not self._shown or self._stack.currentWidget() is not self.list:
            self._show_list(photo is None and bool(self.queue.entries.entries))
        self._shown = photo
        self.stage.show_photo(photo)
        drawing = photo.drawing if photo and photo.status not in {Status.NO_FACE, Status.FAILED} else None
        self.panel.show_drawing(drawing, draggable=bool(drawing and photo and photo.exported))
        self.panel.show_touch(drawing, photo.touch if photo else None)
        self._order_tabs()
        if photo is not None:
            index = self._controller.gallery.index(self._controller.gallery.row(photo))
            if index != self.strip.currentIndex():
                self.strip.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _show_models(self, models: tuple[ModelEntry, ...]) -> None:
        self.panel.show_models(models)
        self._order_tabs()
        self._show_look(self._controller.look)

    def _order_tabs(self) -> None:
        """Let Tab go through the page as it is read; the cards of the models came last."""
        panel = self.panel
        order: tuple[QWidget, ...] = (self.add_button, self.strip, self.stage.comparison, self.stage.progress.cancel)
        order += (*self.stage.bar.modes.buttons, *self.stage.bar.buttons, *panel.models.cards.values(), panel.sheet)
        order += (*panel.controls.stops, panel.save, panel.copy, panel.drag)
        for before, after in itertools.pairwise(order):
            QWidget.setTabOrder(before, after)

    def _show_look(self, look: Look) -> None:
        self.panel.show_look(look)

    def _select(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self._controller.select(self._controller.gallery.at(current))

    def _drag_out(self) -> None:
        photo = self._controller.current
        if photo is not None and photo.drawing is not None and photo.exported is not None:
            transfer.drag_out(self, photo.exported)

    def _explain_drag(self) -> None:
        self._tell(
            Notice(Tone.INFO, self.tr("Hold the mouse button down on it and drag it onto a folder or another program."))
        )

    def _put_on_clipboard(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        keys = QKeySequence(QKeySequence.StandardKey.Paste).toString(QKeySequence.SequenceFormat.NativeText)
        self._tell(Notice(Tone.SUCCESS, self.tr("Copied. Paste it anywhere with {0}.").format(keys)))

    def _tell_saved(self, path: Path) -> None:
        def show_folder() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

        action = Action(self.tr("Show the folder"), show_folder, "open")
        self._tell(Notice(Tone.SUCCESS, self.tr("Saved as “{0}”.").format(path.name), (action,)))

    def _tell(self, notice: Notice | None) -> None:
        self.banner.show_notice(notice)
        self._place_banner()

    def _place_banner(self) -> None:
        self.banner.move((self.width() - self.banner.width()) // 2, 3 * GAP)
