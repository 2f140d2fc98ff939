"""From what was dropped to what is looked at, and what goes into the list. Slow disks are waited for on a thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.queue import Wishes

FEW = 8
"""So many photos are looked at one by one; more are a pile of work."""

_STILL = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".png", ".webp", ".avif")
)


def plainly_few(paths: Sequence[Path]) -> bool:
    """Say, by their names alone, whether these are a few photos, which can be looked at without another thought."""
    return len(paths) <= FEW and all(path.suffix.lower() in _STILL for path in paths)


@dataclass(frozen=True)
class Sorted:
    """The files that were meant, and whether they are a few photos."""

    files: tuple[Path, ...]
    few: bool


def maybe_animated(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return those whose names do not tell whether they are animated."""
    return tuple(path for path in paths if path.suffix.lower() in {".png", ".webp", ".avif"})


def animated_among(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the animated pictures; what cannot be read is told of when it is drawn."""
    from core.errors import ImageError
    from core.images import is_animation

    found = []
    for path in paths:
        with suppress(ImageError):
            if is_animation(path):
                found.append(path)
    return tuple(found)


def moving_among(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return those that are videos or animated pictures."""
    from core.queue import Kind, kind_of

    return tuple(path for path in paths if kind_of(path) is not Kind.PHOTO)


def sort(paths: Sequence[Path], wishes: Wishes, styles: Sequence[str]) -> Sorted:
    """Look into folders, leaving out what was made earlier from the files beside it by one of ``styles``."""
    from core.cli.inputs import expand

    results = Path(wishes.folder) if wishes.folder else Path("/", "nowhere")
    files = expand([str(path) for path in paths], results)
    folders = any(path.is_dir() for path in paths)
    if folders:
        named = set(paths)
        made = _results_of(files, wishes, styles)
        files = [path for path in files if path in named or path not in made]
    moving = moving_among(files) if len(files) <= FEW else ()
    return Sorted(tuple(files), not folders and not moving and len(files) <= FEW)


def _results_of(files: Sequence[Path], wishes: Wishes, styles: Sequence[str]) -> set[Path]:
    from core.queue.work import names_of_results

    return {
        name
        for style in styles
        for source in files
        for name in names_of_results(source, wishes, style)
        if name != source
    }
