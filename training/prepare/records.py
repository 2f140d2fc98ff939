"""What is known about every picture that was looked at, on disk, so that work that was stopped goes on.

The journal is one line of JSON a picture, added as soon as the picture is done. Looking takes the time; choosing is
done anew from the journal by every run, so that other filters cost nothing.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from core.alignment import Alignment
from core.errors import OutputError, quoted
from core.writing import failures_told


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Candidate(_Record):
    """A crop that a picture offers. What a domain cannot measure is None.

    matrix: (2, 3), from picture pixels to a crop of ``size`` pixels.
    eye_distance: pixels in the picture; coverage: share of the crop inside the picture.
    sharpness, yaw: as in :mod:`training.prepare.quality`.
    woman: probability, 0 to 1; age: estimated years.
    fingerprint: hexadecimal; embedding: ArcFace's vector as float16 in base 64.
    """

    matrix: tuple[tuple[float, float, float], tuple[float, float, float]]
    size: int
    coverage: float
    sharpness: float
    fingerprint: str
    eye_distance: float | None = None
    yaw: float | None = None
    woman: float | None = None
    age: float | None = None
    embedding: str | None = None

    def alignment(self, size: int) -> Alignment:
        """Return the transform to a crop of ``size`` pixels."""
        return Alignment(np.array(self.matrix) * (size / self.size), size)

    def bits(self) -> NDArray[np.uint8]:
        """Return the fingerprint as bytes."""
        return np.frombuffer(bytes.fromhex(self.fingerprint), np.uint8)

    def vector(self) -> NDArray[np.float32] | None:
        """Return the embedding (512,), or None where there is none."""
        if self.embedding is None:
            return None
        return np.frombuffer(base64.b64decode(self.embedding), np.float16).astype(np.float32)


class Look(_Record):
    """A picture that was looked at: its candidates (none where no face was found), or why it cannot be read.

    source: the path as :func:`told` writes it; bytes and modified (nanoseconds) tell whether the file is the same.
    """

    source: str
    bytes: int
    modified: int
    problem: str | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def path(self) -> Path:
        """Return where the picture lies."""
        return located(self.source)


#: A byte of a file name that is no UTF-8, the way Python keeps it, and the way that is written here.
_ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")


def told(path: Path) -> str:
    """Write a path as text that any file can hold, with escapes for bytes of its name that are no UTF-8."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def located(source: str) -> Path:
    """Return the path that :func:`told` wrote."""
    return Path(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), source))


def packed(vector: NDArray[np.float32]) -> str:
    """Write an embedding (512,) the way :class:`Candidate` keeps it."""
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode("ascii")


class Journal:
    """The looks of earlier, possibly stopped, runs that looked in the same ``way``.

    A line that was cut off when its run was killed is dropped. The looks of another way are put aside, and taken up
    again when it is that way's turn.
    """

    def __init__(self, path: Path, way: Mapping[str, Any]) -> None:
        self.path = path
        self.looks: dict[str, Look] = {}
        header = json.dumps({"way": dict(way)}, sort_keys=True)
        lines = _lines(path)
        if lines and lines[0] != header:
            with failures_told(path):
                if len(lines) > len((header, "")):
                    path.replace(self._aside(lines[0]))
                if self._aside(header).is_file():
                    self._aside(header).replace(path)
                    lines = _lines(path)
        if lines and lines[0] == header:
            # What follows the last line break was cut off.
            for line in lines[1:-1]:
                with contextlib.suppress(ValidationError):
                    look = Look.model_validate_json(line)
                    self.looks[look.source] = look
        self._write_anew(header)

    def known(self, path: Path) -> Look | None:
        """Return the look at ``path`` unless the file has changed since."""
        look = self.looks.get(told(path))
        if look is None:
            return None
        try:
            now = path.stat()
        except OSError:
            return None
        return look if (now.st_size, now.st_mtime_ns) == (look.bytes, look.modified) else None

    @contextlib.contextmanager
    def adding(self) -> Iterator[Adding]:
        """Keep the journal open for new looks."""
        with failures_told(self.path):
            file = self.path.open("a", encoding="utf-8")
        try:
            yield Adding(self, file)
        finally:
            # Every look was flushed as it came; what is left is what could not be written, and that was told.
            with contextlib.suppress(OSError):
                file.close()

    def _aside(self, header: str) -> Path:
        name = hashlib.sha256(header.encode()).hexdigest()[:8]
        return self.path.with_name(f"{self.path.stem}-{name}{self.path.suffix}")

    def _write_anew(self, header: str) -> None:
        partial = self.path.with_name(f"{self.path.name}.part")
        try:
            with partial.open("w", encoding="utf-8") as file:
                file.write(header + "\n")
                file.writelines(look.model_dump_json() + "\n" for look in self.looks.values())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)
        except OSError as error:
            raise OutputError(
                f"The folder {quoted(self.path.parent)} cannot be written ({error.strerror}); choose another --out."
            ) from error


class Adding:
    """An open journal."""

    def __init__(self, journal: Journal, file: IO[str]) -> None:
        self._journal = journal
        self._file = file

    def add(self, look: Look) -> None:
        """Note ``look`` so that it survives whatever comes next. Raises OutputError."""
        self._journal.looks[look.source] = look
        with failures_told(self._journal.path):
            self._file.write(look.model_dump_json() + "\n")
            self._file.flush()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
