"""What the live page shows before it is started: one large button, and the other ways."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.icons import illustration, line_pixmap
from desktop.theme import GAP, current_tokens
from desktop.widgets.buttons import IconButton

_PICTURE = QSize(260, 172)


class LiveWelcome(QWidget):
    """An invitation. start_wanted: the large button; network_wanted, file_wanted, example_wanted: the other ways."""

    start_wanted = Signal()
    network_wanted = Signal()
    file_wanted = Signal()
    example_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it as it is while nobody knows yet whether there is a camera."""
        super().__init__(parent)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title.setProperty("role", "display")
        self._lead = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._lead.setProperty("role", "muted")
        self._lead.setTextFormat(Qt.TextFormat.PlainText)
        self._lead.setWordWrap(True)
        self.start_button = IconButton(self.tr("Start"), "play", role="primary")
        self.start_button.setMinimumSize(200, 46)
        self.start_button.clicked.connect(self.start_wanted)
        self.network_button = IconButton(
            self.tr("Use a phone"), role="link", hint=self.tr("A phone or any other camera in your network")
        )
        self.network_button.clicked.connect(self.network_wanted)
        self.file_button = IconButton(self.tr("Open a video"), role="link")
        self.file_button.clicked.connect(self.file_wanted)
        self.example_button = IconButton(self.tr("Try an example"), role="link")
        self.example_button.clicked.connect(self.example_wanted)
        self._lock = QLabel()
        private = QLabel(self.tr("What the camera sees stays on this computer."))
        private.setProperty("role", "caption")
        ways = QHBoxLayout()
        ways.setSpacing(2 * GAP)
        ways.addStretch()
        for button in (self.network_button, self.file_button, self.example_button):
            ways.addWidget(button)
        ways.addStretch()
        note = QHBoxLayout()
        note.setSpacing(6)
        note.addStretch()
        note.addWidget(self._lock)
        note.addWidget(private)
        note.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * GAP, 4 * GAP, 4 * GAP, 3 * GAP)
        layout.addStretch(3)
        layout.addWidget(self._picture)
        layout.addSpacing(2 * GAP)
        layout.addWidget(self._title)
        layout.addSpacing(4)
        layout.addWidget(self._lead)
        layout.addSpacing(3 * GAP)
        layout.addWidget(self.start_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(3 * GAP)
        layout.addLayout(ways)
        layout.addStretch(3)
        layout.addLayout(note)
        self._draw()
        self.show_source(self.tr("your camera"), possible=True)

    @property
    def lead(self) -> str:
        """The sentence below the title."""
        return self._lead.text()

    def show_source(self, name: str, *, possible: bool) -> None:
        """Invite to start with the source of that name, or say that there is no camera."""
        if possible:
            self._title.setText(self.tr("See yourself as anime"))
            self._lead.setText(self.tr("Press Start and look into {0}.").format(name))
        else:
            self._title.setText(self.tr("No camera was found"))
            self._lead.setText(
                self.tr("Plug one in, and it appears here by itself. Or choose one of the other ways below.")
            )
        self.start_button.setVisible(possible)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the drawing out where there is no room for it."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            here = self._picture.isVisibleTo(self)
            words = layout.minimumSize().height() - (_PICTURE.height() + layout.spacing() if here else 0)
            self._picture.setVisible(words + _PICTURE.height() + layout.spacing() <= self.height())

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        tokens, ratio = current_tokens(), self.devicePixelRatioF()
        self._picture.setPixmap(illustration("mirror", tokens, _PICTURE, ratio))
        self._lock.setPixmap(line_pixmap("lock", tokens.muted, 15, ratio))
