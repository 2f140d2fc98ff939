"""A handle that a drawing is dragged out by."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop.widgets.buttons import IconButton


class DragButton(IconButton):
    """A handle that the drawing is dragged out by; a mere click asks for an explanation.

    drag_wanted: the pointer left with the button held.
    """

    drag_wanted = Signal()

    def __init__(self, text: str, icon_name: str, hint: str) -> None:
        """Make the handle."""
        super().__init__(text, icon_name, hint=hint)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pressed_at: QPoint | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin the drag once the pointer has really moved."""
        if self._pressed_at is not None:
            moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
            if moved >= QApplication.startDragDistance():
                self._pressed_at = None
                self.setDown(False)
                self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take it for a click if nothing was dragged."""
        self._pressed_at = None
        super().mouseReleaseEvent(event)
