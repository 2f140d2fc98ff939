"""Buttons with drawings of our own, which change colour with the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.icons import icon
from desktop.theme import current_tokens

_ICON_SIZE = 18


class IconButton(QPushButton):
    """A push button with an icon before its text, or an icon alone.

    The keyboard reaches it with Tab; a click does not take the focus, so that the ring shows for the keyboard only.
    """

    def __init__(
        self,
        text: str,
        icon_name: str | None = None,
        *,
        role: str = "",
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Make a button.

        Args:
            text: Shown, unless the role is ``quiet`` and there is an icon; always the accessible name.
            icon_name: A drawing in resources/icons.
            role: ``primary``, ``quiet``, ``link``, ``segment`` or none, see the style sheet.
            hint: The tooltip, where the text does not say all.
            parent: The owner.
        """
        super().__init__(parent)
        self._icon_name = icon_name
        self._icon_colour = ""
        self._role = role
        self.set_label(text)
        self.setAccessibleName(text)
        self.setToolTip(hint or (text if role == "quiet" else ""))
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        self._draw_icon()

    def set_label(self, text: str) -> None:
        """Show a text beside the icon, with more room between them than the style gives."""
        if self._role == "quiet" and self._icon_name:
            self.setText("")
        else:
            self.setText(f"\N{NO-BREAK SPACE}{text}" if self._icon_name and text else text)

    def set_icon(self, icon_name: str) -> None:
        """Show another drawing."""
        if icon_name != self._icon_name:
            self._icon_name, self._icon_colour = icon_name, ""
            self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in the colours of a new theme."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._draw_icon()

    def _draw_icon(self) -> None:
        if self._icon_name is None:
            return
        tokens = current_tokens()
        colour = {"primary": tokens.on_accent, "quiet": tokens.muted, "link": tokens.accent}.get(
            self._role, tokens.text
        )
        # Style and palette change several times while a window is made; most of it changes no colour.
        if colour != self._icon_colour:
            self._icon_colour = colour
            self.setIcon(icon(self._icon_name, colour, _ICON_SIZE, tokens.outline))
