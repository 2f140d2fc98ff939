"""A widget whose picture is zoomed and moved with wheel, fingers and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QGestureEvent, QPinchGesture, QWidget

from desktop.widgets.viewport import Viewport

_STEP = 1.25
_PAN_STEP = 60.0


class ZoomView(QAbstractSlider):
    """What paints the picture asks the viewport where it lies.

    moved: another part of the picture is seen, or at another size.
    """

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._viewport = Viewport()
        self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def shows_picture(self) -> bool:
        """Whether there is something to zoom."""
        return False

    def home(self, position: QPointF) -> QPointF:
        """Return the place in the viewport's picture that is the same as ``position``, where it is shown twice."""
        return position

    @property
    def viewport(self) -> Viewport:
        """Which part is seen."""
        return self._viewport

    def fit(self) -> None:
        """Show the whole picture."""
        self._viewport.fit()
        self.look()

    def show_actual(self, at: QPointF | None = None) -> None:
        """Show the result's own pixels."""
        self._viewport.show_actual(at)
        self.look()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Show the picture larger or smaller about a place, or about the middle."""
        self._viewport.zoom(factor, at)
        self.look()

    def zoom_in(self) -> None:
        """Show it a step larger."""
        self.zoom(_STEP)

    def zoom_out(self) -> None:
        """Show it a step smaller."""
        self.zoom(1 / _STEP)

    def event(self, event: QEvent) -> bool:
        """Zoom where two fingers on a touchpad or a screen say so."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1.0 + event.value(), self.home(event.position()))
                return True
        elif event.type() is QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                at = self.mapFromGlobal(pinch.centerPoint().toPoint())
                self.zoom(pinch.scaleFactor(), self.home(QPointF(at)))
                return True
        return super().event(event)

    def zoom_by_key(self, key: Qt.Key) -> bool:
        """Zoom as the key says, or return False where it says nothing of it."""
        act = {
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: self.fit,
            Qt.Key.Key_1: self.show_actual,
        }.get(key)
        if act is not None:
            act()
        return act is not None

    def pan_by_key(self, key: Qt.Key) -> bool:
        """Move a zoomed picture as an arrow key says, or return False where nothing is moved."""
        moved = {
            Qt.Key.Key_Left: QPointF(_PAN_STEP, 0),
            Qt.Key.Key_Right: QPointF(-_PAN_STEP, 0),
            Qt.Key.Key_Up: QPointF(0, _PAN_STEP),
            Qt.Key.Key_Down: QPointF(0, -_PAN_STEP),
        }.get(key)
        if moved is None or self._viewport.fitted:
            return False
        self._viewport.pan(moved)
        self.look()
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; two fingers on a touchpad move a picture that is zoomed."""
        if not self.shows_picture:
            event.ignore()
            return
        fingers = not event.pixelDelta().isNull() and event.phase() is not Qt.ScrollPhase.NoScrollPhase
        if fingers and not event.modifiers() & Qt.KeyboardModifier.ControlModifier and not self._viewport.fitted:
            self._viewport.pan(QPointF(event.pixelDelta()))
            self.look()
        else:
            self.zoom(_STEP ** (event.angleDelta().y() / 120), self.home(event.position()))
        event.accept()

    def look(self) -> None:
        """Paint, and tell, that something else is seen."""
        self.update()
        self.moved.emit()
