"""The live picture, with the divider of the split view over it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from desktop.theme import current_tokens
from desktop.widgets import comparison_paint as paint

_WHOLE = 1000


class LivePicture(QAbstractSlider):
    """Shows the latest picture. In the split view it is a slider from 0 to 1000, like the photos' comparison.

    painted: a new picture is on the screen now.
    split_moved: the user moved the divider; carries 0 to 1.
    double_clicked: the user clicked twice beside the divider.
    """

    painted = Signal()
    split_moved = Signal(float)
    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty picture."""
        super().__init__(parent)
        self._image = QImage()
        self._fresh = False
        self._veiled = False
        self._full_screen = False
        self._split = False
        self._names: tuple[str, str] | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, _WHOLE)
        self.setSingleStep(20)
        self.setPageStep(100)
        self.setValue(_WHOLE // 2)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Live picture"))
        self.valueChanged.connect(self._moved)

    @property
    def image(self) -> QImage:
        """What is shown; null where nothing is."""
        return self._image

    @property
    def room(self) -> QSize:
        """How large a picture may be, in device pixels."""
        return self.size() * self.devicePixelRatioF()

    @property
    def target(self) -> QRectF:
        """Where the picture lies, in the widget's own pixels."""
        if self._image.isNull():
            return QRectF()
        room = QRectF(self.rect())
        scale = min(room.width() / self._image.width(), room.height() / self._image.height())
        width, height = round(self._image.width() * scale), round(self._image.height() * scale)
        return QRectF(round((room.width() - width) / 2), round((room.height() - height) / 2), width, height)

    @property
    def named(self) -> bool:
        """Whether the halves bear their names."""
        return self._names is not None

    def show_image(self, image: QImage | None) -> None:
        """Show a picture, or nothing."""
        self._image = image or QImage()
        self._fresh = image is not None
        self.update()

    def set_veiled(self, veiled: bool) -> None:
        """Dim what stands still."""
        if veiled != self._veiled:
            self._veiled = veiled
            self.update()

    def set_full_screen(self, full_screen: bool) -> None:
        """Fill the screen up with black."""
        self._full_screen = full_screen
        self.update()

    def show_sides(self, names: tuple[str, str] | None, *, split: bool) -> None:
        """Name the two halves of the picture, if it has two; ``split``: a divider stands between them."""
        self._names, self._split = names, split
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if split else Qt.FocusPolicy.NoFocus)
        self.setAccessibleDescription(self.tr("The arrow keys move the divider.") if split else "")
        self.update()

    def show_split(self, place: float) -> None:
        """Put the divider somewhere, 0 left to 1 right, without telling."""
        self.blockSignals(True)
        self.setValue(round(place * _WHOLE))
        self.blockSignals(False)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which something is seen."""
        return QSize(240, 180)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture and what is laid over it."""
        painter = QPainter(self)
        target = self.target
        if self._full_screen:
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if target.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._full_screen:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shape = QPainterPath()
            shape.addRoundedRect(target, paint.CORNER, paint.CORNER)
            painter.setClipPath(shape)
        painter.drawImage(target, self._image)
        if self._veiled:
            painter.fillRect(target, QColor(0, 0, 0, 110))
        painter.setClipping(False)
        if not self._full_screen:
            paint.rim(painter, target, QColor(current_tokens().border))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._names is not None:
            paint.labels(painter, target, self._middle(), *self._names)
        if self._split:
            paint.divider(painter, target, self._middle(), QColor(current_tokens().accent), focused=self.hasFocus())
        painter.end()
        if self._fresh:
            self._fresh = False
            self.painted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the divider to the pointer."""
        if self._split and event.button() == Qt.MouseButton.LeftButton and self.target.contains(event.position()):
            self.setSliderDown(True)
            self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the divider follow."""
        if self.isSliderDown():
            self._follow(event.position())
        inside = self._split and self.target.contains(event.position())
        shape = Qt.CursorShape.SplitHCursor if inside or self.isSliderDown() else Qt.CursorShape.ArrowCursor
        self.setCursor(QCursor(shape))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell, if there is a picture."""
        if event.button() == Qt.MouseButton.LeftButton and not self._image.isNull():
            self.setSliderDown(False)
            self.double_clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the divider, if there is one."""
        if self._split:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel alone: it would move the divider by accident."""
        event.ignore()

    def _middle(self) -> float:
        share = self.value() / _WHOLE if self._split else 0.5
        return self.target.left() + self.target.width() * share

    def _follow(self, position: QPointF) -> None:
        share = (position.x() - self.target.left()) / max(1.0, self.target.width())
        self.setValue(round(min(max(share, 0.0), 1.0) * _WHOLE))

    def _moved(self, value: int) -> None:
        self.update()
        self.split_moved.emit(value / _WHOLE)
