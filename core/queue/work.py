"""From a job to the work that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.converter import Progress
from core.finishing import Finish
from core.queue.job import Job, Kind, Wishes, kind_of
from core.queue.photo import PhotoTask
from core.queue.workshop import Workshop
from core.settings import PictureFormat
from core.video import (
    RESULT_SUFFIXES,
    MovingDrawer,
    Preview,
    VideoOptions,
    convert_animation,
    convert_video,
    is_video_path,
)
from core.writing import Destination

#: Bytes of a video that are about as much work as one photo.
_BYTES_OF_A_PHOTO = 50_000


def weight_of(source: Path) -> float:
    """Guess how much work a file is, in photos."""
    if not is_video_path(source):
        return 1.0
    try:
        return max(5.0, source.stat().st_size / _BYTES_OF_A_PHOTO)
    except OSError:
        return 1.0


def result_suffix(source: Path, kind: Kind, wishes: Wishes) -> str:
    """Return how the name of a result will end, as far as that is known before the source is read."""
    return f".{wishes.format}" if kind is Kind.PHOTO else suffix_of_moving(source, kind)


def suffix_of_moving(source: Path, kind: Kind) -> str:
    """Return the same for a video or an animation."""
    own = source.suffix.lower()
    return own if kind is Kind.ANIMATION or own in RESULT_SUFFIXES else RESULT_SUFFIXES[0]


def names_of_results(source: Path, wishes: Wishes, style: str) -> list[Path]:
    """Return the paths that results of ``source`` may have been given, in any format, without looking at the disk."""
    destination = wishes.model_copy(update={"replace": True}).destination(source, style)
    suffixes = {f".{known}" for known in PictureFormat} | {source.suffix.lower(), *RESULT_SUFFIXES}
    return [destination.expected(suffix) for suffix in sorted(suffixes)]


def conflicts(sources: Iterable[Path], wishes: Wishes, style: str) -> list[Path]:
    """Return the files that results of ``sources``, drawn by the model ``style``, have the names of."""
    plain = wishes.model_copy(update={"replace": True})
    targets = (
        plain.destination(source, style).expected(result_suffix(source, kind_of(source), wishes)) for source in sources
    )
    return [target for target in targets if target.exists()]


def photo_task(job: Job, destination: Destination, go: Callable[[], bool]) -> PhotoTask:
    """Return what the line is to do for a job; ``go`` answers whether it is still wanted."""
    wishes = job.wishes
    return PhotoTask(
        job.source,
        destination,
        f".{wishes.format}",
        wishes.view,
        Finish(intensity=wishes.intensity, background=wishes.background),
        wishes.centre,
        wishes.quality,
        wishes.keep_gps,
        go,
    )


@dataclass(frozen=True)
class Made:
    """A result, sentences about it, and what encoded it, where that can be one or the other."""

    path: Path
    notes: tuple[str, ...]
    encoder: str | None = None


def convert_moving(
    job: Job, kind: Kind, workshop: Workshop, destination: Destination, progress: Progress, preview: Preview | None
) -> Made:
    """Convert a video or an animation. Raises AnimirrorError."""
    wishes = job.wishes
    generator = workshop.generator(wishes.model, alone=True)
    drawer = MovingDrawer(
        workshop.moving_detector(),
        generator,
        wishes.view,
        wishes.intensity,
        wishes.steadiness,
        wishes.background,
        workshop.matting,
    )
    if kind is Kind.ANIMATION:
        made = convert_animation(job.source, destination, drawer, wishes.quality, wishes.keep_gps, progress, preview)
        return Made(made.path, made.notes)
    options = VideoOptions(wishes.quality, wishes.start, wishes.end, wishes.keep_gps)
    film = convert_video(job.source, destination, drawer, options, progress, preview)
    return Made(film.path, film.notes, film.encoder)
