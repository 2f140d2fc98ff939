"""Writes the list of files that make up the GPU pack of the application, as core/gpu_pack reads it.

They are wheels that others publish, and one file of our own: what only a card runs faster of the shipped models.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

RUNTIME = "onnxruntime-gpu"


def write(target: Path, constraints: Path, models: Path) -> bool:
    """Write the list; return whether there is one.

    models: our own file, see :func:`pack_models`; a pack without it works, too. pip is asked, without downloading
    anything, which wheels it would install. There is no list where the application is made with another ONNX Runtime,
    as on a Mac, or where pip gets no answer.
    """
    try:
        version = importlib.metadata.version(RUNTIME)
    except importlib.metadata.PackageNotFoundError:
        return False
    known: dict[str, Any] = {"version": ""}
    if target.is_file():
        known = json.loads(target.read_text(encoding="utf-8"))
    wheels: list[dict[str, str]] = [wheel for wheel in known.get("wheels", []) if not wheel.get("optional")]
    if known["version"] != version:  # what an earlier build found published under a version never changes
        found = _published(version, constraints)
        if found is None:
            return False
        wheels = found
    own = {"name": models.name, "sha256": hashlib.sha256(models.read_bytes()).hexdigest(), "optional": True}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"version": version, "wheels": [*wheels, own]}, indent=1) + "\n", encoding="utf-8")
    return True


def _published(version: str, constraints: Path) -> list[dict[str, str]] | None:
    wish = f"{RUNTIME}[cuda,cudnn]=={version}"
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    done = subprocess.run([*command, "--constraint", str(constraints), wish], capture_output=True, text=True)
    return wheels_of(json.loads(done.stdout)) if done.returncode == 0 else None


def for_cards(models: Path) -> list[tuple[Path, str]]:
    """Return the files below ``models`` that only graphics cards run faster, with their SHA-256s by the manifests."""
    found = []
    for path in sorted(models.glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        variants = [variant for variant in manifest.get("variants", []) if variant["hardware"] == "cuda"]
        found += [(path.parent / variant["file"], str(variant["sha256"])) for variant in variants]
    return found


def pack_models(models: Path, target: Path) -> Path:
    """Write the files of :func:`for_cards` into the zip ``target``, the same bytes each time, and return it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, sha256 in for_cards(models):
            member = zipfile.ZipInfo(f"models/{sha256}.onnx")
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, path.read_bytes())
    return target


def wheels_of(report: dict[str, Any]) -> list[dict[str, str]]:
    """Return name and SHA-256 of ONNX Runtime's and NVIDIA's wheels in pip's installation ``report``."""
    wheels = []
    for item in report["install"]:
        name = str(item["metadata"]["name"]).lower().replace("_", "-")
        if name == RUNTIME or name.startswith("nvidia-"):
            download = item["download_info"]
            file = str(download["url"]).rsplit("/", 1)[-1].split("#")[0]
            wheels.append({"name": file, "sha256": str(download["archive_info"]["hashes"]["sha256"])})
    return sorted(wheels, key=lambda wheel: wheel["name"])
