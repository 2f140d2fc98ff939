"""Snapshots, recordings with and without sound, and the virtual camera."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from tests.desktop.live.conftest import LiveDesk, OpenLive
from tests.support.microphones import FakeMicrophone
from tests.support.sources import picture


def _record(desk: LiveDesk, seconds: float = 0.6) -> None:
    desk.page.panel.record.click()
    desk.wait(lambda: (desk.controller.recorded or 0.0) > seconds)
    desk.page.panel.record.click()
    desk.wait_recorded()


def test_a_snapshot_is_what_is_seen_at_its_full_size(desk: LiveDesk) -> None:
    assert not desk.page.panel.snapshot.isEnabled()
    saved_as: list[Path] = []
    desk.controller.snapshot_saved.connect(saved_as.append)
    desk.start()
    desk.wait_fresh()
    QTest.keyClick(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: desk.page.banner.text.startswith("Saved as “Animirror"))
    (button,) = desk.page.banner.buttons
    assert button.text().strip() == "Show the folder"
    desk.page.panel.snapshot.click()
    desk.wait(lambda: len(saved_as) == 2)
    assert sorted(desk.folder.iterdir()) == sorted(saved_as)
    with Image.open(saved_as[1]) as saved:
        assert saved.size == (320, 240)
        middle = np.asarray(saved)[118:122, 158:162].mean(axis=(0, 1))
    np.testing.assert_allclose(middle, 255 - picture()[118:122, 158:162][:, ::-1].mean(axis=(0, 1)), atol=40)


def test_a_recording_shows_its_time_and_can_be_played(desk: LiveDesk) -> None:
    desk.start()
    desk.page.panel.record.click()
    desk.wait(lambda: (desk.controller.recorded or 0.0) > 1.0)
    desk.wait(lambda: re.fullmatch(r"0:0[1-9]|0:[1-5]\d", desk.page.panel.record.text().strip()))
    desk.page.panel.record.click()
    desk.wait_recorded()
    assert desk.page.panel.record.text().strip() == "Record"
    (path,) = desk.folder.glob("*.mp4")
    with av.open(str(path)) as video:
        times = [frame.time for frame in video.decode(video=0)]
        assert not video.streams.audio
    assert times[-1] > 0.9


def test_a_recording_has_sound_where_the_user_wants_it(open_live: OpenLive) -> None:
    microphones: list[FakeMicrophone] = []

    def open_microphone(*callbacks: Any) -> FakeMicrophone:
        microphones.append(FakeMicrophone(*callbacks))
        return microphones[-1]

    desk = open_live("Webcam", open_microphone=open_microphone)
    desk.start()
    assert microphones == []
    desk.page.panel.sound.click()
    _record(desk)
    (path,) = desk.folder.glob("*.mp4")
    with av.open(str(path)) as video:
        loudest = max(float(np.abs(frame.to_ndarray()).max()) for frame in video.decode(audio=0))
    assert loudest > 0.1
    assert microphones[0].closed


def test_without_a_microphone_the_switch_says_why(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.wait(lambda: desk.controller.found is not None)
    assert desk.controller.found is not None
    reason = desk.controller.found.no_microphone
    assert desk.page.panel.sound.isEnabled() == (reason is None)
    assert desk.page.panel.sound_note.text() == (reason or "")


def test_a_microphone_that_cannot_be_opened_costs_the_sound_only(open_live: OpenLive) -> None:
    def refuse(*callbacks: Any) -> FakeMicrophone:
        raise RuntimeError("Device unavailable")

    desk = open_live("Webcam", open_microphone=refuse)
    desk.start()
    desk.page.panel.sound.click()
    desk.page.panel.record.click()
    desk.wait(lambda: "The recording has no sound" in desk.told)
    desk.wait(lambda: (desk.controller.recorded or 0.0) > 0.2)
    desk.controller.stop()
    desk.wait_recorded()


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot limit the size of a process' files")
def test_a_full_disk_ends_the_recording_in_words_and_what_there_is_can_be_played(desk: LiveDesk) -> None:
    import resource

    noise = np.random.default_rng(0)
    desk.webcams.paint = lambda number: noise.integers(0, 255, (480, 640, 3), np.uint8)
    desk.wait(lambda: desk.controller.found is not None and desk.controller.cameras is not None)
    desk.page.stage.welcome.start_button.click()
    desk.wait(lambda: desk.page.panel.record.isEnabled())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Some seconds of noise; writing behind this fails as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, hard))
    try:
        desk.page.panel.record.click()
        desk.wait(lambda: "Recording stopped" in desk.told)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not desk.controller.recording
    assert desk.page.panel.record.text().strip() == "Record"
    (path,) = desk.folder.glob("*.mp4")
    with av.open(str(path)) as video:
        assert sum(1 for _ in video.decode(video=0)) > 0
    desk.wait_fresh()
    desk.page.banner.show_notice(None)
    _record(desk, 0.2)


def test_a_folder_that_may_not_be_written_is_told(desk: LiveDesk, tmp_path: Path) -> None:
    desk.folder.parent.mkdir(exist_ok=True)
    desk.folder.write_text("a file where the folder should be")
    desk.start()
    desk.wait_fresh()
    desk.page.panel.snapshot.click()
    desk.wait(lambda: "cannot be made" in desk.told or "could not be saved" in desk.told)
    desk.page.banner.show_notice(None)
    desk.page.panel.record.click()
    desk.wait(lambda: "cannot be made" in desk.told)
    desk.wait(lambda: not desk.controller.recording)
    assert "[Errno" not in desk.told


def test_snapshots_and_recordings_go_where_the_user_wants_them(
    desk: LiveDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "Ferien 假期"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(wanted))
    folder = desk.page.panel.folder
    assert folder.text() == "Pictures and videos"
    folder.choose("ask folder")
    assert folder.text() == "Ferien 假期"
    desk.start()
    desk.wait_fresh()
    desk.page.panel.snapshot.click()
    desk.wait(lambda: len(list(wanted.glob("*.png"))) == 1)
    _record(desk)
    assert len(list(wanted.glob("*.mp4"))) == 1
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    folder.choose("ask folder")
    assert folder.key == str(wanted), "a dialog that was closed changes nothing"
    folder.choose("")
    desk.page.panel.snapshot.click()
    desk.wait(lambda: len(list(desk.folder.glob("*.png"))) == 1)


class FakeDevice:
    """A virtual camera that remembers what it was sent."""

    device = "Fake camera"

    def __init__(self) -> None:
        self.sent: list[tuple[int, ...]] = []
        self.broken = False
        self.closed = False

    def send(self, frame: NDArray[np.uint8]) -> None:
        if self.broken:
            raise RuntimeError("gone")
        self.sent.append(frame.shape)

    def close(self) -> None:
        self.closed = True


def test_other_programs_get_the_picture(open_live: OpenLive) -> None:
    device = FakeDevice()
    desk = open_live("Webcam", open_virtual_camera=lambda width, height, rate: device)
    desk.wait(lambda: desk.controller.found is not None and desk.controller.cameras is not None)
    desk.page.panel.virtual_camera.click()
    desk.start()
    desk.wait(lambda: len(device.sent) > 3)
    assert set(device.sent) == {(720, 1280, 3)}
    assert "Fake camera" in desk.page.panel.virtual_camera_note.text()
    desk.page.panel.virtual_camera.click()
    desk.wait(lambda: device.closed)


def test_a_missing_driver_greys_the_virtual_camera_with_the_reason(open_live: OpenLive) -> None:
    def refuse(width: int, height: int, rate: float) -> FakeDevice:
        raise RuntimeError("no backend")

    desk = open_live("Webcam", open_virtual_camera=refuse)
    desk.start()
    desk.page.panel.virtual_camera.click()
    desk.wait(lambda: not desk.page.panel.virtual_camera.isEnabled())
    assert not desk.page.panel.virtual_camera.isChecked()
    assert "No driver for a virtual camera was found" in desk.page.panel.virtual_camera_note.text()
    desk.wait_fresh()


def test_a_virtual_camera_that_fails_is_switched_off_and_may_be_switched_on_again(open_live: OpenLive) -> None:
    device, another = FakeDevice(), FakeDevice()
    devices = [device, another]
    desk = open_live("Webcam", open_virtual_camera=lambda width, height, rate: devices.pop(0))
    desk.start()
    desk.page.panel.virtual_camera.click()
    desk.wait(lambda: device.sent)
    device.broken = True
    desk.wait(lambda: not desk.page.panel.virtual_camera.isChecked())
    assert "The virtual camera stopped" in desk.page.panel.virtual_camera_note.text()
    desk.wait(lambda: device.closed)
    # Wishes that follow one another in one breath are passed over.
    settled = threading.Event()
    desk.controller.submit(settled.set)
    desk.wait(settled.is_set)
    desk.page.panel.virtual_camera.click()
    desk.wait(lambda: another.sent)
    assert "Fake camera" in desk.page.panel.virtual_camera_note.text()


def test_what_is_told_leaves_the_views_free_and_ends_with_its_session(desk: LiveDesk) -> None:
    desk.folder.parent.mkdir(exist_ok=True)
    desk.folder.write_text("a file where the folder should be")
    desk.start()
    desk.page.panel.record.click()
    desk.wait(lambda: desk.page.banner.text)
    assert not desk.page.banner.geometry().intersects(desk.page.views.geometry())
    desk.wait(lambda: not desk.controller.recording)
    desk.controller.stop()
    assert not desk.page.banner.isVisible()
    desk.folder.unlink()
    desk.start()
    assert not desk.page.banner.isVisible()
