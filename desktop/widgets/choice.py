"""A choice of several, of which the chosen one is seen; the others come in a menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from desktop.icons import icon, line_pixmap
from desktop.theme import RADIUS, current_tokens
from desktop.widgets.tips import tip

_MARGIN = 11
_ICON = 18


@dataclass(frozen=True)
class Choice:
    """One of the choices. asks: it opens a dialog before anything is chosen; such choices stand apart."""

    key: str
    label: str
    icon: str | None = None
    asks: bool = False
    enabled: bool = True


class ChoiceButton(QAbstractButton):
    """Shows what is chosen; a click, Space or the arrow keys open the menu.

    chosen: the user chose; carries the key, also where it is the present one.
    """

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make a button with its accessible name and nothing to choose."""
        super().__init__(parent)
        self._name = name
        self._choices: tuple[Choice, ...] = ()
        self._key: str | None = None
        self._menu = QMenu(self)
        self._group = QActionGroup(self)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)

    def rename(self, name: str) -> None:
        """Take another accessible name; the next offer tells it."""
        self._name = name
        self._choices = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen."""
        return self._choices

    @property
    def key(self) -> str | None:
        """The key of what is chosen."""
        return self._key

    def offer(self, choices: Sequence[Choice], key: str | None, otherwise: str = "") -> None:
        """Offer these; ``otherwise`` is shown where the chosen one is none of them."""
        chosen = next((choice for choice in choices if choice.key == key), None)
        text = chosen.label if chosen else otherwise
        if (tuple(choices), key, text) == (self._choices, self._key, self.text()):
            return
        self._choices, self._key = tuple(choices), key
        self.setText(text)
        self.setAccessibleName(f"{self._name}: {text}")
        self.setToolTip(tip(text))
        self._fill_menu()
        self.update()

    def choose(self, key: str) -> None:
        """Act as if the user had chosen this in the menu."""
        self.chosen.emit(key)

    def sizeHint(self) -> QSize:
        """Return the height of a button and a width that shows a usual name."""
        return QSize(150, QFontMetrics(self.font()).height() + 20)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that tells anything."""
        return QSize(72, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the field, what is chosen in it, and an arrow."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self.hasFocus() else 1.0
        painter.setPen(QPen(QColor(tokens.accent if self.hasFocus() else tokens.border), width))
        painter.setBrush(QColor(tokens.hover if self.underMouse() and self.isEnabled() else tokens.surface))
        edge = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), RADIUS, RADIUS)
        colour = tokens.text if self.isEnabled() else tokens.outline
        chosen = next((choice for choice in self._choices if choice.key == self._key), None)
        left, top = _MARGIN, (self.height() - _ICON) // 2
        if chosen is not None and chosen.icon:
            painter.drawPixmap(QPoint(left, top), line_pixmap(chosen.icon, colour, _ICON, self.devicePixelRatioF()))
            left += _ICON + 9
        arrow = self.width() - _MARGIN - _ICON + 3
        muted = line_pixmap("down", tokens.muted, _ICON, self.devicePixelRatioF())
        painter.drawPixmap(QPoint(arrow, top), muted)
        room = self.rect().adjusted(left, 0, arrow - 4 - self.width(), 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(QColor(colour if chosen else tokens.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _fill_menu(self) -> None:
        self._menu.clear()
        tokens = current_tokens()
        asked = False
        for choice in self._choices:
            if choice.asks and not asked and not self._menu.isEmpty():
                self._menu.addSeparator()
            asked = asked or choice.asks
            # A name may hold an ampersand, which Qt takes for a mnemonic.
            action = QAction(choice.label.replace("&", "&&"), self._menu)
            if choice.icon:
                action.setIcon(icon(choice.icon, tokens.text, _ICON, tokens.outline))
            if not choice.asks:
                action.setCheckable(True)
                action.setChecked(choice.key == self._key)
                self._group.addAction(action)
            action.setEnabled(choice.enabled)
            action.triggered.connect(lambda _checked=False, key=choice.key: self.chosen.emit(key))
            self._menu.addAction(action)

    def _open(self) -> None:
        # Filled again for the colours, which may be others by now, and for a check mark that the user only tried.
        self._fill_menu()
        self._menu.setMinimumWidth(self.width())
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 3)))
