"""Whatever a source does, the window lives, says it in words, and goes on as soon as it can."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from core.cameras import Camera
from core.catalogue import Model
from core.generator import Generator
from core.runtime import CPU, Device
from core.views import LiveSource
from desktop.live.messages import Phase
from desktop.live.state import LiveState
from tests.desktop.live.conftest import PATIENCE, LiveDesk, OpenLive
from tests.support.clock import own_seconds
from tests.support.live import LostProvider, load
from tests.support.mjpeg_server import MjpegServer
from tests.support.sources import picture


class Pulse:
    """Measures for how long the window did not answer, though it could have."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = own_seconds()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = own_seconds()
        self.longest, self._last = max(self.longest, now - self._last), now


@pytest.fixture
def phone() -> Iterator[MjpegServer]:
    with MjpegServer(lambda number: picture()) as server:
        yield server


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera on a busy machine is silent now and then, and that is no fault; to be asked for before it is opened."""
    monkeypatch.setattr("core.live.network.SILENCE_SECONDS", PATIENCE / 1000)
    monkeypatch.setattr("core.live.capture.SILENCE_LIMIT", PATIENCE / 1000)


@pytest.fixture
def watching(open_live: OpenLive, phone: MjpegServer) -> LiveDesk:
    """A window that shows the network camera."""
    desk = open_live(state=LiveState(kind=LiveSource.NETWORK, address=phone.url, steadiness=0.0))
    desk.start()
    return desk


def test_a_network_camera_that_is_killed_is_shown_again_when_it_is_back(
    patient: None, watching: LiveDesk, phone: MjpegServer
) -> None:
    phone.kill()
    watching.wait_phase(Phase.LOST)
    # What is told first, and what is told after the first try to reach it again.
    assert any(sentence in watching.told for sentence in ("shown again as soon as it is back", "does not answer"))
    assert not watching.page.stage.picture.image.isNull(), "the last picture stays, dimmed"
    phone.start()
    watching.wait_phase(Phase.RUNNING)
    watching.wait_fresh()
    watching.wait_drawn()
    watching.wait(lambda: not watching.told.strip())


def test_a_network_camera_that_stalls_is_told_and_goes_on(watching: LiveDesk, phone: MjpegServer) -> None:
    phone.stalled = True
    watching.wait_phase(Phase.LOST)
    assert "stopped sending" in watching.told
    phone.stalled = False
    watching.wait_phase(Phase.RUNNING)
    watching.wait_fresh()


def test_torn_pictures_are_left_out_and_counted(patient: None, watching: LiveDesk, phone: MjpegServer) -> None:
    phone.torn = True
    watching.wait(lambda: watching.controller.figures is not None and watching.controller.figures.torn > 2)
    phone.torn = False
    watching.wait_fresh()
    watching.wait_drawn()
    watching.page.stage.readout.click()
    watching.wait(lambda: "damaged" in watching.page.stage.readout.text)


def test_a_source_that_changes_its_size_fills_the_room_again(
    patient: None, watching: LiveDesk, phone: MjpegServer
) -> None:
    phone.painter = lambda number: picture(0, 200, 400)
    watching.wait(lambda: watching.shown.shape[0] > 1.9 * watching.shown.shape[1])
    assert watching.page.stage.picture.target.height() > 300


def test_a_wrong_address_is_told_and_can_be_changed(open_live: OpenLive, phone: MjpegServer) -> None:
    desk = open_live()
    desk.wait(lambda: desk.controller.found is not None)
    for address, words in (
        ("/dev/video0", "address looks like"),
        ("nonsense", "does not answer"),
        ("http://127.0.0.1:1/video", "does not answer"),
        ("ftp://127.0.0.1/video", "address looks like"),
        ("http://no.such.host.invalid/video", "does not answer"),
        (phone.url, ""),
    ):
        desk.page.show_address(address)
        banner = desk.page.stage.banner
        desk.wait(partial(_says, desk, words))
        assert not words or banner.buttons[0].text().strip() == "Change the address"
    desk.wait_drawn()


def _says(desk: LiveDesk, words: str) -> bool:
    return words in desk.told if words else not desk.told.strip()


def test_a_page_that_is_no_camera_is_told(open_live: OpenLive, phone: MjpegServer) -> None:
    phone.answer = "HTTP/1.0 404 Not Found"
    desk = open_live(state=LiveState(kind=LiveSource.NETWORK, address=phone.url))
    desk.wait(lambda: desk.controller.found is not None)
    desk.controller.start()
    desk.wait(lambda: "answered 404" in desk.told)


def test_an_address_that_hangs_holds_nothing_up(open_live: OpenLive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        desk = open_live()
        desk.wait(lambda: desk.controller.found is not None)
        pulse = Pulse()
        desk.page.show_address(f"http://127.0.0.1:{deaf.getsockname()[1]}/video")
        desk.wait(lambda: "does not answer" in desk.told)
        desk.controller.stop()
        begun = own_seconds()
        desk.window.close()
        assert desk.controller.wait(PATIENCE / 1000)
        assert own_seconds() - begun < 2.0
        assert pulse.longest < 1.0


def test_a_camera_that_is_unplugged_is_found_again_by_its_name(desk: LiveDesk) -> None:
    desk.start()
    desk.webcams.connected = []
    desk.wait_phase(Phase.LOST)
    assert "Webcam" in desk.told
    desk.webcams.connected = [Camera("Other", 0, "V4L2"), Camera("Webcam", 3, "V4L2")]
    desk.wait_phase(Phase.RUNNING)
    assert desk.webcams.opened[-1].index == 3
    desk.wait_fresh()
    desk.wait(lambda: not desk.told.strip())


def test_a_busy_camera_is_told_and_shown_once_it_is_free(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.camera.sys.platform", "linux")
    desk.webcams.busy = True
    desk.wait(lambda: desk.controller.found is not None)
    desk.page.stage.welcome.start_button.click()
    desk.wait_phase(Phase.LOST)
    assert "used by another program" in desk.told
    desk.webcams.busy = False
    desk.wait_drawn()


def test_missing_permission_is_told_with_what_to_do(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.camera.sys.platform", "darwin")
    desk.webcams.busy = True
    desk.wait(lambda: desk.controller.found is not None)
    desk.page.stage.welcome.start_button.click()
    desk.wait(lambda: "Allow it for this program in System Settings" in desk.told)


def test_no_camera_is_told_where_it_went_before_the_start(open_live: OpenLive) -> None:
    desk = open_live()
    desk.controller.start()
    desk.wait(lambda: "No camera was found" in desk.told)
    assert desk.controller.phase is Phase.OFF


def test_black_pictures_are_told(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.capture._BLACK_SECONDS", 0.2)
    desk.start()
    desk.webcams.paint = lambda number: np.zeros((240, 320, 3), np.uint8)
    desk.wait(lambda: "lens cover" in desk.told)
    desk.webcams.paint = lambda number: picture()
    desk.wait(lambda: "lens cover" not in desk.told)
    desk.wait_drawn()


def test_sizes_that_change_all_the_time_do_no_harm(desk: LiveDesk) -> None:
    sizes = itertools.cycle([(320, 240)] * 3 + [(640, 480)] * 3 + [(200, 300)] * 3)
    desk.webcams.paint = lambda number: picture(0, *next(sizes))
    desk.start()
    seen: set[tuple[int, ...]] = set()
    desk.controller.ready.connect(lambda: seen.add(desk.shown.shape))
    desk.wait(lambda: len(seen) >= 2)


def test_a_graphics_card_that_is_lost_is_told_and_the_processor_goes_on(open_live: OpenLive) -> None:
    gpu = LostProvider()
    desk = open_live("Webcam", load=gpu)
    desk.start()
    assert "Runs on: GPU (CUDA)" in desk.page.panel.style_note.text()
    gpu.lost = True
    desk.wait(lambda: desk.controller.drawing is not None and desk.controller.drawing.provider == CPU)
    assert "goes on without the graphics card" in desk.told
    assert "Runs on: CPU" in desk.page.panel.style_note.text()
    desk.wait(lambda: "CPU" in desk.page.stage.readout.text)
    desk.wait_drawn()


def test_starting_and_stopping_twenty_times_ends_where_it_was_left(desk: LiveDesk) -> None:
    desk.wait(lambda: desk.controller.found is not None and desk.controller.cameras is not None)
    pulse = Pulse()
    for number in range(20):
        desk.page._toggle()
        desk.qtbot.wait(number % 4 * 15)
    assert desk.controller.phase is Phase.OFF
    desk.wait(lambda: desk.webcams.in_use == 0)
    assert pulse.longest < 1.0
    desk.page._toggle()
    desk.wait_drawn()


def test_a_stop_and_a_start_in_one_breath_begin_anew(desk: LiveDesk) -> None:
    desk.start()
    busy = threading.Event()

    def hold_up() -> None:
        assert busy.wait(PATIENCE / 1000)

    desk.controller.submit(hold_up)
    desk.controller.stop()
    desk.controller.start()
    busy.set()
    desk.wait_phase(Phase.RUNNING)
    desk.wait_drawn()
    assert len(desk.webcams.opened) == 2


def test_leaving_the_page_stops_everything(desk: LiveDesk) -> None:
    desk.start()
    desk.page.saving.record()
    desk.wait(lambda: (desk.controller.recorded or 0) > 0.2)
    begun = own_seconds()
    desk.window.show_page("photos")
    desk.wait(lambda: desk.webcams.in_use == 0)
    assert own_seconds() - begun < 2.0
    desk.wait(lambda: list(desk.folder.glob("*.mp4")))
    desk.window.show_page("live")
    assert desk.page.stage.welcome.isVisible()
    desk.start()


SITUATIONS = ["idle", "opening hangs", "running", "reading hangs", "lost", "loading", "recording", "just started"]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_closing_the_window_frees_the_camera_within_two_seconds(open_live: OpenLive, situation: str) -> None:
    slow = threading.Event()

    def load_slowly(model: Model, device: Device) -> Generator:
        slow.wait(0.7 if situation == "loading" else 0.0)
        return load(model, device)

    desk = open_live("Webcam", load=load_slowly)
    desk.wait(lambda: desk.controller.found is not None and desk.controller.cameras is not None)
    desk.webcams.hanging = situation == "opening hangs"
    if situation != "idle":
        desk.page.stage.welcome.start_button.click()
    if situation in {"running", "reading hangs", "lost", "recording"}:
        desk.wait_drawn()
    if situation == "recording":
        desk.page.saving.record()
        desk.wait(lambda: (desk.controller.recorded or 0) > 0.1)
    if situation == "lost":
        desk.webcams.connected = []
        desk.wait_phase(Phase.LOST)
    if situation == "reading hangs":
        desk.webcams.hanging = True
    if situation in {"opening hangs", "loading"}:
        desk.wait(lambda: desk.webcams.asked)
    threading.Timer(0.5, lambda: setattr(desk.webcams, "hanging", False)).start()
    begun = own_seconds()
    desk.window.close()
    assert not desk.window.isVisible()
    assert own_seconds() - begun < 0.5, "the window itself has to wait for nothing"
    assert desk.controller.wait(PATIENCE / 1000)
    desk.wait(lambda: desk.webcams.in_use == 0)
    assert own_seconds() - begun < 2.5


def test_a_camera_that_hangs_in_its_driver_does_not_freeze_the_window(desk: LiveDesk) -> None:
    desk.start()
    pulse = Pulse()
    desk.webcams.hanging = True
    desk.wait_phase(Phase.LOST)
    assert "does not answer" in desk.told
    desk.controller.stop()
    desk.controller.start()
    desk.webcams.hanging = False
    desk.wait_drawn()
    assert pulse.longest < 1.0
