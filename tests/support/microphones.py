"""A microphone in the place of PortAudio's, that hears a tone."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import numpy as np

from core.live.microphone import Heard

RATE = 48_000
PIECE = 480


class FakeMicrophone:
    """Gives a tone of 440 Hz in pieces of 10 ms, from a thread of its own.

    Attributes: closed; silent, to be set before it is started: give silence.
    """

    samplerate = float(RATE)

    def __init__(self, heard: Heard, finished: object = None) -> None:
        self.closed = False
        self.silent = False
        self._heard = heard
        self._finished = finished
        self._thread = threading.Thread(target=self._speak, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self.closed = True
        if self._thread.is_alive():
            self._thread.join()

    def unplug(self) -> None:
        """Go away while someone listens."""
        self.close()
        assert callable(self._finished)
        self._finished()

    def _speak(self) -> None:
        number = 0
        while not self.closed:
            times = (np.arange(PIECE) + number * PIECE) / RATE
            level = 0 if self.silent else 12_000
            samples = (level * np.sin(2 * np.pi * 440 * times)).astype(np.int16)
            self._heard(samples[:, None], PIECE, SimpleNamespace(inputBufferAdcTime=0.0, currentTime=0.0), None)
            number += 1
            time.sleep(PIECE / RATE)
