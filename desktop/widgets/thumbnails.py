"""The strip of photos at the side."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QKeySequence, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.icons import line_pixmap
from desktop.photos.gallery import STATUS_ROLE, Status
from desktop.theme import Tokens, current_tokens

TILE = 84
_SPACE = 6
_CORNER = 12.0
_BADGE = 22

_BADGE_ICONS = {
    Status.WAITING: "clock",
    Status.WORKING: "clock",
    Status.DONE: "check",
    Status.NO_FACE: "exclamation",
    Status.FAILED: "exclamation",
    Status.STOPPED: "stop",
}


class ThumbnailDelegate(QStyledItemDelegate):
    """Paints one photo: its picture, a badge for its status and a ring where it is the shown one."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a tile with the space around it."""
        return QSize(TILE + 2 * _SPACE, TILE + 2 * _SPACE)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the tile."""
        tokens = current_tokens()
        status = Status(index.data(STATUS_ROLE))  # Qt makes a plain text of it
        # The row is wider where there is no scroll bar; the tile is not.
        tile = QRectF(option.rect.left() + _SPACE, option.rect.top() + _SPACE, TILE, TILE)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(tile, _CORNER, _CORNER)
        painter.fillPath(shape, QColor(tokens.sunken))
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(pixmap, QPixmap) and not pixmap.isNull():
            painter.setClipPath(shape)
            painter.setOpacity(0.55 if status.pending else 1.0)
            painter.drawPixmap(tile, pixmap, _middle(pixmap))
            painter.setOpacity(1.0)
            painter.setClipping(False)
        else:
            painter.drawPixmap(
                tile.center() - QRectF(0, 0, 28, 28).center(), line_pixmap("frame", tokens.outline, 28, 2.0)
            )
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(tokens.accent), 2.5))
            painter.drawRoundedRect(tile.adjusted(-2.5, -2.5, 2.5, 2.5), _CORNER + 2, _CORNER + 2)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(tokens.outline), 1.5))
            painter.drawRoundedRect(tile.adjusted(-2, -2, 2, 2), _CORNER + 2, _CORNER + 2)
        _paint_badge(painter, tile, status, tokens)
        painter.restore()


class ThumbnailStrip(QListView):
    """A column of photos; arrow keys choose, Delete takes one out.

    removed: the user wants the photo at the carried index out of the window.
    """

    removed = Signal(QModelIndex)

    def __init__(self, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        """Show the photos of ``model``."""
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(ThumbnailDelegate(self))
        self.setAccessibleName(self.tr("Photos"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setFixedWidth(TILE + 2 * _SPACE + 10)
        self._remove = QAction(self.tr("Remove from the list"), self)
        self._remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self._remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._remove.triggered.connect(self._remove_current)
        self.addAction(self._remove)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to take the photo out."""
        if self.indexAt(event.pos()).isValid():
            menu = QMenu(self)
            menu.addAction(self._remove)
            menu.exec(event.globalPos())

    def _remove_current(self) -> None:
        if self.currentIndex().isValid():
            self.removed.emit(self.currentIndex())


def _middle(pixmap: QPixmap) -> QRectF:
    side = min(pixmap.width(), pixmap.height())
    return QRectF((pixmap.width() - side) / 2, (pixmap.height() - side) / 2, side, side)


def _paint_badge(painter: QPainter, tile: QRectF, status: Status, tokens: Tokens) -> None:
    ground = {
        Status.WAITING: tokens.surface,
        Status.WORKING: tokens.accent,
        Status.DONE: tokens.success,
        Status.NO_FACE: tokens.warning,
        Status.FAILED: tokens.danger,
        Status.STOPPED: tokens.surface,
    }[status]
    lines = tokens.muted if ground == tokens.surface else tokens.surface
    badge = QRectF(tile.right() - _BADGE - 4, tile.bottom() - _BADGE - 4, _BADGE, _BADGE)
    painter.setPen(QPen(QColor(tokens.surface), 2))
    painter.setBrush(QColor(ground))
    painter.drawEllipse(badge)
    inner = badge.adjusted(4, 4, -4, -4)
    ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
    painter.drawPixmap(inner.topLeft(), line_pixmap(_BADGE_ICONS[status], lines, round(inner.width()), ratio))
