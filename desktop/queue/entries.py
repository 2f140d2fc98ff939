"""The list of files, as a model for the view that shows them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPixmap

from desktop.words.heard import heard

if TYPE_CHECKING:
    from core.queue import Job

STATE_ROLE = Qt.ItemDataRole.UserRole + 1
SHARE_ROLE = Qt.ItemDataRole.UserRole + 2
TOLD_ROLE = Qt.ItemDataRole.UserRole + 3
_MIME = "application/x-animirror-row"
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(eq=False)
class Entry:
    """A file in the list and its small picture, which is asked for when it is first seen."""

    job: Job
    thumbnail: QPixmap | None = None
    asked: str = ""

    @property
    def state(self) -> str:
        """A value of :class:`core.queue.State`."""
        return str(self.job.state)

    @property
    def open(self) -> bool:
        """Whether it waits or is in work."""
        return self.state in {"waiting", "running"}


class Entries(QAbstractListModel):
    """The files in the order in which they are worked on.

    thumbnail_wanted: carries an Entry that is seen without a picture of how it is now. moved: a job's number and place.
    """

    thumbnail_wanted = Signal(object)
    moved = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._by_number: dict[int, Entry] = {}
        self._gone: set[int] = set()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return tuple(self._entries)

    def find(self, number: int) -> Entry | None:
        """Return the entry of a job, or None where it was taken out."""
        return self._by_number.get(number)

    def at(self, index: Index) -> Entry:
        """Return the entry at a valid index."""
        return self._entries[index.row()]

    def row(self, entry: Entry) -> int:
        """Return its place."""
        return self._entries.index(entry)

    def take(self, jobs: Sequence[Job]) -> None:
        """Take in jobs as they are now; those that are new come at the end."""
        # The queue may still have told of a job that was taken out meanwhile.
        known = self._by_number.keys() | self._gone
        fresh = [Entry(job) for job in jobs if job.identifier not in known]
        for job in jobs:
            entry = self._by_number.get(job.identifier)
            if entry is not None and entry.job != job:
                entry.job = job
                self.refresh(entry)
        if fresh:
            start = len(self._entries)
            self.beginInsertRows(_NOWHERE, start, start + len(fresh) - 1)
            self._entries += fresh
            self._by_number |= {entry.job.identifier: entry for entry in fresh}
            self.endInsertRows()

    def refresh(self, entry: Entry) -> None:
        """Show that something about it changed."""
        index = self.index(self.row(entry))
        self.dataChanged.emit(index, index)

    def remove(self, entry: Entry) -> None:
        """Take it out."""
        row = self.row(entry)
        self.beginRemoveRows(_NOWHERE, row, row)
        del self._entries[row]
        del self._by_number[entry.job.identifier]
        self._gone.add(entry.job.identifier)
        self.endRemoveRows()

    def move(self, entry: Entry, place: int) -> None:
        """Put it at a place, counted from 0 among the others, and tell."""
        row = self.row(entry)
        place = min(max(place, 0), len(self._entries) - 1)
        if place == row:
            return
        self.beginMoveRows(_NOWHERE, row, row, _NOWHERE, place + 1 if place > row else place)
        self._entries.insert(place, self._entries.pop(row))
        self.endMoveRows()
        self.moved.emit(entry.job.identifier, place)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown of the file at ``index``."""
        if not index.isValid():
            return None
        entry = self.at(index)
        name = entry.job.source.name
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.DecorationRole:
                if entry.asked != str(entry.job.result or entry.job.source):
                    entry.asked = str(entry.job.result or entry.job.source)
                    self.thumbnail_wanted.emit(entry)
                return entry.thumbnail
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name} – {self.told(entry)}"
            case Qt.ItemDataRole.ToolTipRole:
                # A tooltip that looks like markup is taken for markup, and names of files may look like anything.
                return f"<qt>{html.escape(str(entry.job.source))}<br>{html.escape(self.told(entry))}</qt>"
            case _ if role == STATE_ROLE:
                return entry.state
            case _ if role == SHARE_ROLE:
                return entry.job.share
            case _ if role == TOLD_ROLE:
                return self.told(entry)
        return None

    def told(self, entry: Entry) -> str:
        """Say how it stands with a file."""
        job = entry.job
        match entry.state:
            case "running":
                return self.tr("{0} %").format(round(100 * job.share)) if job.share else self.tr("In work…")
            case "done":
                return self.tr("Done, see the note") if job.notes else self.tr("Done")
            case "failed":
                return heard(job.error or "") or self.tr("Failed")
            case "cancelled":
                return self.tr("Stopped")
        return self.tr("Waiting")

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be dragged, and dropped between others."""
        flags = super().flags(index)
        return flags | (Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled)

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows only move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Name what a dragged row is packed as."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Pack a row to be dragged."""
        mime = QMimeData()
        if indexes:
            mime.setData(_MIME, QByteArray(str(self.at(indexes[0]).job.identifier).encode()))
        return mime

    def dropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, _parent: Index) -> bool:
        """Move a row that was dropped before the row of that number. The view has nothing left to take away."""
        entry = self.find(int(bytes(data.data(_MIME).data()) or b"0")) if data.hasFormat(_MIME) else None
        if entry is not None:
            place = len(self._entries) if row < 0 else row
            self.move(entry, place - 1 if place > self.row(entry) else place)
        return False
