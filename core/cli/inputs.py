"""From the words on the command line to the pictures and videos they mean."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.images import is_picture_path
from core.video import is_video_path


def expand(words: Iterable[str], results: Path) -> list[Path]:
    """Return the files that ``words`` name, each once, in order.

    A folder stands for the pictures and videos in it and below it, by name; a pattern (``*.jpg``, which shells on
    Windows do not expand) for the files it matches. A word that names nothing is returned as it is, so that its absence
    is told. The folder ``results`` is left out when it lies below a named one, and the list is complete before anything
    is written: what one run makes is no picture for it to draw.
    """
    found: dict[str, Path] = {}
    for word in words:
        for path in _expand_one(word, os.path.realpath(results)):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _expand_one(word: str, results: str) -> Iterator[Path]:
    # os.path answers where pathlib raises: names that are too long, folders that may not be looked into.
    path = Path(word)
    if os.path.isdir(word):  # noqa: PTH112
        yield from _files_below(path, results)
    elif not os.path.lexists(path) and glob.has_magic(word):
        matches = [Path(match) for match in sorted(glob.glob(word, recursive=True))]  # noqa: PTH207 (a pattern may be absolute)
        files = [match for match in matches if not os.path.isdir(match)]  # noqa: PTH112
        yield from files or [path]
    else:
        yield path


def _files_below(folder: Path, results: str) -> Iterator[Path]:
    # os.walk does not follow links to folders, so a circle of links ends.
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if os.path.realpath(Path(parent) / name) != results)
        for name in sorted(names):
            if is_picture_path(Path(name)) or is_video_path(Path(name)):
                yield Path(parent) / name
