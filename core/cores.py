"""How many cores there are to work with."""

from __future__ import annotations

import os
import sys


def usable_cores() -> int:
    """Return how many cores this process may use; more threads than those would fight each other."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
