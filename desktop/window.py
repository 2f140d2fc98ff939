"""The main window: the bar on top, the page below, and what concerns the window as a whole."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import transfer
from desktop.dialogs.about import AboutDialog
from desktop.icons import logo, window_icon
from desktop.pages.photos import PhotosPage
from desktop.photos.controller import PhotosController
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton

_SIZE = QSize(1180, 760)
"""Of a new window, where the screen has room for it."""


class MainWindow(QWidget):
    """Animirror's window. Pictures can be dropped anywhere on it."""

    def __init__(self, controller: PhotosController) -> None:
        """Make the window; the work begins after it was painted for the first time."""
        super().__init__()
        self._controller = controller
        self._painted = False
        self.setWindowTitle("Animirror")
        self.setWindowIcon(window_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(880, 560)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() * 0.94))
        self.photos = PhotosPage(controller)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_bar())
        layout.addWidget(self.photos, 1)
        QShortcut(QKeySequence.StandardKey.Quit, self, self.close)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begin the heavy work once the window can be seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._controller.start)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the work; the window goes at once."""
        self._controller.end()
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
        self.photos.take(event.mimeData())

    def _make_bar(self) -> QWidget:
        mark = QLabel()
        mark.setPixmap(logo(28, self.devicePixelRatioF()))
        name = QLabel("Animirror")
        name.setProperty("role", "brand")
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
        layout.addWidget(about)
        return bar

    def _show_about(self) -> None:
        AboutDialog(self._controller.models, self).exec()
