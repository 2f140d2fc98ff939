"""The read-out: how fast it is, and where the time goes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.live.frame import Result

#: Results that the figures are taken from: about ten seconds.
WINDOW = 300
#: Seconds over which frames are counted for the frame rate.
_RATE_SECONDS = 3.0
#: The same where hardly any come.
_SLOW_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: half of the values are below ``p50``, all but one in twenty below ``p95``."""

    p50: float
    p95: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """Return the spread of ``values``, or None where there are none."""
        array = np.fromiter(values, dtype=np.float64)
        return cls(float(np.percentile(array, 50)), float(np.percentile(array, 95))) if array.size else None


@dataclass(frozen=True, slots=True)
class Readout:
    """Figures of the last seconds.

    fps: results a second. latency: from a frame's capture until it was painted; None until a painter has reported.
    stages: by name: ``decode``, ``wait`` (in the slot), ``track``, ``detect`` (frames with a detection), ``align``,
    ``generate``, ``steady``, ``compose``. dropped: frames of the source that no one had time for, torn: that came
    damaged, both since the source was opened. faces: in the last result. size: width and height of its frame.
    model, provider: what drew it, None where nothing did.
    """

    fps: float = 0.0
    latency: Spread | None = None
    stages: dict[str, Spread] | None = None
    dropped: int = 0
    torn: int = 0
    faces: int = 0
    size: tuple[int, int] = (0, 0)
    model: str | None = None
    provider: str | None = None


class Meter:
    """Collects results; any thread may use it."""

    def __init__(self, window: int = WINDOW) -> None:
        self._lock = threading.Lock()
        self._window = window
        self.clear()

    def clear(self) -> None:
        """Forget everything, as for another source."""
        with self._lock:
            self._stages: dict[str, deque[float]] = {}
            self._latencies: deque[float] = deque(maxlen=self._window)
            self._finished: deque[float] = deque(maxlen=self._window)
            self._last: Result | None = None

    def add(self, result: Result, finished: float) -> None:
        """Count a result that was ready at ``finished`` (``time.perf_counter``)."""
        with self._lock:
            self._last = result
            self._finished.append(finished)
            for stage, spent in result.milliseconds.items():
                self._stages.setdefault(stage, deque(maxlen=self._window)).append(spent)

    def painted(self, result: Result, at: float) -> None:
        """Count that ``result`` was to be seen at ``at`` (``time.perf_counter``)."""
        with self._lock:
            # While nothing was added yet, what is painted is from before.
            if self._last is not None:
                self._latencies.append(1000 * (at - result.frame.captured))

    def readout(self, now: float, dropped: int = 0, torn: int = 0) -> Readout:
        """Return the figures at ``now`` (``time.perf_counter``)."""
        with self._lock:
            recent = [moment for moment in self._finished if now - moment <= _RATE_SECONDS]
            if len(recent) < 2:
                # Slow is not the same as standing still.
                recent = [moment for moment in self._finished if now - moment <= _SLOW_SECONDS][-3:]
            span = now - recent[0] if recent else 0.0
            stages = {stage: spread for stage, spent in self._stages.items() if (spread := Spread.of(spent))}
            last = self._last
            return Readout(
                fps=(len(recent) - 1) / span if span > 0 else 0.0,
                latency=Spread.of(self._latencies),
                stages=stages,
                dropped=dropped,
                torn=torn,
                faces=len(last.faces) if last else 0,
                size=last.frame.size if last else (0, 0),
                model=last.model if last else None,
                provider=last.provider if last else None,
            )
