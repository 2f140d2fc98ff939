"""Time as far as this process could run, for tests that say that something waits for nothing."""

from __future__ import annotations

import threading
import time
from functools import cache

_TICK = 0.01


class _Clock:
    """Counts how often a thread could sleep for a hundredth of a second."""

    def __init__(self) -> None:
        self.ticks = 0
        threading.Thread(target=self._count, name="clock", daemon=True).start()

    def _count(self) -> None:
        while True:
            time.sleep(_TICK)
            self.ticks += 1


_clock = cache(_Clock)


def own_seconds() -> float:
    """Return seconds since the first call, without those in which other programs had the processors.

    A wait is counted in full, as by the clock on the wall. But where the machine is so busy that no thread of this
    process comes to its turn, nothing is counted; nor is it while one thread keeps the interpreter to itself.
    """
    return _clock().ticks * _TICK
