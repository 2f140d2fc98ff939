"""Reads pictures of the list's files and results, one after the other, on a thread of its own."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

_SIDE = 1600
"""Longest side of what is looked at here; the looking area shows every pixel."""


@dataclass(frozen=True)
class Wanted:
    """A file, or the part of a video that begins at ``seconds``; with ``result``, what became of it as well."""

    number: int
    source: Path
    result: Path | None = None
    seconds: float = 0.0


class PictureReader(QObject):
    """What was asked for last is read first: it is what the user sees.

    thumbnail: a job's number and a small picture. pair: what was wanted, the original, the result or a null image, and
    a video's length in seconds, or None. The pictures of what cannot be read are null.
    """

    thumbnail = Signal(int, QImage)
    pair = Signal(object, QImage, QImage, object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Wait to be asked."""
        super().__init__(parent)
        self._small: deque[Wanted] = deque()
        self._large: Wanted | None = None
        self._ending = False
        self._changed = threading.Condition()
        # A daemon: a disk that does not answer must not keep the program alive.
        self._thread = threading.Thread(target=self._run, name="animirror-pictures", daemon=True)

    def ask_thumbnail(self, wanted: Wanted) -> None:
        """Read a small picture of the result, or of the file where there is none."""
        with self._changed:
            self._small.append(wanted)
            self._begin()

    def ask_pair(self, wanted: Wanted) -> None:
        """Read what is looked at now, instead of what was asked for before."""
        with self._changed:
            self._large = wanted
            self._begin()

    def end(self) -> None:
        """Read nothing more."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def _begin(self) -> None:
        if not self._thread.is_alive() and not self._ending:
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ending or self._large or self._small)
                if self._ending:
                    return
                large, self._large = self._large, None
                small = None if large or not self._small else self._small.pop()
            if large is not None:
                before, duration = _read(large.source, large.seconds)
                after = QImage()
                if large.result is not None:
                    after, _ = _read(large.result, 0.0)
                self.pair.emit(large, before, after, duration)
            elif small is not None:
                self.thumbnail.emit(small.number, _read_small(small.result or small.source))


def _read_small(path: Path) -> QImage:
    from desktop.work import pixels

    image = pixels.read_small(path)
    if image.isNull():
        image, _ = _read(path, 0.0)
    return image if image.isNull() else pixels.thumbnail(image)


def _read(path: Path, seconds: float) -> tuple[QImage, float | None]:
    from core.errors import AnimirrorError
    from core.images import load_picture
    from core.queue import Kind, kind_of
    from core.video import video_still
    from desktop.work import pixels

    try:
        if kind_of(path) is Kind.VIDEO:
            still = video_still(path, seconds)
            return pixels.to_screen(still.pixels, longest=_SIDE), still.duration
        picture = load_picture(path)
        return pixels.to_screen(picture.pixels, picture.alpha, _SIDE), None
    except (AnimirrorError, MemoryError, StopIteration):  # its own turn in the queue tells what is wrong with it
        return QImage(), None
