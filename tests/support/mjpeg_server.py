"""A network camera as phones are: JPEG pictures over HTTP, on this machine only, that can misbehave when told to."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

Painter = Callable[[int], NDArray[np.uint8]]
"""Gives the RGB picture (H, W, 3) of a frame number."""


def counting(width: int = 320, height: int = 240) -> Painter:
    """Paint plain pictures whose grey tells their number modulo 8."""
    return lambda number: np.full((height, width, 3), 20 + 30 * (number % 8), np.uint8)


class MjpegServer:
    """Serves the painter's pictures at ``url`` to any number of viewers, as a context manager.

    Attributes, to be set at any time:
        painter: What is sent.
        stalled: Keep the connection and send nothing.
        torn: Cut each picture off in its middle.
        spoilt: Send pictures that are whole and cannot be decoded.
        chunked: Send each picture as a chunk of HTTP, as small camera boards do; to be set before anyone looks.
        sized: Tell the length of each picture.
        ending: End the answer in good order before the next picture.
        endless: Begin a picture and never end it.
        answer: The first line of the response, such as ``HTTP/1.0 401 Unauthorized`` with nothing after it.
    """

    def __init__(self, painter: Painter | None = None, fps: float = 30.0) -> None:
        self.painter = painter or counting()
        self.stalled = False
        self.torn = False
        self.spoilt = False
        self.chunked = False
        self.sized = True
        self.ending = False
        self.endless = False
        self.answer = "HTTP/1.0 200 OK"
        self.sent = 0
        self._fps = fps
        self._port = 0
        self._listener: socket.socket | None = None
        self._viewers: set[socket.socket] = set()

    @property
    def url(self) -> str:
        """The address; it stays the same when the server is killed and started again."""
        return f"http://127.0.0.1:{self._port}/video"

    @property
    def viewers(self) -> int:
        """How many connections are open."""
        return len(self._viewers)

    def start(self) -> None:
        """Listen, at the old port after a kill."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def kill(self) -> None:
        """Go away as a phone that is switched off does: no answer to anyone, connections reset."""
        if self._listener is not None:
            # A thread that waits in accept() keeps the port until it is woken.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for viewer in list(self._viewers):
            with contextlib.suppress(OSError):
                viewer.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                viewer, _ = listener.accept()
                self._viewers.add(viewer)
                threading.Thread(target=self._serve, args=(viewer,), daemon=True).start()

    def _serve(self, viewer: socket.socket) -> None:
        try:
            viewer.recv(65536)
            if not self.answer.endswith("200 OK"):
                viewer.sendall(f"{self.answer}\r\nContent-Length: 0\r\n\r\n".encode())
                return
            coding = "Transfer-Encoding: chunked\r\n" if self.chunked else ""
            kind = "Content-Type: multipart/x-mixed-replace; boundary=frame\r\n"
            viewer.sendall(f"{self.answer}\r\n{coding}{kind}\r\n".encode())
            due = time.monotonic()
            while not self.ending:
                while self.endless:
                    viewer.sendall(bytes(2**20))
                if not self.stalled:
                    part = self.part()
                    viewer.sendall(b"%x\r\n%s\r\n" % (len(part), part) if self.chunked else part)
                    self.sent += 1
                due += 1 / self._fps
                time.sleep(max(0.0, due - time.monotonic()))
        except OSError:
            pass
        finally:
            viewer.close()
            self._viewers.discard(viewer)

    def part(self) -> bytes:
        """One picture as a part of the multipart answer."""
        picture = np.ascontiguousarray(self.painter(self.sent)[:, :, ::-1])
        jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
        if self.torn:
            jpeg = jpeg[: len(jpeg) // 2]
        if self.spoilt:
            jpeg = jpeg[:200] + jpeg[-2:]
        length = b"Content-Length: %d\r\n" % len(jpeg) if self.sized else b""
        return b"--frame\r\nContent-Type: image/jpeg\r\n%s\r\n%s\r\n" % (length, jpeg)
