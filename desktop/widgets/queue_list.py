"""The files that are to be converted, each with its picture, its name and how it stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
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

from desktop.icons import icon, line_pixmap
from desktop.queue.entries import SHARE_ROLE, STATE_ROLE, TOLD_ROLE, Entries, Entry
from desktop.theme import RADIUS, Tokens, current_tokens

_TILE = 52
_SPACE = 8
_BADGE = 20
_BAR = 4.0
_BADGES = {"done": "check", "failed": "exclamation", "cancelled": "stop"}

Index = QModelIndex | QPersistentModelIndex


class QueueDelegate(QStyledItemDelegate):
    """Paints one row."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the size of a row; it is as wide as the list."""
        return QSize(120, _TILE + 2 * _SPACE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        tokens, state = current_tokens(), str(index.data(STATE_ROLE))
        row = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(tokens.accent), 1.5) if selected else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.soft if selected else tokens.hover))
            painter.drawRoundedRect(row, RADIUS, RADIUS)
        tile = QRectF(row.left() + _SPACE, row.top() + _SPACE - 1, _TILE, _TILE)
        _paint_tile(painter, tile, index.data(Qt.ItemDataRole.DecorationRole), state, tokens)
        text = QRectF(tile.right() + 12, tile.top(), row.right() - tile.right() - 20, _TILE)
        if state in _BADGES:
            text.setRight(text.right() - _BADGE - 6)
            _paint_badge(
                painter, QRectF(text.right() + 6, row.center().y() - _BADGE / 2, _BADGE, _BADGE), state, tokens
            )
        _paint_text(painter, text, option.font, index, state, tokens)
        painter.restore()


class QueueList(QListView):
    """A list whose rows can be dragged to another place, or moved with Alt and the arrow keys.

    The other actions belong to the row that is chosen: looked_at (Enter or a double click), removed (Delete),
    stopped, again; each carries the Entry.
    """

    looked_at = Signal(object)
    removed = Signal(object)
    stopped = Signal(object)
    again = Signal(object)

    def __init__(self, entries: Entries, parent: QWidget | None = None) -> None:
        """Show ``entries``."""
        super().__init__(parent)
        self._entries = entries
        self.setModel(entries)
        self.setItemDelegate(QueueDelegate(self))
        self.setAccessibleName(self.tr("Files to convert"))
        self.setAccessibleDescription(
            self.tr("Alt with the arrow keys moves the chosen file; Delete takes it out; Enter shows it.")
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.activated.connect(lambda index: self.looked_at.emit(entries.at(index)))

    @property
    def entry(self) -> Entry | None:
        """The chosen file."""
        index = self.currentIndex()
        return self._entries.at(index) if index.isValid() else None

    def choose(self, entry: Entry) -> None:
        """Choose a file without giving the list the focus."""
        self.setCurrentIndex(self._entries.index(self._entries.row(entry)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the chosen file, or take it out."""
        entry = self.entry
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if entry is not None and step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._entries.move(entry, self._entries.row(entry) + step)
            self.scrollTo(self.currentIndex())
        elif entry is not None and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit(entry)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the file."""
        index = self.indexAt(event.pos())
        if index.isValid():
            self.menu(self._entries.at(index)).exec(event.globalPos())

    def menu(self, entry: Entry) -> QMenu:
        """Make the menu of a file."""
        menu, tokens = QMenu(self), current_tokens()
        row = self._entries.row(entry)

        def add(text: str, name: str, act: Callable[[], None]) -> None:
            menu.addAction(icon(name, tokens.text, 18, tokens.outline), text).triggered.connect(lambda: act())

        if entry.open:
            add(self.tr("Stop"), "stop", lambda: self.stopped.emit(entry))
        else:
            add(self.tr("Try again"), "retry", lambda: self.again.emit(entry))
        if entry.state == "waiting" and row:
            add(self.tr("Do it next"), "play", lambda: self._entries.move(entry, self._next_place()))
        add(self.tr("Remove from the list"), "remove", lambda: self.removed.emit(entry))
        return menu

    def _next_place(self) -> int:
        states = [entry.state for entry in self._entries.entries]
        return states.index("waiting") if "waiting" in states else 0


def _paint_tile(painter: QPainter, tile: QRectF, pixmap: object, state: str, tokens: Tokens) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(tile, 8, 8)
    painter.fillPath(shape, QColor(tokens.sunken))
    if isinstance(pixmap, QPixmap) and not pixmap.isNull():
        side = min(pixmap.width(), pixmap.height())
        middle = QRectF((pixmap.width() - side) / 2, (pixmap.height() - side) / 2, side, side)
        painter.setClipPath(shape)
        painter.setOpacity(1.0 if state in {"done", "running"} else 0.6)
        painter.drawPixmap(tile, pixmap, middle)
        painter.setOpacity(1.0)
        painter.setClipping(False)


def _paint_badge(painter: QPainter, badge: QRectF, state: str, tokens: Tokens) -> None:
    ground = {"done": tokens.success, "failed": tokens.danger}.get(state, tokens.outline)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawEllipse(badge)
    inner = badge.adjusted(4, 4, -4, -4)
    ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
    painter.drawPixmap(inner.topLeft(), line_pixmap(_BADGES[state], tokens.surface, round(inner.width()), ratio))


def _paint_text(painter: QPainter, text: QRectF, font: QFont, index: Index, state: str, tokens: Tokens) -> None:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.9)
    name, told = QFontMetrics(font), QFontMetrics(small)
    running = state == "running"
    height = name.height() + told.height() + 2 + (_BAR + 4 if running else 0)
    top = text.center().y() - height / 2
    left = Qt.AlignmentFlag.AlignLeft
    painter.setFont(font)
    painter.setPen(QColor(tokens.text))
    line = QRectF(text.left(), top, text.width(), name.height())
    painter.drawText(line, left, name.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, round(text.width())))
    painter.setFont(small)
    painter.setPen(QColor(tokens.danger if state == "failed" else tokens.muted))
    line = QRectF(text.left(), line.bottom() + 2, text.width(), told.height())
    sentence = str(index.data(TOLD_ROLE))
    painter.drawText(line, left, told.elidedText(sentence, Qt.TextElideMode.ElideRight, round(text.width())))
    if running:
        groove = QRectF(text.left(), line.bottom() + 4, text.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.pressed))
        painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
        groove.setWidth(groove.width() * float(index.data(SHARE_ROLE)))
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
