"""The hand-over between two threads: room for one item, the latest."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Slot(Generic[Item]):
    """Holds the latest item; one that was not taken before the next came is dropped and counted.

    Nothing grows and the giver never waits, unless it asks to. Attributes:
        dropped: items that nobody took, so far.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._item: Item | None = None
        self._closed = False
        self._changed = threading.Condition()

    def put(self, item: Item) -> bool:
        """Leave ``item`` for the taker; answers whether nothing had to be dropped for it."""
        with self._changed:
            free = self._item is None
            if not self._closed:
                self.dropped += not free
                self._item = item
                self._changed.notify_all()
            return free

    def put_when_free(self, item: Item, timeout: float) -> bool:
        """Leave ``item`` once the one before was taken; False if that did not happen within ``timeout`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._item is None or self._closed, timeout) or self._closed:
                return False
            self._item = item
            self._changed.notify_all()
            return True

    def take(self, timeout: float = 0.0) -> Item | None:
        """Take the item, waiting up to ``timeout`` seconds for one; None if none came or the slot is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._closed, timeout)
            item, self._item = self._item, None
            if item is not None:
                self._changed.notify_all()
            return item

    def close(self) -> None:
        """Empty it, wake whoever waits, and take nothing more."""
        with self._changed:
            self._item = None
            self._closed = True
            self._changed.notify_all()
