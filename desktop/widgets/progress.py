"""What is being done, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import current_tokens
from desktop.widgets.buttons import IconButton

_STEPS = 1000
_THICKNESS = 5.0
_SWEEP = 1400
_FRAME = 30
"""Milliseconds, like the sweep: how long it takes to cross the bar, and between two pictures of it."""


class ProgressLine(QProgressBar):
    """A thin progress bar; with no known end, a part of it wanders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a bar that wanders."""
        super().__init__(parent)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._phase = 0.0
        self._wander = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=_SWEEP)
        self._wander.setLoopCount(-1)
        self._wander.valueChanged.connect(self._step)
        self.set_share(None)

    def set_share(self, share: float | None) -> None:
        """Show how much is done, 0 to 1, or that nobody knows."""
        self.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self.setValue(round(share * _STEPS))
        if share is None and self.isVisible():
            self._wander.start()
        elif share is not None:
            self._wander.stop()

    def sizeHint(self) -> QSize:
        """Return its usual size."""
        return QSize(220, round(_THICKNESS) + 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the groove and what is done of it."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, (self.height() - _THICKNESS) / 2, self.width(), _THICKNESS)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(groove, _THICKNESS / 2, _THICKNESS / 2)
        done = QRectF(groove)
        if self.maximum() == 0:
            length = groove.width() * 0.35
            left = -length + (groove.width() + length) * self._phase
            done.setLeft(max(left, groove.left()))
            done.setRight(min(left + length, groove.right()))
        else:
            done.setWidth(groove.width() * self.value() / _STEPS)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(done, _THICKNESS / 2, _THICKNESS / 2)

    def showEvent(self, event: QShowEvent) -> None:
        """Wander while it is seen."""
        super().showEvent(event)
        if self.maximum() == 0:
            self._wander.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while it is not."""
        super().hideEvent(event)
        self._wander.stop()

    def _step(self, phase: float) -> None:
        # Half of the frames that Qt offers: the processor has better things to do just now.
        if abs(phase - self._phase) * _SWEEP > _FRAME:
            self._phase = phase
            self.update()


class ProgressCard(QFrame):
    """A small card over the picture.

    stopped: the user wants the work to stop.
    """

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a hidden card."""
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.setFixedWidth(360)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._line = ProgressLine()
        self.cancel = IconButton(self.tr("Cancel"), "close", hint=self.tr("Stop drawing (Esc)"))
        self.cancel.clicked.connect(self.stopped)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addStretch()
        column.addWidget(self._text)
        column.addWidget(self._line)
        column.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 12, 12, 12)
        layout.setSpacing(16)
        layout.addLayout(column, 1)
        layout.addWidget(self.cancel)
        self.hide()

    @property
    def text(self) -> str:
        """What is being done."""
        return self._text.text()

    def show_progress(self, text: str, share: float | None) -> None:
        """Say what is being done and how much of it, 0 to 1, or None where nobody knows."""
        self._text.setText(text)
        self._line.setAccessibleName(text)
        self._line.set_share(share)
