"""One press of a button and the camera turns anime; everything can be changed while it does."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.cameras import Camera
from core.runtime import CPU
from core.views import LiveSource, LiveView
from desktop.dialogs.address import AddressDialog
from desktop.live.messages import Phase
from desktop.live.state import LiveState
from tests.desktop.live.conftest import LiveDesk, OpenLive
from tests.support.clips import clip
from tests.support.mjpeg_server import MjpegServer
from tests.support.sources import picture


def _plain_centre(mirrored: bool = False) -> np.ndarray:
    pixels = picture()[:, ::-1] if mirrored else picture()
    return np.asarray(pixels[118:122, 158:162].mean(axis=(0, 1)))


def test_one_press_and_the_face_is_drawn(desk: LiveDesk) -> None:
    desk.wait(lambda: "Webcam" in desk.page.stage.welcome.lead)
    desk.start()
    # The model inverts the colours of the face and of nothing else, and the picture is a mirror's.
    desk.wait_centre(255 - _plain_centre(mirrored=True), atol=25)
    assert desk.shown[:, :, :].shape[1] / desk.shown.shape[0] == pytest.approx(320 / 240, rel=0.01)
    assert desk.controller.drawing is not None
    assert desk.controller.drawing.model == "b-negative"
    asked = desk.webcams.asked[0]
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (1280, 720)
    desk.page.panel.stop.click()
    assert desk.controller.phase is Phase.OFF
    assert desk.page.stage.welcome.isVisible()
    desk.wait(lambda: desk.webcams.in_use == 0)


def test_a_camera_that_is_plugged_in_appears_by_itself(open_live: OpenLive) -> None:
    desk = open_live()
    desk.wait(lambda: desk.controller.cameras == ())
    assert not desk.page.stage.welcome.start_button.isVisible()
    assert "Plug one in" in desk.page.stage.welcome.lead
    desk.webcams.connected = [Camera("Späte <b>Kamera</b> & Co", 4, "V4L2")]
    desk.wait(desk.page.stage.welcome.start_button.isVisible)
    assert desk.page.panel.source.text() == "Späte <b>Kamera</b> & Co"
    desk.start()
    desk.webcams.connected = []
    desk.wait_phase(Phase.LOST)
    desk.wait(lambda: "(not connected)" in desk.page.panel.source.text())
    desk.page.panel.stop.click()
    assert desk.page.panel.source.text() == "No camera found"


def test_another_camera_can_be_chosen_while_one_is_shown(open_live: OpenLive) -> None:
    desk = open_live("One", "Two")
    desk.start()
    desk.page.panel.source.choose("camera:Two")
    desk.wait(lambda: desk.webcams.opened[-1].index == 1)
    desk.wait_drawn()
    assert desk.webcams.opened[0].released
    assert desk.page.panel.source.text() == "Two"
    desk.page.panel.size_choice.choose("640x480")
    desk.wait(lambda: desk.webcams.asked[-1].get(cv2.CAP_PROP_FRAME_WIDTH) == 640)
    desk.page.panel.rate_choice.choose("60")
    desk.wait(lambda: desk.webcams.asked[-1].get(cv2.CAP_PROP_FPS) == 60)
    desk.wait_phase(Phase.RUNNING)


def test_the_mirror_can_be_switched_off(desk: LiveDesk) -> None:
    desk.start()
    desk.page.panel.mirror.click()
    assert not desk.controller.state.mirror
    desk.page.panel.intensity.slider.setValue(0)
    desk.wait_centre(_plain_centre(), atol=8)


def test_every_view_is_shown(desk: LiveDesk) -> None:
    desk.start()
    for view, shape in (("portrait", 1), ("side-by-side", 8 / 3), ("split", 4 / 3), ("attention", 4 / 3)):
        desk.page.views.segments.button(view).click()
        desk.wait(lambda shape=shape: desk.shown.shape[1] / desk.shown.shape[0] == pytest.approx(shape, rel=0.02))  # type: ignore[misc]
        assert desk.page.stage.picture.named == (view in {"side-by-side", "split"})


def test_the_line_of_the_split_view_is_dragged(desk: LiveDesk) -> None:
    desk.start()
    desk.page.views.segments.button("split").click()
    desk.wait_fresh()
    stage = desk.page.stage.picture
    target = stage.target
    middle = QPoint(round(target.center().x()), round(target.center().y()))
    aim = QPoint(round(target.left() + 0.8 * target.width()), middle.y())
    QTest.mousePress(stage, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(stage, aim)
    QTest.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=aim)
    assert desk.controller.state.split == pytest.approx(0.8, abs=0.01)
    desk.wait_centre(_plain_centre(mirrored=True), atol=8)
    QTest.keyClick(stage, Qt.Key.Key_Home)
    desk.wait_centre(255 - _plain_centre(mirrored=True), atol=25)


def test_the_page_says_what_the_model_is_made_for_and_a_change_shows_no_gap(desk: LiveDesk) -> None:
    desk.wait(lambda: desk.controller.found is not None)
    assert list(desk.page.panel.models.cards) == ["b-negative", "c-grey", "a-photo"]
    assert "Made for live pictures" in desk.page.panel.style_note.text()
    desk.start()
    before = len(desk.phases)
    desk.page.panel.models.cards["a-photo"].click()
    assert "Made for photos" in desk.page.panel.style_note.text()
    darkest: list[float] = []
    desk.controller.ready.connect(lambda: darkest.append(float(desk.shown.mean())))
    desk.wait(lambda: desk.controller.drawing is not None and desk.controller.drawing.model == "a-photo")
    desk.page.panel.models.cards["c-grey"].click()
    desk.wait(lambda: desk.controller.drawing is not None and desk.controller.drawing.model == "c-grey")
    desk.wait_centre(128, atol=10)
    assert len(desk.phases) == before, "it was stopped or opened again"
    assert min(darkest) > 60
    assert len(desk.webcams.opened) == 1


def test_a_change_of_provider_takes_effect_and_the_true_one_is_named(desk: LiveDesk) -> None:
    desk.start()
    keys = [choice.key for choice in desk.page.panel.device.choices]
    assert keys[:2] == ["auto", "cpu"]
    desk.page.panel.device.choose("cpu")
    assert desk.controller.state.device == "cpu"
    desk.wait(lambda: desk.page.panel.device.key == "cpu")
    desk.wait_drawn()
    assert desk.controller.drawing is not None
    assert desk.controller.drawing.provider == CPU
    assert "Runs on: CPU" in desk.page.panel.style_note.text()


def test_the_figures_can_be_unfolded_and_switched_off(desk: LiveDesk) -> None:
    desk.start()
    readout = desk.page.stage.readout
    desk.wait(lambda: readout.isVisible() and "CPU" in readout.text and "ms" in readout.text)
    assert "draw" not in readout.text
    readout.click()
    desk.wait(lambda: all(word in readout.text for word in ("fps", "delay", "draw", "put back", "left out", "CPU")))
    assert desk.controller.state.unfolded
    desk.page.panel.overlay.click()
    assert not readout.isVisible()
    assert not desk.controller.state.overlay


def test_full_screen_and_back(desk: LiveDesk) -> None:
    desk.start()
    desk.wait_fresh()
    QTest.keyClick(desk.window, Qt.Key.Key_F11)
    desk.wait(desk.window.isFullScreen)
    assert not desk.page.panel.isVisible()
    assert not desk.window.pages.isVisible()
    desk.wait_fresh()
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    desk.wait(lambda: not desk.window.isFullScreen())
    assert desk.page.panel.isVisible()
    QTest.mouseDClick(desk.page.stage.picture, Qt.MouseButton.LeftButton)
    desk.wait(desk.window.isFullScreen)
    desk.controller.stop()
    desk.wait(lambda: not desk.window.isFullScreen())


def test_a_video_file_is_shown_unmirrored(open_live: OpenLive, tmp_path: Path) -> None:
    desk = open_live()
    desk.wait(lambda: desk.controller.found is not None)
    desk.page.show_file(clip(size=(320, 180)).write(tmp_path / "clip.mp4", 1.0))
    desk.wait_drawn()
    assert desk.controller.state.mirror
    assert not desk.controller.state.mirrored
    assert desk.page.panel.source.text() == "clip.mp4"


def test_a_network_camera_is_shown_and_its_password_is_not(desk: LiveDesk) -> None:
    with MjpegServer(lambda number: picture()) as phone:
        address = phone.url.replace("http://", "http://me:secret@")
        desk.wait(lambda: desk.controller.found is not None)
        desk.page.ask_address()
        (dialog,) = desk.page.findChildren(AddressDialog)
        assert not dialog.use_button.isEnabled()
        dialog.field.setText(f"  {address} ")
        dialog.use_button.click()
        desk.wait_drawn()
        assert "secret" not in desk.page.panel.source.text()
        assert desk.controller.state.kind is LiveSource.NETWORK
        desk.controller.stop()
        desk.wait(lambda: phone.viewers == 0)


def test_the_example_needs_no_camera(open_live: OpenLive) -> None:
    desk = open_live()
    desk.wait(lambda: desk.controller.cameras == ())
    desk.page.stage.welcome.example_button.click()
    desk.wait_drawn()


def test_what_was_chosen_is_shown_again_at_the_next_start(open_live: OpenLive) -> None:
    state = LiveState(
        view=LiveView.SPLIT, intensity=0.5, steadiness=0.2, split=0.3, model="c-grey", mirror=False, largest_only=True
    )
    desk = open_live("Webcam", state=state)
    desk.wait(lambda: desk.controller.found is not None)
    panel = desk.page.panel
    assert desk.page.views.segments.key == "split"
    assert (panel.intensity.slider.value(), panel.steadiness.slider.value()) == (50, 20)
    assert desk.page.stage.picture.value() == 300
    assert panel.models.cards["c-grey"].isChecked()
    assert panel.largest.isChecked()
    assert not panel.mirror.isChecked()
    assert desk.controller.state == state


def test_choices_that_no_longer_exist_are_forgotten(open_live: OpenLive) -> None:
    desk = open_live("Webcam", state=LiveState(model="gone", device="tpu", camera="Gone"))
    desk.start()
    assert desk.controller.drawing is not None
    assert desk.controller.drawing.model == "b-negative"
    assert desk.controller.state.device == "auto"
    assert desk.controller.state.camera == "Webcam"
