"""A picture with a square on it that is moved, sized and turned by hand; the line through the eyes turns it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.errors import FaceError
from core.handcrop import HandCrop
from desktop.theme import current_tokens
from desktop.widgets.comparison_paint import CORNER, fitted

_REACH = 18.0
_KNOB = 7.0
_STEP = 0.02
_TURN = 2.0
_SHADE = QColor(0, 0, 0, 140)
_WHITE = QColor(255, 255, 255)


class CropCanvas(QWidget):
    """Shows and changes one crop, in the photo's own pixels.

    changed: carries the crop after the user changed it.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty canvas."""
        super().__init__(parent)
        self._image = QImage()
        self._size = QSize(1, 1)
        self._crop = HandCrop(0.5, 0.5, 1.0)
        self._held: str | None = None
        self._grip = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Crop"))
        self.setAccessibleDescription(
            self.tr("The arrow keys move the square, + and - size it, comma and full stop turn it.")
        )

    @property
    def crop(self) -> HandCrop:
        """The crop as it is now."""
        return self._crop

    def show_photo(self, image: QImage, size: QSize, crop: HandCrop) -> None:
        """Show a photo of this ``size`` in pixels, by an image of any size, and a crop on it."""
        self._image, self._size = image, size
        self.set_crop(crop)

    def set_crop(self, crop: HandCrop) -> None:
        """Show another crop."""
        self._crop = crop.fitted(self._size.width(), self._size.height())
        self.update()

    @property
    def target(self) -> QRectF:
        """Where the photo lies."""
        return fitted(self._size, QRectF(self.rect()).adjusted(2, 2, -2, -2))

    def place_of(self, x: float, y: float) -> QPointF:
        """Return where a pixel of the photo lies on the canvas."""
        target = self.target
        scale = target.width() / self._size.width()
        return QPointF(target.left() + x * scale, target.top() + y * scale)

    @property
    def eyes(self) -> tuple[QPointF, QPointF]:
        """Where the ends of the eyes' line are on the canvas."""
        left, right = (self.place_of(*point) for point in self._crop.landmarks[:2])
        return left, right

    @property
    def corners(self) -> tuple[QPointF, ...]:
        """Where the corners are on the canvas, clockwise from the crop's own top left."""
        return tuple(self.place_of(*point) for point in self._crop.corners)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(560, 460)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the photo, dimmed outside the square, and what can be held."""
        tokens, target = current_tokens(), self.target
        if self._image.isNull() or target.isEmpty():
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(target, CORNER, CORNER)
        painter.setClipPath(shape)
        painter.drawImage(target, self._image)
        box = QPainterPath()
        box.addPolygon(QPolygonF(self.corners))
        box.closeSubpath()
        painter.fillPath(shape.subtracted(box), _SHADE)
        painter.setClipping(False)
        accent = QColor(tokens.accent)
        for colour, width in ((QColor(0, 0, 0, 110), 5.0), (accent if self.hasFocus() else _WHITE, 2.2)):
            painter.setPen(QPen(colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(box)
        left, right = self.eyes
        painter.setPen(QPen(QColor(0, 0, 0, 110), 4.5))
        painter.drawLine(left, right)
        painter.setPen(QPen(accent, 2.2))
        painter.drawLine(left, right)
        for point in self.corners:
            _knob(painter, point, _WHITE, accent, _KNOB)
        for point in (left, right):
            _knob(painter, point, accent, _WHITE, _KNOB + 1.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of an eye, a corner, or the square."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._handle_at(event.position())
            self._grip = event.position() - self.place_of(self._crop.x, self._crop.y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let what is held follow."""
        position = event.position()
        if self._held is None:
            handle = self._handle_at(position)
            shapes = {"corner": Qt.CursorShape.SizeFDiagCursor, "move": Qt.CursorShape.SizeAllCursor}
            default = Qt.CursorShape.ArrowCursor if handle is None else Qt.CursorShape.PointingHandCursor
            self.setCursor(shapes.get(handle or "", default))
            return
        x, y = self._pixel(position)
        crop = self._crop
        if self._held == "move":
            x, y = self._pixel(position - self._grip)
            self._take(HandCrop(x, y, crop.side, crop.angle))
        elif self._held == "corner":
            # Half of a square's diagonal to its side.
            reach = ((x - crop.x) ** 2 + (y - crop.y) ** 2) ** 0.5
            self._take(HandCrop(crop.x, crop.y, reach * 2**0.5, crop.angle))
        else:
            left, right = ((float(point[0]), float(point[1])) for point in crop.landmarks[:2])
            try:
                moved = HandCrop.from_eyes((x, y), right) if self._held == "left" else HandCrop.from_eyes(left, (x, y))
            except FaceError:  # one eye was dragged onto the other; the next movement leads away again
                return
            self._take(moved)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, size or turn the square."""
        crop, step = self._crop, self._crop.side * _STEP
        moves = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step),
            Qt.Key.Key_Down: (0.0, step),
        }
        match Qt.Key(event.key()):
            case key if key in moves:
                self._take(HandCrop(crop.x + moves[key][0], crop.y + moves[key][1], crop.side, crop.angle))
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._take(HandCrop(crop.x, crop.y, crop.side + step, crop.angle))
            case Qt.Key.Key_Minus:
                self._take(HandCrop(crop.x, crop.y, crop.side - step, crop.angle))
            case Qt.Key.Key_Comma:
                self._take(HandCrop(crop.x, crop.y, crop.side, crop.angle - _TURN))
            case Qt.Key.Key_Period:
                self._take(HandCrop(crop.x, crop.y, crop.side, crop.angle + _TURN))
            case _:
                super().keyPressEvent(event)

    def _take(self, crop: HandCrop) -> None:
        self.set_crop(crop)
        self.changed.emit(self._crop)

    def _pixel(self, position: QPointF) -> tuple[float, float]:
        target = self.target
        scale = self._size.width() / max(1.0, target.width())
        return (position.x() - target.left()) * scale, (position.y() - target.top()) * scale

    def _handle_at(self, position: QPointF) -> str | None:
        left, right = self.eyes
        near = {"left": left, "right": right}
        near |= {f"corner {number}": point for number, point in enumerate(self.corners)}
        name = min(near, key=lambda key: (near[key] - position).manhattanLength())
        if (near[name] - position).manhattanLength() <= _REACH:
            return name.split(" ")[0]
        inside = QPolygonF(self.corners).containsPoint(position, Qt.FillRule.OddEvenFill)
        return "move" if inside else None


def _knob(painter: QPainter, point: QPointF, ground: QColor, rim: QColor, radius: float) -> None:
    painter.setPen(QPen(rim, 2.2))
    painter.setBrush(ground)
    painter.drawEllipse(point, radius, radius)
