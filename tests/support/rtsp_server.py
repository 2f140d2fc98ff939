"""An RTSP camera on this machine only: H.264 over RTP, interleaved in the one TCP connection (RFC 2326, RFC 6184)."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.stream import VideoStream

from tests.support.mjpeg_server import Painter, counting

_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track\r\n"
)


class RtspServer:
    """Serves the painter's pictures at ``url``, as a context manager.

    Attributes, to be set at any time: mute, accept connections and never answer; stalled, send no pictures.
    """

    def __init__(self, painter: Painter | None = None, fps: float = 20.0) -> None:
        self.painter = painter or counting()
        self.mute = False
        self.stalled = False
        self.viewers: set[socket.socket] = set()
        self._fps = fps
        self._port = 0
        self._listener: socket.socket | None = None

    @property
    def url(self) -> str:
        """The address; it stays the same when the server is killed and started again."""
        return f"rtsp://127.0.0.1:{self._port}/live"

    def start(self) -> None:
        """Listen, at the old port after a kill."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def kill(self) -> None:
        """Go away without a word."""
        sockets = [*self.viewers, *([self._listener] if self._listener else [])]
        for connection in sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                viewer, _ = listener.accept()
                self.viewers.add(viewer)
                threading.Thread(target=self._serve, args=(viewer,), daemon=True).start()

    def _serve(self, viewer: socket.socket) -> None:
        requests = viewer.makefile("rb")
        try:
            while line := requests.readline():
                if not line.endswith(b"RTSP/1.0\r\n"):
                    continue  # the receiver's reports, interleaved
                method = line.split()[0].decode()
                headers = dict(entry.decode().strip().split(": ", 1) for entry in iter(requests.readline, b"\r\n"))
                if not self.mute:
                    viewer.sendall(self._answer(method, headers).encode())
                if method == "PLAY" and not self.mute:
                    threading.Thread(target=self._play, args=(viewer,), daemon=True).start()
        except OSError:
            pass
        finally:
            viewer.close()
            self.viewers.discard(viewer)

    def _answer(self, method: str, headers: dict[str, str]) -> str:
        head = f"RTSP/1.0 200 OK\r\nCSeq: {headers['CSeq']}\r\nSession: 1\r\n"
        if method == "OPTIONS":
            return f"{head}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"
        if method == "DESCRIBE":
            return f"{head}Content-Type: application/sdp\r\nContent-Length: {len(_SDP)}\r\n\r\n{_SDP}"
        if method == "SETUP":
            return f"{head}Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
        return f"{head}\r\n"

    def _play(self, viewer: socket.socket) -> None:
        options = {"packetsize": "1400"}
        with (
            contextlib.suppress(OSError, av.FFmpegError),
            av.open(_Interleaved(viewer), "w", format="rtp", options=options) as container,
        ):
            stream = container.add_stream("libx264", rate=round(self._fps))
            assert isinstance(stream, VideoStream)
            stream.height, stream.width = self.painter(0).shape[:2]
            stream.pix_fmt = "yuv420p"
            stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "5"}
            for number in itertools.count():
                while self.stalled:
                    time.sleep(0.05)
                pixels = np.ascontiguousarray(self.painter(number))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
                time.sleep(1 / self._fps)


class _Interleaved:
    """Puts RTP packets, and their sender's reports, into the RTSP connection (RFC 2326, 10.12)."""

    def __init__(self, viewer: socket.socket) -> None:
        self._viewer = viewer

    def write(self, packet: bytes) -> int:
        data = bytes(packet)
        channel = 1 if 200 <= data[1] <= 204 else 0
        self._viewer.sendall(struct.pack(">cBH", b"$", channel, len(data)) + data)
        return len(data)
