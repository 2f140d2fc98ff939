"""How much a file that somebody brings may take before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bytes, seconds and counts.

    file_bytes: of the ONNX file, and of all weights beside it together.
    nodes: in the graph, its subgraphs and functions.
    loops: whether a model may loop; only the time limit would hold it, and nothing later when it draws.
    side: pixels that a model may insist on.
    start_seconds: until the child process is ready; on a busy machine its imports take a while.
    seconds: for inspection and trial together.
    memory: resident bytes, and beyond what the child takes to start, virtual ones.
    """

    file_bytes: int = 512 * MIB
    nodes: int = 50_000
    loops: bool = False
    side: int = 1024
    start_seconds: float = 90.0
    seconds: float = 90.0
    memory: int = 3072 * MIB

    def memory_here(self) -> int:
        """Return the memory limit, but no more than most of what this machine has left."""
        return max(256 * MIB, min(self.memory, int(psutil.virtual_memory().available * 0.6)))
