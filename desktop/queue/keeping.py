"""What was chosen for results, in the user's settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import AnimirrorError
from core.settings import PhotoSettings, Settings, save_settings
from desktop.notices import Notice, Tone

_PAUSE = 1500
"""Milliseconds after the last change."""


class Choices(QObject):
    """The section of the settings that is about results; saved a moment after it was changed, beside this thread.

    changed: something else was chosen. noticed: carries a Notice.
    """

    changed = Signal()
    noticed = Signal(object)

    def __init__(
        self,
        settings: Settings,
        submit: Callable[[Callable[[], None]], None],
        save: Callable[[Settings], None] = save_settings,
        parent: QObject | None = None,
    ) -> None:
        """Take the settings, what runs something on another thread, and what saves."""
        super().__init__(parent)
        self._settings = settings
        self._submit = submit
        self._save = save
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self.keep)

    @property
    def photos(self) -> PhotoSettings:
        """What is chosen now; a copy."""
        return self._settings.photos.model_copy()

    def change(self, photos: PhotoSettings) -> None:
        """Choose something else from now on."""
        if photos != self._settings.photos:
            self._settings.photos = photos.model_copy()
            self._pause.start()
            self.changed.emit()

    def keep(self) -> None:
        """Save now."""
        self._pause.stop()
        copy = self._settings.model_copy(deep=True)
        self._submit(lambda: self._write(copy))

    def keep_last(self) -> None:
        """Save what was not saved yet."""
        if self._pause.isActive():
            self.keep()

    def _write(self, settings: Settings) -> None:
        try:
            self._save(settings)
            self._settings.origin = settings.origin
        except AnimirrorError as error:
            self.noticed.emit(Notice(Tone.WARNING, str(error)))
