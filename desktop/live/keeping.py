"""The live page's choices in the user's settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from core.errors import AnimirrorError
from core.settings import Settings, save_settings
from desktop.live.controller import LiveController
from desktop.live.state import LiveState, without_password
from desktop.notices import Notice, Tone

_PAUSE = 1500
"""Milliseconds after the last change: a slider that is dragged changes a hundred times."""


def kept_state(settings: Settings) -> LiveState:
    """Return the choices of last time."""
    live = settings.live
    return LiveState(
        kind=live.source,
        camera=live.camera_name or "",
        address=live.address,
        file=live.file,
        width=live.size[0],
        height=live.size[1],
        rate=round(live.rate),
        mirror=live.mirror,
        mirror_others=live.mirror_file,
        view=live.view,
        intensity=live.intensity,
        steadiness=live.steadiness,
        split=live.split,
        largest_only=live.largest_only,
        model=live.model,
        device=live.device,
        overlay=live.overlay,
        unfolded=live.unfolded,
        sound=live.sound,
        folder=live.folder or "",
    )


def keep_state(settings: Settings, state: LiveState) -> None:
    """Put the choices into the settings, without saving them."""
    live = settings.live
    live.source = state.kind
    live.camera_name = state.camera or None
    live.address = without_password(state.address)
    live.file = state.file
    live.size = (state.width, state.height)
    live.rate = float(state.rate)
    live.mirror, live.mirror_file = state.mirror, state.mirror_others
    live.view = state.view
    live.intensity, live.steadiness, live.split = state.intensity, state.steadiness, state.split
    live.largest_only = state.largest_only
    live.model, live.device = state.model, state.device
    live.overlay, live.unfolded = state.overlay, state.unfolded
    live.sound = state.sound
    live.folder = state.folder or None


class Keeper(QObject):
    """Saves the choices a moment after they were changed, and at the end, beside the window's own thread."""

    def __init__(
        self, controller: LiveController, settings: Settings, save: Callable[[Settings], None] = save_settings
    ) -> None:
        """Watch over the controller's choices, with which ``settings`` have been read."""
        super().__init__(controller)
        self._controller = controller
        self._settings = settings
        self._save = save
        self._told = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._keep)
        controller.state_changed.connect(lambda _state: self._pause.start())
        controller.ending.connect(self._keep_last)

    def _keep_last(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self._keep()

    def _keep(self) -> None:
        keep_state(self._settings, self._controller.state)
        # A copy: the window may change the settings while they are written.
        copy = self._settings.model_copy(deep=True)
        self._controller.submit(lambda: self._write(copy))

    def _write(self, settings: Settings) -> None:
        try:
            self._save(settings)
            self._settings.origin = settings.origin
        except AnimirrorError as error:
            if not self._told:
                self._told = True
                self._controller.noticed.emit(Notice(Tone.WARNING, str(error)))
