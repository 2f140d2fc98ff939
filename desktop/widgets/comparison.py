"""The photo and its drawing in one place, with a divider between them that mouse and keyboard move."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPointF, QPropertyAnimation, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QApplication, QSizePolicy, QStyle, QWidget

from desktop.theme import current_tokens
from desktop.widgets import comparison_paint as paint

_WHOLE = 1000
_MIDDLE = _WHOLE // 2
_REVEAL = 700


class ComparisonView(QAbstractSlider):
    """Shows a photo, and beside it, once there is one, its drawing.

    It is a slider from 0 to 1000, so that the keyboard and screen readers treat it as one: the value is how much of the
    width, from the left, shows the photo.

    drag_wanted: the user drags the picture itself, with Ctrl held.
    """

    drag_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty view."""
        super().__init__(parent)
        self._before = QImage()
        self._after = QImage()
        self._scaled: dict[str, QPixmap] = {}
        self._veiled = False
        self._centre_marked = False
        self._pressed_at: QPointF | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, _WHOLE)
        self.setSingleStep(20)
        self.setPageStep(100)
        self.setValue(_MIDDLE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Photo and drawing"))
        self.setAccessibleDescription(self.tr("The arrow keys move the divider between the photo and the drawing."))
        self.valueChanged.connect(self.update)
        self._reveal = QPropertyAnimation(self, b"value", self)
        self._reveal.setDuration(_REVEAL)
        self._reveal.setStartValue(_WHOLE)
        self._reveal.setEndValue(_MIDDLE)
        self._reveal.setEasingCurve(QEasingCurve.Type.InOutCubic)

    @property
    def comparing(self) -> bool:
        """Whether there is a drawing beside the photo."""
        return not self._after.isNull()

    @property
    def target(self) -> QRectF:
        """Where the picture lies, in the widget's own pixels."""
        return paint.fitted(self._before.size(), QRectF(self.rect()))

    def show_photo(self, image: QImage | None) -> None:
        """Show a photo alone, or nothing."""
        self._set(image or QImage(), QImage())

    def show_pair(self, before: QImage, after: QImage, *, reveal: bool) -> None:
        """Show a photo and its drawing, of the same size; ``reveal`` lets the divider sweep in."""
        if before.cacheKey() == self._before.cacheKey() and after.cacheKey() == self._after.cacheKey():
            return
        self._set(before, after)
        if reveal and _animated(self):
            self._reveal.start()

    def set_veiled(self, veiled: bool) -> None:
        """Dim the picture while it is worked on."""
        if veiled != self._veiled:
            self._veiled = veiled
            self.update()

    def set_centre_marked(self, marked: bool) -> None:
        """Mark the square in the picture's centre that would be drawn where there is no face."""
        if marked != self._centre_marked:
            self._centre_marked = marked
            self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 560)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which a divider makes sense."""
        return QSize(240, 200)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pictures, what marks them, and the divider."""
        target = self.target
        tokens = current_tokens()
        painter = QPainter(self)
        if self._before.isNull() or target.isEmpty():
            paint.placeholder(painter, QRectF(self.rect()), tokens.border, self.devicePixelRatioF())
            return
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(target, paint.CORNER, paint.CORNER)
        painter.setClipPath(shape)
        painter.fillRect(target, QColor(tokens.sunken))
        painter.drawPixmap(target.topLeft(), self._pixmap("before", self._before))
        if self.comparing:
            split = self._split()
            right = QRectF(split, target.top(), target.right() - split, target.height())
            painter.save()
            painter.setClipRect(right, Qt.ClipOperation.IntersectClip)
            painter.fillRect(right, QColor(tokens.sunken))
            painter.drawPixmap(target.topLeft(), self._pixmap("after", self._after))
            painter.restore()
        if self._centre_marked:
            paint.centre_mark(painter, target)
        if self._veiled:
            painter.fillRect(target, QColor(0, 0, 0, 70))
        painter.setClipping(False)
        paint.rim(painter, target, QColor(tokens.border))
        if self.comparing:
            paint.labels(painter, target, self._split(), self.tr("Photo"), self.tr("Anime"))
            focused = self.hasFocus()
            paint.divider(painter, target, self._split(), QColor(tokens.accent), focused=focused)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures anew."""
        self._scaled.clear()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the divider to the pointer, or begin to drag the picture out."""
        if event.button() != Qt.MouseButton.LeftButton or not self.comparing:
            event.ignore()
            return
        self._reveal.stop()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._pressed_at = event.position()
        else:
            self.setSliderDown(True)
            self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the divider follow, or start the drag once the pointer has really moved."""
        if self._pressed_at is not None:
            moved = (event.position() - self._pressed_at).manhattanLength()
            if moved >= QApplication.startDragDistance():
                self._pressed_at = None
                self.drag_wanted.emit()
        elif self.isSliderDown():
            self._follow(event.position())
        inside = self.comparing and self.target.contains(event.position())
        shape = Qt.CursorShape.SplitHCursor if inside or self.isSliderDown() else Qt.CursorShape.ArrowCursor
        self.setCursor(QCursor(shape))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._pressed_at = None
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Put the divider back in the middle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setValue(_MIDDLE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the divider, if there is one."""
        self._reveal.stop()
        if self.comparing:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel alone: it would move the divider by accident."""
        event.ignore()

    def _set(self, before: QImage, after: QImage) -> None:
        self._reveal.stop()
        changed = before.cacheKey() != self._before.cacheKey()
        self._before, self._after = before, after
        self._scaled.clear()
        if changed:
            self.setValue(_MIDDLE)
        self.update()

    def _split(self) -> float:
        return self.target.left() + self.target.width() * self.value() / _WHOLE

    def _follow(self, position: QPointF) -> None:
        share = (position.x() - self.target.left()) / max(1.0, self.target.width())
        self.setValue(round(min(max(share, 0.0), 1.0) * _WHOLE))

    def _pixmap(self, name: str, image: QImage) -> QPixmap:
        """Return ``image`` at exactly the size in which it is painted, in device pixels."""
        ratio = self.devicePixelRatioF()
        size = (self.target.size() * ratio).toSize()
        known = self._scaled.get(name)
        if known is None or known.size() != size:
            mode = Qt.TransformationMode.SmoothTransformation
            known = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode))
            known.setDevicePixelRatio(ratio)
            self._scaled[name] = known
        return known


def _animated(widget: QWidget) -> bool:
    """Say whether the style, which asks the system, wants things to move."""
    return widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget) > 0
