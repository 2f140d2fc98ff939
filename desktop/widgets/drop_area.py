"""What an empty window shows: where to drop a photo, and the other ways to bring one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.icons import illustration, line_pixmap
from desktop.theme import CARD_RADIUS, GAP, current_tokens
from desktop.widgets.buttons import IconButton

_PICTURE = QSize(236, 156)


class DropArea(QFrame):
    """A large inviting area; the page around it takes the drop itself.

    open_wanted: the user wants to choose files; paste_wanted: to paste; example_wanted: to see what it does first.
    """

    open_wanted = Signal()
    paste_wanted = Signal()
    example_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the area."""
        super().__init__(parent)
        self._inviting = False
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title.setProperty("role", "display")
        self._lead = QLabel(self.tr("and see yourself as an anime character"), alignment=Qt.AlignmentFlag.AlignCenter)
        self._lead.setProperty("role", "muted")
        self.open_button = IconButton(self.tr("Choose a photo"), "open", role="primary")
        self.open_button.clicked.connect(self.open_wanted)
        keys = QKeySequence(QKeySequence.StandardKey.Paste).toString(QKeySequence.SequenceFormat.NativeText)
        self.paste_button = IconButton(
            self.tr("Paste"), "paste", hint=self.tr("Paste a copied picture ({0})").format(keys)
        )
        self.paste_button.clicked.connect(self.paste_wanted)
        self.example_button = IconButton(self.tr("Try it with an example"), role="link")
        self.example_button.clicked.connect(self.example_wanted)
        self._lock = QLabel()
        private = QLabel(self.tr("Your photos stay on this computer."))
        private.setProperty("role", "caption")
        formats = QLabel(self.tr("Photos, videos, or whole folders of them"), alignment=Qt.AlignmentFlag.AlignCenter)
        formats.setProperty("role", "caption")

        ways = QHBoxLayout()
        ways.setSpacing(GAP)
        ways.addStretch()
        ways.addWidget(self.open_button)
        ways.addWidget(self.paste_button)
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
        layout.addLayout(ways)
        layout.addSpacing(2 * GAP)
        layout.addWidget(self.example_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(GAP)
        layout.addWidget(formats)
        layout.addStretch(3)
        layout.addLayout(note)
        self.set_inviting(False)
        self._draw()

    def set_inviting(self, inviting: bool) -> None:
        """Answer to a picture that hovers over the area."""
        self._inviting = inviting
        self._title.setText(self.tr("Let go to draw it") if inviting else self.tr("Drop a photo here"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a card with a dashed rim."""
        tokens = current_tokens()
        if self._inviting:
            _paint_rim(self, QColor(tokens.soft), QColor(tokens.accent), 2.0)
        else:
            _paint_rim(self, QColor(tokens.surface), QColor(tokens.outline), 1.5)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click anywhere as a wish to choose a file."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.open_wanted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Be the one that gets the release."""
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        tokens, ratio = current_tokens(), self.devicePixelRatioF()
        self._picture.setPixmap(illustration("welcome", tokens, _PICTURE, ratio))
        self._lock.setPixmap(line_pixmap("lock", tokens.muted, 15, ratio))


class DropVeil(QWidget):
    """Laid over the window's pictures while another one hovers over them."""

    def __init__(self, parent: QWidget) -> None:
        """Make a hidden veil, through which the pointer reaches what is below."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        text = QLabel(self.tr("Let go to add it"), alignment=Qt.AlignmentFlag.AlignCenter)
        text.setProperty("role", "display")
        QVBoxLayout(self).addWidget(text)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint over what is below, without hiding it."""
        tokens = current_tokens()
        ground = QColor(tokens.soft)
        ground.setAlpha(238)
        _paint_rim(self, ground, QColor(tokens.accent), 2.0)


def _paint_rim(widget: QWidget, ground: QColor, line: QColor, width: float) -> None:
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(ground)
    pen = QPen(line, width)
    pen.setDashPattern([5, 4])
    painter.setPen(pen)
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1.5, 1.5, -1.5, -1.5), CARD_RADIUS, CARD_RADIUS)
