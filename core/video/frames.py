"""The frames of a video, each at its own time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from core.errors import SourceError, quoted
from core.video.opening import open_video, picture_stream
from core.video.tones import is_hdr, shown_rgb

#: Damaged packets in a row after which the rest of a file is given up.
_MOST_DAMAGE = 500
_USUAL_RATE = Fraction(25)
#: Seconds that two lengths may differ by rounding.
_EQUAL = Fraction(1, 500)


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame as it is seen.

    pixels: (H, W, 3) uint8 sRGB, upright. ticks: its time stamp and duration: how long it is shown, both in units of
    the stream's time base. turned: whether it was turned by a quarter to be upright.
    """

    pixels: NDArray[np.uint8]
    ticks: int
    duration: int
    turned: bool


@dataclass(frozen=True)
class VideoInfo:
    """What a file says about itself before it is read.

    base: seconds of one tick. rate: frames a second, on average. start, duration: seconds, None where it does not say.
    origin: seconds at which the first of all its streams begins. frames: how many to expect, 0 where that is unknown.
    of_all: whether the duration may be that of a longer stream.
    aspect: width of a pixel by its height, as stored. hdr: whether it has a high dynamic range.
    """

    base: Fraction
    rate: Fraction
    start: Fraction
    duration: Fraction | None
    frames: int
    aspect: Fraction
    hdr: bool
    origin: Fraction
    of_all: bool = False


class VideoReader:
    """Reads a video's pictures. A context manager; used by one thread.

    damaged: how many packets or frames could not be read so far. mended: how many time stamps were missing or did not
    rise and were replaced. complete: whether reading came to the end that the file names.
    Raises SourceError when the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: InputContainer = open_video(path)
        stream = picture_stream(self._container)
        assert stream is not None
        stream.thread_type = "AUTO"
        self._stream: VideoStream = stream
        self.info = _info(self._container, stream)
        self.damaged = self.mended = 0
        self._heard = Fraction(-1)
        self.complete = True
        self._step = max(1, round(1 / (self.info.rate * self.info.base)))

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def frames(self, after: int | None = None) -> Iterator[Shown]:
        """Read frames, from the first whose time stamp is behind ``after`` on."""
        if after is not None:
            self._seek(after)
        last: int | None = None
        waiting: tuple[VideoFrame, int] | None = None
        mending = False
        for frame in self._decoded():
            stamp = frame.pts if frame.pts is not None else frame.dts
            if waiting is not None:
                held, ticks = waiting
                if stamp is None or stamp <= ticks:
                    self.mended += 1
                    # A single one is put before the next good stamp; several in a row get the video's own rate.
                    stamp = ticks + (self._step if mending or stamp is None else max(1, self._step // 2))
                    mending = True
                else:
                    mending = False
                if after is None or ticks > after:
                    yield _shown(held, ticks, stamp - ticks)
                last = stamp - ticks
            waiting = (frame, stamp if stamp is not None else 0)
        if waiting is None:
            if after is None:
                raise SourceError(f"No picture in {quoted(self._path.name)} can be read; copy or download it again.")
            return
        held, ticks = waiting
        duration = held.duration or last or self._step
        self._judge_end(ticks + duration)
        if after is None or ticks > after:
            yield _shown(held, ticks, duration)

    def _seek(self, after: int) -> None:
        # Where the file cannot be sought in, it is read from its beginning.
        try:
            self._container.seek(after, stream=self._stream)
        except av.error.FFmpegError:
            self._container.seek(0)

    def _decoded(self) -> Iterator[VideoFrame]:
        row = 0
        # How far the sound goes is looked at where pictures may end before it.
        streams: list[Stream] = list(self._container.streams) if self.info.of_all else [self._stream]
        packets: Iterator[Packet[Stream]] = self._container.demux(streams)
        while row <= _MOST_DAMAGE:
            try:
                packet = next(packets)
                if packet.stream_index != self._stream.index:
                    self._note_end(packet)
                    continue
                frames = cast("Packet[VideoStream]", packet).decode()
            except StopIteration:
                return
            except EOFError:
                return
            except av.error.FFmpegError as error:
                if error.errno is not None and isinstance(error, OSError) and not self._path.exists():
                    raise SourceError(f"{quoted(self._path.name)} was moved or deleted while it was read.") from error
                row += 1
                self.damaged += 1
                continue
            row = 0
            for frame in frames:
                self.damaged += frame.is_corrupt
                yield frame
        self.complete = False

    def _note_end(self, packet: Packet[Stream]) -> None:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None and packet.time_base:
            self._heard = max(self._heard, (stamp + (packet.duration or 0)) * packet.time_base)

    def _judge_end(self, end: int) -> None:
        """Compare the end of the last frame with what the file says; a few frames of difference are usual."""
        if self.info.duration is None:
            return
        missing = self.info.start + self.info.duration - max(end * self.info.base, self._heard)
        self.complete = self.complete and missing < max(Fraction(1, 2), 5 / self.info.rate)


def _shown(frame: VideoFrame, ticks: int, duration: int) -> Shown:
    return Shown(shown_rgb(frame), ticks, duration, turned=round(frame.rotation / 90) % 2 == 1)


def _info(container: InputContainer, stream: VideoStream) -> VideoInfo:
    base = Fraction(stream.time_base or Fraction(1, 90_000))
    rate = Fraction(stream.average_rate or stream.guessed_rate or stream.base_rate or _USUAL_RATE)
    if not 0 < rate <= 1000:
        rate = _USUAL_RATE
    duration = stream.duration * base if stream.duration else None
    longest = Fraction(container.duration, av.time_base) if container.duration else None
    # Where a container tells no more, FFmpeg gives every stream the length of the longest.
    of_all = longest is not None and (duration is None or duration >= longest - _EQUAL)
    duration = duration or longest
    start = stream.start_time * base if stream.start_time else Fraction(0)
    context = stream.codec_context
    return VideoInfo(
        base=base,
        rate=rate,
        start=start,
        duration=duration,
        frames=stream.frames or (round(duration * rate) if duration else 0),
        aspect=Fraction(stream.sample_aspect_ratio or 1),
        hdr=is_hdr(context.color_trc),
        origin=Fraction(container.start_time or 0, av.time_base),
        of_all=of_all,
    )
