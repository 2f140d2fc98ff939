"""Network cameras, against real servers on this machine that fail as phones and Wi-Fi do."""

from __future__ import annotations

import base64
import http.server
import itertools
import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from core.errors import SourceError
from core.live.network import NetworkSource
from tests.support.clock import own_seconds
from tests.support.mjpeg_server import MjpegServer, counting
from tests.support.rtsp_server import RtspServer
from tests.support.sources import PATIENCE, wait_for

#: What closing a window may take.
LIMIT = 2.0


@pytest.fixture
def phone() -> Iterator[MjpegServer]:
    with MjpegServer() as server:
        yield server


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera on a busy machine is silent now and then, and that is no fault."""
    monkeypatch.setattr("core.live.network.CONNECT_SECONDS", PATIENCE)
    monkeypatch.setattr("core.live.network.SILENCE_SECONDS", PATIENCE)


@pytest.fixture
def impatient(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is a fault soon; to be asked for before the camera."""
    monkeypatch.setattr("core.live.network.CONNECT_SECONDS", 1.0)
    monkeypatch.setattr("core.live.network.SILENCE_SECONDS", 1.0)


@pytest.fixture
def camera(phone: MjpegServer) -> Iterator[NetworkSource]:
    source = NetworkSource(phone.url)
    source.open()
    yield source
    source.close()


def lost(source: NetworkSource) -> str:
    """Read until the source is lost, and return what it says."""
    with pytest.raises(SourceError) as caught:
        for _ in range(2000):
            source.read()
    return str(caught.value)


def test_pictures_come_in_order_and_in_their_own_colours(phone: MjpegServer, camera: NetworkSource) -> None:
    greys = [int(camera.read().pixels[100, 100, 0]) for _ in range(10)]
    numbers = [round((grey - 20) / 30) for grey in greys]
    assert all((later - earlier) % 8 in range(1, 7) for earlier, later in itertools.pairwise(numbers))


def test_a_stream_that_is_faster_than_the_reader_is_caught_up_with(
    impatient: None, phone: MjpegServer, camera: NetworkSource
) -> None:
    camera.read()
    before = phone.sent
    wait_for(lambda: phone.sent > before + 20)
    phone.stalled = True
    waiting, reads = phone.sent - before, 0
    with pytest.raises(SourceError):
        while True:
            camera.read()
            reads += 1
    assert 1 <= reads < waiting / 2


def test_a_phone_that_goes_away_and_comes_back_is_shown_again(phone: MjpegServer, camera: NetworkSource) -> None:
    camera.read()
    phone.kill()
    assert "stopped sending" in lost(camera)
    camera.close()
    with pytest.raises(SourceError, match="does not answer"):
        camera.open()
    camera.close()
    phone.start()
    camera.open()
    assert camera.read().size == (320, 240)


def test_a_silent_phone_is_lost_soon(impatient: None, phone: MjpegServer, camera: NetworkSource) -> None:
    camera.read()
    phone.stalled = True
    begun = own_seconds()
    assert "stopped sending" in lost(camera)
    assert own_seconds() - begun < 5


def test_the_wait_for_a_silent_phone_can_be_interrupted(phone: MjpegServer, camera: NetworkSource) -> None:
    camera.read()
    phone.stalled = True
    ended = threading.Event()

    def wait() -> None:
        lost(camera)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    time.sleep(0.1)
    camera.interrupt()
    assert ended.wait(PATIENCE / 2)


def test_torn_pictures_are_left_out_and_counted(phone: MjpegServer, camera: NetworkSource) -> None:
    camera.read()
    phone.torn = True
    before = phone.sent
    wait_for(lambda: phone.sent > before + 5)
    phone.torn = False
    for _ in range(5):
        picture = camera.read().pixels
        assert picture.std() < 3  # a torn one would be grey below, or show the picture before
    wait_for(lambda: camera.read() and camera.torn >= 1)


def test_pictures_that_cannot_be_decoded_are_left_out_without_losing_the_camera(
    phone: MjpegServer, camera: NetworkSource
) -> None:
    camera.read()
    before = phone.sent
    # Too few for the connection to be given up.
    phone.spoilt = True
    wait_for(lambda: phone.sent >= before + 3)
    phone.spoilt = False
    while camera.torn == 0:
        camera.read()
    camera.read()
    assert phone.viewers == 1


def test_every_picture_of_a_camera_that_sends_chunks_is_shown(phone: MjpegServer) -> None:
    phone.chunked, phone.answer = True, "HTTP/1.1 200 OK"
    phone.painter = lambda number: np.random.default_rng(number).integers(0, 255, (240, 320, 3), np.uint8)
    source = NetworkSource(phone.url)
    source.open()
    try:
        source.read()
        before = phone.sent
        for _ in range(10):
            source.read()
        # The end of a chunk comes with its picture, and once was taken for the next picture.
        assert phone.sent - before < 20
    finally:
        source.close()


def test_a_camera_that_ends_its_answer_in_good_order_is_lost_and_no_defect(phone: MjpegServer) -> None:
    phone.sized = False
    source = NetworkSource(phone.url)
    source.open()
    source.read()
    phone.ending = True
    assert "stopped sending" in lost(source)
    source.close()


def test_a_phone_that_is_turned_changes_its_size(phone: MjpegServer, camera: NetworkSource) -> None:
    assert camera.read().size == (320, 240)
    phone.painter = counting(240, 320)
    wait_for(lambda: camera.read().size == (240, 320))


def test_after_closing_the_phone_has_no_viewer(phone: MjpegServer, camera: NetworkSource) -> None:
    camera.read()
    camera.close()
    wait_for(lambda: phone.viewers == 0)


