"""From a video to a video: every frame drawn and shown at its own time, all else as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import paths
from core.converter import Cancelled, Progress
from core.errors import OutputError, SourceError, quoted
from core.live.views import fitted
from core.video.ahead import ahead
from core.video.drawing import MovingDrawer
from core.video.encoders import Encoding, to_frame, working_encoder
from core.video.frames import Shown, VideoInfo, VideoReader
from core.video.joining import Cut, join, plan
from core.video.segments import Segments
from core.views import Background
from core.writing import Destination

#: Frames that are decoded ahead of drawing.
_AHEAD = 4
#: Share of the work that drawing is; the rest is putting the file together.
_DRAWING = 0.97

Preview = Callable[[NDArray[np.uint8], NDArray[np.uint8], float], None]
"""Called for each frame with the original and the result, (H, W, 3) uint8 each, and its time in seconds."""


@dataclass(frozen=True)
class VideoOptions:
    """How a video is converted.

    quality: 1 to 100. start, end: seconds from the video's beginning that are wanted, None for no limit. keep_gps:
    whether the result tells where the video was taken. encoder: FFmpeg's name, None for the best that works here.
    """

    quality: int = 95
    start: float | None = None
    end: float | None = None
    keep_gps: bool = False
    encoder: str | None = None


@dataclass(frozen=True)
class VideoOutcome:
    """What became of a video: the result, its frames, what encoded them, and sentences for the user."""

    path: Path
    frames: int
    encoder: str
    notes: tuple[str, ...]


def convert_video(
    source: Path,
    destination: Destination,
    drawer: MovingDrawer,
    options: VideoOptions | None = None,
    progress: Progress = lambda _share: True,
    preview: Preview | None = None,
    workshop: Path | None = None,
) -> VideoOutcome:
    """Draw ``source``. When it is cancelled, the same call later goes on where it ended.

    progress: called for each frame with the share done; when it answers False, Cancelled is raised within a frame.
    workshop: where the encoded part is kept meanwhile, None for the user's cache; it is removed at the end.

    Raises SourceError, ModelError, OutputError, Cancelled. Nothing half-written is left at the destination.
    """
    options = options or VideoOptions()
    with VideoReader(source) as reader:
        work = _Work(source, drawer, options, reader.info, workshop)
        try:
            work.draw(reader, progress, preview)
        except OutputError:
            # What a full disk leaves cannot be trusted.
            work.segments.abandon_piece()
            raise
        except BaseException:
            with suppress(OutputError):
                work.segments.finish_piece()
            raise
        notes = _notes(reader, work)
        if drawer.background is Background.TRANSPARENT:
            notes.append("A video cannot be see-through, so what is behind people was made white.")
    chosen = plan(source, work.segments)

    def joining(share: float) -> bool:
        return progress(_DRAWING + (1 - _DRAWING) * share)

    with destination.part(chosen.suffix) as part:
        join(source, work.segments, chosen, part, reader.info.base, work.cut, options.keep_gps, joining)
        path = destination.take(part, chosen.suffix)
    frames = work.segments.count
    work.segments.remove()
    progress(1.0)
    return VideoOutcome(path, frames, work.encoder, (*notes, *chosen.notes))


class _Work:
    """The drawing of one video, from where an earlier run ended."""

    def __init__(
        self, source: Path, drawer: MovingDrawer, options: VideoOptions, info: VideoInfo, workshop: Path | None
    ) -> None:
        self.info = info
        self.cut = _cut(options, info)
        self._drawer = drawer
        self._options = options
        self._name = quoted(source.name)
        self.encoder = options.encoder or ""
        self.resized = False
        key = _key(source, drawer, options)
        digest = hashlib.sha256(repr(sorted(key.items())).encode()).hexdigest()[:24]
        self.segments = Segments(workshop or paths.cache() / "videos" / digest, key)
        self._encoding: Encoding | None = None
        self._size: tuple[int, int] | None = None

    def draw(self, reader: VideoReader, progress: Progress, preview: Preview | None) -> None:
        """Draw and encode the frames that are wanted and not there yet."""
        self._drawer.begin()
        last = self.segments.last
        done, total = self.segments.count, self._expected()
        with ahead(reader.frames(last), _AHEAD) as frames:
            for shown in frames:
                moment = shown.ticks * self.info.base
                if self.cut.end is not None and moment >= self.cut.end:
                    break
                if not progress(_DRAWING * min(1.0, done / total) if total else 0.0):
                    raise Cancelled("Stopped.")
                if not self.cut.holds(moment):
                    continue
                result = self._drawer.draw(shown.pixels, float(moment))
                self._write(shown, result)
                done += 1
                if preview is not None:
                    preview(shown.pixels, result, float(moment))
        self.segments.finish_piece()
        if self.segments.count == 0:
            raise SourceError(
                f"There is no picture in the chosen part of {self._name}; choose another beginning and end."
            )

    def _write(self, shown: Shown, result: NDArray[np.uint8]) -> None:
        height, width = result.shape[:2]
        if self._encoding is None:
            self._size = self.segments.size or (width, height)
            even = (self._size[0] + self._size[0] % 2, self._size[1] + self._size[1] % 2)
            self.encoder = self.encoder or working_encoder(even)
            turned = shown.turned
            aspect = self.info.aspect if self._drawer.keeps_shape else Fraction(1)
            self._encoding = Encoding(
                self.encoder,
                even,
                self.info.rate,
                self.info.base,
                1 / aspect if turned else aspect,
                self._options.quality,
            )
            self.segments.size = self._size
        assert self._size is not None
        if (width, height) != self._size:
            self.resized = True
            result = fitted(result, self._size)
        self.segments.write(to_frame(result, self._encoding, shown.ticks), shown.duration, self._encoding)

    def _expected(self) -> int:
        """How many frames there will be, 0 where that is unknown."""
        if self.info.duration is None or self.info.duration <= 0:
            return self.info.frames
        begin = self.cut.start - self.info.start if self.cut.start is not None else Fraction(0)
        end = self.cut.end - self.info.start if self.cut.end is not None else self.info.duration
        share = max(Fraction(0), min(end, self.info.duration) - begin) / self.info.duration
        return round((self.info.frames or self.info.duration * self.info.rate) * share)


def _cut(options: VideoOptions, info: VideoInfo) -> Cut:
    start = None if options.start is None else info.start + Fraction(options.start).limit_denominator(1_000_000)
    end = None if options.end is None else info.start + Fraction(options.end).limit_denominator(1_000_000)
    # Transport streams begin hours late; a result begins at its beginning.
    return Cut(start, end, start if start is not None else max(info.origin, Fraction(0)))


def _key(source: Path, drawer: MovingDrawer, options: VideoOptions) -> dict[str, Any]:
    state = source.stat()
    manifest = drawer.generator.model.manifest
    return {
        "source": [str(source.resolve()), state.st_size, state.st_mtime_ns],
        "model": [manifest.id, manifest.sha256],
        "drawer": drawer.key,
        "options": asdict(options),
        "format": 1,
    }


def _notes(reader: VideoReader, work: _Work) -> list[str]:
    notes = []
    if reader.info.hdr:
        notes.append("The video has a high dynamic range; its brightness was adapted to ordinary screens.")
    if not reader.complete:
        notes.append("The video is cut off or damaged; what could be read of it was converted.")
    elif reader.damaged:
        notes.append(f"{reader.damaged} damaged places in the video were skipped or could be read only in part.")
    if reader.mended:
        notes.append(f"{reader.mended} frames had no time stamp that makes sense and were put in between.")
    if work.resized:
        notes.append("The size of the pictures changes within the video; all were fitted into the size of the first.")
    return notes
