"""A choice of a few, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QWidget

from desktop.widgets.buttons import IconButton


@dataclass(frozen=True)
class Segment:
    """One of the choices."""

    key: str
    label: str
    icon: str
    hint: str


class SegmentedControl(QFrame):
    """Exactly one segment is chosen; Tab reaches the chosen one, and the arrow keys choose others.

    chosen: the user chose another segment; carries its key.
    """

    chosen = Signal(str)

    def __init__(self, name: str, segments: Sequence[Segment], parent: QWidget | None = None) -> None:
        """Make the control with its accessible name; the first segment is chosen."""
        super().__init__(parent)
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self._buttons: dict[str, IconButton] = {}
        self._labels: dict[IconButton, str] = {}
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(2)
        for segment in segments:
            button = IconButton(segment.label, segment.icon, role="segment", hint=segment.hint)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setAccessibleName(f"{name}: {segment.label}")
            self._group.addButton(button)
            self._buttons[segment.key] = button
            self._labels[button] = segment.label
            layout.addWidget(button)
        self._buttons[segments[0].key].setChecked(True)
        self._group.buttonToggled.connect(self._toggled)

    @property
    def key(self) -> str:
        """The key of the chosen segment."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Choose a segment without telling."""
        self._group.blockSignals(True)
        self._buttons[key].setChecked(True)
        self._group.blockSignals(False)

    def set_narrow(self, narrow: bool) -> None:
        """Show the drawings alone where there is little room; their names are told all the same."""
        for button in self._buttons.values():
            button.set_label("" if narrow else self._labels[button])

    @property
    def full_width(self) -> int:
        """How much room all of it takes."""
        margins = self.contentsMargins()
        icon_and_edges = self._group.buttons()[0].iconSize().width() + 24
        words = sum(
            self.fontMetrics().horizontalAdvance(f"\N{NO-BREAK SPACE}{label}") for label in self._labels.values()
        )
        return words + len(self._labels) * (icon_and_edges + 2) + 8 + margins.left() + margins.right()

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        """The buttons, from left to right."""
        return tuple(self._buttons.values())

    def button(self, key: str) -> IconButton:
        """Return the button of a segment."""
        return self._buttons[key]

    def _toggled(self, _button: QWidget, checked: bool) -> None:
        if checked:
            self.chosen.emit(self.key)
