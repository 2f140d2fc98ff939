"""The read-out's figures."""

from __future__ import annotations

import numpy as np
import pytest

from core.live.frame import Frame, Result
from core.live.stats import Meter, Readout, Spread

PIXELS = np.zeros((72, 128, 3), np.uint8)


def result(captured: float, **milliseconds: float) -> Result:
    return Result(PIXELS, Frame(PIXELS, captured, captured), (), milliseconds, "ink", "CPUExecutionProvider")


def test_frame_rate_latency_and_stages_are_those_of_the_results() -> None:
    meter = Meter()
    for number in range(60):
        captured = 10 + number / 20
        entry = result(captured, generate=float(number % 10), **({"detect": 7.0} if number % 6 == 0 else {}))
        meter.add(entry, captured + 0.030)
        meter.painted(entry, captured + 0.040)
    readout = meter.readout(10 + 59 / 20 + 0.030, dropped=3, torn=1)
    assert readout.fps == pytest.approx(20.0, rel=0.01)
    assert readout.latency is not None
    assert readout.latency.p50 == pytest.approx(40.0)
    assert readout.stages is not None
    assert readout.stages["detect"] == Spread(7.0, 7.0)
    assert readout.stages["generate"].p50 == pytest.approx(4.5)
    assert (readout.dropped, readout.torn, readout.size) == (3, 1, (128, 72))
    assert (readout.model, readout.provider) == ("ink", "CPUExecutionProvider")


def test_the_frame_rate_falls_when_nothing_comes_any_more() -> None:
    meter = Meter()
    for number in range(30):
        meter.add(result(number / 30), number / 30)
    assert meter.readout(1.0).fps > 25
    assert meter.readout(2.5).fps < 15
    assert meter.readout(60.0).fps == 0.0


def test_an_empty_read_out_is_all_nothing() -> None:
    assert Meter().readout(0.0) == Readout(stages={})


def test_the_figures_never_take_more_room() -> None:
    meter = Meter(window=10)
    for number in range(1000):
        meter.add(result(float(number), generate=float(number)), float(number))
    readout = meter.readout(1000.0)
    assert readout.stages is not None
    assert readout.stages["generate"].p50 >= 990


def test_a_slow_frame_rate_is_not_nothing() -> None:
    meter = Meter()
    for number in range(5):
        meter.add(result(number * 4.0), number * 4.0)
    assert meter.readout(16.1).fps == pytest.approx(0.25, rel=0.05)


def test_what_is_painted_from_before_does_not_count() -> None:
    meter = Meter()
    meter.add(result(0.0), 0.1)
    meter.clear()
    meter.painted(result(0.0), 0.2)
    assert meter.readout(0.3).latency is None
