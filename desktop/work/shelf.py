"""Keep what was computed, as long as it fits."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Holds values up to a total size; the ones not asked for longest go first, and the newest always stays.

    Several threads may use it.
    """

    def __init__(self, budget: int, size_of: Callable[[V], int]) -> None:
        """Make an empty shelf of ``budget`` bytes, where ``size_of`` tells those of a value."""
        self._budget = budget
        self._size_of = size_of
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """Return the value, or None where it was never put or has gone."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Add or replace a value."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            total = sum(self._size_of(kept) for kept in self._values.values())
            while total > self._budget and len(self._values) > 1:
                total -= self._size_of(self._values.popitem(last=False)[1])
