"""The queue: files wait, are converted one after another, and can be stopped, put off and tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from core import paths
from core.converter import Cancelled
from core.errors import AnimirrorError
from core.queue.book import JobBook
from core.queue.job import ENDED, Job, Kind, State, Wishes, kind_of
from core.queue.journal import Journal, Unfinished, leftovers
from core.queue.line import PhotoLine
from core.queue.photo import Outcome, PhotoTask
from core.queue.progress import Overall, WorkClock
from core.queue.work import conflicts, convert_moving, photo_task, result_suffix
from core.queue.workshop import Workshop
from core.video import Preview
from core.writing import Destination

_IDLE = 0.5


class ConversionQueue:
    """Converts files in a thread of its own; every method may be called from any thread.

    changed: called with a job whenever something about it has changed, from the queue's threads; it must be quick.
    preview: shown each frame of the video in work. folder: where the journal is kept.
    """

    def __init__(
        self,
        workshop: Workshop,
        changed: Callable[[Job], None] = lambda _job: None,
        preview: Preview | None = None,
        folder: Path | None = None,
    ) -> None:
        self._workshop = workshop
        self._preview = preview
        folder = folder or paths.state() / "queue"
        self._leftovers = leftovers(folder)
        self._journal = Journal(folder)
        self._book = JobBook(self._journal, changed)
        self._condition = self._book.condition
        self._paused = self._stopping = False
        self._unwanted: set[int] = set()
        self._written: set[Path] = set()
        self._clock = WorkClock()
        self._thread = threading.Thread(target=self._work, name="animirror-queue", daemon=True)
        self._thread.start()

    @property
    def unfinished(self) -> tuple[Unfinished, ...]:
        """What an earlier run did not come to; to be offered to the user, then :meth:`restore` or :meth:`forget`."""
        return self._leftovers.jobs

    def restore(self) -> list[Job]:
        """Take over what an earlier run did not come to."""
        with self._condition:
            added = self._book.append([(job.source, job.wishes) for job in self._leftovers.jobs])
            self.forget()
        return added

    def forget(self) -> None:
        """Drop what an earlier run did not come to."""
        self._leftovers.forget()
        self._leftovers = replace(self._leftovers, jobs=(), paths=())

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs in their order."""
        return self._book.jobs

    def add(self, sources: Iterable[Path], wishes: Wishes) -> list[Job]:
        """Append files; they are started when their turn comes. Whether they can be read is found out then."""
        return self._book.append([(source, wishes) for source in sources])

    def conflicts(self, sources: Iterable[Path], wishes: Wishes) -> list[Path]:
        """Return the files that results of ``sources`` would replace with ``wishes.replace``, to ask about them first.

        Raises ModelError when the model is not there.
        """
        return conflicts(sources, wishes, self._workshop.model(wishes.model).manifest.id)

    def pause(self) -> None:
        """Begin nothing new and hold the video in work; photos on the line are finished."""
        with self._condition:
            self._paused = True
            self._condition.notify_all()

    def resume(self) -> None:
        """Go on after :meth:`pause`."""
        with self._condition:
            self._paused = False
            self._condition.notify_all()

    @property
    def paused(self) -> bool:
        """Whether it was paused."""
        return self._paused

    def cancel(self, identifier: int) -> None:
        """Stop a job, within a frame; what was drawn of a video is kept for :meth:`retry`."""
        with self._condition:
            job = self._book.find(identifier)
            if job is None or job.state in ENDED:
                return
            if job.state is State.WAITING:
                self._book.end(job, State.CANCELLED)
            else:
                self._unwanted.add(identifier)
            self._condition.notify_all()

    def retry(self, identifier: int, wishes: Wishes | None = None) -> None:
        """Let a job that failed, was cancelled or is done wait again, with other wishes if given."""
        with self._condition:
            job = self._book.find(identifier)
            if job is not None and job.state in ENDED:
                self._unwanted.discard(identifier)
                self._book.renew(Job(identifier, job.source, wishes or job.wishes, weight=job.weight))

    def change(self, identifier: int, wishes: Wishes) -> None:
        """Convert a job that still waits with other wishes; one that has begun keeps those it has."""
        with self._condition:
            job = self._book.find(identifier)
            if job is not None and job.state is State.WAITING and job.wishes != wishes:
                self._book.renew(replace(job, wishes=wishes))

    def move(self, identifier: int, place: int) -> None:
        """Put a job at a place of the list, counted from 0."""
        self._book.move(identifier, place)

    def remove(self, identifier: int) -> None:
        """Take a job out of the list; one that is in work is stopped first. Its result stays."""
        with self._condition:
            self.cancel(identifier)
            self._book.remove(identifier)

    def overall(self) -> Overall:
        """Return how far everything is."""
        with self._condition:
            return Overall.of(self._book.jobs, self._clock.seconds)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing waits or runs any more; answers whether it came to that in time."""
        with self._condition:
            return self._condition.wait_for(lambda: self._book.settled, seconds)

    def stop(self) -> None:
        """End: what is in work is stopped, and what was not done is offered by the next run."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._thread.join()
        self._journal.close(keep=not self._book.settled)

    def _work(self) -> None:
        while (job := self._next(lambda _job: True)) is not None:
            self._clock.run()
            try:
                kind = kind_of(job.source)
                if kind is Kind.PHOTO:
                    self._convert_photos(job)
                else:
                    self._convert_moving(job, kind)
            except Exception as error:  # a defect: the thread has to live on for the other jobs
                self._fail(job, f"A defect in Animirror stopped the conversion: {error!r}")
            finally:
                self._clock.rest()

    def _next(self, fits: Callable[[Job], bool], wait: bool = True) -> Job | None:
        """Start the first job that waits, None at the end or where it does not fit."""
        with self._condition:
            while not self._stopping:
                job = self._book.first_waiting()
                if job is not None and not self._paused:
                    return self._book.update(job, state=State.RUNNING, share=0.0) if fits(job) else None
                if not wait:
                    return None
                self._condition.wait(_IDLE)
        return None

    def _convert_photos(self, first: Job) -> None:
        """Convert photos of one model until something else is at the head of the queue."""
        line = PhotoLine(self._workshop.tools(first.wishes.model))
        # By the photo's task, which is kept alive so that no other one gets its identity.
        known: dict[int, tuple[PhotoTask, Job]] = {}

        def tasks() -> Iterator[PhotoTask]:
            job: Job | None = first
            while job is not None:
                try:
                    task = self._task(job)
                except AnimirrorError as error:
                    self._fail(job, str(error))
                else:
                    known[id(task)] = (task, job)
                    yield task
                job = self._next(
                    lambda other: other.wishes.model == first.wishes.model and kind_of(other.source) is Kind.PHOTO,
                    wait=False,
                )

        def done(outcome: Outcome) -> None:
            self._take(known.pop(id(outcome.task))[1], outcome)

        line.run(tasks(), done)

    def _task(self, job: Job) -> PhotoTask:
        return photo_task(job, self._destination(job, f".{job.wishes.format}"), lambda: self._wanted(job))

    def _take(self, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome.error, Cancelled):
            self._stopped(job)
        elif outcome.error is not None:
            self._fail(job, str(outcome.error))
        else:
            self._succeed(job, outcome.path, outcome.notes)

    def _convert_moving(self, job: Job, kind: Kind) -> None:
        def progress(share: float) -> bool:
            self._hold()
            self._book.update(job, share=share)
            return self._wanted(job)

        try:
            destination = self._destination(job, result_suffix(job.source, kind, job.wishes))
            made = convert_moving(job, kind, self._workshop, destination, progress, self._preview)
            self._succeed(job, made.path, made.notes, made.encoder)
        except Cancelled:
            self._stopped(job)
        except AnimirrorError as error:
            self._fail(job, str(error))
        except MemoryError:
            self._fail(job, "There is not enough memory for it; close other programs.")

    def _destination(self, job: Job, suffix: str) -> Destination:
        """Return where a result goes; neither the source nor what this queue has made is ever replaced."""
        style = self._workshop.model(job.wishes.model).manifest.id
        destination = job.wishes.destination(job.source, style)
        target = destination.expected(suffix)
        with self._condition:
            if destination.replace and (target in self._written or target.resolve() == job.source.resolve()):
                return replace(destination, replace=False)
            self._written.add(target)
        return destination

    def _wanted(self, job: Job) -> bool:
        return not self._stopping and job.identifier not in self._unwanted

    def _hold(self) -> None:
        with self._condition:
            if self._paused:
                self._clock.rest()
                self._condition.wait_for(lambda: not self._paused or self._stopping or bool(self._unwanted))
                self._clock.run()

    def _succeed(self, job: Job, result: Path | None, notes: tuple[str, ...], encoder: str | None = None) -> None:
        self._book.end(job, State.DONE, share=1.0, result=result, notes=notes, encoder=encoder)

    def _fail(self, job: Job, sentence: str) -> None:
        self._book.end(job, State.FAILED, error=sentence)

    def _stopped(self, job: Job) -> None:
        """End a job that is not wanted, or let it wait for the next run of the program."""
        with self._condition:
            if job.identifier in self._unwanted:
                self._unwanted.discard(job.identifier)
                self._book.end(job, State.CANCELLED)
            else:
                self._book.update(job, state=State.WAITING)
