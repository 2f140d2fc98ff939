"""TensorBoard's file of curves, written in the thread of whoever writes.

torch's SummaryWriter writes in a thread of its own, where a full disk is a traceback that nobody can catch.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog  # type: ignore[import-untyped]
from tensorboard.compat.proto.summary_pb2 import Summary  # type: ignore[import-untyped]
from tensorboard.summary.writer.record_writer import RecordWriter  # type: ignore[import-untyped]

from core.writing import failures_told


class Board:
    """An open file in ``folder``; what earlier files say of ``first_step`` and later steps is forgotten.

    All methods but :meth:`close` raise OutputError when the disk is full or may not be written.
    """

    def __init__(self, folder: Path, first_step: int) -> None:
        self._path = folder / f"events.out.tfevents.{time.time():.6f}.{os.getpid()}"
        with failures_told(self._path):
            folder.mkdir(parents=True, exist_ok=True)
            self._records = RecordWriter(self._path.open("ab"))
        self._add(Event(wall_time=time.time(), file_version="brain.Event:2"))
        self._add(Event(wall_time=time.time(), step=first_step, session_log=SessionLog(status=SessionLog.START)))
        self.flush()

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Note named values of ``step``."""
        entries = [Summary.Value(tag=name, simple_value=value) for name, value in values.items()]
        self._add(Event(wall_time=time.time(), step=step, summary=Summary(value=entries)))

    def flush(self) -> None:
        """Hand everything to the disk."""
        with failures_told(self._path):
            self._records.flush()

    def close(self) -> None:
        """Close the file; raises OSError where something that was not flushed cannot be written."""
        self._records.close()

    def _add(self, event: Event) -> None:
        with failures_told(self._path):
            self._records.write(event.SerializeToString())
