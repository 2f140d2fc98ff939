"""The list of jobs: what is in it, in which order, and in which state; each change is told and kept on disk."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from core.queue.job import ENDED, Job, State, Wishes
from core.queue.journal import Journal
from core.queue.work import weight_of


class JobBook:
    """Used by any thread. ``condition`` is held while something is looked up and changed, and told of each change."""

    def __init__(self, journal: Journal, changed: Callable[[Job], None]) -> None:
        self.condition = threading.Condition(threading.RLock())
        self._journal = journal
        self._changed = changed
        self._jobs: dict[int, Job] = {}
        self._numbers = itertools.count(1)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs in their order."""
        with self.condition:
            return tuple(self._jobs.values())

    @property
    def settled(self) -> bool:
        """Whether nothing waits or runs."""
        with self.condition:
            return all(job.state in ENDED for job in self._jobs.values())

    def find(self, identifier: int) -> Job | None:
        """Return a job as it is now."""
        with self.condition:
            return self._jobs.get(identifier)

    def first_waiting(self) -> Job | None:
        """Return the job whose turn it is."""
        with self.condition:
            return next((job for job in self._jobs.values() if job.state is State.WAITING), None)

    def append(self, entries: Iterable[tuple[Path, Wishes]]) -> list[Job]:
        """Add jobs at the end."""
        weighed = [(source, wishes, weight_of(source)) for source, wishes in entries]
        with self.condition:
            added = [Job(next(self._numbers), source, wishes, weight=weight) for source, wishes, weight in weighed]
            self._jobs |= {job.identifier: job for job in added}
            self._journal.add(added)
            self.condition.notify_all()
        for job in added:
            self._changed(job)
        return added

    def renew(self, job: Job) -> None:
        """Put a job that waits, maybe with other wishes, into the place of the one with its number."""
        with self.condition:
            self._jobs[job.identifier] = job
            self._journal.add([job])
            self.condition.notify_all()
        self._changed(job)

    def update(self, job: Job, **changes: object) -> Job:
        """Change what is known of a job; one that was taken out stays out."""
        with self.condition:
            job = replace(self._jobs.get(job.identifier, job), **changes)  # type: ignore[arg-type]
            if job.identifier in self._jobs:
                self._jobs[job.identifier] = job
                self._changed(job)
        return job

    def end(self, job: Job, state: State, **changes: object) -> None:
        """Let a job end."""
        with self.condition:
            self._journal.ended(job.identifier, state)
            self.update(job, state=state, **changes)
            self.condition.notify_all()

    def move(self, identifier: int, place: int) -> None:
        """Put a job at a place, counted from 0."""
        with self.condition:
            if identifier not in self._jobs:
                return
            order = [number for number in self._jobs if number != identifier]
            order.insert(max(0, place), identifier)
            self._jobs = {number: self._jobs[number] for number in order}
            self._journal.order(order)

    def remove(self, identifier: int) -> None:
        """Take a job out."""
        with self.condition:
            if self._jobs.pop(identifier, None) is not None:
                self._journal.ended(identifier, State.CANCELLED)
