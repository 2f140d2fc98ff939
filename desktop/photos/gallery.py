"""The photos in the window, as a model for the strip of thumbnails."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPixmap

from desktop.work.messages import Drawing, Order, Source, Stage, Touch

STATUS_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class Status(StrEnum):
    """Where a photo stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    NO_FACE = "no face"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def pending(self) -> bool:
        """Whether a drawing is still on its way."""
        return self in {Status.WAITING, Status.WORKING}


@dataclass(eq=False)
class Photo:
    """A photo and everything that the window knows of it.

    ticket: of the order whose answer is awaited; answers to older ones are ignored. shown: of the present drawing's.
    touch: what was chosen for this photo alone. width, height: of the photo in pixels, 0 until it was opened.
    name: of its file, empty where it has none. sentence: why there is no drawing, for the user.
    preview: the photo at the size of a screen; like the drawing, it may be let go and asked for again.
    exported: the drawing as a file that can be dragged out.
    """

    number: int
    source: Source
    name: str
    ticket: int = 0
    shown: int = 0
    touch: Touch = field(default_factory=Touch)
    width: int = 0
    height: int = 0
    status: Status = Status.WAITING
    sentence: str = ""
    stage: Stage | None = None
    share: float | None = None
    thumbnail: QPixmap | None = None
    preview: QImage | None = None
    drawing: Drawing | None = None
    exported: Path | None = None

    def shown_order(self) -> Order | None:
        """Return the order that gives exactly what is on the screen, or None where nothing is."""
        if self.drawing is None:
            return None
        return Order(self.number, self.shown, self.source, self.drawing.look, self.drawing.touch)

    @property
    def stem(self) -> str:
        """The name to build a result's name from."""
        return self.source.stem if isinstance(self.source, Path) else "picture"


class Gallery(QAbstractListModel):
    """The photos in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self._photos: list[Photo] = []

    @property
    def photos(self) -> tuple[Photo, ...]:
        """All photos."""
        return tuple(self._photos)

    def append(self, photos: list[Photo]) -> None:
        """Add photos at the end."""
        start = len(self._photos)
        self.beginInsertRows(QModelIndex(), start, start + len(photos) - 1)
        self._photos.extend(photos)
        self.endInsertRows()

    def remove(self, photo: Photo) -> None:
        """Take a photo out."""
        row = self._photos.index(photo)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._photos[row]
        self.endRemoveRows()

    def refresh(self, photo: Photo) -> None:
        """Show that something about a photo changed."""
        index = self.index(self._photos.index(photo))
        self.dataChanged.emit(index, index)

    def find(self, number: int) -> Photo | None:
        """Return the photo of that number, or None where it has been taken out."""
        return next((photo for photo in self._photos if photo.number == number), None)

    def row(self, photo: Photo) -> int:
        """Return the photo's place."""
        return self._photos.index(photo)

    def at(self, index: Index) -> Photo:
        """Return the photo at a valid index."""
        return self._photos[index.row()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        """Return how many photos there are."""
        return 0 if parent.isValid() else len(self._photos)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown of the photo at ``index``."""
        if not index.isValid():
            return None
        photo = self.at(index)
        name = photo.name or self.tr("Pasted picture")
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.DecorationRole:
                return photo.thumbnail
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name} – {self._spoken(photo.status)}"
            case Qt.ItemDataRole.ToolTipRole:
                # A tooltip that looks like markup is taken for markup, and names of files may look like anything.
                return f"<qt>{html.escape(name)} – {self._spoken(photo.status)}</qt>"
            case _ if role == STATUS_ROLE:
                return photo.status
        return None

    def _spoken(self, status: Status) -> str:
        return {
            Status.WAITING: self.tr("waiting"),
            Status.WORKING: self.tr("being drawn"),
            Status.DONE: self.tr("done"),
            Status.NO_FACE: self.tr("no face found"),
            Status.FAILED: self.tr("failed"),
            Status.STOPPED: self.tr("stopped"),
        }[status]
