"""From the words on the command line to the pictures they mean."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.images import is_picture_path


def expand(words: Iterable[str]) -> Iterator[Path]:
    """Yield the files that ``words`` name, each once, in order.

    A folder stands for the pictures in it and below it, by name; a pattern (``*.jpg``, which shells on Windows do not
    expand) for the files it matches. A word that names nothing is yielded as it is, so that its absence is told.
    """
    seen: set[Path] = set()
    for word in words:
        for path in _expand_one(word):
            key = path.resolve()
            if key not in seen:
                seen.add(key)
                yield path


def _expand_one(word: str) -> Iterator[Path]:
    path = Path(word)
    if path.is_dir():
        yield from _pictures_below(path)
    elif not os.path.lexists(path) and glob.has_magic(word):
        matches = [Path(match) for match in sorted(glob.glob(word, recursive=True))]  # noqa: PTH207 (a pattern may be absolute)
        yield from [match for match in matches if not match.is_dir()] or [path]
    else:
        yield path


def _pictures_below(folder: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders, so a circle of links ends.
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if is_picture_path(Path(name)):
                yield Path(parent) / name
