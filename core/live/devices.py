"""Noticing when a camera comes or goes."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core import cameras
from core.cameras import Camera


class CameraWatch:
    """Looks at the list of cameras now and then and calls ``changed`` with it: once at first, then at every change.

    No camera is opened for that. ``changed`` is called from the watch's own thread. finder: how cameras are listed.
    """

    def __init__(
        self,
        changed: Callable[[list[Camera]], None],
        seconds: float = 2.0,
        finder: Callable[[], list[Camera]] = cameras.connected,
    ) -> None:
        self._changed = changed
        self._seconds = seconds
        self._finder = finder
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="animirror-cameras", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> bool:
        """End; answers whether the thread has ended within ``timeout`` seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _watch(self) -> None:
        known: list[Camera] | None = None
        while not self._stopping.is_set():
            found = self._finder()
            if found != known and not self._stopping.is_set():
                known = found
                self._changed(list(found))
            self._stopping.wait(self._seconds)
