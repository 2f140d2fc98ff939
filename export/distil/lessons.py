"""What a student learns from: photos, and what the teacher drew of each.

The teacher is slow, so it draws every photo once; its drawings are kept on disk, lossless, under the SHA-256 of the
photo's file, and are found again by the next run on the same photos.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.errors import AnimirrorError, ImageError, quoted
from core.generator import Styled
from core.images import is_picture_path, load_picture
from core.saving import save_picture
from training.backdrops import put_before, white_backdrop_matte
from training.interruption import Interruption

#: Width and height of the attention map as a share of the picture's.
ATTENTION_SHARE = 4


class LessonsError(AnimirrorError):
    """There is nothing to learn from."""


class Teacher(Protocol):
    """A generator at work; :class:`core.generator.Generator` is one."""

    @property
    def size(self) -> int:
        """Side of the crops in pixels."""

    def run(self, crops: NDArray[np.uint8]) -> Styled:
        """Draw crops (N, S, S, 3) uint8 RGB."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A photo and what the teacher made of it.

    photo, drawing: (S, S, 3) uint8 RGB.
    attention: (S/4, S/4) uint8, 255 where the teacher looked most; black where a teacher has no attention.
    """

    photo: NDArray[np.uint8]
    drawing: NDArray[np.uint8]
    attention: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Entry:
    """drawing: somebody else's, to be learnt in place of the teacher's."""

    photo: Path
    key: str
    drawing: Path | None = None


class Lessons:
    """The photos of some folders with the teacher's drawings; files are read when they are wanted."""

    def __init__(self, entries: Sequence[_Entry], drawings: Path, size: int) -> None:
        self._entries = list(entries)
        self._drawings = drawings
        self._size = size

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Lesson:
        entry = self._entries[index]
        drawing, attention = _paths(self._drawings, entry.key)
        return Lesson(
            crop_from(entry.photo, self._size),
            load_picture(drawing).pixels,
            np.ascontiguousarray(load_picture(attention).pixels[:, :, 0]),
        )

    def __iter__(self) -> Iterator[Lesson]:
        return (self[index] for index in range(len(self)))

    def split(self, every: int) -> tuple[Lessons, Lessons]:
        """Return the lessons to learn from, and about every ``every``-th one, which are held out.

        A photo's place follows from its contents, so that adding photos moves none from one part to the other.
        Raises LessonsError when there are not enough for both.
        """
        out = [entry for entry in self._entries if int(entry.key[:8], 16) % every == 0] or self._entries[:1]
        return self.without(Lessons(out, self._drawings, self._size)), Lessons(out, self._drawings, self._size)

    def without(self, others: Lessons) -> Lessons:
        """Return these lessons but for ``others``. Raises LessonsError when none is left."""
        theirs = {entry.key for entry in others._entries}
        kept = [entry for entry in self._entries if entry.key not in theirs]
        if not kept:
            raise LessonsError(f"{len(self)} photos are too few: some have to be left to learn from; add more.")
        return Lessons(kept, self._drawings, self._size)


def prepare(
    folders: Sequence[Path],
    teacher: Teacher,
    drawings: Path,
    tell: Callable[[str], None] = print,
    *,
    pairs: bool = False,
) -> Lessons | None:
    """Let ``teacher`` draw what it has not yet drawn; return all lessons, or None when Ctrl-C ended it before.

    With ``pairs`` each folder has photo/ and cartoon/ with equal names, as ``training draw`` writes them: the cartoons
    are learnt, before white as their photos are, and of the teacher only where it looked.

    Photos are aligned crops. One that is not a square is cut centrally, one of another size is resized; one that
    cannot be read is told and left out, and so is a copy of one that is already in.

    Raises:
        LessonsError: no photo could be read.
    """
    entries = _paired(folders, tell) if pairs else _entries(folders, tell)
    missing = [entry for entry in entries if not all(path.is_file() for path in _paths(drawings, entry.key))]
    unreadable: set[str] = set()
    with Interruption() as interruption:
        for entry in tqdm(missing, desc="teacher's drawings", unit="photo", disable=not missing, mininterval=1):
            if interruption.asked:
                return None
            try:
                photo = crop_from(entry.photo, teacher.size)
                other = crop_from(entry.drawing, teacher.size) if entry.drawing is not None else None
            except ImageError as error:
                unreadable.add(entry.key)
                tell(f"Left out: {error}")
                continue
            _draw(photo, teacher, other, *_paths(drawings, entry.key))
    usable = [entry for entry in entries if entry.key not in unreadable]
    if not usable:
        raise LessonsError(f"No photo in {', '.join(quoted(folder) for folder in folders)} can be read.")
    return Lessons(usable, drawings, teacher.size)


