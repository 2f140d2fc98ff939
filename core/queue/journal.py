"""The queue on disk, so that a crash loses nothing: a line for each change, appended at once."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from core.queue.job import ENDED, Job, State, Wishes

_SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Unfinished:
    """A file that an earlier run of the program did not come to."""

    source: Path
    wishes: Wishes


class Journal:
    """What one running program has in its queue. It belongs to that program until it ends, however it ends.

    Writing never fails: where the disk is full, the queue goes on without a journal, and ``broken`` is True.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.broken = False
        self._file: IO[bytes] | None = None
        self._lock: FileLock | None = None
        self._path = folder / f"queue-{secrets.token_hex(6)}{_SUFFIX}"

    def add(self, jobs: Iterable[Job]) -> None:
        """Note new jobs."""
        self._write(
            {"add": job.identifier, "source": str(job.source), "wishes": job.wishes.model_dump(mode="json")}
            for job in jobs
        )
        # What was asked for outlives even a loss of power; that something was done is not worth the wait for the disk.
        if self._file is not None:
            try:
                os.fsync(self._file.fileno())
            except OSError:
                self.broken = True

    def ended(self, identifier: int, state: State) -> None:
        """Note that a job ended, was removed, or waits again."""
        self._write([{"job": identifier, "state": state}])

    def order(self, identifiers: Iterable[int]) -> None:
        """Note the order in which jobs are worked on."""
        self._write([{"order": list(identifiers)}])

    def close(self, keep: bool) -> None:
        """End; ``keep`` says whether there is anything in it that a later run should offer."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
        if not keep:
            with suppress(OSError):
                self._path.unlink()
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            with suppress(OSError):
                self._path.with_suffix(".lock").unlink()

    def _write(self, lines: Iterable[dict[str, Any]]) -> None:
        if self.broken:
            return
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._lock = FileLock(self._path.with_suffix(".lock"), timeout=0)
                self._lock.acquire()
                self._file = self._path.open("ab")
            self._file.write(data)
            self._file.flush()
        except (OSError, Timeout, NotImplementedError):
            self.broken = True


@dataclass(frozen=True)
class Leftovers:
    """What programs that have ended left behind: the files, and what was not done."""

    jobs: tuple[Unfinished, ...]
    paths: tuple[Path, ...]

    def forget(self) -> None:
        """Delete the files."""
        for path in self.paths:
            for found in (path, path.with_suffix(".lock")):
                with suppress(OSError):
                    found.unlink()


def leftovers(folder: Path) -> Leftovers:
    """Look for journals that no running program owns; what cannot be read in them is left out. Never fails."""
    jobs: list[Unfinished] = []
    paths: list[Path] = []
    with suppress(OSError):
        for path in sorted(folder.glob(f"queue-*{_SUFFIX}"), key=lambda found: found.stat().st_mtime):
            lock = FileLock(path.with_suffix(".lock"), timeout=0)
            try:
                with lock:
                    jobs += _unfinished(path)
                    paths.append(path)
            except (OSError, Timeout, NotImplementedError):
                continue
    return Leftovers(tuple(jobs), tuple(paths))


def _unfinished(path: Path) -> list[Unfinished]:
    waiting: dict[int, Unfinished] = {}
    for line in path.read_bytes().splitlines():
        # A crash may cut the last line off, and a broken disk any.
        with suppress(ValueError, KeyError, TypeError, ValidationError):
            entry = json.loads(line)
            if "add" in entry:
                wishes = Wishes.model_validate(entry["wishes"])
                waiting[int(entry["add"])] = Unfinished(Path(entry["source"]), wishes)
            elif "order" in entry:
                order = [int(number) for number in entry["order"]]
                known = {number: waiting[number] for number in order if number in waiting}
                waiting = {**known, **{number: job for number, job in waiting.items() if number not in known}}
            elif State(entry["state"]) in ENDED:
                waiting.pop(int(entry["job"]), None)
    return list(waiting.values())
