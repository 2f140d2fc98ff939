"""The list of cameras keeps up with what is plugged in."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from core import cameras
from core.cameras import Camera
from core.live.devices import CameraWatch


def test_a_camera_that_comes_or_goes_is_told_once() -> None:
    plugged = [Camera("Inner", 0, "V4L2")]
    told: list[list[str]] = []
    heard = threading.Event()

    def changed(found: list[Camera]) -> None:
        told.append([camera.name for camera in found])
        heard.set()

    def wait_for_news() -> None:
        assert heard.wait(10.0)
        heard.clear()

    watch = CameraWatch(changed, seconds=0.01, finder=lambda: list(plugged))
    watch.start()
    wait_for_news()
    plugged.append(Camera("Outer", 1, "V4L2"))
    wait_for_news()
    plugged.clear()
    wait_for_news()
    assert watch.stop()
    assert told == [["Inner"], ["Inner", "Outer"], []]


Enumerate = Callable[[int], list[Any]]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows with one webcam, which DSHOW and MSMF list, and one virtual camera that only DSHOW knows."""
    import cv2

    listed = {
        cv2.CAP_DSHOW: [("Virtual", 0, "obs"), ("Webcam", 1, "usb#global")],
        cv2.CAP_MSMF: [("Webcam", 0, "usb#other")],
    }

    def enumerate_cameras(backend: int) -> list[types.SimpleNamespace]:
        return [types.SimpleNamespace(name=name, index=index, path=path) for name, index, path in listed[backend]]

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("cv2_enumerate_cameras.enumerate_cameras", enumerate_cameras)


@pytest.mark.usefixtures("windows")
def test_on_windows_each_camera_is_listed_once_with_the_backend_that_opens_quickly() -> None:
    assert cameras.connected() == [Camera("Virtual", 0, "DSHOW"), Camera("Webcam", 1, "DSHOW")]


@pytest.mark.usefixtures("windows")
def test_a_camera_is_found_by_name_with_every_way_to_open_it() -> None:
    assert cameras.named("Webcam") == [Camera("Webcam", 1, "DSHOW"), Camera("Webcam", 0, "MSMF")]
    assert cameras.named("Gone") == []
