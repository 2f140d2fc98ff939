"""Taking model folders out of a ZIP file that may be made to harm."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from core.catalogue import MANIFEST
from core.errors import ModelError, quoted
from core.importing.limits import Limits

_MOST_MEMBERS = 256
#: Besides the ONNX file: weights that lie outside it. Everything else in a ZIP file stays there.
_SUFFIXES = frozenset({".onnx", ".data", ".bin", ".weights"})
_BLOCK = 1 << 18


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> tuple[Path, ...]:
    """Unpack the models in ``archive`` into ``folder`` and return their folders, at least one.

    Only manifests and weights are taken out, never more bytes than ``limits.file_bytes`` together, whatever the
    archive says of itself. Raises ModelError.
    """
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _wanted(opened, archive.name)
            left = limits.file_bytes
            for member in members:
                left -= _extract(opened, member, folder, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ModelError(f"{quoted(archive.name)} is damaged, protected, or not a ZIP file.") from error
    homes = {(folder / member.filename).parent for member in members if member.filename.endswith((MANIFEST, ".onnx"))}
    if not homes:
        raise ModelError(f"{quoted(archive.name)} holds no model.")
    return tuple(sorted(homes))


def _wanted(opened: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    members = opened.infolist()
    if len(members) > _MOST_MEMBERS:
        raise ModelError(
            f"{quoted(name)} holds {len(members)} files, and a pack of models has at most {_MOST_MEMBERS}."
        )
    for member in members:
        path = PurePosixPath(member.filename)
        escapes = path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename
        if escapes or stat.S_ISLNK(member.external_attr >> 16):
            raise ModelError(
                f"{quoted(name)} wants to write {quoted(member.filename)}, which may lie outside its own folder. It "
                "was not unpacked; do not trust where it came from."
            )
    return [
        member
        for member in members
        if not member.is_dir() and (PurePosixPath(member.filename).name == MANIFEST or _suffix(member) in _SUFFIXES)
    ]


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
