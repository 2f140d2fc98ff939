"""Brings the network that backgrounds need, when the user asks for it, while everything else goes on."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal

from desktop.notices import Notice, Tone


class Bringer(QObject):
    """Downloads on a thread of its own.

    told: carries a Notice. arrived: it is there.
    """

    told = Signal(object)
    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Wait to be asked."""
        super().__init__(parent)
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Download it, unless that is being done already."""
        if self._thread is None or not self._thread.is_alive():
            self.told.emit(Notice(Tone.INFO, self.tr("Downloading the network that finds people…")))
            # A daemon: what was downloaded when the window closes is kept for the next time.
            self._thread = threading.Thread(target=self._fetch, name="animirror-bringer", daemon=True)
            self._thread.start()

    def _fetch(self) -> None:
        from core import background_packs
        from core.errors import AnimirrorError

        try:
            background_packs.fetch(lambda _there, _size: True)
        except AnimirrorError as error:
            self.told.emit(Notice(Tone.ERROR, str(error)))
        else:
            self.arrived.emit()
