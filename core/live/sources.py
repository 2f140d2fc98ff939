"""Where live frames come from: what every source has in common, and video files."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import av
import av.error
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from core.errors import SourceError, quoted
from core.live.frame import Frame

#: Damaged packets in a row after which a file is given up.
_MOST_DAMAGE = 200
#: Seconds for which a frame is shown whose file does not say it.
_USUAL_PERIOD = 1 / 25
#: Longest side of a live picture. Larger ones are shrunk as they are decoded: with four times the pixels of a large
#: window, putting back and painting would cost more than drawing.
LARGEST_SIDE = 1920


class EndOfSource(Exception):  # noqa: N818 (no error: a file has an end)
    """The source has shown its last frame."""


class Source(Protocol):
    """Gives frames. One thread opens, reads and closes it; any other may interrupt it.

    name: what to call it in a sentence, in quotes where it needs them.
    live: whether it may come back after it was lost, as a camera does.
    torn: how many frames came damaged and were left out so far.
    """

    name: str
    live: bool
    torn: int

    def open(self) -> None:
        """Make it ready; raises SourceError with what to do. After a failure or ``close`` it may be opened again."""

    def read(self) -> Frame:
        """Wait for the next frame. Raises SourceError when the source is lost and EndOfSource at its end."""

    def close(self) -> None:
        """Free it, in whatever state it is."""

    def interrupt(self) -> None:
        """Make ``open`` or ``read`` in another thread end soon, where that can be done."""


class FileSource:
    """A video file, at its own pace as if it were a camera.

    repeat: begin again at its end. paced: wait for each frame's time; otherwise frames come as fast as they are read.
    """

    live = False

    def __init__(self, path: Path, repeat: bool = True, paced: bool = True) -> None:
        self.path = path
        self.name = quoted(path.name)
        self.torn = 0
        self._repeat = repeat
        self._paced = paced
        self._stopped = threading.Event()
        self._container: av.container.InputContainer | None = None
        self._frames: Iterator[VideoFrame] = iter(())
        self._start: float | None = None
        self._next = 0.0
        # Since the file was begun, and ever.
        self._shown = self._played = False

    def open(self) -> None:
        """Open the file. Raises SourceError."""
        try:
            # What is no path is an address to FFmpeg.
            if not self.path.exists():
                raise FileNotFoundError
            # A pipe or a device would be waited for without end.
            if not self.path.is_file():
                raise SourceError(f"{self.name} is not a file; choose a video file.")
            self._container = av.open(str(self.path))
        except FileNotFoundError as error:
            raise SourceError(f"There is no file {quoted(self.path)}.") from error
        except PermissionError as error:
            raise SourceError(f"{self.name} may not be read; choose a file that is yours.") from error
        except (av.error.FFmpegError, OSError) as error:
            raise SourceError(f"{self.name} is not a video that can be played; choose another file.") from error
        if not self._container.streams.video:
            self.close()
            raise SourceError(f"{self.name} holds no pictures, only sound; choose another file.")
        self._container.streams.video[0].thread_type = "AUTO"
        self._begin()

    def read(self) -> Frame:
        """Return the next frame when its time has come. Raises EndOfSource, or SourceError for a damaged file."""
        try:
            frame = next(self._frames, None)
            if frame is None and self._repeat and self._shown and self._container is not None:
                if self._paced:
                    self._wait(self._next)
                frame = self._again()
            if frame is None:
                raise EndOfSource if self._played else SourceError(self._nothing())
            start = time.perf_counter()
            pixels = upright_rgb(frame)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SourceError(f"{self.name} is damaged and cannot be played any further.") from error
        self._shown = self._played = True
        spent = time.perf_counter() - start
        # A raw stream has no times of its own.
        moment = self._next if frame.time is None else float(frame.time)
        self._next = moment + self._period(frame)
        if self._paced:
            self._wait(moment)
        # What the decoder's own threads do is not seen here.
        return Frame(pixels, time.perf_counter(), moment, decoding=1000 * spent)

    def close(self) -> None:
        """Close the file."""
        self._stopped.clear()
        self._frames = iter(())
        if self._container is not None:
            self._container.close()
            self._container = None

    def interrupt(self) -> None:
        """End the wait for the next frame's time."""
        self._stopped.set()

    def _nothing(self) -> str:
        return f"{self.name} holds no picture that can be shown; it is damaged or no video. Choose another file."

    def _again(self) -> VideoFrame | None:
        """Go back to the beginning and return the first frame."""
        assert self._container is not None
        with contextlib.suppress(av.error.FFmpegError, OSError):
            self._container.seek(0)
            self._begin()
            if (frame := next(self._frames, None)) is not None:
                return frame
        # A raw stream has no index to seek by, and a photo stays at its end.
        self._container.close()
        self.open()
        return next(self._frames, None)

    def _begin(self) -> None:
        self._start, self._next, self._shown = None, 0.0, False
        self._frames = self._decoded()

    def _decoded(self) -> Iterator[VideoFrame]:
        assert self._container is not None
        damaged = 0
        for packet in self._container.demux(video=0):
            try:
                frames = packet.decode()
            except av.error.FFmpegError as error:
                damaged += 1
                self.torn += 1
                if damaged > _MOST_DAMAGE:
                    raise SourceError(f"{self.name} is damaged and cannot be played any further.") from error
                continue
            damaged = 0
            yield from frames

    def _period(self, frame: VideoFrame) -> float:
        """Seconds for which a frame is to be seen."""
        if frame.duration and frame.time_base:
            return float(frame.duration * frame.time_base)
        rate = self._container.streams.video[0].average_rate if self._container is not None else None
        return float(1 / rate) if rate else _USUAL_PERIOD

    def _wait(self, moment: float) -> None:
        now = time.perf_counter()
        if self._start is None:
            self._start = now - moment
        late = now - self._start - moment
        if late < 0:
            self._stopped.wait(-late)
        else:
            # What was too slow once is not made up for in a rush.
            self._start += late


def upright_rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return a decoded frame as (H, W, 3) uint8 RGB, turned as its file or stream asks, at most LARGEST_SIDE large."""
    shrink = LARGEST_SIDE / max(frame.width, frame.height)
    if shrink < 1.0:
        width, height = (max(1, round(side * shrink)) for side in (frame.width, frame.height))
        pixels = frame.reformat(width, height, "rgb24", interpolation=Interpolation.AREA).to_ndarray()
    else:
        pixels = frame.to_ndarray(format="rgb24")
    return upright(np.asarray(pixels, dtype=np.uint8), frame.rotation)


def upright(pixels: NDArray[np.uint8], rotation: float) -> NDArray[np.uint8]:
    """Turn ``pixels`` (H, W, 3) by ``rotation`` degrees anticlockwise, in quarters."""
    turns = round(rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else np.asarray(pixels, dtype=np.uint8)
