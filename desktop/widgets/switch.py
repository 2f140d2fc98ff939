"""Something that is on or off."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.theme import current_tokens
from desktop.widgets.tips import tip
from desktop.words.heard import heard

_TRACK = QSize(36, 20)
_KNOB = 7.0


class Switch(QAbstractButton):
    """A label and, at the right, a switch; greyed with the reason as its tooltip where it cannot be used.

    ``clicked`` carries whether the user has switched it on.
    """

    def __init__(self, text: str, hint: str = "", parent: QWidget | None = None) -> None:
        """Make a switch that is off."""
        super().__init__(parent)
        self._hint = hint
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(hint)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def refuse(self, reason: str | None) -> None:
        """Grey it for ``reason``, or not."""
        self.setEnabled(reason is None)
        told = heard(reason or "")
        self.setToolTip(tip(told or self._hint))
        self.setAccessibleDescription(told)

    def sizeHint(self) -> QSize:
        """Return room for the text and the switch."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 12 + _TRACK.width(), max(metrics.height(), 20) + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the label and the switch."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.outline))
        room = self.rect().adjusted(0, 0, -_TRACK.width() - 10, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        track = QRectF(self.width() - _TRACK.width() - 1, (self.height() - _TRACK.height()) / 2, 36, 20)
        on = self.isChecked()
        ground = QColor(tokens.accent if on else tokens.outline)
        if not self.isEnabled():
            ground = QColor(tokens.pressed)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        middle = QPointF(track.right() - 10 if on else track.left() + 10, track.center().y())
        painter.setBrush(QColor(tokens.on_accent if on and self.isEnabled() else tokens.surface))
        painter.drawEllipse(middle, _KNOB, _KNOB)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.text), 1.6))
            painter.drawRoundedRect(track.adjusted(-0.5, -0.5, 0.5, 0.5), 10.5, 10.5)
