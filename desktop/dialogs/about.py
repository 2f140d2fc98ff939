"""What the program is, and on what terms its parts may be used."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core import __version__, gpu_pack, paths
from desktop.dialogs.gpu_pack import GpuPackDialog
from desktop.icons import logo
from desktop.theme import GAP
from desktop.widgets.buttons import IconButton
from desktop.work.messages import ModelEntry


class AboutDialog(QDialog):
    """Name, version and licences."""

    def __init__(self, models: Sequence[ModelEntry], parent: QWidget | None = None) -> None:
        """Make the dialog, with the licences of the installed ``models``."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Animirror"))
        mark = QLabel()
        mark.setPixmap(logo(56, self.devicePixelRatioF()))
        name = QLabel("Animirror")
        name.setProperty("role", "title")
        version = QLabel(self.tr("Version {0}").format(__version__))
        version.setProperty("role", "muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(name)
        words.addWidget(version)
        words.addStretch()
        head = QHBoxLayout()
        head.setSpacing(2 * GAP)
        head.addWidget(mark)
        head.addLayout(words, 1)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(GAP)
        layout.addLayout(head)
        layout.addSpacing(GAP)
        layout.addWidget(
            self._paragraph(self.tr("Turns faces into anime on your own computer. No picture ever leaves it."))
        )
        for title, text in self._terms(models):
            heading = QLabel(title)
            heading.setTextFormat(Qt.TextFormat.PlainText)
            heading.setProperty("role", "heading")
            layout.addSpacing(GAP)
            layout.addWidget(heading)
            layout.addWidget(self._paragraph(text))
        layout.addStretch()
        close = IconButton(self.tr("Close"), role="primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        # Only the packaged program has the first two.
        self.licences_button = IconButton(self.tr("All licences"), role="link")
        self.licences_button.setVisible(paths.licences() is not None)
        self.licences_button.clicked.connect(_show_licences)
        self.gpu_button = IconButton(self.tr("Add GPU pack …"), role="link")
        self.gpu_button.setVisible(gpu_pack.wanted() is not None)
        self.gpu_button.clicked.connect(lambda: GpuPackDialog(self).exec())
        self.log_button = IconButton(
            self.tr("Diary"), role="link", hint=self.tr("The folder of the program's log, for bug reports")
        )
        self.log_button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs()))))
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GAP)
        for button in (self.licences_button, self.gpu_button, self.log_button):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(close)
        layout.addSpacing(2 * GAP)
        layout.addLayout(buttons)

    def sizeHint(self) -> QSize:
        """Return a width that is easy to read; the height follows from the text."""
        return QSize(480, super().sizeHint().height())

    def _terms(self, models: Sequence[ModelEntry]) -> list[tuple[str, str]]:
        program = self.tr("MIT licence.")
        if paths.licences() is not None:
            program = self.tr(
                "Its source is under the MIT licence; this packaged program, with x264 in it, as a whole under the "
                "GPL 3."
            )
        return [
            (self.tr("Program"), program),
            *((self.tr("Model “{0}”").format(model.shown_name), model.shown_licence) for model in models),
            (
                self.tr("Face detector"),
                self.tr("SCRFD by InsightFace. Its weights may be used for non-commercial research only."),
            ),
            (self.tr("People"), self.tr("Use pictures of people who agree to it.")),
        ]

    def _paragraph(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("role", "muted")
        return label


def _show_licences() -> None:
    index = paths.licences()
    if index is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(index)))
