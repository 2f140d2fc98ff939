"""Network cameras, as phones are made into them: MJPEG over HTTP, and RTSP.

A connection is made to the address that the user typed and to no other: no proxy, no redirection. But for RTSP, where a
camera can send FFmpeg on to another place, and FFmpeg has no setting against it; the dialog for addresses says so.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from typing import Any
from urllib.parse import unquote, urlsplit

import av
import av.error
import requests
import requests.auth
import urllib3.exceptions
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from core.errors import SourceError, quoted
from core.live.frame import Frame
from core.live.line import Line
from core.live.sources import upright_rgb

#: Seconds to connect, and to wait for data; short, because a window that is closed meanwhile waits for them.
CONNECT_SECONDS, SILENCE_SECONDS = 1.0, 1.5
#: Seconds in which the whole head of an answer has to be there, however it drips in.
ANSWER_SECONDS = 4.0
#: Bytes of a picture, with what was read ahead of it; 8K pictures take a quarter.
LARGEST_PART = 64 * 2**20
#: Pictures that are skipped at most, one after the other, to catch up with a stream that is faster than the decoder.
_MOST_SKIPPED = 5
#: Pictures in a row that cannot be decoded after which the connection is made anew.
_MOST_DAMAGED = 10
#: Bytes that are certainly more than what stands between two pictures, such as the end of an HTTP chunk, which arrives
#: with the picture before it and says nothing of the one after.
_BETWEEN = 1024
_LOW_DELAY = {"fflags": "nobuffer", "analyzeduration": "300000", "fpsprobesize": "0"}
_EXAMPLES = "http://192.168.1.20:8080/video or rtsp://192.168.1.20:8554/live"
_LOST = (av.error.FFmpegError, urllib3.exceptions.HTTPError, requests.RequestException, OSError)


class NetworkSource:
    """A camera at an address; a name and password may stand in it (``http://me:secret@192.168.1.20:8080/video``)."""

    live = True

    def __init__(self, address: str) -> None:
        """Take the address as typed. Raises SourceError when it is none of a network camera's."""
        self._address = _with_scheme(address.strip())
        try:
            parts = urlsplit(self._address)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise SourceError(f"That is not an address. Type one such as {_EXAMPLES}.") from error
        if parts.scheme not in ("http", "https", "rtsp", "rtsps") or not host:
            raise SourceError(
                f"A network camera's address looks like {_EXAMPLES}; type it as the camera's app shows it."
            )
        # Without the password that may be in the address.
        self.name = quoted(f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}")
        self.torn = 0
        self._parts = parts
        self._line = Line()
        self._answer: requests.Response | None = None
        self._body: _Body | None = None
        self._container: InputContainer | None = None

    def open(self) -> None:
        """Connect. Raises SourceError, after at most a few seconds."""
        try:
            container = self._connect()
        except av.error.HTTPUnauthorizedError as error:
            raise SourceError(self._locked()) from error
        except requests.exceptions.SSLError as error:
            raise SourceError(
                f"The network camera {self.name} cannot prove who it is: its certificate is not one that this computer "
                "trusts. Use the camera's http:// address in a network that is yours."
            ) from error
        except _LOST as error:
            raise SourceError(
                f"The network camera {self.name} does not answer. Check that it is switched on, that it is in the same "
                "network as this computer, and that the address is right."
            ) from error
        self._container = container
        if not container.streams.video:
            raise SourceError(f"The network camera {self.name} sends no pictures. Switch its video on.")
        container.streams.video[0].codec_context.flags |= av.codec.context.Flags.low_delay

    def read(self) -> Frame:
        """Wait for the next picture. Raises SourceError when none comes or the connection ends."""
        skipped = damaged = 0
        try:
            while self._container is not None and not self._line.is_cut:
                packet = next(self._container.demux(video=0))
                if self._body is not None:
                    self._body.begin_part()
                if packet.size == 0:
                    break
                if self._torn(packet):
                    self.torn += 1
                    continue
                if skipped < _MOST_SKIPPED and self._behind():
                    skipped += 1
                    continue
                start = time.perf_counter()
                try:
                    frames = packet.decode()
                except av.error.InvalidDataError:
                    damaged += 1
                    self.torn += 1
                    if damaged > _MOST_DAMAGED:
                        raise
                    continue
                for frame in frames:
                    pixels = upright_rgb(frame)
                    now = time.perf_counter()
                    return Frame(pixels, now, now, decoding=1000 * (now - start))
        except StopIteration:
            pass
        except _LOST as error:
            raise SourceError(self._gone()) from error
        raise SourceError(self._gone())

    def close(self) -> None:
        """Close the connection."""
        container, self._container = self._container, None
        answer, self._answer = self._answer, None
        if container is not None:
            container.close()
        if answer is not None:
            answer.close()
        self._line.close()

    def interrupt(self) -> None:
        """End the wait for data at once; where a connection is only being made, that ends by its own limit."""
        self._line.cut()

    def _connect(self) -> InputContainer:
        if self._parts.scheme.startswith("http"):
            self._answer = self._ask_in_time()
            self._body = _Body(self._answer)
            return av.open(self._body, "r", format="mpjpeg", options=_LOW_DELAY)
        return av.open(
            self._address,
            "r",
            format="rtsp",
            options=_LOW_DELAY | {"rtsp_flags": "prefer_tcp", "allowed_media_types": "video"},
            timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
        )

    def _ask_in_time(self) -> requests.Response:
        limit = threading.Timer(ANSWER_SECONDS, self._line.cut)
        limit.daemon = True
        limit.start()
        try:
            answer = self._ask()
        except SourceError as error:
            # What was cut off in its head says nothing.
            if self._line.is_cut:
                raise TimeoutError from error
            raise
        finally:
            limit.cancel()
        if self._line.is_cut:
            answer.close()
            raise TimeoutError
        return answer

    def _ask(self) -> requests.Response:
        user, password = self._parts.username, self._parts.password
        plain = self._parts._replace(netloc=self._parts.netloc.rpartition("@")[2]).geturl()
        session = self._line.session()
        answer = self._get(session, plain, (unquote(user), unquote(password or "")) if user is not None else None)
        if (
            answer.status_code == 401
            and user is not None
            and "digest" in answer.headers.get("WWW-Authenticate", "").lower()
        ):
            answer = self._get(session, plain, requests.auth.HTTPDigestAuth(unquote(user), unquote(password or "")))
        if answer.status_code in (401, 403):
            raise SourceError(self._locked())
        kind = answer.headers.get("Content-Type", "").lower()
        if not answer.ok or answer.is_redirect:
            raise SourceError(
                f"The network camera {self.name} has no video at this address (it answered {answer.status_code}). "
                "Phones usually have it at the end /video; the camera's app shows the whole address."
            )
        if not kind.startswith("multipart/"):
            raise SourceError(
                f"There is no video at {self.name}, but {kind.partition(';')[0] or 'something else'}. Phones usually "
                "have it at the end /video; the camera's app shows the whole address."
            )
        return answer

    def _get(self, session: requests.Session, address: str, login: Any) -> requests.Response:
        limits = (CONNECT_SECONDS, SILENCE_SECONDS)
        return session.get(address, auth=login, stream=True, timeout=limits, allow_redirects=False)

    def _torn(self, packet: Packet[VideoStream]) -> bool:
        # Without its end mark a JPEG is cut off; the decoder would fill it up with grey or with the picture before.
        return packet.stream.codec_context.name == "mjpeg" and bytes(packet).rstrip(b"\0\r\n")[-2:] != b"\xff\xd9"

    def _behind(self) -> bool:
        """Whether the next picture is here already."""
        return self._answer is not None and self._line.waiting(_BETWEEN) >= _BETWEEN

    def _gone(self) -> str:
        return f"The network camera {self.name} stopped sending. It is shown again as soon as it is back."

    def _locked(self) -> str:
        return (
            f"The network camera {self.name} wants a name and a password. Put them into the address, as in "
            "http://name:password@192.168.1.20:8080/video."
        )


class _Body:
    """The body of an answer as a file that gives what has arrived, however little it is.

    Raises OSError for a picture without end, which would otherwise be gathered until the memory is full.
    """

    def __init__(self, answer: requests.Response) -> None:
        self._raw = answer.raw
        self._read = 0

    def begin_part(self) -> None:
        """Another picture begins."""
        self._read = 0

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes, none at the end."""
        if self._read > LARGEST_PART:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        data = bytes(self._raw.read1(size))
        self._read += len(data)
        return data


def _with_scheme(address: str) -> str:
    """Return ``address`` as a whole: many apps show only ``192.168.1.20:8080``."""
    bare = address and "://" not in address and not address.startswith("/")
    return f"http://{address}" if bare else address
