"""Read ahead: batches are made in threads while the networks train on earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Self, TypeVar

Batch = TypeVar("Batch")


class Ahead(Generic[Batch]):
    """Gives ``make(step)``; while the caller works on one batch, the next ``workers`` ones are being made.

    With no workers, batches are made when they are asked for. What ``make`` raises, :meth:`take` raises.
    """

    def __init__(self, make: Callable[[int], Batch], steps: int, workers: int) -> None:
        self._make = make
        self._steps = steps
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="batch") if workers else None
        self._coming: dict[int, Future[Batch]] = {}

    def take(self, step: int) -> Batch:
        """Return the batch of ``step`` (0..steps - 1)."""
        if self._pool is None:
            return self._make(step)
        for wanted in range(step, min(step + self._workers + 1, self._steps)):
            if wanted not in self._coming:
                self._coming[wanted] = self._pool.submit(self._make, wanted)
        return self._coming.pop(step).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
