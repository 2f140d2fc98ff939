"""Do work ahead of time in a thread of its own, at most so much."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
_PATIENCE = 0.1


@contextmanager
def ahead(items: Iterator[Item], slots: int) -> Iterator[Iterator[Item]]:
    """Give ``items``, made by another thread, up to ``slots`` of them before they are asked for.

    What that thread raises is raised where the next item is asked for. It has ended when the ``with`` ends.
    """
    made: queue.Queue[tuple[Item | None, BaseException | None]] = queue.Queue(slots)
    stopped = threading.Event()

    def put(item: Item | None, error: BaseException | None) -> None:
        while not stopped.is_set():
            try:
                made.put((item, error), timeout=_PATIENCE)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if stopped.is_set():
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)

    def take() -> Iterator[Item]:
        while True:
            item, error = made.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]

    thread = threading.Thread(target=work, name="animirror-ahead", daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        stopped.set()
        thread.join()
