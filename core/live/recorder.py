"""Recording what is shown into an MP4 file, with the time stamps of the frames and, if wished, with sound."""

from __future__ import annotations

import contextlib
import errno
import queue
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from core.errors import OutputError, quoted
from core.live.events import Fault, Report
from core.live.frame import Result
from core.live.mp4 import cut_to_whole
from core.live.sound import Sound, SoundTrack
from core.live.views import fitted

#: Ticks a second of the video's time stamps, fine enough for any camera.
_TICKS = 90_000
#: How much may wait to be written: pictures for half a second, and sound, which takes no room, for many. More pictures
#: are dropped and counted.
_WAITING_PICTURES, _WAITING = 15, 500
_STOP_SECONDS = 1.2
# The least work that still gives a good picture: the processor is busy drawing faces.
_ENCODER = {"preset": "ultrafast", "tune": "zerolatency", "crf": "20"}
# Fragments of half a second keep the file playable whenever writing ends: a full disk, a crash, a lost battery. When
# it ends well, the file is turned into an ordinary MP4.
_CONTAINER = {"movflags": "hybrid_fragmented", "frag_duration": "500000"}


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded: seconds of video, frames written, and frames dropped because encoding was too slow."""

    path: Path
    seconds: float
    frames: int
    dropped: int


class Recorder:
    """Writes results into a new file from a thread of its own; a sink of a session.

    path: must not exist. rate: frames a second to expect; the true times are what is written. sound_rate: samples a
    second of the sound that will be given to ``add_sound``, None for a silent video.
    Raises OutputError when the file cannot be made. When it cannot be written any further (a full disk), that is
    reported as a Fault, and what was written until then stays and can be played.
    """

    def __init__(self, path: Path, report: Report, rate: float = 30.0, sound_rate: int | None = None) -> None:
        self.path = path
        self._report = report
        self._rate = rate
        self._dropped = self._written = 0
        # Each is counted by one thread only.
        self._given = self._taken = 0
        self._first: float | None = None
        self._last = 0.0
        self._ticks = -1
        self._error: Exception | None = None
        self._stream: VideoStream | None = None
        self._waiting: queue.Queue[Result | Sound | None] = queue.Queue()
        try:
            path.open("xb").close()
            self._container: OutputContainer = av.open(str(path), "w", format="mp4", options=_CONTAINER)
        except FileExistsError as error:
            raise OutputError(f"There is a file {quoted(path)} already; choose another name.") from error
        except (OSError, av.error.FFmpegError) as error:
            raise OutputError(
                f"{quoted(path)} cannot be recorded to. See that its folder may be written to and has space left."
            ) from error
        self._sound = SoundTrack(self._container, sound_rate) if sound_rate else None
        self._thread = threading.Thread(target=self._write_all, name="animirror-record", daemon=True)
        self._thread.start()

    def offer(self, result: Result) -> bool:
        """Record ``result``; drops it when the encoder is too far behind."""
        return self._give(result)

    def add_sound(self, samples: NDArray[np.int16], time: float) -> None:
        """Record ``samples`` (N,) of one channel, the first of which was heard at ``time`` (``time.perf_counter``)."""
        if self._sound is not None:
            self._give(Sound(samples, time))

    def stop(self) -> None:
        """Write what waits and finish the file, which takes a moment."""
        self._waiting.put(None)
        self._thread.join(_STOP_SECONDS)

    @property
    def recording(self) -> Recording:
        """What was recorded so far."""
        seconds = self._last - self._first if self._written and self._first is not None else 0.0
        return Recording(self.path, max(0.0, seconds), self._written, self._dropped)

    def _give(self, item: Result | Sound) -> bool:
        if self._error is not None:
            return False
        picture = isinstance(item, Result)
        if (self._given - self._taken < _WAITING_PICTURES) if picture else (self._waiting.qsize() < _WAITING):
            self._given += picture
            self._waiting.put_nowait(item)
        else:
            self._dropped += picture
        return True

    def _write_all(self) -> None:
        try:
            while (item := self._waiting.get()) is not None:
                if isinstance(item, Sound):
                    self._write_sound(item)
                else:
                    self._taken += 1
                    self._write(item)
            if self._stream is not None:
                self._container.mux(self._stream.encode())
            if self._sound is not None:
                self._sound.finish()
        except Exception as error:  # also a defect: else the recording would end without a word
            self._error = error
        try:
            self._container.close()
        except Exception as error:  # the same
            self._error = self._error or error
        self._settle()

    def _settle(self) -> None:
        """Leave a file that can be played, or none, and tell what went wrong."""
        kept = self._stream is not None
        with contextlib.suppress(OSError):
            kept = kept and (self._error is None or cut_to_whole(self.path))
            if not kept:
                self.path.unlink()
        if self._error is not None:
            reason = getattr(self._error, "strerror", None) or str(self._error)
            outcome = "What was recorded until then is saved and can be played." if kept else "Nothing could be saved."
            full = getattr(self._error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            advice = " Free some space, then record again." if full else ""
            self._report(
                Fault(
                    f"Recording stopped: {quoted(self.path.name)} cannot be written any further ({reason}). "
                    f"{outcome}{advice}",
                    # A disk that fails is no defect of ours.
                    None if isinstance(self._error, (OSError, av.error.FFmpegError)) else self._error,
                )
            )

    def _write(self, result: Result) -> None:
        height, width = result.pixels.shape[:2]
        if self._stream is None:
            # H.264 wants even sides.
            self._stream = self._video_stream(max(2, width - width % 2), max(2, height - height % 2))
            self._first = result.frame.captured
        assert self._first is not None
        # The size of a video cannot change; another view is fitted into it.
        pixels = fitted(result.pixels, (self._stream.width, self._stream.height))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        self._ticks = max(self._ticks + 1, round((result.frame.captured - self._first) * _TICKS))
        frame.pts, frame.time_base = self._ticks, Fraction(1, _TICKS)
        self._container.mux(self._stream.encode(frame))
        self._last = result.frame.captured
        self._written += 1

    def _write_sound(self, sound: Sound) -> None:
        # Sound without a picture would begin before the video does.
        if self._sound is not None and self._first is not None:
            self._sound.write(sound, self._first)

    def _video_stream(self, width: int, height: int) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=Fraction(self._rate).limit_denominator(1001))
        assert isinstance(stream, VideoStream)
        stream.options = dict(_ENCODER)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.gop_size = max(1, round(self._rate))
        return stream
