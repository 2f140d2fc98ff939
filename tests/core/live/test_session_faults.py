"""Nothing that goes wrong stops a live session, and closing it always frees everything."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from core.catalogue import Model
from core.errors import FaceError
from core.generator import Generator
from core.live.events import Fault, ModelChanged, Notice, Status, StatusChanged
from core.live.network import NetworkSource
from core.live.recorder import Recorder
from core.live.session import LiveSession
from core.runtime import CPU, CUDA, Device
from tests.support.clock import own_seconds
from tests.support.live import LostProvider, load, own_threads
from tests.support.mjpeg_server import MjpegServer
from tests.support.models import tiny_model
from tests.support.sources import PATIENCE, OneFace, ScriptedSource, picture, wait_for


def test_a_lost_provider_is_replaced_by_the_processor(live: Any) -> None:
    gpu = LostProvider()
    running = live(load=gpu)
    assert running.drawn().provider == CUDA
    gpu.lost = True
    wait_for(lambda: running.session.take(1.0) and running.session.readout().provider == CPU)
    assert running.drawn().provider == CPU
    # Nothing is named as drawing while nothing does.
    drawing = [event.provider for event in running.events if isinstance(event, ModelChanged)]
    assert drawing == [CUDA, None, CPU]
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


def test_a_network_camera_that_goes_and_comes_back_is_drawn_again(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.network.SILENCE_SECONDS", PATIENCE)  # a busy machine is silent now and then
    with MjpegServer(lambda number: picture()) as phone:
        running = live(NetworkSource(phone.url))
        running.drawn()
        phone.kill()
        running.wait_status(Status.LOST)
        while running.session.take():
            pass
        phone.start()
        running.wait_status(Status.RUNNING)
        assert running.drawn()
        reasons = [event.reason for event in running.events if isinstance(event, StatusChanged) and event.reason]
    assert "stopped sending" in reasons[0]
    assert len(reasons) == len(set(reasons))


def test_a_camera_that_is_busy_is_told_once_and_tried_until_it_is_free(live: Any) -> None:
    source = ScriptedSource()
    source.failure = 'The camera "Scripted" is used by another program.'
    running = live(source)
    running.wait_status(Status.LOST)
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
    running.wait_status(Status.LOST)
    wait_for(lambda: source.owner is None)
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
    running.wait_status(Status.LOST)
    assert any("does not answer" in str(event) for event in running.events)
    source.blocked = False
    running.wait_status(Status.RUNNING)


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
    wait_for(lambda: running.reasons()[-1:] and "black" in running.reasons()[-1])
    source.paint = lambda number: picture()
    wait_for(lambda: running.drawn().pixels.mean() > 50)
    # Told once, and taken back when there is light again.
    assert [bool(reason) for reason in running.reasons()] == [False, False, True, False]
    assert set(running.statuses()) == {Status.OPENING, Status.RUNNING}
    assert running.said(Fault) == []


def load_slowly(model: Model, device: Device) -> Generator:
    time.sleep(0.5)
    return load(model, device)


SITUATIONS = [
    "running",
    "not started",
    "opening hangs",
    "reading hangs",
    "busy",
    "model loads",
    "switching",
    "recording",
    "ended",
]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_whatever_happens_every_thread_ends_within_two_seconds(
    live: Any, situation: str, negative: Model, grey: Model, tmp_path: Path
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
    if situation in ("running", "reading hangs", "switching", "recording"):
        running.drawn()
    if situation == "recording":
        running.session.add_sink(Recorder(tmp_path / "clip.mp4", running.events.append))
        running.drawn()
        running.drawn()
    if situation == "reading hangs":
        source.blocked = True
    if situation == "switching":
        running.session.switch_model(grey)
        running.session.switch_source(ScriptedSource())
    time.sleep(0.1)
    begun = own_seconds()
    assert running.session.stop(PATIENCE)
    wait_for(lambda: not own_threads())
    assert own_seconds() - begun < 2.0
    assert source.owner is None
    said = len(running.events)
    assert running.session.status is Status.STOPPED
    time.sleep(0.1)
    assert len(running.events) == said
    if situation == "recording":
        with av.open(str(tmp_path / "clip.mp4")) as recording:
            assert list(recording.decode(video=0))


@pytest.fixture
def hanging() -> Iterator[ScriptedSource]:
    """A camera that does as it is told; if it was told to hang, until the end of the test."""
    source = ScriptedSource()
    yield source
    source.blocked = False


def test_a_driver_that_hangs_does_not_hold_up_closing_and_frees_the_camera_later(
    live: Any, hanging: ScriptedSource
) -> None:
    running = live(hanging)
    running.drawn()
    hanging.deaf = hanging.blocked = True
    wait_for(lambda: hanging.waiting)
    begun = own_seconds()
    assert not running.session.stop(timeout=0.5)
    assert own_seconds() - begun < 2.0
    hanging.blocked = False
    wait_for(lambda: hanging.owner is None)


def test_a_hanging_camera_can_be_left_for_another_and_the_window_closed_meanwhile(
    live: Any, hanging: ScriptedSource
) -> None:
    other = ScriptedSource()
    running = live(hanging)
    running.drawn()
    hanging.deaf = hanging.blocked = True
    wait_for(lambda: hanging.waiting)
    running.session.switch_source(other)
    time.sleep(0.2)
    assert other.opened == 0  # it may be the same camera, which is not free yet
    begun = own_seconds()
    assert not running.session.stop(timeout=0.5)
    assert own_seconds() - begun < 2.0
    hanging.blocked = False
    wait_for(lambda: not own_threads())
    assert other.opened == 0


@pytest.mark.parametrize("fault", ["none", "killed", "stalled"])
def test_after_closing_the_network_camera_is_free_again(live: Any, fault: str) -> None:
    with MjpegServer(lambda number: picture()) as phone:
        running = live(NetworkSource(phone.url))
        running.drawn()
        phone.stalled = fault == "stalled"
        if fault == "killed":
            phone.kill()
        time.sleep(0.2)
        begun = own_seconds()
        assert running.session.stop(PATIENCE)
        assert own_seconds() - begun < 2.0
        phone.stalled = False  # it notices by sending
        wait_for(lambda: phone.viewers == 0)


def test_a_source_with_a_defect_is_told_and_no_longer_running(live: Any) -> None:
    def broken(number: int) -> Any:
        raise ZeroDivisionError("oh")

    running = live(ScriptedSource(broken))
    running.wait_status(Status.ENDED)
    assert "ZeroDivisionError" in running.said(Fault)[0]
