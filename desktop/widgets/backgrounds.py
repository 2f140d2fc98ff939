"""The choice of what lies behind people."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from core.views import Background
from desktop.widgets.choice import Choice, ChoiceButton

_FILE = "file"


class BackgroundButton(ChoiceButton):
    """Offers the backgrounds, or to bring the network that all but one of them need.

    background_chosen: carries a Background. network_wanted: the network is to be brought.
    """

    background_chosen = Signal(object)
    network_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Offer nothing but what is known to work, until it is said what is missing."""
        super().__init__(QCoreApplication.translate("LookControls", "Background"), parent)
        self._missing: str | None = ""
        self._background = Background.KEEP
        self.chosen.connect(self._take)
        self._offer()

    def show_background(self, background: Background) -> None:
        """Show what is chosen."""
        self._background = background
        self._offer()

    def show_missing(self, missing: str | None) -> None:
        """Offer other backgrounds where nothing is ``missing`` for them; an empty sentence: that is not known yet."""
        self._missing = missing
        self._offer()

    def _offer(self) -> None:
        names = {
            Background.KEEP: QCoreApplication.translate("LookControls", "As it is"),
            Background.BLUR: QCoreApplication.translate("LookControls", "Blurred"),
            Background.WHITE: QCoreApplication.translate("LookControls", "White"),
            Background.TRANSPARENT: QCoreApplication.translate("LookControls", "Transparent"),
        }
        choices = [
            Choice(key, name, enabled=key is Background.KEEP or self._missing is None) for key, name in names.items()
        ]
        if self._missing:
            fetch = QCoreApplication.translate("LookControls", "Get the network…")
            choices.append(Choice(_FILE, fetch, "open", asks=True))
        self.offer(choices, self._background)

    def _take(self, key: str) -> None:
        if key == _FILE:
            self.network_wanted.emit()
        else:
            self.background_chosen.emit(Background(key))
