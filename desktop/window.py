"""The main window: the bar on top, the pages below, and what concerns the window as a whole."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop import transfer
from desktop.dialogs.about import AboutDialog
from desktop.icons import logo, window_icon
from desktop.live.controller import LiveController
from desktop.pages.live import LivePage
from desktop.pages.photos import PhotosPage
from desktop.photos.controller import PhotosController
from desktop.queue.controller import QueueController
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.widgets.language_button import LanguageButton
from desktop.widgets.segmented import Segment, SegmentedControl
from desktop.words.language import ENGLISH, Language, application
from desktop.work.newcomers import Newcomers, models_in, without

_SIZE = QSize(1180, 760)
"""Of a new window, where the screen has room for it."""

_PATIENCE = 300
"""Milliseconds until it is looked again whether a dialog is still open."""


class MainWindow(QWidget):
    """Animirror's window. Pictures, models, and videos on the live page, can be dropped anywhere on it."""

    def __init__(
        self,
        controller: PhotosController,
        live: LiveController | None = None,
        queue: QueueController | None = None,
        language: Language | None = None,
    ) -> None:
        """Make the window; the work begins after it was painted for the first time, and the live page's with it."""
        super().__init__()
        self._controller = controller
        self._live = live or LiveController()
        self._queue = queue or QueueController(parent=self)
        self.language = language or Language(application(), ENGLISH)
        self._newcomers = Newcomers(self)
        self._newcomers.told.connect(controller.noticed)
        self._newcomers.added.connect(lambda _identifier: controller.find_models())
        self._painted = False
        self._was_maximised = False
        self.setWindowTitle("Animirror")
        self.setWindowIcon(window_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(880, 560)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() * 0.94))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._furnish()
        # All events of one change count as one.
        # A window that is closed has nobody to speak to, and what its pages would show may be gone.
        self._closed = False
        self._translation = QTimer(self, singleShot=True, interval=0)
        self._translation.timeout.connect(self._translate)
        for number, key in enumerate(self._rooms, 1):
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, lambda key=key: self.show_page(key))
        QShortcut(QKeySequence.StandardKey.Quit, self, self.close)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)

    def _furnish(self) -> None:
        """Make the bar and the pages, in the language that is spoken now."""
        self.photos = PhotosPage(self._controller, self._queue)
        self.live = LivePage(self._live)
        self.live.full_screen_wanted.connect(self._fill_screen)
        self.pages = SegmentedControl(
            self.tr("Page"),
            (
                Segment("photos", self.tr("Photos"), "photos", self.tr("Photos become anime (Ctrl+1)")),
                Segment("live", self.tr("Live"), "camera", self.tr("Your camera becomes an anime mirror (Ctrl+2)")),
            ),
        )
        self._rooms: dict[str, QWidget] = {"photos": self.photos, "live": self.live}
        self._stack = QStackedWidget()
        for page in self._rooms.values():
            self._stack.addWidget(page)
        self.pages.chosen.connect(lambda key: self._stack.setCurrentWidget(self._rooms[key]))
        self._bar = self._make_bar()
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)
        # Otherwise Qt gives the focus to the first button, which then looks as if it had been chosen.
        self.setFocusProxy(self._stack)
        self._stack.setFocus()

    def _translate(self) -> None:
        """Say everything in another language: the pages are made anew, and show what their controllers know."""
        if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
            # What is open belongs to the pages that would go.
            self._translation.start(_PATIENCE)
            return
        photos, live, bar, stack = self.photos, self.live, self._bar, self._stack
        page = next(key for key, room in self._rooms.items() if room is stack.currentWidget())
        asked_here = self._languages.hasFocus()
        self.setUpdatesEnabled(False)
        self._furnish()
        self.photos.succeed(photos)
        self.live.succeed(live)
        self.show_page(page)
        self._stack.show()
        self._bar.setVisible(not self.isFullScreen())
        layout = self.layout()
        assert layout is not None
        for old, new in ((stack, self._stack), (bar, self._bar)):
            layout.removeWidget(old)
            old.hide()
            old.deleteLater()
            # What lies over the window stays there.
            new.lower()
        layout.invalidate()
        layout.activate()
        self.setUpdatesEnabled(True)
        if asked_here:
            self._languages.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_page(self, key: str) -> None:
        """Show ``photos`` or ``live``."""
        self.pages.choose(key)
        self._stack.setCurrentWidget(self._rooms[key])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begin the heavy work once the window can be seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._controller.start)
            QTimer.singleShot(0, self.photos.queue.start)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and not self._closed:
            self._translation.start(0)
        elif event.type() == QEvent.Type.LocaleChange:
            self.language.follow_system()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the work; the window goes at once."""
        self._closed = True
        self._translation.stop()
        self._newcomers.end()
        self._controller.end()
        self.photos.queue.end()
        self._live.end()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Invite what can be taken, but not our own drawings on their way out."""
        if event.source() is None and transfer.acceptable(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.photos.invite(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Stop inviting."""
        self.photos.invite(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self.photos.invite(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        video = transfer.video(event.mimeData()) if self._stack.currentWidget() is self.live else None
        if video is not None:
            self.live.show_file(video)
            return
        self.show_page("photos")
        models = models_in(event.mimeData())
        self._newcomers.add(models)
        others = without(event.mimeData(), models) if models else event.mimeData()
        if others is not None:
            self.photos.take(others)

    def _make_bar(self) -> QWidget:
        mark = QLabel()
        mark.setPixmap(logo(28, self.devicePixelRatioF()))
        name = QLabel("Animirror")
        name.setProperty("role", "brand")
        self._languages = LanguageButton(self.language)
        about = IconButton(self.tr("About Animirror"), "info", role="quiet")
        about.clicked.connect(self._show_about)
        bar = QFrame()
        bar.setProperty("role", "bar")
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(2 * GAP, 10, 2 * GAP, 10)
        layout.setSpacing(10)
        layout.addWidget(mark)
        layout.addWidget(name)
        layout.addStretch()
        layout.addWidget(self.pages)
        layout.addStretch()
        layout.addWidget(self._languages)
        layout.addWidget(about)
        return bar

    def _fill_screen(self, fill: bool) -> None:
        """Fill the screen with the live picture, or show the window as it was."""
        if fill == self.isFullScreen():
            return
        self._bar.setVisible(not fill)
        self.live.set_full_screen(fill)
        if fill:
            self._was_maximised = self.isMaximized()
            self.showFullScreen()
        elif self._was_maximised:
            self.showMaximized()
        else:
            self.showNormal()

    def _show_about(self) -> None:
        AboutDialog(self._controller.models, self).exec()
