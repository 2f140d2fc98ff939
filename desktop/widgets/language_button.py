"""The languages to choose from."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.widgets.buttons import IconButton
from desktop.words.language import LANGUAGES, Language


class LanguageButton(IconButton):
    """A button with a menu of the languages, each in its own words."""

    def __init__(self, language: Language, parent: QWidget | None = None) -> None:
        """Take what speaks."""
        super().__init__(self.tr("Language"), "language", role="quiet", parent=parent)
        self._language = language
        self.menu_of_languages = QMenu(self)
        self.clicked.connect(self._open)

    def _open(self) -> None:
        menu = self.menu_of_languages
        menu.clear()
        group = QActionGroup(menu)
        for tag, name in ((None, self.tr("As the system")), *LANGUAGES):
            action = QAction(name, menu)
            action.setCheckable(True)
            action.setChecked(tag == self._language.chosen)
            action.triggered.connect(lambda _checked=False, tag=tag: self._language.choose(tag))
            group.addAction(action)
            menu.addAction(action)
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height() + 3)))
