"""Temporary files for dragging drawings out of the window."""

from __future__ import annotations

import contextlib
import tempfile
from collections import deque
from pathlib import Path

from core.naming import free_name
from desktop.photos.gallery import Photo

_KEPT = 8
"""Files that stay; the program they were dropped on may still be copying the last ones."""


def result_name(photo: Photo) -> str:
    """Return the stem that a photo's drawing is offered under."""
    return f"{photo.stem} anime"


class Exports:
    """A folder that goes away with the program, made when it is first wanted."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._paths: deque[Path] = deque()

    def path_for(self, photo: Photo) -> Path:
        """Return a path for a PNG of the photo's drawing, under a name that its receiver can keep.

        Raises OSError where there is no place for temporary files.
        """
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="animirror-", ignore_cleanup_errors=True)
        # A folder for each, since two drawings may have one name.
        path = free_name(Path(tempfile.mkdtemp(dir=self._folder.name)), result_name(photo), ".png")
        self._paths.append(path)
        while len(self._paths) > _KEPT:
            oldest = self._paths.popleft()
            with contextlib.suppress(OSError):
                oldest.unlink(missing_ok=True)
                oldest.parent.rmdir()
        return path

    def clear(self) -> None:
        """Delete everything."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
