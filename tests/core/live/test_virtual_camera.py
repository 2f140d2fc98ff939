"""The result as a camera for other programs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import OutputError
from core.live.events import Event, Fault
from core.live.frame import Frame, Result
from core.live.virtual_camera import VirtualCamera, missing
from tests.support.sources import picture, wait_for


class FakeDevice:
    """A virtual camera that remembers what it was sent."""

    device = "Fake"

    def __init__(self) -> None:
        self.sent: list[NDArray[np.uint8]] = []
        self.broken = False
        self.closed = False

    def send(self, frame: NDArray[np.uint8]) -> None:
        if self.broken:
            raise RuntimeError("gone")
        self.sent.append(frame)

    def close(self) -> None:
        self.closed = True


def result(width: int = 320, height: int = 240) -> Result:
    pixels = picture(0, width, height)
    return Result(pixels, Frame(pixels, 0.0, 0.0), (), {}, None, None)


def test_every_view_is_sent_in_the_cameras_size() -> None:
    device = FakeDevice()
    camera = VirtualCamera((640, 480), report=lambda event: None, opener=lambda width, height, rate: device)
    for number, size in enumerate([(320, 240), (256, 256), (1920, 540)], 1):
        assert camera.offer(result(*size))
        wait_for(lambda number=number: len(device.sent) == number)  # type: ignore[misc]
    camera.stop()
    assert [frame.shape for frame in device.sent] == [(480, 640, 3)] * 3
    assert device.closed


def test_without_a_driver_it_is_said_what_to_install() -> None:
    def refuse(width: int, height: int, rate: float) -> FakeDevice:
        raise RuntimeError("no backend")

    with pytest.raises(OutputError, match="driver"):
        VirtualCamera((640, 480), report=lambda event: None, opener=refuse)


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install pyvirtualcam" in str(missing())
    with pytest.raises(OutputError, match="pyvirtualcam"):
        VirtualCamera((640, 480), report=lambda event: None)
    monkeypatch.setattr(sys, "frozen", True, raising=False)  # nobody can install anything into the packaged program
    assert "pip" not in str(missing()) and "OBS" in str(missing())


@pytest.mark.skipif(importlib.util.find_spec("pyvirtualcam") is None, reason="pyvirtualcam is not installed")
def test_the_real_package_finds_a_driver_or_gives_the_reason() -> None:
    try:
        VirtualCamera((640, 480), report=lambda event: None).stop()
    except OutputError as error:
        assert "driver" in str(error)


def test_a_driver_that_goes_away_is_told_and_ends_the_offers() -> None:
    device, events = FakeDevice(), list[Event]()
    camera = VirtualCamera((320, 240), events.append, opener=lambda width, height, rate: device)
    device.broken = True
    wait_for(lambda: not camera.offer(result()))
    wait_for(lambda: events and device.closed)
    assert isinstance(events[0], Fault)
    camera.stop()


def test_on_linux_a_missing_driver_is_known_without_an_attempt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("core.live.virtual_camera.importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("core.live.virtual_camera.sys.platform", "linux")
    monkeypatch.setattr("core.live.virtual_camera._VIRTUAL", tmp_path / "none")
    assert "modprobe v4l2loopback" in (missing() or "")
    (tmp_path / "some" / "video10").mkdir(parents=True)
    monkeypatch.setattr("core.live.virtual_camera._VIRTUAL", tmp_path / "some")
    assert missing() is None
