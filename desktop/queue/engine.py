"""What the window does with the queue, on a thread beside the window's: every call here may wait for a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core import paths
from desktop.queue.mailbox import Mailbox

if TYPE_CHECKING:
    from core.queue import ConversionQueue, Job, Overall, Wishes, Workshop


@dataclass(frozen=True)
class Taken:
    """Results of these waiting jobs would have the names of files that are there, one of which is ``example``."""

    jobs: tuple[int, ...]
    example: Path


class Engine:
    """The queue, made when there is first something to do. Used by one thread at a time."""

    def __init__(self, mailbox: Mailbox, make_workshop: Callable[[], Workshop] | None = None) -> None:
        self._mailbox = mailbox
        self._make_workshop = make_workshop
        self._queue: ConversionQueue | None = None
        self._workshop: Workshop | None = None
        self._asked: set[int] = set()

    @property
    def queue(self) -> ConversionQueue:
        """The queue itself."""
        if self._queue is None:
            from core.queue import ConversionQueue

            self._queue = ConversionQueue(self.workshop, self._mailbox.put, self._mailbox.put_frame)
        return self._queue

    @property
    def workshop(self) -> Workshop:
        """The models that it works with."""
        if self._workshop is None:
            from core.queue import Workshop

            self._workshop = (self._make_workshop or Workshop)()
        return self._workshop

    def unfinished(self) -> int:
        """Return how many files an earlier run left; the queue is made only if there may be some."""
        folder = paths.state() / "queue"
        try:
            found = folder.is_dir() and any(folder.iterdir())
        except OSError:
            return 0
        return len(self.queue.unfinished) if found else 0

    def styles(self) -> tuple[str, ...]:
        """Return the ids of the models, whose names results may bear."""
        return self.workshop.styles()

    def add(self, files: Sequence[Path], wishes: Wishes) -> Taken | None:
        """Append files. In an idle queue they wait until :meth:`begin`; a busy one goes on unless names are taken."""
        queue = self.queue
        idle = all(job.state in {"done", "failed", "cancelled"} for job in queue.jobs)
        if idle:
            queue.pause()
        was_paused = queue.paused
        queue.pause()
        queue.add(files, wishes)
        if was_paused:
            return None
        return self.begin()

    def begin(self) -> Taken | None:
        """Go on with what waits, unless results' names are taken and nobody was asked about that."""
        queue = self.queue
        waiting = [job for job in queue.jobs if job.state == "waiting" and job.identifier not in self._asked]
        taken: list[int] = []
        example: Path | None = None
        for job in waiting:
            found = [] if job.wishes.replace else queue.conflicts([job.source], job.wishes)
            # What is its own result's name is never replaced, and needs no question.
            if found and found[0] != job.source:
                taken.append(job.identifier)
                example = example or found[0]
        if taken and example is not None:
            return Taken(tuple(taken), example)
        self._asked |= {job.identifier for job in waiting}
        queue.resume()
        return None

    def decide(self, taken: Taken, decision: str) -> list[int]:
        """Replace, number or leave out results whose names are taken, and begin; returns what was left out."""
        queue = self.queue
        for number in taken.jobs:
            job = self._job(number)
            if job is None:
                continue
            self._asked.add(number)
            if decision == "replace":
                queue.change(number, job.wishes.model_copy(update={"replace": True}))
            elif decision == "leave":
                queue.remove(number)
        self.begin()
        return list(taken.jobs) if decision == "leave" else []

    def change_all(self, wishes: Wishes) -> None:
        """Convert what still waits with other wishes; which part of a video is wanted stays."""
        if self._queue is None:
            return
        for job in self._queue.jobs:
            if job.state == "waiting":
                part = {"start": job.wishes.start, "end": job.wishes.end}
                self._queue.change(job.identifier, wishes.model_copy(update=part))
                self._asked.discard(job.identifier)

    def cut(self, number: int, start: float | None, end: float | None) -> None:
        """Convert only a part of a video that still waits."""
        job = self._job(number)
        if job is not None:
            self.queue.change(number, job.wishes.model_copy(update={"start": start, "end": end}))

    def overall(self) -> Overall:
        """Return how far everything is."""
        return self.queue.overall()

    def stop(self) -> None:
        """End the queue; what is not done is offered by the next run."""
        if self._queue is not None:
            self._queue.stop()

    def _job(self, number: int) -> Job | None:
        return next((job for job in self.queue.jobs if job.identifier == number), None)
