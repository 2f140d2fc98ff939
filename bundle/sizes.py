"""How large the application is, and what makes it so."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

UNPACKED_MB = 330
_MODELS = frozenset({"models", "facepacks"})
PACKED_MB = 130


def files(folder: Path) -> list[tuple[int, str]]:
    """Return the size in bytes and the place of every file below ``folder``, the largest first; links weigh nothing."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(((path.stat().st_size, path.relative_to(folder).as_posix()) for path in found), reverse=True)


def pack(folder: Path, archive: Path) -> Path:
    """Pack ``folder`` into ``archive`` plus .zip on Windows, .tar.xz (which keeps links) elsewhere."""
    if sys.platform == "win32":
        target = archive.with_name(archive.name + ".zip")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for path in sorted(folder.rglob("*")):
                packed.write(path, path.relative_to(folder.parent))
        return target
    target = archive.with_name(archive.name + ".tar.xz")
    with tarfile.open(target, "w:xz", preset=6) as tar:
        tar.add(folder, folder.name)
    return target


def report(folder: Path, archive: Path | None = None) -> str:
    """Return what to print: both sums in MB (10^6 bytes) with their limits, and the ten largest files."""
    listed = files(folder)
    total = sum(size for size, _ in listed) / 1e6
    models = sum(size for size, place in listed if _MODELS.intersection(place.split("/"))) / 1e6
    lines = [
        f"{total:.1f} MB unpacked in {len(listed)} files, {total - models:.1f} MB without the models "
        f"(at most {UNPACKED_MB} MB)"
    ]
    if archive is not None:
        lines.append(f"{archive.stat().st_size / 1e6:.1f} MB as {archive.name} (at most {PACKED_MB} MB)")
    lines += [f"{size / 1e6:8.1f}  {place}" for size, place in listed[:10]]
    return "\n".join(lines)
