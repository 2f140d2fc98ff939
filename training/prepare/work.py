"""Doing one thing to many files on all cores, with a progress bar, stoppable at any moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from typing import Any, TypeVar

from tqdm import tqdm

from core.errors import AnimirrorError

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Fewer items than this a process are done sooner than the process starts.
_WORTH_A_PROCESS = 24
#: Items handed out ahead of the results, a process.
_AHEAD = 4


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def each(
    make: Callable[..., Callable[[Item], Result]],
    arguments: tuple[Any, ...],
    items: Sequence[Item],
    what: str,
    jobs: int = 0,
) -> Iterator[Result]:
    """Yield what a worker made of each item, in the order in which they are done.

    Args:
        make: Called once in every process with ``arguments``; returns the worker.
        arguments: For ``make``, picklable and hashable.
        items: What there is to do; a worker's exceptions end the iteration.
        what: The progress bar's name.
        jobs: Processes; 0 takes every core, 1 none but this one.
    """
    jobs = min(jobs or cores(), max(1, len(items) // _WORTH_A_PROCESS))
    with tqdm(total=len(items), desc=what, unit="file", disable=None if items else True) as bar:
        for result in _here(make(*arguments), items) if jobs == 1 else _elsewhere(make, arguments, items, jobs):
            bar.update()
            yield result


def _here(worker: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    for item in items:
        yield worker(item)


def _elsewhere(
    make: Callable[..., Callable[[Item], Result]], arguments: tuple[Any, ...], items: Sequence[Item], jobs: int
) -> Iterator[Result]:
    # Spawned, not forked: ONNX Runtime's threads do not survive a fork, and Windows and macOS spawn anyway.
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _start)
    left, running = iter(items), set[Future[Result]]()
    try:
        while True:
            while len(running) < jobs * _AHEAD and (item := next(left, _NOTHING)) is not _NOTHING:
                running.add(pool.submit(_work, make, arguments, item))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool as error:
        raise AnimirrorError(
            "A process of the preparation was killed, probably for want of memory; run the command again with a "
            "smaller --jobs: it goes on where it stopped."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_NOTHING: Any = object()


def _start() -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@lru_cache(maxsize=1)
def _made(make: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return make(*arguments)


def _work(make: Callable[..., Any], arguments: tuple[Any, ...], item: Any) -> Any:
    return _made(make, arguments)(item)
