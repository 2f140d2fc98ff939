"""The sound of a recording."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

#: Seconds by which sound and clock may differ before that is mended: more than a microphone's irregular delivery.
_ADRIFT = 0.15
#: Samples a second that AAC knows.
_AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of sound: (N,) int16 samples of one channel, the first at ``time`` (``time.perf_counter``)."""

    samples: NDArray[np.int16]
    time: float


class SoundTrack:
    """An AAC track of a file that is being written.

    Samples follow one another without gaps, so that their irregular delivery is not heard. Where the microphone paused,
    silence is put in; where it runs ahead of the clock, a little is left out.
    """

    def __init__(self, container: OutputContainer, rate: int) -> None:
        # A microphone may have a rate that AAC has not; 48 kHz holds all that is heard.
        written_rate = rate if rate in _AAC_RATES else 48_000
        stream = container.add_stream("aac", rate=written_rate, layout="mono")
        assert isinstance(stream, AudioStream)
        self._container = container
        self._stream = stream
        self._rate = rate
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=written_rate, frame_size=1024)
        self._written = 0

    def write(self, sound: Sound, start: float) -> None:
        """Write a piece of sound; ``start`` is the time of the video's first frame. Raises FFmpegError."""
        ahead = self._written - round((sound.time - start) * self._rate)
        samples = sound.samples
        if ahead > _ADRIFT * self._rate or (self._written == 0 and ahead > 0):
            samples = samples[ahead:]
        elif ahead < -_ADRIFT * self._rate:
            for begin in range(0, -ahead, self._rate):
                self._encode(np.zeros(min(self._rate, -ahead - begin), np.int16))
        if samples.size:
            self._encode(samples)

    def finish(self) -> None:
        """Write what is left. Raises FFmpegError."""
        if self._written:
            self._mux(self._resampler.resample(None))
            self._container.mux(self._stream.encode(None))

    def _encode(self, samples: NDArray[np.int16]) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._written, Fraction(1, self._rate)
        self._written += samples.size
        self._mux(self._resampler.resample(frame))

    def _mux(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            self._container.mux(self._stream.encode(frame))
