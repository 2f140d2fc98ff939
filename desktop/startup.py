"""How long the program takes until its window is seen, measured by itself."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Calls ``seen`` once, when ``window`` was painted for the first time and the picture was handed to the screen."""

    def __init__(self, window: QWidget, seen: Callable[[], None]) -> None:
        super().__init__(window)
        self._seen: Callable[[], None] | None = seen
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch for the first painting."""
        if event.type() == QEvent.Type.Paint and self._seen is not None:
            seen, self._seen = self._seen, None
            # The event comes before the painting; its end is reached with the loop's next turn.
            QTimer.singleShot(0, seen)
        return super().eventFilter(watched, event)


def process_age() -> float:
    """Return the seconds since this process began, its loader's work included."""
    if sys.platform == "linux":
        # psutil counts from the system's start in whole seconds, and so may be a second off.
        began = int(Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")
    now = time.time()
    import psutil

    return now - float(psutil.Process().create_time())


def tell_startup_time(window: QWidget) -> None:
    """Print how many seconds after the process began the window is seen, as JSON, and close it."""

    def seen() -> None:
        since, worked = process_age(), time.process_time()
        # The second figure does not depend on what else the computer is doing.
        print(json.dumps({"seconds_to_window": round(since, 2), "of_which_computing": round(worked, 2)}), flush=True)
        window.close()

    FirstPaint(window, seen)
