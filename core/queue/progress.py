"""How far a queue is, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from core.queue.job import ENDED, Job


@dataclass(frozen=True)
class Overall:
    """How far the whole queue is: jobs ended, jobs in all, share of the work, and seconds left (None: unknown)."""

    ended: int
    jobs: int
    share: float
    seconds_left: float | None

    @classmethod
    def of(cls, jobs: Sequence[Job], worked: float) -> Overall:
        """Judge by what was done in ``worked`` seconds."""
        whole = sum(job.weight for job in jobs)
        done = sum(job.weight * (1.0 if job.state in ENDED else job.share) for job in jobs)
        # What failed or was left out took no time worth counting.
        drawn = sum(job.weight * job.share for job in jobs)
        left = (whole - done) * worked / drawn if drawn > 0.0 and worked > 0.0 else None
        return cls(sum(job.state in ENDED for job in jobs), len(jobs), done / whole if whole else 1.0, left)


class WorkClock:
    """Adds up the seconds in which something is worked on."""

    def __init__(self) -> None:
        self._before = 0.0
        self._begun: float | None = None

    @property
    def seconds(self) -> float:
        """What was counted so far."""
        return self._before + (time.monotonic() - self._begun if self._begun is not None else 0.0)

    def run(self) -> None:
        """Count from now on."""
        self._begun = self._begun if self._begun is not None else time.monotonic()

    def rest(self) -> None:
        """Count no more."""
        self._before, self._begun = self.seconds, None
