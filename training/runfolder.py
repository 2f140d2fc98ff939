"""A run's folder: checkpoints, the log of every step, pictures.

``last.safetensors`` is where the run goes on; ``best.safetensors`` is the one that measured best;
``checkpoints/000500.safetensors`` are the last few. ``stats.jsonl`` has a line a step.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from torch import Tensor

from core.errors import OutputError, quoted
from core.saving import write_whole
from core.writing import failures_told, part_beside
from training import checkpoints
from training.checkpoints import CheckpointError

LAST = "last.safetensors"
BEST = "best.safetensors"
STATS = "stats.jsonl"
LOCK = ".lock"


class RunFolder:
    """The files of one run; nothing is written before there is something to write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def last(self) -> Path:
        """The checkpoint that the run goes on from."""
        return self.path / LAST

    @property
    def best(self) -> Path:
        """The checkpoint that measured best so far."""
        return self.path / BEST

    def numbered(self) -> list[Path]:
        """The kept checkpoints, oldest first."""
        found = [path for path in (self.path / "checkpoints").glob("*.safetensors") if path.stem.isdecimal()]
        return sorted(found, key=_step)

    def prove_writable(self) -> None:
        """Make the folder and write to it, so that hours of training do not end with it. Raises OutputError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"The run's folder {quoted(self.path)} cannot be made ({error.strerror}); choose another --out."
            ) from error
        probe = self.path / ".writable"
        write_whole(probe, b"")
        probe.unlink(missing_ok=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep the folder for this process; another one would mix its log and its checkpoints with ours.

        Raises OutputError where another process trains in it.
        """
        lock = FileLock(self.path / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise OutputError(
                f"Another process is training in {quoted(self.path)}; wait until it ends, or choose another --out."
            ) from error
        except (OSError, NotImplementedError):
            pass  # Some disks know no locks; training there has to work all the same.
        try:
            yield
        finally:
            lock.release()

    def refuse_if_lost(self) -> None:
        """Raise CheckpointError where a run has checkpoints but not the last one: a new run would take their place."""
        other = None if self.last.is_file() else self._newest_other()
        if other is not None:
            raise CheckpointError(
                f"{quoted(self.path)} holds a run whose {LAST} is gone. {self._cure(other)}, or choose another --out "
                "for a new run."
            )

    def load_last(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Read the last checkpoint. Raises CheckpointError, with the newest other one where there is one."""
        try:
            return checkpoints.load(self.last)
        except CheckpointError as error:
            other = self._newest_other()
            if other is None:
                raise
            raise CheckpointError(f"{error}. {self._cure(other)}.") from error

    def _newest_other(self) -> Path | None:
        for path in (*reversed(self.numbered()), self.best):
            try:
                checkpoints.load_metadata(path)
            except CheckpointError:
                continue
            return path
        return None

    def _cure(self, other: Path) -> str:
        return f"To go on from the newest checkpoint that is whole, copy {quoted(other)} to {quoted(self.last)}"

    def save(self, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any], keep: int) -> None:
        """Write the last checkpoint and keep it under its step, too; of those the newest ``keep`` stay."""
        checkpoints.save(self.last, tensors, metadata)
        if keep:
            _same_file(self.last, self.path / "checkpoints" / f"{metadata['step']:06d}.safetensors")
            # Later ones are of a run that was taken back to an earlier step; they are not this one's to delete.
            own = [path for path in self.numbered() if _step(path) <= int(metadata["step"])]
            for outdated in own[:-keep]:
                with failures_told(outdated):
                    outdated.unlink(missing_ok=True)

    def mark_best(self) -> None:
        """Make the last checkpoint the best one."""
        _same_file(self.last, self.best)

    def log(self, lines: Iterable[Mapping[str, float]]) -> None:
        """Append lines to the log; a number that is none becomes null. Raises OutputError."""
        text = "".join(_json(line) for line in lines)
        with failures_told(self.path / STATS):
            self.path.mkdir(parents=True, exist_ok=True)
            with (self.path / STATS).open("a", encoding="utf-8") as file:
                file.write(text)

    def forget_after(self, step: int) -> None:
        """Drop the log's lines past ``step``, which a run that goes on from there will write again."""
        path = self.path / STATS
        if not path.is_file():
            return
        kept = "".join(_json(line) for line in read_stats(path) if line["step"] <= step)
        write_whole(path, kept.encode("utf-8"))


def read_stats(path: Path) -> Iterator[dict[str, float]]:
    """Yield the lines of a log; one that was cut off by a crash or damaged is left out, a null becomes nan."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
            except json.JSONDecodeError:
                continue
            if isinstance(line, dict) and isinstance(line.get("step"), int):
                yield {name: math.nan if value is None else value for name, value in line.items()}


def _json(line: Mapping[str, float]) -> str:
    return json.dumps({name: value if math.isfinite(value) else None for name, value in line.items()}) + "\n"


def _step(checkpoint: Path) -> int:
    return int(checkpoint.stem)


def _same_file(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk knows no second names; atomic. Raises OutputError."""
    with failures_told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with part_beside(target) as partial:
            try:
                partial.hardlink_to(source)
            except OSError:
                shutil.copyfile(source, partial)
            partial.replace(target)
