"""Taking model folders out of a ZIP file that may be made to harm."""

from __future__ import annotations

import errno
import io
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from core.catalogue import MANIFEST
from core.errors import ModelError, quoted
from core.importing.limits import Limits

_MOST_MEMBERS = 256
_LONGEST_NAME = 200
#: What Python's unpackers raise, each its own, for files that are no good.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)
#: Bytes of a ZIP file's list of files; reading that of three million took minutes and gigabytes.
_LONGEST_LIST = 1 << 20
#: What a Mac puts beside every file in a ZIP file: icons and the like, under the names of the files.
_OF_A_MAC = "__MACOSX"
#: Besides the ONNX file: weights that lie outside it. Everything else in a ZIP file stays there.
_SUFFIXES = frozenset({".onnx", ".data", ".bin", ".weights"})
_BLOCK = 1 << 18


class _ShortReads(io.BufferedReader):
    """A ZIP file as zipfile reads it, which asks for the list of files whole, wherever the archive says that it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = _LONGEST_LIST
        if size > _LONGEST_LIST:
            raise _too_many(Path(str(self.name)).name, f"{_MOST_MEMBERS + 1} or more")
        return super().read(size)


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> tuple[Path, ...]:
    """Unpack the models in ``archive`` into ``folder`` and return their folders, at least one.

    Only manifests and weights are taken out, never more bytes than ``limits.file_bytes`` together, whatever the
    archive says of itself. Raises ModelError.
    """
    limits = limits or Limits()
    try:
        with _ShortReads(io.FileIO(archive)) as file, zipfile.ZipFile(file) as opened:
            members = _wanted(opened, archive.name)
            left = limits.file_bytes
            for member in members:
                left -= _extract(opened, member, folder, left)
    except _DAMAGE as error:
        raise _damaged(archive) from error
    except OSError as error:
        # Read or written: only what the system says of the disk has a number.
        if error.errno in {None, errno.EINVAL}:
            raise _damaged(archive) from error
        raise
    homes = {(folder / member.filename).parent for member in members if member.filename.endswith((MANIFEST, ".onnx"))}
    if not homes:
        raise ModelError(f"{quoted(archive.name)} holds no model.")
    return tuple(sorted(homes))


def _damaged(archive: Path) -> ModelError:
    return ModelError(f"{quoted(archive.name)} is damaged, protected, or not a ZIP file.")


def _too_many(name: str, count: object) -> ModelError:
    return ModelError(f"{quoted(name)} holds {count} files, and a pack of models has at most {_MOST_MEMBERS}.")


def _wanted(opened: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    members = opened.infolist()
    if len(members) > _MOST_MEMBERS:
        raise _too_many(name, len(members))
    for member in members:
        path = PurePosixPath(member.filename)
        escapes = path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename
        if escapes or stat.S_ISLNK(member.external_attr >> 16):
            raise ModelError(
                f"{quoted(name)} wants to write {quoted(member.filename)}, which may lie outside its own folder. It "
                "was not unpacked; do not trust where it came from."
            )
    wanted = [
        member
        for member in members
        if member.filename  # is_dir raises where there is none
        and not member.is_dir()
        and PurePosixPath(member.filename).parts[:1] != (_OF_A_MAC,)
        and (PurePosixPath(member.filename).name == MANIFEST or _suffix(member) in _SUFFIXES)
    ]
    places = [member.filename.lower() for member in wanted]
    folders = {str(parent) for place in places for parent in PurePosixPath(place).parents}
    if len(set(places)) < len(places) or folders.intersection(places):
        raise ModelError(f"{quoted(name)} holds two files of one name, so nobody knows which is meant.")
    if any(len(part.encode()) > _LONGEST_NAME for place in places for part in PurePosixPath(place).parts):
        raise ModelError(f"{quoted(name)} holds a file whose name is too long for a disk.")
    return wanted


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, most: int) -> int:
    """Write one member and return its bytes, which are counted and not believed."""
    target = folder / member.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(member) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > most:
                raise ModelError(
                    f"{quoted(Path(opened.filename or 'pack').name)} becomes larger than a model may be when it is "
                    "unpacked, so it was not."
                )
            file.write(block)
    return written
