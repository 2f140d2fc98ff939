"""Tell of a defect of the program: a plain sentence, and details that can be copied."""

from __future__ import annotations

import platform
import sys

import PySide6
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from core import __version__, logs
from core.privacy import without_names
from desktop.icons import line_pixmap
from desktop.theme import GAP, current_tokens
from desktop.widgets.buttons import IconButton


class DefectDialog(QDialog):
    """Shown when something failed that nobody foresaw; the program goes on, and so does what waits to be drawn."""

    def __init__(self, traceback_text: str, parent: QWidget | None = None) -> None:
        """Make the dialog for a traceback."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.details = bug_report(traceback_text)
        icon = QLabel()
        icon.setPixmap(line_pixmap("error", current_tokens().danger, 32, self.devicePixelRatioF()))
        title = QLabel(self.tr("Something went wrong inside Animirror"))
        title.setProperty("role", "title")
        text = QLabel(
            self.tr(
                "This is a mistake in the program, not yours. Your photos and what waits to be drawn are still there: "
                "you can go on. If it happens again, start Animirror anew. The details below help whoever mends it; "
                "they hold no pictures and no names, and nothing is sent unless you send it."
            )
        )
        text.setWordWrap(True)
        box = QPlainTextEdit(self.details)
        box.setReadOnly(True)
        box.setTabChangesFocus(True)
        box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        box.setAccessibleName(self.tr("Details"))
        self.copy_button = IconButton(self.tr("Copy the details"), "copy")
        self.copy_button.clicked.connect(self._copy)
        close = IconButton(self.tr("Go on"), role="primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)

        head = QHBoxLayout()
        head.setSpacing(2 * GAP)
        head.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.addWidget(title)
        words.addWidget(text)
        head.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(2 * GAP)
        layout.addLayout(head)
        layout.addWidget(box, 1)
        layout.addLayout(buttons)

    def sizeHint(self) -> QSize:
        """Return room for a usual traceback."""
        return QSize(680, 480)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)
        self.copy_button.set_label(self.tr("Copied"))


def bug_report(traceback_text: str) -> str:
    """Return what helps to mend a defect: versions, provider, traceback and the diary's end, without names."""
    versions = (
        f"Animirror {__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
        f"{platform.platform()}"
    )
    # What has not been imported by now draws nothing, and would have held up the first paint.
    runtime = sys.modules.get("core.runtime")
    provider = f"Drawing on: {', '.join(runtime.in_use() if runtime else ()) or 'nothing yet'}"
    parts = [f"{versions}\n{provider}", without_names(traceback_text.strip())]
    diary = logs.tail()
    if diary:
        parts.append(f"The last of the diary:\n{diary}")
    return "\n\n".join(parts) + "\n"
