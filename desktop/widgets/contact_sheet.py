"""One photo in every style that is installed, to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.theme import GAP, current_tokens
from desktop.widgets.buttons import IconButton
from desktop.widgets.comparison_paint import fitted
from desktop.widgets.tips import tip
from desktop.words.heard import heard
from desktop.work.messages import ModelEntry

_TILE = 216
_CORNER = 12.0
_TEXT = 46
_FLATTEST, _TALLEST = 0.5, 1.4


class SheetTile(QAbstractButton):
    """The photo in one style."""

    def __init__(self, entry: ModelEntry, parent: QWidget | None = None) -> None:
        """Make a tile that waits for its picture."""
        super().__init__(parent)
        self.entry = entry
        self._image = QImage()
        self._note = self.tr("Waiting…")
        self.setAccessibleName(f"{entry.shown_name}, {entry.shown_style}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCheckable(True)

    @property
    def drawn(self) -> bool:
        """Whether there is a picture."""
        return not self._image.isNull()

    @property
    def note(self) -> str:
        """What stands in the picture's place."""
        return self._note

    def show_image(self, image: QImage | None, note: str) -> None:
        """Show the drawing, or say why there is none."""
        self._image, self._note = image or QImage(), heard(note)
        self.setToolTip(tip(self._note))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a square picture with two lines below."""
        return QSize(_TILE, _TILE + _TEXT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, its name and its style."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(3, 3, self.width() - 6, self.height() - _TEXT - 6)
        shape = QPainterPath()
        shape.addRoundedRect(area, _CORNER, _CORNER)
        painter.fillPath(shape, QColor(tokens.sunken))
        if self._image.isNull():
            painter.setPen(QColor(tokens.muted))
            room = area.adjusted(12, 12, -12, -12)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._note)
        else:
            painter.setClipPath(shape)
            place = fitted(self._image.size(), area)
            painter.drawPixmap(place, QPixmap.fromImage(self._image), QRectF(self._image.rect()))
            painter.setClipping(False)
        ring = self.isChecked() or self.hasFocus()
        colour = tokens.accent if ring else tokens.outline if self.underMouse() else tokens.border
        painter.setPen(QPen(QColor(colour), 2.5 if ring else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, _CORNER, _CORNER)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        for text, font, shade, line in (
            (self.entry.shown_name, bold, tokens.text, 0),
            (self.entry.shown_style, self.font(), tokens.muted, 1),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(shade))
            place = QRectF(6, self.height() - _TEXT + 3 + line * 20, self.width() - 12, 20)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class ContactSheet(QWidget):
    """A sheet of tiles, filled one after the other.

    chosen: carries a model's id. closed: the user wants the photo back; stopped: no more tiles are to be filled.
    """

    chosen = Signal(str)
    closed = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty sheet."""
        super().__init__(parent)
        self._tiles: dict[str, SheetTile] = {}
        self._shape = 1.0
        title = QLabel(self.tr("All styles"))
        title.setProperty("role", "title")
        self._state = QLabel()
        self._state.setProperty("role", "muted")
        self.stop = IconButton(self.tr("Stop"), "stop", hint=self.tr("Leave the rest out"))
        self.stop.clicked.connect(self.stopped)
        self.back = IconButton(self.tr("Back to the photo"), "close", hint=self.tr("Back to the photo (Esc)"))
        self.back.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(title)
        head.addWidget(self._state)
        head.addStretch()
        head.addWidget(self.stop)
        head.addWidget(self.back)
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2 * GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)

    @property
    def tiles(self) -> dict[str, SheetTile]:
        """The tiles by model id."""
        return dict(self._tiles)

    @property
    def state(self) -> str:
        """How far it is."""
        return self._state.text()

    def begin(self, entries: Sequence[ModelEntry], current: str | None, shape: float = 1.0) -> None:
        """Show an empty tile for each style; the present one is ringed. shape: height by width of the pictures."""
        self._shape = min(max(shape, _FLATTEST), _TALLEST)
        for tile in self._tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._tiles = {}
        for entry in entries:
            tile = SheetTile(entry)
            tile.setChecked(entry.identifier == current)
            tile.clicked.connect(lambda _checked=False, key=entry.identifier: self.chosen.emit(key))
            self._tiles[entry.identifier] = tile
        self._arrange()
        self._tell()
        first = self._tiles.get(current or "") or next(iter(self._tiles.values()), None)
        if first is not None:
            first.setFocus()

    def fill(self, identifier: str, image: QImage | None, sentence: str) -> None:
        """Show a drawing, or say why there is none."""
        tile = self._tiles.get(identifier)
        if tile is not None:
            tile.show_image(image, sentence)
            self._tell()

    def end(self) -> None:
        """Say that what is empty stays so."""
        for tile in self._tiles.values():
            if not tile.drawn and tile.note == self.tr("Waiting…"):
                tile.show_image(None, self.tr("Stopped. Choose it to draw the photo in this style."))
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the tiles with the arrow keys, choose with Return; Escape goes back."""
        tiles = list(self._tiles.values())
        step = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }.get(Qt.Key(event.key()))
        focused = next((place for place, tile in enumerate(tiles) if tile.hasFocus()), None)
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif step is not None and focused is not None and 0 <= focused + step < len(tiles):
            tiles[focused + step].setFocus()
            self._scroll.ensureWidgetVisible(tiles[focused + step])
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and focused is not None:
            tiles[focused].click()
        else:
            super().keyPressEvent(event)

    @property
    def _columns(self) -> int:
        room = self._scroll.viewport().width() + 2 * GAP
        return max(1, min(room // (_TILE + 2 * GAP), max(1, len(self._tiles))))

    def _arrange(self) -> None:
        columns = self._columns
        room = self._scroll.viewport().width() - (columns - 1) * 2 * GAP
        side = min(max(_TILE, room // columns), round(_TILE * 1.5))
        for place, tile in enumerate(self._tiles.values()):
            tile.setFixedSize(side, round(side * self._shape) + _TEXT)
            self._grid.addWidget(tile, place // columns, place % columns)

    def _tell(self) -> None:
        waiting = sum(tile.note == self.tr("Waiting…") and not tile.drawn for tile in self._tiles.values())
        done, total = len(self._tiles) - waiting, len(self._tiles)
        self._state.setText(self.tr("{0} of {1} drawn").format(done, total) if waiting else self.tr("Choose one"))
        self.stop.setVisible(waiting > 0)
