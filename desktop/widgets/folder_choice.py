"""The folder into which something is saved: the usual one, or one that the user has chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets.choice import Choice, ChoiceButton
from desktop.widgets.tips import tip

_ELSEWHERE = "ask folder"


class FolderChoice(ChoiceButton):
    """Shows the folder, empty for the usual one, and offers another.

    folder_chosen: carries the folder; folder_wanted: the user wants to look for one.
    """

    folder_chosen = Signal(str)
    folder_wanted = Signal()

    def __init__(self, name: str, usual: str, parent: QWidget | None = None) -> None:
        """Take its accessible name, and what the usual folder is called."""
        super().__init__(name, parent)
        self._usual = usual
        self.chosen.connect(self._choose)
        self.show_folder("")

    def show_folder(self, folder: str) -> None:
        """Show what is chosen."""
        choices = [Choice("", self._usual, "open")]
        if folder:
            choices.append(Choice(folder, Path(folder).name or folder, "open"))
        self.offer([*choices, Choice(_ELSEWHERE, self.tr("Another folder…"), asks=True)], folder)
        self.setToolTip(tip(folder or self._usual))

    def _choose(self, key: str) -> None:
        if key == _ELSEWHERE:
            self.folder_wanted.emit()
        else:
            self.folder_chosen.emit(key)
