"""Which part of a video is wanted: a beginning and an end on one line."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import current_tokens

_KNOB = 8.0
_LEAST = 0.1
"""Seconds between the beginning and the end, at least."""


def clock(seconds: float) -> str:
    """Write a time as ``1:02.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


class PartSlider(QWidget):
    """Two knobs; the arrow keys move the one that was touched last, Tab and a click choose, Home and End put it back.

    moved: a knob is moved; carries the time under it. chosen: it was let go; carries the beginning and the end
    in seconds, None where that is the video's own.
    """

    moved = Signal(float)
    chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a slider over nothing."""
        super().__init__(parent)
        self._length = self._start = self._end = 0.0
        self._at_end = False
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Part of the video"))
        self.setToolTip(self.tr("Drag the ends to convert only a part; the arrow keys move by a second"))

    @property
    def part(self) -> tuple[float, float]:
        """The beginning and the end in seconds."""
        return self._start, self._end

    def show_part(self, length: float, start: float | None, end: float | None) -> None:
        """Show a part of a video that is ``length`` seconds long; a knob that is held stays with the user."""
        if not self._held:
            self._length = max(0.0, length)
            self._start = min(start or 0.0, self._length)
            self._end = self._length if end is None else min(end, self._length)
            self._describe()

    def sizeHint(self) -> QSize:
        """Return its usual size."""
        return QSize(220, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line, the part and the knobs."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        painter.setBrush(QColor(tokens.pressed))
        painter.drawRoundedRect(QRectF(_KNOB, middle - 2, self.width() - 2 * _KNOB, 4), 2, 2)
        left, right = self._x(self._start), self._x(self._end)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(QRectF(left, middle - 2, right - left, 4), 2, 2)
        painter.setBrush(QColor(tokens.surface))
        for at_end, x in ((False, left), (True, right)):
            strong = self.hasFocus() and at_end is self._at_end
            painter.setPen(QPen(QColor(tokens.accent), 3.5 if strong else 2.0))
            painter.drawEllipse(QPointF(x, middle), _KNOB - 1, _KNOB - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the nearer knob."""
        if event.button() == Qt.MouseButton.LeftButton and self._length:
            x = event.position().x()
            self._at_end = abs(x - self._x(self._end)) < abs(x - self._x(self._start))
            self._held = True
            self._put(self._seconds(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the knob follow."""
        if self._held:
            self._put(self._seconds(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Tell what was chosen."""
        if self._held:
            self._held = False
            self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move a knob by a second, or by a tenth with Ctrl; Up and Down take hold of the other one."""
        step = 0.1 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1.0
        here = self._end if self._at_end else self._start
        match event.key():
            case Qt.Key.Key_Left:
                self._put(here - step)
            case Qt.Key.Key_Right:
                self._put(here + step)
            case Qt.Key.Key_Home | Qt.Key.Key_End:
                self._put(self._length if self._at_end else 0.0)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._at_end = not self._at_end
                self.update()
                return
            case _:
                super().keyPressEvent(event)
                return
        self._tell()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which knob the keys move."""
        super().focusInEvent(event)
        self.update()

    def _tell(self) -> None:
        # What a file says of its length may be less than its last frame's time.
        start = self._start if self._start > 0.0 else None
        self.chosen.emit(start, self._end if self._end < self._length else None)

    def _put(self, seconds: float) -> None:
        if self._at_end:
            self._end = min(max(seconds, self._start + _LEAST), self._length)
        else:
            self._start = max(0.0, min(seconds, self._end - _LEAST))
        self._describe()
        self.moved.emit(self._end if self._at_end else self._start)

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{clock(self._start)} – {clock(self._end)}")
        self.update()

    def _x(self, seconds: float) -> float:
        room = self.width() - 2 * _KNOB
        return _KNOB + (room * seconds / self._length if self._length else 0.0)

    def _seconds(self, x: float) -> float:
        return (x - _KNOB) / max(1.0, self.width() - 2 * _KNOB) * self._length