def crop_from(path: Path, size: int) -> NDArray[np.uint8]:
    """Read a photo as a (size, size, 3) crop, the middle of it where it is not a square. Raises ImageError."""
    pixels = load_picture(path).pixels
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    square = pixels[top : top + side, left : left + side]
    if side == size:
        return np.ascontiguousarray(square)
    smooth = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (size, size), interpolation=smooth), dtype=np.uint8)


def _entries(folders: Sequence[Path], tell: Callable[[str], None]) -> list[_Entry]:
    found: dict[str, _Entry] = {}
    for folder in folders:
        paths = sorted(path for path in folder.rglob("*") if is_picture_path(path) and path.is_file())
        if not paths:
            raise LessonsError(f"There are no pictures in {quoted(folder)}; name a folder of aligned photos.")
        for path in paths:
            try:
                key = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
            except OSError as error:
                tell(f"Left out: {quoted(path)} cannot be read ({error.strerror}).")
                continue
            found.setdefault(key, _Entry(path, key))
    # By contents, so that an interrupted start has drawn some of every folder.
    return [found[key] for key in sorted(found)]


def _paired(folders: Sequence[Path], tell: Callable[[str], None]) -> list[_Entry]:
    found = []
    for folder in folders:
        drawn = [
            replace(entry, drawing=folder / "cartoon" / entry.photo.name)
            for entry in _entries([folder / "photo"], tell)
            if (folder / "cartoon" / entry.photo.name).is_file()
        ]
        if not drawn:
            raise LessonsError(f"{quoted(folder)} has no pairs: it needs photo/ and cartoon/ with equal file names.")
        found += drawn
    return list({entry.key: entry for entry in found}.values())


def _paths(drawings: Path, key: str) -> tuple[Path, Path]:
    return drawings / f"{key}.png", drawings / f"{key}.attention.png"


def _draw(
    photo: NDArray[np.uint8], teacher: Teacher, other: NDArray[np.uint8] | None, drawing: Path, attention: Path
) -> None:
    styled = teacher.run(photo[None])
    side = teacher.size // ATTENTION_SHARE
    level = np.zeros((side, side), np.uint8)
    if styled.attention is not None:
        small = cv2.resize(styled.attention[0], (side, side), interpolation=cv2.INTER_AREA)
        level = np.asarray(np.round(np.clip(small, 0, 1) * 255), dtype=np.uint8)
    drawing.parent.mkdir(parents=True, exist_ok=True)
    save_picture(attention, np.repeat(level[:, :, None], 3, axis=2))
    save_picture(drawing, styled.anime[0] if other is None else _before_white(photo, other))


def _before_white(photo: NDArray[np.uint8], drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put a drawing before white where its photo is; a photo before something else leaves the drawing as it is."""
    matte = white_backdrop_matte(np.asarray(photo / np.float32(255), dtype=np.float32))
    unit = np.asarray(drawing / np.float32(255), dtype=np.float32)
    return np.asarray((put_before(unit, matte, np.ones_like(unit)) * 255).round(), dtype=np.uint8)
