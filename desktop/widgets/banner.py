"""A sentence with an icon and buttons, laid over what it speaks of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.icons import line_pixmap
from desktop.notices import Notice, Tone
from desktop.theme import GAP, current_tokens
from desktop.widgets.buttons import IconButton
from desktop.words.heard import heard

_ICON_SIZE = 22
_SHOWN_FOR = 6000
_WIDEST = 560


class Banner(QFrame):
    """Shows one notice at a time; hidden while there is none.

    closed: the user closed it, or its time was over.
    """

    closed = Signal()

    def __init__(self, *, closable: bool, parent: QWidget | None = None) -> None:
        """Make a hidden banner; a ``closable`` one has a button for that and lets passing notices go by themselves."""
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.setMaximumWidth(_WIDEST)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._closable = closable
        self._notice: Notice | None = None
        self._icon = QLabel()
        self._text = QLabel()
        # File names may hold anything, and none of it is markup.
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(GAP)
        self._close = IconButton(self.tr("Close this message"), "close", role="quiet")
        self._close.setVisible(closable)
        self._close.clicked.connect(self._dismiss)
        # One line of text stands level with the icon, and with the button that closes it.
        self._line = self._close.sizeHint().height() if closable else _ICON_SIZE
        self._icon.setFixedHeight(self._line)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(self._text)
        column.addLayout(self._actions)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 13, 13, 13)
        layout.setSpacing(12)
        layout.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)
        layout.addWidget(self._close, alignment=Qt.AlignmentFlag.AlignTop)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 60))
        self.setGraphicsEffect(shadow)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_FOR)
        self._timer.timeout.connect(self._dismiss)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown, empty where the banner is hidden."""
        return self._text.text() if self._notice is not None else ""

    @property
    def notice(self) -> Notice | None:
        """What is shown."""
        return self._notice

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        """The buttons of the notice's actions."""
        items = (self._actions.itemAt(place) for place in range(self._actions.count()))
        widgets = (item.widget() for item in items if item is not None)
        return tuple(widget for widget in widgets if isinstance(widget, IconButton))

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice instead of the present one; None hides the banner."""
        if notice == self._notice:
            return
        self._notice = notice
        self._timer.stop()
        while (item := self._actions.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if notice is None:
            self.hide()
            return
        self._text.setText(heard(notice.text))
        self.setAccessibleName(self._text.text())
        last: QWidget = self._close
        for place, action in enumerate(notice.actions):
            button = IconButton(action.label, action.icon, role="" if place or self._closable else "primary")
            button.clicked.connect(action.run)
            self._actions.addWidget(button)
            button.show()
            # Tab comes here where the banner is, and not after everything else in the window.
            QWidget.setTabOrder(last, button)
            last = button
        if notice.actions:
            self._actions.addStretch()
        self._paint_icon()
        self.fit()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if self._closable and notice.passing:
            self._timer.start()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()

    def fit(self) -> None:
        """Be as wide as the sentence up to a limit, and as high as it then needs."""
        parent = self.parentWidget()
        room = min(_WIDEST, (parent.width() if parent else _WIDEST) - 4 * GAP)
        aside = 16 + 13 + _ICON_SIZE + 12 + (self._close.sizeHint().width() + 12 if self._closable else 0)
        width = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 4
        self._text.setFixedWidth(max(160, min(width, room - aside)))
        self._text.setFixedHeight(max(self._text.heightForWidth(self._text.width()), self._line))
        layout = self.layout()
        if layout is not None:
            # Added widgets count only once the layout has looked at them.
            layout.invalidate()
            layout.activate()
        self.resize(self.sizeHint())

    def _paint_icon(self) -> None:
        if self._notice is None:
            return
        tokens = current_tokens()
        colour = {
            Tone.SUCCESS: tokens.success,
            Tone.INFO: tokens.muted,
            Tone.WARNING: tokens.warning,
            Tone.ERROR: tokens.danger,
        }[self._notice.tone]
        self._icon.setPixmap(line_pixmap(self._notice.tone, colour, _ICON_SIZE, self.devicePixelRatioF()))

    def _dismiss(self) -> None:
        self.show_notice(None)
        self.closed.emit()
