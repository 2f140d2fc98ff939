"""The GPU pack: what the packaged program needs beside itself to use an NVIDIA card, in a folder of the user's own.

The program is shipped without CUDA: its libraries are ten times the size of everything else. They are published as
Python wheels; a pack is those wheels, each checked against the SHA-256 that the program was made with, unpacked:

    <user data>/animirror/gpu/<version>/site/onnxruntime/   ONNX Runtime with its CUDA provider
    <user data>/animirror/gpu/<version>/lib/                the CUDA and cuDNN libraries, for ``preload_dlls``
    <user data>/animirror/gpu/<version>/models/<sha256>.onnx    what only a card runs faster, of the shipped models

The last come from a file that is published beside the program, and may be missing. Nothing is taken out of a file but
these, and nothing is run while it is added. Without a pack the CPU is used.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core import paths
from core.errors import AnimirrorError, quoted

LIST = "gpu-pack.json"
_DONE = "complete"
_RUNTIME = "onnxruntime"
_LIBRARY = re.compile(r"^[\w.-]+(\.so(\.\d+)*|\.dll)$")
_MODEL = re.compile(r"^models/[0-9a-f]{64}\.onnx$")
_BLOCK = 1 << 20


class GpuPackError(AnimirrorError):
    """A pack that cannot be added."""


@dataclass(frozen=True)
class Wheel:
    """A file of the pack: its name, the SHA-256 that it must have, and whether there is a pack without it."""

    name: str
    sha256: str
    optional: bool = False


@dataclass(frozen=True)
class Wanted:
    """The pack that this program takes: the version of its ONNX Runtime, and the wheels."""

    version: str
    wheels: tuple[Wheel, ...]


Progress = Callable[[float], bool]
"""Called with the share done, 0 to 1; answers whether to go on."""


def wanted() -> Wanted | None:
    """Return what a pack consists of; None where the program takes none (from source, on a Mac)."""
    try:
        content = json.loads((paths.resources() / LIST).read_text(encoding="utf-8"))
        wheels = tuple(
            Wheel(str(wheel["name"]), str(wheel["sha256"]), bool(wheel.get("optional"))) for wheel in content["wheels"]
        )
        return Wanted(str(content["version"]), wheels)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def installed() -> Path | None:
    """Return the folder of the pack that fits this program, or None."""
    pack = wanted()
    folder = paths.gpu_packs() / pack.version if pack else None
    return folder if folder and (folder / _DONE).is_file() else None


def libraries() -> str:
    """Return the folder for ONNX Runtime's ``preload_dlls``; empty for the libraries that pip installed."""
    folder = installed()
    return str(folder / "lib") if folder else ""


def model(sha256: str) -> Path | None:
    """Return where the pack has the file of a shipped model with this SHA-256; None where there is no pack.

    The pack of an earlier version of the program has files of that version's models, which are not taken for these.
    """
    folder = installed()
    return folder / "models" / f"{sha256}.onnx" if folder else None


def activate() -> bool:
    """Let ``import onnxruntime`` find the pack's; call it before that is imported. Return whether there is a pack."""
    folder = installed()
    if folder is None or _RUNTIME in sys.modules:
        return False
    site = str(folder / "site")
    if site not in sys.path:
        sys.path.insert(0, site)
    return True


def add(sources: Iterable[Path], progress: Progress = lambda _share: True) -> Path | None:
    """Check the wheels among ``sources`` (files, or folders that hold them), unpack them, and return the pack's folder.

    It is used from the next start on. Returns None when ``progress`` said to stop. Raises GpuPackError when a wheel is
    missing or is not the one that was published; nothing is left behind then.
    """
    pack = wanted()
    if pack is None:
        raise GpuPackError(
            "This Animirror takes no GPU pack: started from source, it uses the CUDA that pip installed."
        )
    found = _find(pack, sources)
    total = 2 * sum(path.stat().st_size for path in found.values()) or 1
    done = 0

    def go_on(size: int) -> bool:
        nonlocal done
        done += size
        return progress(min(1.0, done / total))

    for wheel in (wheel for wheel in pack.wheels if wheel.name in found):
        if not _checked(found[wheel.name], wheel, go_on):
            return None
    target = paths.gpu_packs() / pack.version
    unfinished = target.with_name(f"{pack.version}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        for path in found.values():
            if not _unpack(path, unfinished, go_on):
                return None
        (unfinished / _DONE).touch()
        shutil.rmtree(target, ignore_errors=True)
        unfinished.replace(target)
        progress(1.0)
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise GpuPackError(
            f"The GPU pack cannot be unpacked to {quoted(target.parent)}: {reason}. It needs about 3 GB of room."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def remove() -> None:
    """Delete every pack; the CPU is used from the next start on."""
    shutil.rmtree(paths.gpu_packs(), ignore_errors=True)


def _find(pack: Wanted, sources: Iterable[Path]) -> dict[str, Path]:
    sources = list(sources)
    gone = next((source for source in sources if not source.exists()), None)
    if gone is not None:
        raise GpuPackError(f"There is no {quoted(gone)}; choose the folder with the GPU pack's files.")
    try:
        files = [file for source in sources for file in (source.iterdir() if source.is_dir() else [source])]
    except OSError as error:
        raise GpuPackError(f"{quoted(error.filename or 'The folder')} cannot be read: {error.strerror}.") from error
    by_name = {file.name: file for file in files if file.is_file()}
    needed = [wheel.name for wheel in pack.wheels if not wheel.optional]
    missing = [name for name in needed if name not in by_name]
    if missing:
        raise GpuPackError(
            f"The GPU pack is not complete: {len(missing)} of its {len(needed)} files are missing, the first is "
            f"{quoted(missing[0])}. Choose the folder that holds them all."
        )
    return {wheel.name: by_name[wheel.name] for wheel in pack.wheels if wheel.name in by_name}


def _checked(path: Path, wheel: Wheel, go_on: Callable[[int], bool]) -> bool:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                if not go_on(len(block)):
                    return False
    except OSError as error:
        raise GpuPackError(f"{quoted(path.name)} cannot be read: {error.strerror}.") from error
    if digest.hexdigest() != wheel.sha256:
        raise GpuPackError(
            f"{quoted(path.name)} is damaged or was exchanged: its SHA-256 is not the published one. Download it again."
        )
    return True


def _unpack(wheel: Path, folder: Path, go_on: Callable[[int], bool]) -> bool:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            target = _place(member.filename)
            if target is not None:
                (folder / target).parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, (folder / target).open("wb") as file:
                    shutil.copyfileobj(source, file, _BLOCK)
            if not go_on(member.compress_size):
                return False
    return True


def _place(member: str) -> Path | None:
    """Return where a member of a wheel goes in the pack; None for what is not wanted, wherever it would like to go."""
    place = PurePosixPath(member)
    if member.endswith("/") or place.is_absolute() or ".." in place.parts or "\\" in member or ":" in member:
        return None
    if place.parts[0] == _RUNTIME:
        return Path("site", *place.parts)
    if place.parts[0] == "nvidia" and _LIBRARY.match(place.name):
        return Path("lib", place.name)
    if _MODEL.match(member):
        return Path(*place.parts)
    return None
