"""Snapshots and recordings of the live page: where they go, and what came of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.dialogs import files
from desktop.live.controller import LiveController
from desktop.notices import Action, Notice, Tone


class LiveSaving(QObject):
    """Saves into the folder that was chosen, or else where pictures and videos are kept.

    told: carries a Notice, or None where what was told before is over.
    """

    told = Signal(object)

    def __init__(self, controller: LiveController, page: QWidget) -> None:
        """Take the page over which dialogs open."""
        super().__init__(page)
        self._controller = controller
        self._page = page
        controller.snapshot_saved.connect(self._tell_saved)
        controller.recording_saved.connect(self._tell_saved)

    def snapshot(self) -> None:
        """Save what is shown."""
        self._controller.snapshot(self._folder(files.pictures_folder()))

    def record(self) -> None:
        """Begin or finish a recording."""
        begin = not self._controller.recording
        if begin:
            self.told.emit(None)
        self._controller.record(begin, self._folder(files.videos_folder()))

    def ask_folder(self) -> None:
        """Let the user choose the folder."""
        if folder := files.ask_folder(self._page, self._folder(files.pictures_folder())):
            self._controller.change(folder=str(folder))

    def _folder(self, usual: Path) -> Path:
        chosen = self._controller.state.folder
        return Path(chosen) if chosen else usual

    def _tell_saved(self, path: Path) -> None:
        def show_folder() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

        action = Action(self.tr("Show the folder"), show_folder, "open")
        self.told.emit(Notice(Tone.SUCCESS, self.tr("Saved as “{0}”.").format(path.name), (action,)))
