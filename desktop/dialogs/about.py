"""What the program is, and on what terms its parts may be used."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core import __version__
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
        layout.addSpacing(2 * GAP)
        layout.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)

    def sizeHint(self) -> QSize:
        """Return a width that is easy to read; the height follows from the text."""
        return QSize(480, super().sizeHint().height())

    def _terms(self, models: Sequence[ModelEntry]) -> list[tuple[str, str]]:
        return [
            (self.tr("Program"), self.tr("MIT licence.")),
            *((self.tr("Model “{0}”").format(model.name), model.licence) for model in models),
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
