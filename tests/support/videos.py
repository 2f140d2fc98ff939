"""Videos made for tests: any time stamps, sound, subtitles, rotation, depth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import skimage.data
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

RATE = 48_000


def picture(number: int, size: tuple[int, int] = (160, 96)) -> NDArray[np.uint8]:
    """A face (h, w, 3) that is told from the others by a bar at its top: ``number`` of 16ths from the left."""
    import cv2

    astronaut = np.asarray(skimage.data.astronaut()[:300, 80:380], dtype=np.uint8)  # type: ignore[no-untyped-call]
    frame = np.asarray(cv2.resize(astronaut, size), dtype=np.uint8)
    frame[:8] = 0
    frame[:8, : size[0] * (number % 16 + 1) // 16] = 255
    return frame


def number_of(pixels: NDArray[np.uint8], inverted: bool = False) -> int:
    """Which picture this is, read from its bar."""
    row = pixels[3].mean(axis=1)
    bright = row < 128 if inverted else row > 128
    return round(float(bright.mean()) * 16) - 1


_STYLE = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16

[Events]
Format: Layer, Start, End, Style, Text
"""


@dataclass(frozen=True)
class Sound:
    """A stream of sound: seconds of a tone, by codec."""

    seconds: float = 1.0
    codec: str = "aac"


def write_video(
    path: Path,
    stamps: Sequence[int],
    base: Fraction = Fraction(1, 30_000),
    *,
    size: tuple[int, int] = (160, 96),
    sizes: Sequence[tuple[int, int]] | None = None,
    sounds: Iterable[Sound] = (),
    subtitles: Sequence[tuple[float, float, str]] = (),
    subtitle_codec: str = "mov_text",
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
    options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
    colours: tuple[int, int, int] | None = None,
    container_options: dict[str, str] | None = None,
    format: str | None = None,
) -> Path:
    """Write a video whose frame ``n`` shows picture ``n`` at ``stamps[n]`` ticks of ``base`` seconds."""
    with av.open(str(path), "w", format=format, container_options=container_options or {}) as out:
        out.metadata.update(metadata or {})
        rate = (
            Fraction(1) / (base * max(1, round((stamps[-1] - stamps[0]) / max(1, len(stamps) - 1)))) if stamps else 25
        )
        stream = out.add_stream(codec, rate=Fraction(rate).limit_denominator(1001))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = stream.time_base = base
        stream.options = dict(options or ({"preset": "ultrafast"} if codec == "libx264" else {}))
        if colours:
            context = stream.codec_context
            context.color_primaries, context.color_trc, context.colorspace = colours
        if rotation:
            stream.set_display_rotation(rotation)
        heard = [_add_sound(out, sound) for sound in sounds]
        said: Any = out.add_stream(subtitle_codec) if subtitles else None
        if said is not None:
            said.time_base = Fraction(1, 1000)
            said.codec_context.subtitle_header = _STYLE
        for number, stamp in enumerate(stamps):
            shown = picture(number, size)
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = stamp, base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        for sound, audio in zip(sounds, heard, strict=True):
            _write_sound(out, audio, sound)
        for begin, end, text in subtitles:
            _write_subtitle(out, said, begin, end, text)
    return path


def _add_sound(out: Any, sound: Sound) -> AudioStream:
    stream = out.add_stream(sound.codec, rate=RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "stereo"
    return stream


def _write_sound(out: Any, stream: AudioStream, sound: Sound) -> None:
    samples = np.random.default_rng(0).normal(0, 4000, (1, 2 * round(sound.seconds * RATE))).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    context = stream.codec_context
    if not context.is_open:
        context.open()
    resampler = av.AudioResampler(context.format, "stereo", RATE, frame_size=context.frame_size or 1024)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        out.mux(stream.encode(piece))
    out.mux(stream.encode(None))


def _write_subtitle(out: Any, stream: Any, begin: float, end: float, text: str) -> None:
    words = text.encode()
    packet = av.Packet(len(words).to_bytes(2, "big") + words if stream.codec_context.name == "mov_text" else words)
    packet.stream = stream
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = round(begin * 1000)
    packet.duration = round((end - begin) * 1000)
    out.mux(packet)


@dataclass(frozen=True)
class Streams:
    """What a file holds: exact times of its pictures in seconds, and the others' packets with theirs, by kind."""

    shown: list[Fraction]
    end: Fraction
    others: dict[str, list[tuple[Fraction, bytes]]]
    seconds: float


def streams_of(path: Path) -> Streams:
    """Read every packet of a file."""
    shown: list[tuple[Fraction, Fraction]] = []
    others: dict[str, list[tuple[Fraction, bytes]]] = {}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if not packet.size or packet.pts is None:
                continue
            moment = packet.pts * packet.time_base
            if packet.stream.type == "video":
                shown.append((moment, (packet.duration or 0) * packet.time_base))
            else:
                kind = f"{packet.stream.type} {packet.stream.index}"
                others.setdefault(kind, []).append((moment, bytes(packet)))
        seconds = (container.duration or 0) / av.time_base
    shown.sort()
    return Streams(
        [moment for moment, _ in shown], sum(shown[-1], Fraction(0)) if shown else Fraction(0), others, seconds
    )


def pictures_of(path: Path) -> list[NDArray[np.uint8]]:
    """Decode every frame to (H, W, 3) RGB, as it is stored."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(video=0)]
