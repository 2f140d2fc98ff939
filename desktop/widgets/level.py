"""How much of something, from one end to the other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import current_tokens

_WHOLE = 100
_KNOB = 8.0
_GROOVE = 4.0


class LevelSlider(QAbstractSlider):
    """A slider that goes to where it is clicked; a double click puts it back to its usual value."""

    def __init__(self, name: str, usual: int, parent: QWidget | None = None) -> None:
        """Make a slider from 0 to 100 at its usual value."""
        super().__init__(parent)
        self._usual = usual
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, _WHOLE)
        self.setSingleStep(5)
        self.setPageStep(20)
        self.setValue(usual)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return its usual size."""
        return QSize(160, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the groove, how much of it counts, and the knob."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, left = self.height() / 2, _KNOB + 2
        groove = QRectF(left, middle - _GROOVE / 2, self.width() - 2 * left, _GROOVE)
        painter.setBrush(QColor(tokens.pressed))
        painter.drawRoundedRect(groove, _GROOVE / 2, _GROOVE / 2)
        accent = QColor(tokens.accent if self.isEnabled() else tokens.outline)
        done = QRectF(groove)
        done.setWidth(groove.width() * self.value() / _WHOLE)
        painter.setBrush(accent)
        painter.drawRoundedRect(done, _GROOVE / 2, _GROOVE / 2)
        painter.setPen(QPen(accent, 3.0 if self.hasFocus() else 2.0))
        painter.setBrush(QColor(tokens.surface))
        painter.drawEllipse(QPointF(done.right(), middle), _KNOB, _KNOB)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Stay."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Go back to the usual value."""
        self.setValue(self._usual)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which it scrolls."""
        event.ignore()

    def _follow(self, event: QMouseEvent) -> None:
        left = _KNOB + 2
        share = (event.position().x() - left) / max(1.0, self.width() - 2 * left)
        self.setValue(round(min(max(share, 0.0), 1.0) * _WHOLE))


class Level(QWidget):
    """A slider with a name, and words for its two ends.

    changed: the user moved it; carries 0 to 1.
    """

    changed = Signal(float)

    def __init__(self, name: str, low: str, high: str, usual: float, parent: QWidget | None = None) -> None:
        """Make the slider at its usual value, 0 to 1."""
        super().__init__(parent)
        self.slider = LevelSlider(name, round(usual * _WHOLE))
        self.slider.setAccessibleDescription(f"{low} – {high}")
        self.slider.valueChanged.connect(lambda value: self.changed.emit(value / _WHOLE))
        ends = QHBoxLayout()
        for word, side in ((low, Qt.AlignmentFlag.AlignLeft), (high, Qt.AlignmentFlag.AlignRight)):
            label = QLabel(word)
            label.setProperty("role", "caption")
            ends.addWidget(label, alignment=side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(QLabel(name))
        layout.addWidget(self.slider)
        layout.addLayout(ends)

    def show_level(self, level: float) -> None:
        """Show a value, 0 to 1, without telling."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(level * _WHOLE))
        self.slider.blockSignals(False)
        self.slider.update()
