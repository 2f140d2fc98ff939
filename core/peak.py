"""The most memory that this process has had resident."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil


def peak_memory() -> int:
    """Return it in bytes; where the system does not keep count, what is resident now."""
    if sys.platform == "linux":
        # Not getrusage: its count is handed down from the process that started this one.
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    memory = psutil.Process().memory_info()
    return int(getattr(memory, "peak_wset", memory.rss))
