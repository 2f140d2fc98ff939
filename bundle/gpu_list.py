"""Writes the list of wheels that make up the GPU pack of the application, as core/gpu_pack reads it."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

RUNTIME = "onnxruntime-gpu"


def write(target: Path, constraints: Path) -> bool:
    """Ask pip, without downloading anything, which wheels it would install; return whether there is a list.

    There is none where the application is made with another ONNX Runtime, as on a Mac, or where pip gets no answer.
    """
    try:
        version = importlib.metadata.version(RUNTIME)
    except importlib.metadata.PackageNotFoundError:
        return False
    if target.is_file() and json.loads(target.read_text(encoding="utf-8"))["version"] == version:
        return True  # of an earlier build; what is published under a version never changes
    wish = f"{RUNTIME}[cuda,cudnn]=={version}"
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    done = subprocess.run([*command, "--constraint", str(constraints), wish], capture_output=True, text=True)
    if done.returncode != 0:
        return False
    wheels = wheels_of(json.loads(done.stdout))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"version": version, "wheels": wheels}, indent=1) + "\n", encoding="utf-8")
    return True


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
