"""A live session: frames become results, and nothing that goes wrong stops them."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.catalogue import Model
from core.errors import FaceError
from core.generator import Generator
from core.live.events import Event, Fault, ModelChanged, Notice, Status, StatusChanged
from core.live.frame import Result
from core.live.network import NetworkSource
from core.live.session import LiveSession
from core.live.sources import Source
from core.live.views import LiveSettings, LiveView
from core.runtime import CPU, CUDA, Device
from tests.support.mjpeg_server import MjpegServer
from tests.support.models import tiny_model
from tests.support.sources import OneFace, ScriptedSource, picture, wait_for


def load(model: Model, device: Device) -> Generator:
    """As the app loads, but with one thread."""
    model.verify()
    return Generator(model, Device.CPU, threads=1)


class Live:
    """A running session with everything that it said and gave, ended by the end of the test."""

    def __init__(self, source: Source, model: Model, **options: Any) -> None:
        self.events: list[Event] = []
        options.setdefault("load", load)
        options.setdefault("load_detector", OneFace)
        options.setdefault("settings", LiveSettings(steadiness=0.0))
        self.session = LiveSession(source, model, report=self.events.append, **options)
        self.session.start()

    def result(self) -> Result:
        """The next result."""
        result = self.session.take(20.0)
        assert result is not None, self.events
        return result

    def drawn(self, model: str | None = None) -> Result:
        """The next result with a drawn face, by that model if one is named."""
        for _ in range(2000):
            result = self.result()
            if result.faces and model in (None, result.model):
                return result
        raise AssertionError(self.events)

    def statuses(self) -> list[Status]:
        return [event.status for event in self.events if isinstance(event, StatusChanged)]

    def said(self, kind: type[Fault] | type[Notice]) -> list[str]:
        return [event.text for event in self.events if isinstance(event, kind)]


@pytest.fixture
def live(negative: Model) -> Iterator[Any]:
    started: list[Live] = []

    def start(source: Source | None = None, model: Model = negative, **options: Any) -> Live:
        started.append(Live(source or ScriptedSource(), model, **options))
        return started[-1]

    yield start
    for each in started:
        each.session.stop()
    wait_for(lambda: not own_threads())


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("animirror-")]


def test_frames_become_results(live: Any) -> None:
    running = live()
    result = running.drawn("negative")
    centre = (slice(115, 135), slice(150, 170))
    expected = 255 - picture()[centre].astype(int)
    assert np.abs(result.pixels[centre].astype(int) - expected).mean() < 12
    running.session.painted(result)
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
    loading.set()
    running.drawn("negative")


def test_frames_that_no_one_has_time_for_are_dropped_and_counted(live: Any, negative: Model) -> None:
    def slow(model: Model, device: Device) -> Generator:
        generator = load(model, device)
        run = generator.run

        def slower(crops: Any) -> Any:
            time.sleep(0.1)
            return run(crops)

        generator.run = slower  # type: ignore[method-assign]
        return generator

    source = ScriptedSource(fps=200)
    running = live(source, load=slow)
    results = [running.drawn() for _ in range(5)]
    captured = [result.frame.captured for result in results]
    assert captured == sorted(set(captured))
    assert running.session.readout().dropped > 5
    # What is shown is at most as old as one frame in the making and one in the slot.
    assert time.perf_counter() - results[-1].frame.captured < 5


def test_every_frame_is_drawn_when_that_is_asked_for(live: Any) -> None:
    source = ScriptedSource(fps=500, frames=60, live=False)
    running = live(source, keep_all=True)
    wait_for(lambda: running.session.status is Status.ENDED)
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


@dataclasses.dataclass
class LostProvider:
    """Loads a model that runs on CUDA until CUDA is lost."""

    lost: bool = False

    def __call__(self, model: Model, device: Device) -> Generator:
        generator = load(model, device)
        if device is not Device.CPU:
            run = generator.session.run

            def failing(*arguments: Any) -> Any:
                if self.lost:
                    raise RuntimeError("CUDA failure 719")
                return run(*arguments)

            generator.session = dataclasses.replace(generator.session, provider=CUDA, run=failing)
        return generator


def test_a_lost_provider_is_replaced_by_the_processor(live: Any) -> None:
    gpu = LostProvider()
    running = live(load=gpu)
    assert running.drawn().provider == CUDA
    gpu.lost = True
    wait_for(lambda: running.session.take(1.0) and running.session.readout().provider == CPU)
    assert running.drawn().provider == CPU
    assert any("processor" in text and "CUDA failure 719" in text for text in running.said(Notice))
    assert running.said(Fault) == []


def test_a_fallback_is_told(live: Any) -> None:
    def fallen(model: Model, device: Device) -> Generator:
        generator = load(model, device)
        generator.session = dataclasses.replace(generator.session, fallback="CUDA does not start.")
        return generator

    running = live(load=fallen)
    running.drawn()
    assert "CUDA does not start." in running.said(Notice)


def test_a_model_that_draws_nothing_is_given_up_and_another_may_be_chosen(
    live: Any, tmp_path: Path, negative: Model
) -> None:
    broken = tiny_model(tmp_path, "broken", gain=float("nan"))
    running = live(model=broken)
    wait_for(lambda: running.said(Fault))
    np.testing.assert_array_equal(running.result().pixels, picture())
    running.session.switch_model(negative)
    assert running.drawn("negative")


def test_a_missing_detector_is_told_and_the_picture_goes_on(live: Any) -> None:
    def missing() -> OneFace:
        raise FaceError("The face detector is missing.")

    running = live(load_detector=missing)
    wait_for(lambda: running.said(Fault))
    assert running.result().faces == ()


def test_a_defect_is_told_with_its_cause(live: Any) -> None:
    class Defective:
        def detect(self, pixels: Any) -> Any:
            raise ZeroDivisionError("oh")

    running = live(load_detector=Defective)
    wait_for(lambda: running.said(Fault))
    (fault,) = [event for event in running.events if isinstance(event, Fault)]
    assert isinstance(fault.error, ZeroDivisionError)


def test_a_network_camera_that_goes_and_comes_back_is_drawn_again(live: Any) -> None:
    with MjpegServer(lambda number: picture()) as phone:
        running = live(NetworkSource(phone.url))
        running.drawn()
        phone.kill()
        wait_for(lambda: running.session.status is Status.LOST)
        while running.session.take():
            pass
        phone.start()
        wait_for(lambda: running.session.status is Status.RUNNING)
        assert running.drawn()
    reasons = [event.reason for event in running.events if isinstance(event, StatusChanged) and event.reason]
    assert "stopped sending" in reasons[0]
    assert len(reasons) == len(set(reasons))


def test_a_camera_that_is_busy_is_told_once_and_tried_until_it_is_free(live: Any) -> None:
    source = ScriptedSource()
    source.failure = 'The camera "Scripted" is used by another program.'
    running = live(source)
    wait_for(lambda: running.session.status is Status.LOST)
    time.sleep(0.5)
    assert running.statuses() == [Status.OPENING, Status.LOST]
    source.failure = None
    assert running.drawn()
    assert running.statuses() == [Status.OPENING, Status.LOST, Status.RUNNING]


def test_an_unplugged_camera_is_opened_again_by_the_same_thread(live: Any) -> None:
    source = ScriptedSource()
    running = live(source)
    running.drawn()
    source.failure = "Unplugged."
    wait_for(lambda: running.session.status is Status.LOST)
    assert source.owner is None
    source.failure = None
    wait_for(lambda: source.opened == 2)
    assert running.drawn()


@pytest.mark.parametrize("when", ["opening", "reading"])
def test_a_camera_that_does_not_answer_is_told(live: Any, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.capture.OPENING_LIMIT", 0.2)
    monkeypatch.setattr("core.live.capture.SILENCE_LIMIT", 0.2)
    source = ScriptedSource()
    source.blocked = when == "opening"
    running = live(source)
    if when == "reading":
        running.drawn()
        source.blocked = True
    wait_for(lambda: running.session.status is Status.LOST)
    assert "does not answer" in str(running.events[-1])
    source.blocked = False
    wait_for(lambda: running.session.status is Status.RUNNING)


def test_a_source_that_changes_its_size_goes_on(live: Any) -> None:
    sizes = itertools.cycle([(320, 240)] * 5 + [(640, 480)] * 5 + [(200, 300)] * 5)
    source = ScriptedSource(lambda number: picture(0, *next(sizes)))
    running = live(source)
    seen = {running.drawn().frame.size for _ in range(60)}
    assert len(seen) >= 2
    assert running.said(Fault) == []


def test_black_pictures_are_told_and_do_no_harm(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.capture._BLACK_SECONDS", 0.2)
    source = ScriptedSource()
    running = live(source)
    running.drawn()
    source.paint = lambda number: np.zeros((240, 320, 3), np.uint8)
    wait_for(lambda: running.said(Notice))
    assert "black" in running.said(Notice)[0]
    source.paint = lambda number: picture()
    wait_for(lambda: running.drawn().pixels.mean() > 50)
    assert running.said(Fault) == []
    assert len(running.said(Notice)) == 1


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
    wait_for(lambda: running.session.status is Status.ENDED)
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


def load_slowly(model: Model, device: Device) -> Generator:
    time.sleep(0.5)
    return load(model, device)


SITUATIONS = ["running", "not started", "opening hangs", "reading hangs", "busy", "model loads", "switching", "ended"]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_whatever_happens_every_thread_ends_within_two_seconds(
    live: Any, situation: str, negative: Model, grey: Model
) -> None:
    source = ScriptedSource(frames=3 if situation == "ended" else None, live=situation != "ended")
    options: dict[str, Any] = {}
    if situation == "opening hangs":
        source.blocked = True
    if situation == "busy":
        source.failure = "Busy."
    if situation == "model loads":
        options["load"] = load_slowly
    if situation == "not started":
        LiveSession(source, negative).stop()
        return
    running = live(source, **options)
    if situation in ("running", "reading hangs", "switching"):
        running.drawn()
    if situation == "reading hangs":
        source.blocked = True
    if situation == "switching":
        running.session.switch_model(grey)
        running.session.switch_source(ScriptedSource())
    time.sleep(0.1)
    begun = time.monotonic()
    assert running.session.stop()
    assert time.monotonic() - begun < 2.0
    assert own_threads() == []
    assert source.owner is None
    said = len(running.events)
    assert running.session.status is Status.STOPPED
    time.sleep(0.1)
    assert len(running.events) == said


def test_a_driver_that_hangs_does_not_hold_up_closing_and_frees_the_camera_later(live: Any) -> None:
    source = ScriptedSource()
    running = live(source)
    running.drawn()
    source.deaf = source.blocked = True
    time.sleep(0.1)
    begun = time.monotonic()
    assert not running.session.stop(timeout=0.5)
    assert time.monotonic() - begun < 2.0
    source.blocked = False
    wait_for(lambda: source.owner is None)


@pytest.mark.parametrize("fault", ["none", "killed", "stalled"])
def test_after_closing_the_network_camera_is_free_again(live: Any, fault: str) -> None:
    with MjpegServer(lambda number: picture()) as phone:
        running = live(NetworkSource(phone.url))
        running.drawn()
        phone.stalled = fault == "stalled"
        if fault == "killed":
            phone.kill()
        time.sleep(0.2)
        begun = time.monotonic()
        assert running.session.stop()
        assert time.monotonic() - begun < 2.0
        phone.stalled = False  # it notices by sending
        wait_for(lambda: phone.viewers == 0)
