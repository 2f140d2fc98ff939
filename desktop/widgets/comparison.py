"""The photo and its drawing: in one place with a divider, side by side, or the drawing alone; all zoomed in step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QSizePolicy,
    QWidget,
)

from desktop.widgets.comparison_layout import cursor_of, face_at, home_of, panes_of, room_of
from desktop.widgets.comparison_paint import Mode as Mode
from desktop.widgets.comparison_paint import Pane, Scene, paint_scene
from desktop.widgets.reveal import Reveal
from desktop.widgets.zoom_view import ZoomView

_WHOLE = 1000
_MIDDLE = _WHOLE // 2
_GRIP = 24.0
"""Distance from the divider within which it is taken hold of."""


class ComparisonView(ZoomView):
    """Shows a photo and, once there is one, its drawing.

    It is a slider from 0 to 1000, so that the keyboard and screen readers treat it as one: the value is how much of the
    visible width, from the left, shows the photo.

    drag_wanted: the user drags the picture itself, with Ctrl held. face_clicked: a face, and where on the screen.
    """

    drag_wanted = Signal()
    face_clicked = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty view."""
        super().__init__(parent)
        self._scene = Scene()
        self._pressed_at: QPointF | None = None
        self._dragging = ""
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, _WHOLE)
        self.setSingleStep(20)
        self.setPageStep(100)
        self.setValue(_MIDDLE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Photo and drawing"))
        self.setAccessibleDescription(
            self.tr("The arrow keys move the divider; + and - zoom, 0 shows all, 1 is 100 %; Space shows the photo.")
        )
        self.valueChanged.connect(self.update)
        self._reveal = Reveal(self, _WHOLE, _MIDDLE)

    @property
    def comparing(self) -> bool:
        """Whether there is a drawing beside the photo."""
        return not self._scene.after.isNull()

    @property
    def names(self) -> tuple[str, str]:
        """What is written on the first picture and on the second."""
        names = self.tr("Photo"), self.tr("Anime")
        return names[::-1] if self._scene.to_photo else names

    @property
    def mode(self) -> Mode:
        """How they are shown."""
        return self._scene.mode

    @property
    def target(self) -> QRectF:
        """Where the picture lies, in the widget's own pixels; of two, the left one."""
        return self._viewport.target

    @property
    def holding(self) -> bool:
        """Whether the photo is shown in the drawing's place for now."""
        return self._scene.holding

    def show_photo(self, image: QImage | None, size: QSize | None = None) -> None:
        """Show a photo alone, or nothing; ``size`` is its own where the image is a smaller copy."""
        self._set(image or QImage(), QImage(), size)

    def show_pair(
        self, before: QImage, after: QImage, *, reveal: bool, size: QSize | None = None, to_photo: bool = False
    ) -> None:
        """Show a photo and its drawing, of the same size; ``reveal`` lets the divider sweep in.

        to_photo: what comes first is the drawing.
        """
        scene = self._scene
        scene.to_photo = to_photo
        if before.cacheKey() == scene.before.cacheKey() and after.cacheKey() == scene.after.cacheKey():
            return
        self._set(before, after, size)
        if reveal and self.mode is Mode.SLIDER:
            self._reveal.play()

    def show_part(self, part: QRectF, before: QImage, after: QImage) -> None:
        """Show a part, given as shares of the picture, at full size over what is there, until that changes."""
        self._scene.part = (part, before, after)
        self.update()

    def show_faces(self, faces: Sequence[tuple[QRectF, bool]]) -> None:
        """Let faces be clicked: where each is, as shares of the picture, and whether it was left out."""
        self._scene.faces = tuple(faces)
        self._scene.hovered = None
        self.update()

    def set_mode(self, mode: Mode) -> None:
        """Show photo and drawing in another way."""
        self._scene.mode = mode
        self._reveal.stop()
        self._arrange()

    def set_holding(self, holding: bool) -> None:
        """Show the photo in the drawing's place, or the drawing again."""
        if holding != self._scene.holding:
            self._scene.holding = holding
            self.update()

    def set_veiled(self, veiled: bool) -> None:
        """Dim the picture while it is worked on."""
        if veiled != self._scene.veiled:
            self._scene.veiled = veiled
            self.update()

    def set_centre_marked(self, marked: bool) -> None:
        """Mark the square in the picture's centre that would be drawn where there is no face."""
        if marked != self._scene.centre_marked:
            self._scene.centre_marked = marked
            self.update()

    @property
    def shows_picture(self) -> bool:
        """Whether there is something to zoom."""
        return not self._scene.before.isNull()

    def home(self, position: QPointF) -> QPointF:
        """Return the place in the left picture that is the same as one in the right picture."""
        return home_of(QRectF(self.rect()), position, self._scene)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 560)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which a divider makes sense."""
        return QSize(240, 200)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pictures, what marks them, and the divider."""
        paint_scene(self, self._scene, self._panes(), self._split(), self.names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures anew."""
        super().resizeEvent(event)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the divider or the picture, or to drag the drawing out."""
        if event.button() != Qt.MouseButton.LeftButton or self._scene.before.isNull():
            event.ignore()
            return
        self._reveal.stop()
        self._pressed_at = event.position()
        self._dragging = ""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._dragging = "out" if self.comparing else ""
        elif self._divided and self._near_divider(event.position()):
            self._take_divider(event.position())
        elif not self._viewport.fitted:
            self._dragging = "picture"
        elif self._divided and self._face_at(event.position()) is None:
            self._take_divider(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let follow what is held, or start the drag once the pointer has really moved."""
        position = event.position()
        if self._pressed_at is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(position)
        else:
            hovered = self._face_at(position)
            if hovered != self._scene.hovered:
                self._scene.hovered = hovered
                self.update()
        near = self._dragging == "divider" or (self._divided and self._near_divider(position))
        inside = self._divided and self.target.contains(position)
        self.setCursor(QCursor(cursor_of(self._dragging, self._scene, near, inside, self._viewport.fitted)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; what was pressed and not moved is a click."""
        pressed, self._pressed_at = self._pressed_at, None
        self.setSliderDown(False)
        still = pressed is not None and self._near(pressed, event.position())
        face = self._face_at(event.position()) if still and self._dragging in {"", "picture"} else None
        self._dragging = ""
        if face is not None:
            self.face_clicked.emit(face, event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the result's own pixels, or all of it again; on the divider, put it back in the middle."""
        if event.button() != Qt.MouseButton.LeftButton or self._scene.before.isNull():
            return
        if self._divided and self._near_divider(event.position()):
            self.setValue(_MIDDLE)
        elif self._viewport.fitted:
            self.show_actual(self.home(event.position()))
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """Stop pointing at a face."""
        super().leaveEvent(event)
        self._scene.hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, pan, show the photo, or move the divider."""
        self._reveal.stop()
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        panning = control or not self._divided or key in {Qt.Key.Key_Up, Qt.Key.Key_Down}
        if not control and self.zoom_by_key(key):
            return
        if key is Qt.Key.Key_Space and self.comparing:
            self.set_holding(True)
        elif panning and self.pan_by_key(key):
            return
        elif self._divided:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Show the drawing again."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.set_holding(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget a key that is let go elsewhere."""
        super().focusOutEvent(event)
        self.set_holding(False)

    @property
    def _divided(self) -> bool:
        return self.comparing and self.mode is Mode.SLIDER

    def _set(self, before: QImage, after: QImage, size: QSize | None) -> None:
        self._reveal.stop()
        changed = before.cacheKey() != self._scene.before.cacheKey()
        self._scene.take(before, after)
        if changed:
            self.setValue(_MIDDLE)
        self._viewport.set_picture(QSizeF(size or before.size()))
        self._arrange()

    def _arrange(self) -> None:
        self._viewport.set_room(room_of(QRectF(self.rect()), self._scene), self.devicePixelRatioF())
        self.look()

    def _panes(self) -> tuple[Pane, ...]:
        return panes_of(QRectF(self.rect()), self.target, self._scene)

    def _split(self) -> float | None:
        if not self._divided or self.holding:
            return None
        seen = self.target.intersected(QRectF(self.rect()))
        return seen.left() + seen.width() * self.value() / _WHOLE

    def _face_at(self, position: QPointF) -> int | None:
        if self._divided and self._near_divider(position):
            return None
        return face_at(self._scene, self.target, self.home(position))

    def _near_divider(self, position: QPointF) -> bool:
        split = self._split()
        return split is not None and abs(position.x() - split) <= _GRIP

    def _near(self, one: QPointF, other: QPointF) -> bool:
        return (one - other).manhattanLength() < QApplication.startDragDistance()

    def _take_divider(self, position: QPointF) -> None:
        self._dragging = "divider"
        self.setSliderDown(True)
        self._follow(position)

    def _drag(self, position: QPointF) -> None:
        assert self._pressed_at is not None
        if self._dragging == "divider":
            self._follow(position)
        elif self._near(self._pressed_at, position):
            return
        elif self._dragging == "out":
            self._pressed_at, self._dragging = None, ""
            self.drag_wanted.emit()
        elif self._dragging == "picture":
            self._viewport.pan(position - self._pressed_at)
            self._pressed_at = position
            self._dragging = "picture"
            self.look()
        elif self._divided:
            # It began on a face, and is no click on it any more.
            self._take_divider(position)

    def _follow(self, position: QPointF) -> None:
        seen = self.target.intersected(QRectF(self.rect()))
        share = (position.x() - seen.left()) / max(1.0, seen.width())
        self.setValue(round(min(max(share, 0.0), 1.0) * _WHOLE))
