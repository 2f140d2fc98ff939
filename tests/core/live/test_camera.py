"""Webcams, played by stand-ins for OpenCV's capture."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.cameras import Camera
from core.errors import SourceError
from core.live.camera import CameraSource

WEBCAM = Camera("Webcam", 2, "V4L2")


class FakeCapture:
    """A camera that behaves as told. Attributes: opens, wishes it refuses, grabs that succeed (None: all)."""

    def __init__(self, opens: bool = True, grabs: int | None = None, torn: int = 0) -> None:
        self.opens = opens
        self.grabs = grabs
        self.torn = torn
        self.released = False

    def isOpened(self) -> bool:
        return self.opens

    def grab(self) -> bool:
        if self.grabs is None:
            return True
        self.grabs -= 1
        return self.grabs >= 0

    def retrieve(self) -> tuple[bool, NDArray[np.uint8] | None]:
        if self.torn:
            self.torn -= 1
            return False, None
        picture = np.zeros((720, 1280, 3), np.uint8)
        picture[:, :, 0] = 255  # blue, in OpenCV's order
        return True, picture

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        return True

    def release(self) -> None:
        self.released = True


class Opened:
    """Remembers what was asked for, and hands out captures."""

    def __init__(self, give: Callable[[int, Sequence[int]], FakeCapture]) -> None:
        self.give = give
        self.asked: list[tuple[int, int, list[int]]] = []
        self.given: list[FakeCapture] = []

    def __call__(self, index: int, backend: int, wishes: Sequence[int]) -> FakeCapture:
        self.asked.append((index, backend, list(wishes)))
        self.given.append(self.give(index, wishes))
        return self.given[-1]


def source(opened: Opened, found: list[Camera] | None = None, rate: int | None = None) -> CameraSource:
    ways = [WEBCAM] if found is None else found
    return CameraSource(
        WEBCAM, (1280, 720), rate, finder=lambda name: [way for way in ways if way.name == name], opener=opened
    )


def test_a_camera_is_asked_for_mjpg_and_its_size_when_it_is_opened() -> None:
    opened = Opened(lambda index, wishes: FakeCapture())
    camera = source(opened, rate=60)
    camera.open()
    index, backend, wishes = opened.asked[0]
    asked = dict(zip(wishes[::2], wishes[1::2], strict=True))
    assert (index, backend) == (2, cv2.CAP_V4L2)
    assert asked == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
        cv2.CAP_PROP_FRAME_WIDTH: 1280,
        cv2.CAP_PROP_FRAME_HEIGHT: 720,
        cv2.CAP_PROP_FPS: 60,
    }
    frame = camera.read()
    assert frame.size == (1280, 720)
    assert frame.pixels[0, 0].tolist() == [0, 0, 255]
    camera.close()
    assert opened.given[0].released


def test_a_camera_that_refuses_the_wishes_is_opened_as_it_likes() -> None:
    opened = Opened(lambda index, wishes: FakeCapture(opens=not wishes))
    camera = source(opened)
    camera.open()
    assert camera.read().size == (1280, 720)
    assert [capture.released for capture in opened.given] == [True, True, False]


def test_a_camera_is_found_by_its_name_after_its_index_has_changed() -> None:
    opened = Opened(lambda index, wishes: FakeCapture())
    ways = [Camera("Other", 2, "V4L2"), Camera("Webcam", 5, "V4L2")]
    source(opened, ways).open()
    assert opened.asked[0][0] == 5


def test_of_two_cameras_of_one_name_the_chosen_one_is_opened() -> None:
    opened = Opened(lambda index, wishes: FakeCapture())
    source(opened, [Camera("Webcam", 0, "V4L2"), WEBCAM]).open()
    assert opened.asked[0][0] == 2


def test_a_camera_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(SourceError, match="not connected"):
        source(Opened(lambda index, wishes: FakeCapture()), []).open()


@pytest.mark.parametrize("busy", [FakeCapture(opens=False), FakeCapture(grabs=0)])
@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_a_busy_camera_is_told_and_left_alone(busy: FakeCapture, system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    opened = Opened(lambda index, wishes: busy)
    with pytest.raises(SourceError, match=r"(an|)other program"):
        source(opened).open()
    assert busy.released


@pytest.mark.parametrize(
    ("system", "words"), [("linux", "usermod"), ("win32", "Settings"), ("darwin", "System Settings")]
)
def test_without_permission_it_is_said_where_to_give_it(
    system: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "exists", lambda path: True)
    monkeypatch.setattr("core.live.camera.os.access", lambda path, mode: False)
    with pytest.raises(SourceError, match=words):
        source(Opened(lambda index, wishes: FakeCapture(opens=False))).open()


def test_an_unplugged_camera_is_lost_and_can_be_opened_again() -> None:
    opened = Opened(lambda index, wishes: FakeCapture(grabs=3))
    camera = source(opened)
    camera.open()
    camera.read()
    camera.read()
    with pytest.raises(SourceError, match="stopped sending"):
        camera.read()
    camera.close()
    camera.open()
    assert camera.read().size == (1280, 720)


def test_a_picture_that_cannot_be_decoded_is_left_out_and_counted() -> None:
    camera = source(Opened(lambda index, wishes: FakeCapture(torn=2)))
    camera.open()
    assert camera.read().size == (1280, 720)
    assert camera.torn == 2


def test_no_real_camera_is_needed_to_say_that_there_is_none() -> None:
    with pytest.raises(SourceError, match="not connected"):
        CameraSource(Camera("No such camera, surely", 0, "V4L2")).open()
