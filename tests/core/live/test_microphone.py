"""The sound of a recording."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import SourceError
from core.live.events import Event, Notice
from core.live.microphone import Microphone
from tests.support.microphones import PIECE, RATE, FakeMicrophone
from tests.support.sources import wait_for


def test_what_is_heard_arrives_with_its_time() -> None:
    heard: list[tuple[NDArray[np.int16], float]] = []
    microphone = Microphone(lambda event: None, FakeMicrophone)
    assert microphone.rate == RATE
    before = time.perf_counter()
    microphone.start(lambda samples, at: heard.append((samples, at)))
    wait_for(lambda: len(heard) > 5)
    microphone.stop()
    samples, at = heard[3]
    assert samples.shape == (PIECE,)
    assert samples.dtype == np.int16
    assert np.abs(samples).max() > 10_000
    assert before - PIECE / RATE <= at <= time.perf_counter()


def test_the_time_of_the_sound_card_counts_where_it_is_known() -> None:
    heard: list[float] = []
    delay = 0.25

    class Late:
        samplerate = float(RATE)

        def __init__(self, take: Any, finished: Any) -> None:
            self.take = take

        def start(self) -> None:
            times = SimpleNamespace(inputBufferAdcTime=10.0, currentTime=10.0 + delay)
            self.take(np.ones((PIECE, 2), np.int16), PIECE, times, None)

        def close(self) -> None:
            pass

    microphone = Microphone(lambda event: None, Late)
    before = time.perf_counter()
    microphone.start(lambda samples, at: heard.append(at))
    assert before <= heard[0] + delay <= time.perf_counter()


def test_one_that_cannot_be_opened_is_told_in_words() -> None:
    def refuse(*callbacks: Any) -> FakeMicrophone:
        raise RuntimeError("Invalid number of channels")

    with pytest.raises(SourceError, match=r"cannot be used \(Invalid number of channels\). See that"):
        Microphone(lambda event: None, refuse)


def test_one_that_is_unplugged_is_told_and_one_that_is_stopped_is_not() -> None:
    events: list[Event] = []
    opened: list[FakeMicrophone] = []

    def open_one(*callbacks: Any) -> FakeMicrophone:
        opened.append(FakeMicrophone(*callbacks))
        return opened[-1]

    first, second = Microphone(events.append, open_one), Microphone(events.append, open_one)
    for microphone in (first, second):
        microphone.start(lambda samples, at: None)
    second.stop()
    opened[1].unplug()
    assert events == []
    opened[0].unplug()
    assert [type(event) for event in events] == [Notice]
    first.stop()


def test_silence_from_the_start_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.microphone._SILENT_SECONDS", 0.05)
    events: list[Event] = []

    def mute(*callbacks: Any) -> FakeMicrophone:
        microphone = FakeMicrophone(*callbacks)
        microphone.silent = True
        return microphone

    microphone = Microphone(events.append, mute)
    heard: list[float] = []
    microphone.start(lambda samples, at: heard.append(at))
    wait_for(lambda: len(heard) > 20)
    microphone.stop()
    (event,) = events
    assert isinstance(event, Notice)
    assert "only silence" in event.text