class Page(http.server.BaseHTTPRequestHandler):
    """A phone's web server: a page at /, a detour at /old, a locked video at /basic and /digest."""

    def do_GET(self) -> None:
        login = self.headers.get("Authorization", "")
        if self.path == "/":
            self.answer(200, {"Content-Type": "text/html"})
        elif self.path == "/old":
            self.answer(302, {"Location": "http://127.0.0.1:9/elsewhere"})
        elif self.path == "/basic" and login != "Basic " + base64.b64encode("mé:pass word".encode("latin-1")).decode():
            self.answer(401, {"WWW-Authenticate": 'Basic realm="phone"'})
        elif self.path == "/digest" and not login.startswith('Digest username="me"'):
            self.answer(401, {"WWW-Authenticate": 'Digest realm="phone", nonce="1", qop="auth"'})
        elif self.path in ("/basic", "/digest"):
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            phone = MjpegServer(fps=100)
            for _ in range(20):
                self.wfile.write(phone.part())
        else:
            self.answer(404, {})

    def answer(self, code: int, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web_server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "words"),
    [("/", "but text/html"), ("/old", "no video at this address"), ("/none", "404"), ("/basic", "name and a password")],
)
def test_what_is_no_video_is_told(web_server: str, path: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        NetworkSource(f"http://{web_server}{path}").open()


@pytest.mark.parametrize("path", ["m%C3%A9:pass%20word@{}/basic", "me:secret@{}/digest"])
def test_a_password_in_the_address_is_used_and_never_shown(web_server: str, path: str) -> None:
    source = NetworkSource("http://" + path.format(web_server))
    source.open()
    assert source.read().size == (320, 240)
    source.close()
    assert "pass" not in source.name
    assert "secret" not in source.name


def test_no_proxy_is_used(phone: MjpegServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    source = NetworkSource(phone.url)
    source.open()
    source.read()
    source.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/dev/video0",
        "javascript:alert(1)",
        "ftp://phone/video",
        "file:///etc",
        "http://",
        "http://[",
        "http://a:b:c",
    ],
)
def test_what_is_no_address_is_told_at_once(address: str) -> None:
    with pytest.raises(SourceError, match=r"192\.168"):
        NetworkSource(address)


def test_an_address_without_its_scheme_is_of_the_usual_one(phone: MjpegServer) -> None:
    source = NetworkSource(phone.url.removeprefix("http://"))
    source.open()
    assert source.read().size == (320, 240)
    source.close()


def test_a_picture_without_end_is_given_up_before_it_fills_the_memory(
    phone: MjpegServer, camera: NetworkSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.live.network.LARGEST_PART", 4 * 2**20)
    camera.read()
    phone.endless = True
    assert "stopped sending" in lost(camera)


def test_a_larger_picture_than_any_window_shows_is_shrunk(phone: MjpegServer) -> None:
    phone.painter = counting(3840, 2160)
    source = NetworkSource(phone.url)
    source.open()
    frame = source.read()
    source.close()
    assert frame.size == (1920, 1080)
    assert (int(frame.pixels[500, 500, 0]) - 20) / 30 == pytest.approx(0, abs=8)


def test_an_rtsp_camera_plays_stalls_goes_and_comes_back(impatient: None) -> None:
    with RtspServer() as server:
        source = NetworkSource(server.url)
        source.open()
        assert [source.read().size for _ in range(3)] == [(320, 240)] * 3
        server.stalled = True
        assert "stopped sending" in lost(source)
        source.close()
        server.kill()
        with pytest.raises(SourceError, match="does not answer"):
            source.open()
        server.stalled = False
        server.start()
        source.open()
        assert source.read().size == (320, 240)
        source.close()


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_camera_that_accepts_and_never_answers_is_given_up_within_the_limit(impatient: None, scheme: str) -> None:
    with RtspServer() as server:
        server.mute = True
        source = NetworkSource(server.url.replace("rtsp", scheme))
        begun = own_seconds()
        with pytest.raises(SourceError, match="does not answer"):
            source.open()
        source.close()
        assert own_seconds() - begun < LIMIT


@pytest.fixture
def dripping() -> Iterator[tuple[str, list[socket.socket]]]:
    """The address of a server that never comes to the end of its answer's head, and its connections."""
    viewers: list[socket.socket] = []
    ended = threading.Event()

    def serve(server: socket.socket) -> None:
        while not ended.is_set():
            try:
                viewer, _ = server.accept()
            except OSError:
                return
            viewers.append(viewer)
            try:
                viewer.sendall(b"HTTP/1.0 200 OK\r\nX-A: ")
                while not ended.wait(0.05):
                    viewer.sendall(b"a")
            except OSError:
                viewers.remove(viewer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/video", viewers
        ended.set()


def test_an_answer_that_only_drips_is_given_up(
    dripping: tuple[str, list[socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, viewers = dripping
    monkeypatch.setattr("core.live.network.ANSWER_SECONDS", 0.5)
    source = NetworkSource(address)
    with pytest.raises(SourceError, match="does not answer"):
        source.open()
    source.close()
    wait_for(lambda: not viewers)


def test_the_wait_for_an_answer_that_only_drips_can_be_interrupted(
    dripping: tuple[str, list[socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, viewers = dripping
    monkeypatch.setattr("core.live.network.ANSWER_SECONDS", 600.0)
    source = NetworkSource(address)

    def wait() -> None:
        with pytest.raises(SourceError):
            source.open()
        source.close()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    wait_for(lambda: viewers)
    source.interrupt()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    wait_for(lambda: not viewers)
