"""The models to choose from, each with its style."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import RADIUS, current_tokens
from desktop.work.messages import ModelEntry

_MARGIN = 12
_DOT = 18


class ModelCard(QAbstractButton):
    """One model: a radio button with its name and, below, its style."""

    def __init__(self, entry: ModelEntry, parent: QWidget | None = None) -> None:
        """Make the card of a model."""
        super().__init__(parent)
        self.entry = entry
        self.setText(entry.shown_name)
        self.setAccessibleName(f"{entry.shown_name}, {entry.shown_style}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return room for two lines."""
        name, style = self.entry.shown_name, self.entry.shown_style
        lines = _height(self._name_font(), name) + _height(self._style_font(), style)
        return QSize(180, lines + 2 * _MARGIN)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.isChecked() or self.hasFocus()
        width = 2.0 if ring else 1.0
        painter.setPen(QPen(QColor(tokens.accent if ring else tokens.border), width))
        ground = tokens.soft if self.isChecked() else tokens.hover if self.underMouse() else tokens.surface
        painter.setBrush(QColor(ground))
        edge = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), RADIUS + 1, RADIUS + 1)
        text = self.rect().adjusted(2 * _MARGIN + _DOT, _MARGIN, -_MARGIN, -_MARGIN)
        name, style = QFontMetrics(self._name_font()), QFontMetrics(self._style_font())
        painter.setFont(self._name_font())
        painter.setPen(QColor(tokens.text))
        elided = name.elidedText(self.entry.shown_name, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, elided)
        painter.setFont(self._style_font())
        painter.setPen(QColor(tokens.muted))
        elided = style.elidedText(self.entry.shown_style, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, elided)
        self._paint_dot(painter)

    def _paint_dot(self, painter: QPainter) -> None:
        tokens = current_tokens()
        dot = QRectF(_MARGIN, (self.height() - _DOT) / 2, _DOT, _DOT)
        painter.setPen(QPen(QColor(tokens.accent if self.isChecked() else tokens.outline), 1.6))
        painter.setBrush(QColor(tokens.surface))
        painter.drawEllipse(dot)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(dot.adjusted(4.5, 4.5, -4.5, -4.5))

    def _name_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _style_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        return font


def _height(font: QFont, text: str) -> int:
    """Return how high a line is; another font's letters, such as Chinese ones, may be higher than the font says."""
    metrics = QFontMetrics(font)
    return max(metrics.height(), metrics.boundingRect(QRect(0, 0, 999, 999), Qt.TextFlag.TextSingleLine, text).height())


class ModelPicker(QWidget):
    """Cards of which exactly one is chosen; Tab reaches it, and the arrow keys choose others.

    chosen: the user chose another model; carries its id.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty picker."""
        super().__init__(parent)
        self.setAccessibleName(self.tr("Style"))
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._toggled)
        self._cards: dict[str, ModelCard] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)

    @property
    def cards(self) -> dict[str, ModelCard]:
        """The cards by model id."""
        return dict(self._cards)

    def show_models(self, entries: Sequence[ModelEntry]) -> None:
        """Offer these models instead of the present ones."""
        for card in self._cards.values():
            self._group.removeButton(card)
            card.hide()
            card.deleteLater()
        self._cards = {entry.identifier: ModelCard(entry) for entry in entries}
        for card in self._cards.values():
            self._group.addButton(card)
            self._layout.addWidget(card)

    def choose(self, identifier: str) -> None:
        """Choose a model without telling."""
        self._group.blockSignals(True)
        if identifier in self._cards:
            self._cards[identifier].setChecked(True)
        self._group.blockSignals(False)

    def _toggled(self, card: QAbstractButton, checked: bool) -> None:
        if checked and isinstance(card, ModelCard):
            self.chosen.emit(card.entry.identifier)
