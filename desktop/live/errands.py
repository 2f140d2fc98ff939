"""A thread for what would hold up the window: opening, stopping, saving, one thing after the other."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable

Errand = Callable[[], None]


class Errands:
    """Runs errands in their order. ``failed`` is called, on the thread, with the traceback of one that raised."""

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self._waiting: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        self._ended = False
        # A daemon: a camera's driver that hangs cannot be broken off, and must not keep the program alive.
        self._thread = threading.Thread(target=self._run, name="animirror-errands", daemon=True)

    def submit(self, errand: Errand) -> None:
        """Run ``errand`` after those that were submitted before; nothing is taken after the end."""
        if not self._ended:
            if not self._thread.is_alive():
                self._thread.start()
            self._waiting.put(errand)

    def end(self) -> None:
        """Take nothing more; what was submitted is still done."""
        self._ended = True
        self._waiting.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait for the end; answers whether it has come."""
        if self._thread.is_alive():
            self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (errand := self._waiting.get()) is not None:
            try:
                errand()
            except Exception:  # a defect: told with its traceback, and the next errand gets its chance
                self._failed(traceback.format_exc())
