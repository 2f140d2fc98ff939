"""The sound of a recording."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

#: Seconds by which sound and clock may differ before the sound is moved: more than a microphone's irregular delivery.
_ADRIFT = 0.15


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of sound: (N,) int16 samples of one channel, the first at ``time`` (``time.perf_counter``)."""

    samples: NDArray[np.int16]
    time: float


class SoundTrack:
    """An AAC track of a file that is being written.

    Samples follow one another without gaps, so that their irregular delivery is not heard; where the microphone paused,
    the track is moved to the clock again.
    """

    def __init__(self, container: OutputContainer, rate: int) -> None:
        stream = container.add_stream("aac", rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        self._container = container
        self._stream = stream
        self._rate = rate
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate, frame_size=1024)
        self._next: int | None = None

    def write(self, sound: Sound, start: float) -> None:
        """Write a piece of sound; ``start`` is the time of the video's first frame. Raises FFmpegError."""
        due = round((sound.time - start) * self._rate)
        samples = sound.samples
        if self._next is None or abs(due - self._next) > _ADRIFT * self._rate:
            # What was heard before the first frame is left out.
            samples = samples[max(0, -due) :]
            self._next = max(due, self._next or 0, 0)
        if samples.size == 0:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._next, Fraction(1, self._rate)
        self._next += samples.size
        self._encode(self._resampler.resample(frame))

    def finish(self) -> None:
        """Write what is left. Raises FFmpegError."""
        if self._next is not None:
            self._encode(self._resampler.resample(None))
            self._container.mux(self._stream.encode(None))

    def _encode(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            self._container.mux(self._stream.encode(frame))
