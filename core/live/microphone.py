"""The system's microphone, through PortAudio, for the sound of a recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import SourceError
from core.live.events import Notice, Report

Listener = Callable[[NDArray[np.int16], float], None]
"""Takes samples (N,) of one channel and when the first of them was heard, ``time.perf_counter``."""

_SILENT_SECONDS = 3.0
_ALLOW = "See that one is plugged in and that the system's privacy settings let desktop programs use it."


class Moment(Protocol):
    """What is used of PortAudio's times, in seconds of its own clock; 0 where a driver does not know."""

    inputBufferAdcTime: float  # noqa: N815 (PortAudio's names)
    currentTime: float  # noqa: N815


class Stream(Protocol):
    """What is used of ``sounddevice.InputStream``."""

    samplerate: float

    def start(self) -> None:
        """Begin to listen."""

    def close(self) -> None:
        """Free the microphone."""


Heard = Callable[[NDArray[np.int16], int, Moment, object], None]
Opener = Callable[[Heard, Callable[[], None]], Stream]


def missing() -> str | None:
    """Return a sentence that says why there can be no sound here, or None where there is a microphone."""
    try:
        import sounddevice
    except ImportError:
        return "Sound needs the package sounddevice. Install it with: pip install sounddevice"
    except OSError:  # the package is there, and the library that it stands on is not
        return "Sound needs the library PortAudio. On Debian and Ubuntu install it with: sudo apt install libportaudio2"
    try:
        sounddevice.query_devices(kind="input")
    except (sounddevice.PortAudioError, ValueError):
        return f"No microphone was found. {_ALLOW}"
    return None


class Microphone:
    """Listens to the microphone that the system uses, from PortAudio's own thread.

    report: hears of a microphone that goes or gives silence only. opener: how the stream is made.
    Raises SourceError when there is none or it cannot be opened.
    """

    def __init__(self, report: Report, opener: Opener | None = None) -> None:
        reason = missing() if opener is None else None
        if reason:
            raise SourceError(reason)
        self._report = report
        self._listener: Listener | None = None
        self._stopping = False
        self._silent = 0.0
        try:
            self._stream = (opener or _open)(self._heard, self._finished)
        except Exception as error:  # PortAudio's error is known by name only where the library is there
            raise SourceError(f"The microphone cannot be used ({error}). {_ALLOW}") from error
        #: Samples a second.
        self.rate = round(self._stream.samplerate)

    def start(self, listener: Listener) -> None:
        """Give ``listener`` what is heard from now on. Raises SourceError."""
        self._listener = listener
        try:
            self._stream.start()
        except Exception as error:
            raise SourceError(f"The microphone cannot be used ({error}). {_ALLOW}") from error

    def stop(self) -> None:
        """Free the microphone."""
        self._stopping = True
        self._stream.close()

    def _heard(self, samples: NDArray[np.int16], count: int, moment: Moment, _status: object) -> None:
        now = time.perf_counter()
        known = 0.0 < moment.inputBufferAdcTime <= moment.currentTime
        since = moment.currentTime - moment.inputBufferAdcTime if known else count / self.rate
        mono = np.array(samples, dtype=np.int16).reshape(count, -1)[:, 0]
        if self._listener is not None:
            self._listener(mono, now - since)
        self._watch_for_silence(mono)

    def _watch_for_silence(self, samples: NDArray[np.int16]) -> None:
        if samples.any():
            self._silent = float("-inf")  # it works: a pause later on is a pause
            return
        before, self._silent = self._silent, self._silent + len(samples) / self.rate
        if before < _SILENT_SECONDS <= self._silent:
            self._report(Notice(f"The microphone gives only silence. See that it is not muted. {_ALLOW}"))

    def _finished(self) -> None:
        if not self._stopping:
            self._report(Notice("The microphone has gone. The recording goes on without sound."))


def _open(heard: Heard, finished: Callable[[], None]) -> Stream:
    import sounddevice

    stream: Any = sounddevice.InputStream(channels=1, dtype="int16", callback=heard, finished_callback=finished)
    opened: Stream = stream
    return opened
