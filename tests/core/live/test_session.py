"""A live session: frames become results, and what may be changed while they do."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from core.catalogue import Model
from core.generator import Generator
from core.live.events import Fault, ModelChanged, Status
from core.live.frame import Result
from core.live.views import LiveSettings, LiveView
from core.runtime import CPU, Device
from tests.support.live import load
from tests.support.models import tiny_model
from tests.support.sources import OneFace, ScriptedSource, picture, wait_for


def test_frames_become_results(live: Any) -> None:
    running = live()
    result = running.drawn("negative")
    centre = (slice(115, 135), slice(150, 170))
    expected = 255 - picture()[centre].astype(int)
    assert np.abs(result.pixels[centre].astype(int) - expected).mean() < 12
    running.session.painted(result)
    # Not every frame has a detection of its own.
    wait_for(lambda: running.drawn() and "detect" in (running.session.readout().stages or {}))
    readout = running.session.readout()
    assert (readout.model, readout.provider, readout.faces, readout.size) == ("negative", CPU, 1, (320, 240))
    assert readout.latency is not None
    assert readout.stages is not None
    assert {"wait", "track", "detect", "align", "generate", "steady", "compose"} <= set(readout.stages)
    assert running.statuses() == [Status.OPENING, Status.RUNNING]
    assert ModelChanged("negative", CPU) in running.events


def test_until_the_model_is_loaded_the_frames_are_shown_as_they_are(live: Any) -> None:
    loading = threading.Event()

    def slowly(model: Model, device: Device) -> Generator:
        assert loading.wait(20.0)
        return load(model, device)

    running = live(load=slowly)
    result = running.result()
    assert result.model is None
    np.testing.assert_array_equal(result.pixels, picture())
    running.session.painted(result)
    assert running.session.readout().latency is not None
    loading.set()
    running.drawn("negative")
    assert running.session.readout().latency is None, "what was not drawn says nothing of the model"


def test_frames_that_no_one_has_time_for_are_dropped_and_counted(live: Any, negative: Model) -> None:
    def slow(model: Model, device: Device) -> Generator:
        generator = load(model, device)
        run = generator.run

        def slower(crops: Any, attention: bool = True) -> Any:
            time.sleep(0.1)
            return run(crops, attention)

        generator.run = slower  # type: ignore[method-assign]
        return generator

    source = ScriptedSource(fps=200)
    running = live(source, load=slow)
    results = [running.drawn() for _ in range(5)]
    captured = [result.frame.captured for result in results]
    assert captured == sorted(set(captured))
    wait_for(lambda: running.drawn() and running.session.readout().dropped > 5)
    # What is shown is at most as old as one frame in the making and one in the slot.
    assert time.perf_counter() - results[-1].frame.captured < 5


def test_every_frame_is_drawn_when_that_is_asked_for(live: Any) -> None:
    source = ScriptedSource(fps=500, frames=60, live=False)
    running = live(source, keep_all=True)
    running.wait_status(Status.ENDED)
    assert running.session.readout().dropped == 0


def test_another_model_takes_over_without_a_gap(live: Any, grey: Model) -> None:
    running = live()
    running.drawn("negative")
    running.session.switch_model(grey)
    seen: list[Result] = []
    while not seen or seen[-1].model != "grey":
        seen.append(running.result())
    assert {result.model for result in seen} <= {"negative", "grey"}
    assert all(result.faces for result in seen)
    assert all(result.pixels.mean() > 50 for result in seen)


def test_a_model_that_cannot_be_loaded_leaves_the_old_one_drawing(live: Any, tmp_path: Path) -> None:
    running = live()
    running.drawn("negative")
    damaged = tiny_model(tmp_path, "damaged")
    damaged.path.write_bytes(b"no model")
    running.session.switch_model(damaged)
    wait_for(lambda: running.said(Fault))
    assert "damaged" in running.said(Fault)[0]
    assert running.drawn().model == "negative"


def test_settings_take_effect_on_the_next_frame(live: Any) -> None:
    running = live(settings=LiveSettings(view=LiveView.FRAME))
    assert running.drawn().pixels.shape == (240, 320, 3)
    running.session.settings = LiveSettings(view=LiveView.PORTRAIT, mirror=True)
    wait_for(lambda: running.result().pixels.shape == (256, 256, 3))
    wait_for(lambda: running.result().frame.mirrored)
    np.testing.assert_array_equal(running.result().frame.pixels, picture()[:, ::-1])


def test_only_the_main_face_is_drawn_when_that_is_asked_for(live: Any) -> None:
    class Two(OneFace):
        def detect(self, pixels: Any) -> Any:
            (first,) = super().detect(pixels)
            return [first, dataclasses.replace(first, landmarks=first.landmarks * 0.5)]

    running = live(load_detector=Two)
    wait_for(lambda: len(running.drawn().faces) == 2)
    running.session.settings = LiveSettings(largest_only=True)
    wait_for(lambda: len(running.drawn().faces) == 1)


def test_the_end_of_a_file_is_told(live: Any) -> None:
    running = live(ScriptedSource(frames=5, live=False))
    running.wait_status(Status.ENDED)
    assert running.statuses()[-1] is Status.ENDED


def test_another_source_is_opened_when_the_one_before_is_free(live: Any) -> None:
    first, second = ScriptedSource(), ScriptedSource(lambda number: picture(1))
    free: list[bool] = []
    opened = second.open

    def note_and_open() -> None:
        free.append(first.owner is None)
        opened()

    second.open = note_and_open  # type: ignore[method-assign]
    running = live(first)
    running.drawn()
    running.session.switch_source(second)
    wait_for(lambda: np.array_equal(running.result().frame.pixels, picture(1)))
    assert free == [True]
    assert running.drawn()


class Collector:
    """A sink that wants a few results."""

    def __init__(self, wants: int) -> None:
        self.wants = wants
        self.results: list[Result] = []
        self.stopped = False

    def offer(self, result: Result) -> bool:
        self.results.append(result)
        return len(self.results) < self.wants

    def stop(self) -> None:
        self.stopped = True


def test_sinks_get_every_result_until_they_want_no_more(live: Any) -> None:
    running = live()
    running.drawn()
    few, many = Collector(3), Collector(10**6)
    running.session.add_sink(few)
    running.session.add_sink(many)
    wait_for(lambda: len(many.results) > 10)
    assert len(few.results) == 3
    running.session.stop()
    assert many.stopped
