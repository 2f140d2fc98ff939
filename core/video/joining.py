"""Put a video together: the drawn pictures, and everything else of the source as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Final, cast

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from core.converter import Cancelled, Progress
from core.video.opening import open_video, picture_stream
from core.video.segments import Segments

#: Containers that results are written in, by their ending: FFmpeg's name and options.
_FORMATS = {
    ".mp4": ("mp4", {"movflags": "+faststart"}),
    ".mov": ("mov", {"movflags": "+faststart"}),
    ".mkv": ("matroska", {}),
}
RESULT_SUFFIXES: Final = tuple(_FORMATS)
"""How names of results may end, the usual one first."""
_ALTERNATIVE = ".mkv"
#: Streams that are carried over. Others describe the old pictures, as timed sensor data do.
_KEPT = ("audio", "subtitle", "attachment")
_WORDS = {
    "audio": "stream of sound",
    "subtitle": "stream of subtitles",
    "attachment": "stream with an attachment",
    "video": "stream with a cover",
    "data": "stream of data",
}
#: Where files say at which place they were taken.
_PLACE = "location"


@dataclass
class Plan:
    """In what a result is written, which streams of the source it carries, and what the user should know about that."""

    suffix: str
    kept: list[int]
    notes: list[str] = field(default_factory=list)


def plan(source: Path, segments: Segments) -> Plan:
    """Choose the container: the source's own kind where results can be written in it and it holds every stream.

    Raises SourceError when the source cannot be read any more.
    """
    with open_video(source) as container:
        shown = picture_stream(container)
        others = [stream for stream in container.streams if stream is not shown]
        wanted = [stream for stream in others if stream.type in _KEPT]
        own = source.suffix.lower() if source.suffix.lower() in _FORMATS else RESULT_SUFFIXES[0]
        if _all_fit(container, wanted, own, segments):
            return Plan(own, [stream.index for stream in wanted])
        kept = [stream for stream in wanted if _all_fit(container, [stream], _ALTERNATIVE, segments)]
        chosen = Plan(_ALTERNATIVE, [stream.index for stream in kept])
        if own != _ALTERNATIVE:
            lacking = [stream for stream in wanted if not _all_fit(container, [stream], own, segments)]
            kind = own[1:].upper()
            for name in sorted({_WORDS[stream.type] for stream in lacking}):
                chosen.notes.append(f"The result is a .mkv file, because {kind} files cannot hold this {name}.")
        for stream in wanted:
            if stream not in kept:
                chosen.notes.append(
                    f"One {_WORDS[stream.type]} ({stream.codec_context.name if stream.codec_context else '?'}) "
                    "could not be carried over."
                )
        return chosen


@dataclass(frozen=True)
class Cut:
    """The part of the source that is wanted, in seconds of its own time stamps; None for no limit.

    shift: seconds by which everything moves towards the beginning.
    """

    start: Fraction | None = None
    end: Fraction | None = None
    shift: Fraction = Fraction(0)

    def holds(self, moment: Fraction) -> bool:
        """Say whether what begins at ``moment`` is wanted."""
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)


def join(
    source: Path, segments: Segments, chosen: Plan, target: Path, base: Fraction, cut: Cut, keep_gps: bool, go: Progress
) -> None:
    """Write the result to ``target``.

    base: seconds of one tick of the segments' time stamps. go: told the share done; answers whether to go on.
    Raises SourceError, Cancelled, and OSError where the target cannot be written.
    """
    name, options = _FORMATS[chosen.suffix]
    # MP4 says when a stream begins in units of its own, usually milliseconds, which most rates do not fit.
    if name != "matroska":
        options = {**options, "movie_timescale": str(base.denominator if base.denominator <= 1_000_000 else 90_000)}
    with open_video(source) as container, av.open(str(target), "w", format=name, container_options=options) as out:
        out.metadata.update(_metadata(container.metadata, keep_gps))
        with segments.template() as template:
            shown: Stream = out.add_stream_from_template(template)
        shown.time_base = base
        streams = {index: _copy_of(out, container.streams[index]) for index in chosen.kept}
        with suppress(av.error.FFmpegError, ValueError):
            if cut.start is None and cut.end is None:
                out.set_chapters(container.chapters())
        copied = _copied(container, streams, cut)
        for number, packet in enumerate(_interleaved(_pictures(segments, shown, base, cut), copied)):
            if number % 100 == 0 and not go(min(1.0, number / (4 * max(1, segments.count)))):
                raise Cancelled("Stopped.")
            out.mux_one(packet)


def _all_fit(container: InputContainer, streams: list[Stream], suffix: str, segments: Segments) -> bool:
    """Try whether a container takes these streams, without writing anything to a disk."""
    try:
        with segments.template() as template, av.open(io.BytesIO(), "w", format=_FORMATS[suffix][0]) as out:
            out.add_stream_from_template(template)
            for stream in streams:
                _copy_of(out, stream)
            out.start_encoding()
    except (av.error.FFmpegError, OSError, ValueError, TypeError):
        return False
    return True


def _copy_of(out: OutputContainer, stream: Stream) -> Stream:
    copy = out.add_stream_from_template(stream)
    copy.metadata.update(stream.metadata)
    copy.disposition = stream.disposition
    return copy


def _metadata(metadata: dict[str, str], keep_gps: bool) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if keep_gps or _PLACE not in key.lower()}


def _pictures(segments: Segments, stream: Stream, base: Fraction, cut: Cut) -> Iterator[Packet[Stream]]:
    shift = round(cut.shift / base)
    waiting: Packet[Stream] | None = None
    begin = 0
    for found in segments.packets():
        packet = cast("Packet[Stream]", found)
        ticks = round((packet.pts or 0) * packet.time_base / base) - shift
        packet.time_base = base
        packet.pts = packet.dts = ticks
        packet.stream = stream
        if waiting is not None:
            waiting.duration = ticks - begin
            yield waiting
        waiting, begin = packet, ticks
    if waiting is not None:
        waiting.duration = segments.end - shift - begin
        yield waiting


def _copied(container: InputContainer, streams: dict[int, Stream], cut: Cut) -> Iterator[Packet[Stream]]:
    if not streams:
        return
    packets = container.demux([container.streams[index] for index in streams])
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (EOFError, av.error.FFmpegError):
            continue
        stamp = packet.pts if packet.pts is not None else packet.dts
        if packet.size == 0 or stamp is None or _is_gap(packet):
            continue
        if packet.stream.type == "subtitle" and packet.duration:
            stamp = _shorten(packet, stamp, packet.duration, cut)
        if not cut.holds(stamp * packet.time_base):
            continue
        shift = round(cut.shift / packet.time_base)
        if shift:
            packet.pts = None if packet.pts is None else packet.pts - shift
            packet.dts = None if packet.dts is None else packet.dts - shift
        packet.stream = streams[packet.stream_index]
        yield packet


def _shorten(packet: Packet[Stream], stamp: int, duration: int, cut: Cut) -> int:
    """Let a subtitle that is read at the edge of a cut begin and end with it; return its new time stamp."""
    begin = None if cut.start is None else ceil(cut.start / packet.time_base)
    end = None if cut.end is None else floor(cut.end / packet.time_base)
    last = stamp + duration
    if begin is not None and stamp < begin < last:
        packet.pts = packet.dts = stamp = begin
    packet.duration = last - stamp if end is None or not stamp < end < last else end - stamp
    return stamp


def _is_gap(packet: Packet[Stream]) -> bool:
    # MP4 fills the time between two subtitles with empty ones; the writer puts in its own.
    context = packet.stream.codec_context
    return packet.size == 2 and context is not None and context.name == "mov_text"


def _interleaved(one: Iterator[Packet[Stream]], other: Iterator[Packet[Stream]]) -> Iterator[Packet[Stream]]:
    """Merge two rows of packets by time, so that the container never has to hold many back."""
    left, right = next(one, None), next(other, None)
    while left is not None or right is not None:
        if right is None or (left is not None and _moment(left) <= _moment(right)):
            assert left is not None
            yield left
            left = next(one, None)
        else:
            yield right
            right = next(other, None)


def _moment(packet: Packet[Stream]) -> Fraction:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return (stamp or 0) * packet.time_base
