"""Temporary files for dragging drawings out of the window."""

from __future__ import annotations

import contextlib
import tempfile
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from core.naming import free_name
from desktop.photos.gallery import Photo, Status
from desktop.work import messages as m
from desktop.work.worker import Worker

_REST = 500
"""Milliseconds without a change before a drawing is written: nobody drags out what is still being changed."""

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


class Exporter(QObject):
    """Has the shown drawing written to a file that can be dragged out."""

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        """Take the worker."""
        super().__init__(parent)
        self._worker = worker
        self._exports = Exports()
        self._photo: Photo | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._write)

    def want(self, photo: Photo | None) -> None:
        """Write this photo's drawing, if it is not yet, once it has not changed for a while."""
        self._photo = photo
        self._rest.start()

    def end(self) -> None:
        """Write nothing more, and delete what was written."""
        self._rest.stop()
        self._exports.clear()

    def _write(self) -> None:
        photo = self._photo
        if photo is None or photo.status is not Status.DONE or photo.exported is not None:
            return
        order = photo.shown_order()
        if order is None:
            return
        self._worker.withdraw(lambda request: isinstance(request, m.Export))
        try:
            path = self._exports.path_for(photo)
        except OSError:  # no place for temporary files: the drawing can be saved and copied, not dragged out
            return
        self._worker.submit(m.Export(order, path), first=True)
